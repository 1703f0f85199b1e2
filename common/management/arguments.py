"""What commands are given on the command line: rows by their short names, days."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.core.management.base import CommandError
from django.db.models import Model

Named = TypeVar("Named", bound=Model)


def named(model: type[Named], slug: str) -> Named:
    """The row with this short name. Raises CommandError, which tells the known ones."""
    found = model._default_manager.filter(slug=slug).first()
    if found is None:
        slugs = model._default_manager.order_by("slug").values_list("slug", flat=True)
        known = ", ".join(slugs) or "none"
        raise CommandError(f"There is no {model._meta.verbose_name} “{slug}”. Known: {known}.")
    return found


def day(option: str, text: str) -> date:
    """The day that an option names. Raises CommandError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option}: {text} is no day; write 2026-01-01.") from None
