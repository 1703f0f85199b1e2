"""Statements to look at and to take: lists, one file, a year as one file; every taking is recorded."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BinaryField, Func, QuerySet, TextField, Value
from django.utils.translation import gettext as _

from common.access import Actor
from partners.models import Partner
from programs.models import Vendor
from rebates.models import Payment, Statement, StatementFailure, StatementTaken
from rebates.rights import person_of
from rebates.statements.errors import NotStated


class Damaged(NotStated):
    """The stored bytes are not those that were made."""


def statements_of(*, actor: Actor, partner: Partner | None = None, vendor: Vendor | None = None) -> QuerySet[Statement]:
    """Those that the actor may see, latest first, without their bytes; `partner`, `vendor`: only theirs."""
    found = Statement.objects.visible_to(actor).select_related("vendor", "partner", "payment__run", "corrected_by")
    if partner is not None:
        found = found.filter(partner=partner)
    if vendor is not None:
        found = found.filter(vendor=vendor)
    return found.defer("content", "corrected_by__content")


def papers_of(*, payments: Collection[Payment], actor: Actor) -> Mapping[int, list[Statement]]:
    """By payment its documents that hold, without those that were corrected."""
    found: dict[int, list[Statement]] = defaultdict(list)
    rows = statements_of(actor=actor).filter(payment__in=payments, corrected_by__isnull=True).order_by("document")
    for statement in rows:
        found[statement.payment_id].append(statement)
    return found


def years_of(found: QuerySet[Statement]) -> list[int]:
    """The years in which these were made, latest first."""
    return [day.year for day in found.order_by().dates("issued_on", "year", order="DESC")]


def failures_of(*, vendor: Vendor) -> QuerySet[StatementFailure]:
    """Payments whose statements could not be made, the oldest first."""
    found = StatementFailure.objects.filter(payment__vendor=vendor).select_related("payment__run", "payment__partner")
    return found.order_by("payment")


def takings_of(*, statement: Statement) -> QuerySet[StatementTaken]:
    """Who has taken the document, the latest first."""
    return StatementTaken.objects.filter(statement=statement).select_related("person").order_by("-id")


@transaction.atomic
def take(*, statement: Statement, actor: Actor, now: datetime) -> bytes:
    """The bytes as they were made; that somebody took them is recorded. Raises Damaged."""
    content = bytes(statement.content)
    if hashlib.sha256(content).hexdigest() != statement.sha256:
        raise Damaged(_damaged(statement.number, statement.vendor.name))
    StatementTaken.objects.create(statement=statement, person_id=person_of(actor), at=now)
    return content


def _damaged(number: str, vendor: str) -> str:
    text = _(
        "The stored file of %(number)s is damaged and is not given out. "
        "Please tell %(vendor)s: its finance can replace the document by a new one."
    )
    return text % {"number": number, "vendor": vendor}


def year_as_zip(*, found: QuerySet[Statement], actor: Actor, now: datetime) -> Iterator[bytes]:
    """These statements in one ZIP, file by file: never more than one of them is in memory. Each taking is recorded.

    Folders are named after vendors, whose numbers could be the same. Raises Damaged before the first byte.
    """
    whole = Encode(Func("content", function="sha256", output_field=BinaryField()), Value("hex"))
    if damaged := found.exclude(sha256=whole).values_list("number", "vendor__name").first():
        raise Damaged(_damaged(*damaged))
    return _year_as_zip(found, actor, now)


class Encode(Func):
    """Bytes as text, as in `encode(sha256(content), 'hex')`."""

    function = "encode"
    output_field = TextField()


def _year_as_zip(found: QuerySet[Statement], actor: Actor, now: datetime) -> Iterator[bytes]:
    written = _Written()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for pk in list(found.order_by("vendor__slug", "issued_on", "pk").values_list("pk", flat=True)):
            statement = Statement.objects.select_related("vendor").get(pk=pk)
            made = statement.made_at
            entry = zipfile.ZipInfo(
                f"{statement.vendor.slug}/{statement.file_name}",
                (made.year, made.month, made.day, made.hour, made.minute, made.second),
            )
            archive.writestr(entry, take(statement=statement, actor=actor, now=now))
            yield written.taken()
    yield written.taken()


class _Written(io.RawIOBase):
    """What a ZIP has written so far; it is told that it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._place = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def write(self, part: Any) -> int:
        content = bytes(part)
        self._parts.append(content)
        self._place += len(content)
        return len(content)

    def taken(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found
