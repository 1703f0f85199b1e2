"""Reading the journal: every booking of a vendor in a range of days, with its sides and what caused it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.money import ZERO
from common.period_names import period_name
from common.periods import Period
from programs.models import Program, Vendor
from rebates.accounts import with_causes
from rebates.models import LedgerEntry, Posting

Account, Kind = Posting.Account, LedgerEntry.Kind
AT_ONCE = 500
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
"""Days that can be asked for: others are slips of the finger."""


class NotDays(DomainError):
    """The last day is before the first one, or they are of another century."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of booking as the portal's time zone has them, half-open."""

    start: date
    end: date

    @classmethod
    def through(cls, first: date, last: date) -> Days:
        """The days from the first to the last one, that one included. Raises NotDays."""
        if last < first:
            raise NotDays(_("The last day is before the first one."))
        if first < EARLIEST or last > LATEST:
            raise NotDays(_("Please choose days of this century."))
        return cls(first, last + timedelta(days=1))

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def over_at(self) -> datetime:
        return _midnight(self.end)

    def within(self, entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
        """Those of the entries that were booked in these days."""
        return entries.filter(booked_at__gte=_midnight(self.start), booked_at__lt=self.over_at)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Side:
    """What an entry puts on one account: debit is positive, credit negative."""

    account: str
    amount: Decimal

    @property
    def debit(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None


@dataclass(frozen=True, slots=True)
class Booking:
    """An entry of the journal. `reason` is what a person wrote and nobody has checked for what a format minds."""

    entry: LedgerEntry
    day: date
    sides: tuple[Side, ...]

    @property
    def program(self) -> Program | None:
        cause = self._cause
        return None if cause is None else cause.program

    @property
    def terms(self) -> str:
        settlement = self.entry.settlement
        return "" if settlement is None else settlement.terms.name

    @property
    def period(self) -> Period | None:
        """Whose result this is: of the sales where something was earned, of the closing where something is carried."""
        settlement, closing = self.entry.settlement, self.entry.closing
        code = settlement.period if settlement else closing.period if closing else ""
        return Period.parse(code) if code else None

    @property
    def reason(self) -> str:
        adjustment = self.entry.adjustment
        return "" if adjustment is None else adjustment.reason

    @property
    def text(self) -> str:
        """What was booked, in the active language: "Rebate Q3 2026"."""
        label = str(self.entry.get_kind_display())
        label = label[:1].upper() + label[1:]
        if self.entry.payment is not None:
            return _("%(kind)s, run %(number)s") % {"kind": label, "number": self.entry.payment.run.number}
        if self.period is None:
            return label
        return _("%(kind)s %(period)s") % {"kind": label, "period": period_name(self.period)}

    @property
    def _cause(self) -> Any:
        entry = self.entry
        return entry.settlement.closing if entry.settlement else entry.adjustment or entry.closing


@dataclass(frozen=True, slots=True)
class AccountSum:
    account: str
    currency: str
    debit: Decimal
    credit: Decimal

    @property
    def label(self) -> str:
        return str(Account(self.account).label)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a part of the journal holds."""

    entries: int
    sums: tuple[AccountSum, ...]

    @property
    def totals(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Debit and credit by currency; both are the same, as every entry's sides are."""
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for each in self.sums:
            debit, credit = found.get(each.currency, (ZERO, ZERO))
            found[each.currency] = (debit + each.debit, credit + each.credit)
        return found


class Journal:
    """The part of a vendor's journal that was booked in these days. `given` counts the bookings read so far."""

    def __init__(self, *, vendor: Vendor, days: Days, actor: Actor) -> None:
        self.vendor = vendor
        self.days = days
        self.entries = days.within(LedgerEntry.objects.visible_to(actor).filter(vendor=vendor))
        self.given = 0

    def read(self, entries: QuerySet[LedgerEntry] | None = None) -> Iterator[Booking]:
        """The bookings, or these of them, in the order they were made in; never more than a few hundred in memory."""
        sides = Prefetch("postings", Posting.objects.order_by("account"))
        found = with_causes(self.entries if entries is None else entries).select_related("partner")
        ordered = found.prefetch_related(sides).order_by("booked_at", "id")
        for entry in ordered.iterator(chunk_size=AT_ONCE):
            self.given += 1
            day = timezone.localtime(entry.booked_at).date()
            yield Booking(entry, day, tuple(Side(each.account, each.amount) for each in entry.postings.all()))

    def summary(self) -> Summary:
        sums = (
            Posting.objects.filter(entry__in=self.entries)
            .order_by()
            .values_list("account", "entry__currency")
            .annotate(debit=Sum("amount", filter=Q(amount__gt=0)), credit=Sum("amount", filter=Q(amount__lt=0)))
        )
        order = list(Account.values)
        found = [
            AccountSum(account, currency, debit or ZERO, -(credit or ZERO)) for account, currency, debit, credit in sums
        ]
        found.sort(key=lambda each: (each.currency, order.index(each.account)))
        return Summary(self.entries.count(), tuple(found))
