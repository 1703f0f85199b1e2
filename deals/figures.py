"""How deals went: what became of those that were registered, how fast they were decided, why they were lost.

All of it about a given set of deals, by the day on which they were registered. Sums are the database's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from deals.models import Deal, DealStep
from partners.models import EnrolmentTier
from programs.models import Vendor
from programs.office_days import DECIDED_WITHIN, office_days_until

State, Step = Deal.State, DealStep.Step
Rows = Any
"""Groups as dicts; the type checker knows the names of fields only."""
COUNTS: Mapping[str, Count] = {
    "registered": Count("pk"),
    "protected": Count("pk", filter=Q(protected_from__isnull=False)),
    "won": Count("pk", filter=Q(state=State.WON)),
    "lost": Count("pk", filter=Q(state=State.LOST)),
    "lapsed": Count("pk", filter=Q(state=State.LAPSED)),
    "withdrawn": Count("pk", filter=Q(state=State.WITHDRAWN, protected_from__isnull=False)),
}


@dataclass(frozen=True)
class Record:
    """What became of deals. `protected`: all that ever were; `withdrawn`: only of these."""

    registered: int = 0
    protected: int = 0
    won: int = 0
    lost: int = 0
    lapsed: int = 0
    withdrawn: int = 0

    @property
    def ended(self) -> int:
        """So many were protected and are not any more: what rates are a share of."""
        return self.won + self.lost + self.lapsed + self.withdrawn

    @property
    def win_rate(self) -> Decimal | None:
        return self._share(self.won)

    @property
    def lapse_rate(self) -> Decimal | None:
        return self._share(self.lapsed)

    def _share(self, part: int) -> Decimal | None:
        """In percent; None where nothing has ended."""
        return Decimal(part * 100) / self.ended if self.ended else None


def registered(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """Those that were sent."""
    return deals.exclude(state=State.DRAFT).order_by()


def record_of(deals: QuerySet[Deal]) -> Record:
    return Record(**registered(deals).aggregate(**COUNTS))


@dataclass(frozen=True)
class OfGroup:
    """The record of a partner's deals, or of those registered in a tier. `name` is empty where there was no tier."""

    name: str
    number: str
    record: Record


def by_partner(deals: QuerySet[Deal]) -> list[OfGroup]:
    """By the number of deals, the most first."""
    rows: Rows = registered(deals).values(name=F("partner__name"), of=F("partner__number")).annotate(**COUNTS)
    found = [OfGroup(row["name"], row["of"], _record(row)) for row in rows]
    return sorted(found, key=lambda each: (-each.record.registered, each.name, each.number))


def by_tier(deals: QuerySet[Deal]) -> list[OfGroup]:
    """By the tier that the partner held on the day of the registration, the highest first."""
    held = EnrolmentTier.objects.filter(enrolment=OuterRef("enrolment"), valid__contains=OuterRef("day"))
    of_tier = (
        registered(deals)
        .annotate(day=TruncDate("submitted_at"))
        .annotate(tier=Subquery(held.values("tier__name")[:1]), rank=Subquery(held.values("tier__rank")[:1]))
    )
    rows: Rows = of_tier.values("tier", "rank").annotate(**COUNTS)
    ordered = sorted(rows, key=lambda row: (-(row["rank"] or 0), row["tier"] or ""))
    return [OfGroup(row["tier"] or "", "", _record(row)) for row in ordered]


def _record(row: Mapping[str, Any]) -> Record:
    return Record(**{key: row[key] for key in COUNTS})


def reasons_for_losing(deals: QuerySet[Deal]) -> list[tuple[Deal.LostTo, int]]:
    """The most frequent first."""
    rows = registered(deals).filter(state=State.LOST).values_list("lost_to").annotate(count=Count("pk"))
    return [(Deal.LostTo(reason), count) for reason, count in sorted(rows, key=lambda row: (-row[1], row[0]))]


# --- how fast --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Times:
    """How many business days decisions took: so many decisions by number of days."""

    by_days: Mapping[int, int]

    @property
    def decided(self) -> int:
        return sum(self.by_days.values())

    @property
    def median(self) -> Decimal | None:
        """Of an even number the mean of the two in the middle."""
        if not self.decided:
            return None
        return (self._at((self.decided - 1) // 2) + self._at(self.decided // 2)) / Decimal(2)

    @property
    def in_time(self) -> Decimal | None:
        """The share within the days that a vendor has, in percent."""
        if not self.decided:
            return None
        return (
            Decimal(100 * sum(count for days, count in self.by_days.items() if days <= DECIDED_WITHIN)) / self.decided
        )

    def _at(self, index: int) -> int:
        for days in sorted(self.by_days):
            if index < self.by_days[days]:
                return days
            index -= self.by_days[days]
        raise IndexError(index)


def decision_times(deals: QuerySet[Deal], vendor: Vendor) -> dict[date, Times]:
    """By month of the registration (its first day). Counted from the registration, after a question from the reply."""
    replied = DealStep.objects.filter(deal=OuterRef("pk"), step=Step.REPLIED, at__lte=OuterRef("decided_at"))
    decided = registered(deals).filter(decided_at__isnull=False)
    rows: Rows = (
        decided.annotate(
            month=TruncDate("submitted_at"),
            began=TruncDate(Coalesce(Subquery(replied.order_by("-at").values("at")[:1]), F("submitted_at"))),
            ended=TruncDate("decided_at"),
        )
        .values("month", "began", "ended")
        .annotate(count=Count("pk"))
    )
    days_between = cache(lambda began, ended: office_days_until(vendor, began, ended))
    months: dict[date, dict[int, int]] = {}
    for row in rows:
        of_month = months.setdefault(row["month"].replace(day=1), {})
        days = days_between(row["began"], row["ended"])
        of_month[days] = of_month.get(days, 0) + row["count"]
    return {month: Times(months[month]) for month in sorted(months)}


def together(months: Iterable[Times]) -> Times:
    """Of all months."""
    total: dict[int, int] = {}
    for each in months:
        for days, count in each.by_days.items():
            total[days] = total.get(days, 0) + count
    return Times(total)
