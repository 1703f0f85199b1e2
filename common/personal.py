"""What the portal knows about a person, as each app says it, and all of it in one file for the person.

Apps register sections in their `AppConfig.ready()`. Every foreign key to a person is either in a section or said to be
nothing of the person's own, with the reason; a test walks the models and looks for one that is neither.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.template.loader import render_to_string
from django.utils.timezone import localtime

from common.models import User
from common.registry import Registry, Text

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Section:
    """One kind of thing that is kept about people. `covers`: foreign keys to people, as "app.Model.field"."""

    key: str
    label: Text
    rows: Callable[[User], Rows]
    covers: tuple[str, ...] = ()
    order: int = 100


sections: Registry[Section] = Registry()
not_personal: dict[str, str] = {}
"""Foreign keys to people that tell nothing of the person's own, with the reason."""


def table(model: type[models.Model], field: str, *columns: str) -> Callable[[User], Rows]:
    """Rows of a model whose `field` is the person, with these columns, in the order in which they came about."""

    def rows(user: User) -> Rows:
        return model._base_manager.filter(**{field: user}).order_by("pk").values(*columns).iterator(chunk_size=1000)

    return rows


def section(key: str, label: Text, model: type[models.Model], field: str, *columns: str, order: int = 100) -> None:
    """Register what a table says about a person."""
    covers = (f"{model._meta.label}.{field}",)
    sections.register(Section(key, label, table(model, field, *columns), covers, order))


def gather(*, user: User) -> dict[str, list[Mapping[str, Any]]]:
    """Everything that is known about the person, by section."""
    return {each.key: list(each.rows(user)) for each in sections}


def export(*, user: User, now: datetime) -> bytes:
    """A ZIP for the person: all of it as JSON, and a text in the language of the page that says what is what."""
    packed = BytesIO()
    explained = render_to_string("common/data.txt", {"sections": list(sections), "person": user, "now": localtime(now)})
    document = {"made_at": now, "sections": gather(user=user)}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", explained.strip() + "\n")
        archive.writestr("data.json", json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
    return packed.getvalue()
