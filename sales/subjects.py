"""What questions can be about. Apps above register what they own, so that sales need not know it.

Rows of a subject are facts that are never deleted: a question keeps what it was asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from common.access import ActorQuerySet
from common.registry import Registry
from common.ui import Fact
from partners.models import Partner
from programs.models import Vendor


@dataclass(frozen=True)
class SubjectKind:
    """One kind of subject. `key` is the kind of its questions (`Claim.Kind`) and stands in addresses.

    `rows()`: all there are, with everything that the other functions touch; its `visible_to` says who may ask.
    `label` names a row in one line, `facts` describes it. Both speak the active language.
    """

    key: str
    model: type[Model]
    rows: Callable[[], ActorQuerySet]
    vendor: Callable[[Any], Vendor]
    partner: Callable[[Any], Partner]
    label: Callable[[Any], str]
    facts: Callable[[Any], list[Fact]]
    partner_url: Callable[[Any], str]
    vendor_url: Callable[[Any], str]
    order: int = 100

    @property
    def content_type(self) -> ContentType:
        return ContentType.objects.get_for_model(self.model)


subjects: Registry[SubjectKind] = Registry()
