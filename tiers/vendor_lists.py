"""A vendor's partners by their tiers: who is about to rise, who is at risk, and in words and money why.

The database filters, sorts and pages by what the last assessment kept; words and money are found for one page's rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import IntEnum, StrEnum
from functools import cache

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats
from common.access import Actor
from common.periods import months_after
from common.ui import Tone
from partners.models import EnrolmentStatus, EnrolmentTier, Partner
from programs.criteria import Criterion, Measurement
from programs.models import Program, Tier, Vendor
from programs.texts import sentence_of
from sales.revenue import net_by_partner, net_of_partner
from tiers.assessing import Held, held_on
from tiers.judging import Ladder, ladder_of
from tiers.models import TierDecision, TierMove, TierStanding
from tiers.vendor_money import Change, rebate_changes

NEAR = Decimal("0.75")
"""From this nearness on a partner is about to rise."""
AHEAD = timedelta(days=90)
"""A tier that is no longer met within these days is at risk, although nothing is announced yet."""
MONTHS = 12


class Group(StrEnum):
    """Every partner that takes part is in exactly one."""

    RISE = "rise"
    RISK = "risk"
    DECIDED = "decided"
    REST = "rest"


class Urgency(IntEnum):
    """What comes first in the list."""

    PROPOSED = 0
    FALLING = 1
    ENDING = 2
    NEAR = 3
    DECIDED = 4
    NONE = 5


LABELS: Mapping[str, Promise] = {
    Group.RISE: gettext_lazy("About to rise"),
    Group.RISK: gettext_lazy("At risk"),
    Group.DECIDED: gettext_lazy("Decided by hand"),
    Group.REST: gettext_lazy("Unchanged"),
}


@dataclass(frozen=True)
class StandingRow:
    """One partner in one program. `change`: the rebate of the running periods with the other tier, less that now."""

    partner: Partner
    program: Program
    url: str
    tier: str
    state: str
    tone: Tone
    missing: Sequence[str]
    revenue: Decimal | None
    change: Decimal | None


def standings_of(*, vendor: Vendor, actor: Actor, today: date) -> QuerySet[TierStanding]:
    """Who takes part today, with `urgency`, `group` and `day`: when a tier falls, or may."""
    moves = TierMove.objects.filter(enrolment=OuterRef("pk"), state=TierMove.State.OPEN)
    decisions = TierDecision.objects.filter(enrolment=OuterRef("pk"), valid__contains=today)
    active = EnrolmentStatus.objects.filter(
        enrolment=OuterRef("pk"), status=EnrolmentStatus.Status.ACTIVE, valid__contains=today
    )
    rows = TierStanding.objects.visible_to(actor).filter(Exists(active), program__vendor=vendor)
    urgency = Case(
        When(moving=TierMove.Direction.RISE, then=Value(Urgency.PROPOSED.value)),
        When(moving=TierMove.Direction.FALL, then=Value(Urgency.FALLING.value)),
        When(Exists(decisions), then=Value(Urgency.DECIDED.value)),
        When(safe_until__lte=today + AHEAD, then=Value(Urgency.ENDING.value)),
        When(nearness__gte=NEAR, then=Value(Urgency.NEAR.value)),
        default=Value(Urgency.NONE.value),
        output_field=IntegerField(),
    )
    return (
        rows.annotate(moving=Subquery(moves.values("direction")[:1]))
        .annotate(urgency=urgency)
        .annotate(group=_group_in_sql(), day=_day_in_sql(moves))
        .select_related("enrolment__partner", "program__vendor")
    )


def _group_in_sql() -> Combinable:
    groups = {
        Group.RISE: (Urgency.PROPOSED, Urgency.NEAR),
        Group.RISK: (Urgency.FALLING, Urgency.ENDING),
        Group.DECIDED: (Urgency.DECIDED,),
    }
    whens = [When(urgency__in=levels, then=Value(group.value)) for group, levels in groups.items()]
    return Case(*whens, default=Value(Group.REST.value), output_field=CharField())


def _day_in_sql(moves: QuerySet[TierMove]) -> Combinable:
    return Case(
        When(urgency=Urgency.FALLING, then=Subquery(moves.values("due_on")[:1])),
        When(urgency=Urgency.ENDING, then="safe_until"),
        output_field=DateField(),
    )


def revenue_in_sql(*, vendor: Vendor, currency: str, today: date) -> Combinable:
    """The revenue of the last twelve months of a row's partner."""
    net = net_of_partner(vendor=vendor, currency=currency, start=months_after(today, -MONTHS), end=today)
    partners = Partner.objects.filter(pk=OuterRef("enrolment__partner_id")).order_by()
    return Subquery(partners.annotate(net=net).values("net"))


def holding(tier: Tier, today: date) -> Q:
    """Rows whose partner holds the tier today."""
    held = EnrolmentTier.objects.filter(enrolment=OuterRef("pk"), tier=tier, valid__contains=today)
    return Q(Exists(held))


