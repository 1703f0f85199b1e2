"""One fingerprint over what must survive everything: money and mails, each app saying which rows of its own count.

Registered in `AppConfig.ready()`. Rows come in an order that depends on nothing but themselves, without columns that
change while nothing happens. A section whose columns change gets another key: a backup names the sections it knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from common.models import OutboxMail
from common.registry import Registry

Rows = Iterable[tuple[Any, ...]]
AT_ONCE = 2000


@dataclass(frozen=True)
class Section:
    """Rows of one kind; `rows()` may be as many as there are, and is read once from its beginning to its end."""

    key: str
    rows: Callable[[], Rows]
    order: int = 100


@dataclass(frozen=True)
class Fingerprint:
    rows: int
    sha256: str


sections: Registry[Section] = Registry()


def take() -> dict[str, Fingerprint]:
    """The fingerprint of each section. In a transaction of the caller's, if they are to be of the same moment."""
    return {section.key: _fingerprint(section.rows()) for section in sections}


def _fingerprint(rows: Rows) -> Fingerprint:
    count, told = 0, hashlib.sha256()
    for row in rows:
        count += 1
        told.update(f"{row}\n".encode())
    return Fingerprint(count, told.hexdigest())


def overall(fingerprints: Mapping[str, Fingerprint]) -> str:
    """One SHA-256 over all of them."""
    lines = (f"{key} {each.rows} {each.sha256}\n" for key, each in sorted(fingerprints.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def mails() -> Rows:
    """Every mail with what it says and what became of it. Attempts and times are nothing a recipient would notice."""
    columns = ("kind", "address", "subject", "text", "html", "state")
    found = OutboxMail.objects.order_by("address", "subject", "text", "kind", "html", "state")
    return found.values_list(*columns).iterator(AT_ONCE)


def register() -> None:
    sections.register(Section("mails", mails, order=90))
