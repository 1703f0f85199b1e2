"""What commands are given on the command line: rows by their short names, days, files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TypeVar

from django.core.management.base import CommandError
from django.db.models import Model

Named = TypeVar("Named", bound=Model)


def named(model: type[Named], slug: str, **among: object) -> Named:
    """The row with this short name, of those with these values. Raises CommandError, which tells the known ones."""
    rows = model._default_manager.filter(**among)
    found = rows.filter(slug=slug).first()
    if found is None:
        known = ", ".join(rows.order_by("slug").values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no {model._meta.verbose_name} “{slug}”. Known: {known}.")
    return found


def day(option: str, text: str) -> date:
    """The day that an option names. Raises CommandError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option}: {text} is no day; write 2026-01-01.") from None


def content(path: Path, most: int) -> bytes:
    """The file's bytes. Raises CommandError, also where there are more than so many."""
    try:
        if path.stat().st_size > most:
            raise CommandError(f"{path} is larger than {most // 1_000_000} MB.")
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