# --- a page's rows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Completing:
    """Whose rows, on which day, and in which currency their revenue is."""

    vendor: Vendor
    today: date
    currency: str

    def __call__(self, rows: Sequence[TierStanding]) -> Iterator[StandingRow]:
        today = self.today
        held = held_on([row.pk for row in rows], today)
        until = dict(
            TierDecision.objects.filter(enrolment__in=list(held), valid__contains=today).values_list(
                "enrolment_id", "valid__endswith"
            )
        )
        ladders = {program: ladder_of(program) for program in {row.program for row in rows}}
        others = {row.pk: _other(row, held[row.pk], ladders[row.program]) for row in rows}
        money = self._changes(rows, held, others)
        net = net_by_partner(
            vendor=self.vendor, currency=self.currency, start=months_after(today, -MONTHS), end=today,
            partners=[row.enrolment.partner_id for row in rows],
        )  # fmt: skip
        say = cache(sentence_of)
        for row in rows:
            holds, partner = held[row.pk], row.enrolment.partner
            state, tone = _state(row, holds, until.get(row.pk), today)
            yield StandingRow(
                partner=partner,
                program=row.program,
                url=reverse("tiers:partner", args=[self.vendor.slug, partner.number, row.program.slug]),
                tier=holds.tier.name if holds.tier is not None else _("no tier"),
                state=state,
                tone=tone,
                missing=_missing(row, holds, ladders[row.program], say, today),
                revenue=net.get(partner.pk),
                change=money.get(row.pk),
            )

    def _changes(
        self, rows: Sequence[TierStanding], held: Mapping[int, Held], others: Mapping[int, Tier | None]
    ) -> Mapping[int, Decimal]:
        by_program: dict[Program, dict[int, Change]] = defaultdict(dict)
        for row in rows:
            if (other := others[row.pk]) is not None and row.program.currency == self.currency:
                by_program[row.program][row.pk] = (held[row.pk].tier, other)
        found: dict[int, Decimal] = {}
        for program, changes in by_program.items():
            found |= rebate_changes(program=program, changes=changes, today=self.today)
        return found


def _other(row: TierStanding, held: Held, ladder: Ladder) -> Tier | None:
    """The tier that the row is about: where it leads, or may lead."""
    if held.open is not None:
        return held.open.to_tier
    if row.urgency == Urgency.NEAR:  # type: ignore[attr-defined]
        return ladder.above(held.tier)
    if row.urgency == Urgency.ENDING and held.tier is not None:  # type: ignore[attr-defined]
        below = [tier for tier in ladder.tiers if tier.rank < held.tier.rank]
        return below[-1] if below else None
    return None


def days_left(day: date, today: date) -> str:
    count = (day - today).days
    return ngettext("%(count)s day left", "%(count)s days left", count) % {"count": formats.number(count)}


def _state(row: TierStanding, held: Held, until: date | None, today: date) -> tuple[str, Tone]:
    move, urgency = held.open, row.urgency  # type: ignore[attr-defined]
    if move is not None and move.due_on is None:
        return _("%(tier)s proposed") % {"tier": move.to_tier.name}, "info"
    if move is not None and move.due_on is not None:
        values = {"tier": move.to_tier.name, "day": formats.date_short(move.due_on)}
        if move.due_on <= today:
            return _("%(tier)s from %(day)s") % values, "danger"
        return _("%(tier)s from %(day)s, %(left)s") % {**values, "left": days_left(move.due_on, today)}, "danger"
    if until is not None:
        return _("decided by hand until %(day)s") % {"day": formats.date_short(until - timedelta(days=1))}, "neutral"
    if urgency == Urgency.ENDING and row.safe_until is not None:
        if row.safe_until <= today:
            return _("no longer met"), "danger"
        values = {"day": formats.date_short(row.safe_until), "left": days_left(row.safe_until, today)}
        return _("met until before %(day)s, %(left)s") % values, "warning"
    if row.nearness is None:
        return _("highest tier"), "neutral"
    return _("%(share)s of the next tier") % {"share": formats.percent(row.nearness * 100, 0)}, (
        "success" if urgency == Urgency.NEAR else "neutral"
    )


def _missing(
    row: TierStanding, held: Held, ladder: Ladder, say: Callable[[Criterion, Program], str], today: date
) -> list[str]:
    """What the next tier still takes, or what the tier held lacks or is about to lack."""

    def look_up(criterion: Criterion) -> Measurement:
        return read(row.measured.get(criterion.key)) or criterion.nothing()

    def line(criterion: Criterion) -> str:
        found = look_up(criterion)
        return f"{say(criterion, row.program)}: {criterion.kind.progress(criterion.params, row.program, found)}"

    asked = ladder.asked.get(held.tier.pk) if held.tier is not None else None
    if held.open is not None and held.open.due_on is not None:
        return [line(each) for each in asked.missing(look_up)] if asked is not None else []
    if row.urgency == Urgency.ENDING and asked is not None:  # type: ignore[attr-defined]
        ends = [(look_up(each).until, each) for each in asked.criteria() if look_up(each).met]
        return [
            _("%(criterion)s: until before %(day)s")
            % {"criterion": say(each, row.program), "day": formats.date_short(end)}
            for end, each in ends
            if end is not None and end <= today + AHEAD
        ]
    above = ladder.above(held.tier)
    return [line(each) for each in ladder.asked[above.pk].missing(look_up)] if above is not None else []


def read(written: Mapping[str, str] | None) -> Measurement | None:
    """A measurement as a standing keeps it, without its evidence; None for what is not readable any more."""
    try:
        if written is None:
            return None
        until = written.get("until")
        return Measurement(
            Decimal(written["have"]), Decimal(written["need"]), until=date.fromisoformat(until) if until else None
        )
    except (KeyError, ValueError, InvalidOperation):
        return None
