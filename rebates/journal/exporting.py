"""Giving a part of the journal to a vendor's bookkeeping, and keeping a record of what was given."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.formats import date_long
from common.periods import Period, PeriodKind, months_after
from programs.models import Vendor
from rebates.journal import csvfile, datev, hledger
from rebates.journal.reading import Days, Journal
from rebates.models import AccountingSettings, JournalExport, LedgerEntry
from rebates.rights import check_handles_money

Format = JournalExport.Format
LONGEST_COMMIT = timedelta(minutes=5)
"""A worker dates what it books with its start: so long after midnight the day before may still grow."""


class StillBooking(DomainError):
    """The last day ended just now: what is dated with it and commits afterwards would be in no file."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and under which name it is kept."""

    record: JournalExport
    file_name: str


def settings_of(vendor: Vendor) -> AccountingSettings:
    """The vendor's settings; the defaults, unsaved, where it has said nothing."""
    return AccountingSettings.objects.filter(vendor=vendor).first() or AccountingSettings(vendor=vendor)


def change_settings(*, actor: Actor, vendor: Vendor, values: Mapping[str, Any]) -> AccountingSettings:
    """Set the numbers of the vendor's bookkeeping, for files made from now on. Raises NotAllowed."""
    _allow(actor, vendor)
    settings, _made = AccountingSettings.objects.update_or_create(vendor=vendor, defaults=dict(values))
    return settings


@transaction.atomic
def export(*, vendor: Vendor, days: Days, fmt: str, actor: Actor, now: datetime, out: IO[bytes]) -> Exported:
    """Write the bookings of these days into the empty file `out`, and record it. `out` then stands at its beginning.

    Texts are in the active language, for DATEV in German. Raises NotAllowed, StillBooking, datev.NotSetUp,
    datev.NothingBooked.
    """
    _allow(actor, vendor)
    if days.over_at <= now < days.over_at + LONGEST_COMMIT:
        text = _("Bookings of %(day)s may still be on their way. Please try again in five minutes.")
        raise StillBooking(text % {"day": date_long(days.last)})
    journal, settings = Journal(vendor=vendor, days=days, actor=actor), settings_of(vendor)
    language = datev.LANGUAGE if fmt == Format.DATEV else translation.get_language()
    file_name = _write(journal, fmt, settings, out)
    out.seek(0)
    record = JournalExport.objects.create(
        vendor=vendor,
        format=fmt,
        language=language,
        start=days.start,
        end=days.end,
        entries=journal.given,
        sha256=hashlib.file_digest(out, "sha256").hexdigest(),  # type: ignore[arg-type]
        made_by_id=actor.user_id,
        made_at=now,
    )
    out.seek(0)
    return Exported(record, file_name)


def _write(journal: Journal, fmt: str, settings: AccountingSettings, out: IO[bytes]) -> str:
    days = journal.days
    name = f"journal_{journal.vendor.slug}_{days.start:%Y%m%d}-{days.last:%Y%m%d}"
    match fmt:
        case Format.DATEV:
            return datev.write(journal=journal, settings=settings, out=out)
        case Format.HLEDGER:
            out.writelines(hledger.write(journal.read(), journal.vendor.name, days))
            return f"{name}.journal"
        case _:
            out.writelines(csvfile.write(journal.read(), settings.numbers))
            return f"{name}.csv"


def overlapping(*, vendor: Vendor, days: Days, fmt: str, actor: Actor) -> QuerySet[JournalExport]:
    """Earlier exports in this format that have days in common: taken over again, they would be booked twice."""
    made = JournalExport.objects.visible_to(actor).filter(vendor=vendor, format=fmt)
    return made.filter(start__lt=days.end, end__gt=days.start)


def suggestions(*, settings: AccountingSettings, actor: Actor, today: date) -> list[Days]:
    """Quarter, month and fiscal year in which the last closing was booked; of today where nothing is booked yet."""
    booked = LedgerEntry.objects.visible_to(actor).filter(vendor=settings.vendor_id, settlement__isnull=False)
    last = booked.aggregate(last=Max("booked_at"))["last"]
    day = timezone.localtime(last).date() if last else today
    year = settings.fiscal_year_of(day)
    periods = (Period.containing(kind, day) for kind in (PeriodKind.QUARTER, PeriodKind.MONTH))
    return [*(Days(period.start, period.end) for period in periods), Days(year, months_after(year, 12))]


def _allow(actor: Actor, vendor: Vendor) -> None:
    """People of finance, and commands on the machine."""
    if not actor.is_system:
        check_handles_money(actor, vendor.pk, _("Only finance and vendor admins take the journal."))
