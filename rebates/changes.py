"""What made an adjustment: the sales that came, went or were corrected since, and what else was put right.

Both results are made anew from single lines as they were judged then (`rebates.history`) and compared with what was
settled. Where they agree, the difference is shared out over what changed, to the cent; where they do not, what is left
to say is said of the difference as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from common.money import ZERO
from common.periods import Period
from programs.models import RebateTerms
from programs.terms import Terms
from rebates import engine
from rebates.engine import Aggregate, Facts, LinesDoNotMatch, Reason, SaleLine, settle, shares
from rebates.engine.eligibility import rate_of, reason_for_nothing
from rebates.explained import COUNTED_ANYWAY, Explained, sale_lines_of
from rebates.history import Recorded, Span, facts_then, lines_then, moments_of
from rebates.models import Closing, Settlement
from sales.models import Evidence


class Cause(StrEnum):
    """Why a sale, or what it brings, is another one than before."""

    LATE = "late"
    CORRECTED = "corrected"
    TAKEN_BACK = "taken_back"
    RETURNED = "returned"
    CREDITED = "credited"
    STATUS = "status"
    TIER = "tier"
    AGREEMENT = "agreement"
    COUNTRY = "country"
    NEWCOMER = "newcomer"
    PRODUCT = "product"
    DISTRIBUTOR = "distributor"
    PROGRAM = "program"
    REST = "rest"
    """Nothing about the sale itself: what changed with the others, a step above all, changed what it brings."""
    UNKNOWN = "unknown"
    """Cannot be told from what is recorded."""


_BY_REASON = {
    Reason.NOT_ENROLLED: Cause.STATUS,
    Reason.COUNTRY: Cause.COUNTRY,
    Reason.TIER: Cause.TIER,
    Reason.NO_TIER_RATE: Cause.TIER,
    Reason.NO_ARTICLE_RATE: Cause.TIER,
    Reason.AGREEMENT: Cause.AGREEMENT,
    Reason.NEWCOMER: Cause.NEWCOMER,
    Reason.PRODUCT: Cause.PRODUCT,
    Reason.DISTRIBUTOR: Cause.DISTRIBUTOR,
    Reason.PROGRAM: Cause.PROGRAM,
    Reason.CURRENCY: Cause.PROGRAM,
}


@dataclass(frozen=True, slots=True)
class Moved:
    """A sale of which something changed. `ids`: its lines, the one that says it best first.

    `amount`: what it brings more than before; None where that cannot be told. Quantities are those that count for the
    sale before and after; a sale that is new has none before.
    """

    ids: tuple[int, ...]
    amount: Decimal | None
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class Part:
    """A part of the difference: everything with one cause. The amounts of the parts add up to what was booked."""

    cause: Cause
    amount: Decimal
    sales: Sequence[Moved] = ()


@dataclass(frozen=True)
class Then:
    """A period as one closing judged it, line by line."""

    result: engine.Settlement
    document: Terms
    lines: Mapping[int, SaleLine]
    shares: Mapping[int, Decimal]
    facts: Mapping[str, Sequence[Span]]

    @cached_property
    def enrolled_on(self) -> date | None:
        return next((start for start, _end, _what in self.facts["enrolled"]), None)

    def share(self, pk: int) -> Decimal:
        return self.shares.get(pk, ZERO)

    def reason(self, pk: int) -> Reason | None:
        """Why the line brings nothing; one that was not there at all was nobody's who takes part."""
        if (line := self.lines.get(pk)) is None:
            return Reason.NOT_ENROLLED
        facts = Facts(self.result.period, self.result.currency, first_enrolled_on=self.enrolled_on)
        return reason_for_nothing(self.document, facts, line)

    def counts(self, pk: int) -> bool:
        return self.reason(pk) in COUNTED_ANYWAY

    def units(self, pk: int) -> Decimal:
        return self.lines[pk].units if pk in self.lines else Decimal(0)


@dataclass(frozen=True)
class Change:
    """One adjustment: what a later closing booked for the period, and what made it."""

    settlement: Settlement
    before: engine.Settlement | None
    """The result before, None where it cannot be told (nothing was settled then)."""
    after: engine.Settlement
    parts: Sequence[Part]
    facts_before: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    facts_after: Mapping[str, Sequence[Span]] = field(default_factory=dict)

    @property
    def closing(self) -> Closing:
        return self.settlement.closing

    def ids(self) -> set[int]:
        """The lines that made it."""
        return {pk for part in self.parts for moved in part.sales for pk in moved.ids}


class _New(NamedTuple):
    """A line booked between two closings."""

    pk: int
    distributor: int
    document_key: str
    document_line: str
    reverses: int | None
    quantity: Decimal
    net: Decimal | None
    evidence: str


def changes_of(explained: Explained) -> list[Change]:
    """The adjustments of the period, oldest first. Queries grow with their number, which closings bound."""
    adjusted = [each for each in explained.settled if explained.is_adjustment(each)]
    if not adjusted:
        return []
    own = Closing.objects.filter(program=explained.terms.program_id, period=str(explained.period)).first()
    closings = [each.closing for each in explained.settled] + ([own] if own is not None else [])
    moments = moments_of(closings)
    states = {each.pk: _settled(explained, each, moments[each.closing_id]) for each in explained.settled}
    found = []
    for place, settlement in enumerate(explained.settled):
        if not explained.is_adjustment(settlement):
            continue
        if place:
            earlier = explained.settled[place - 1]
            before, cut, known = states[earlier.pk], earlier.lines_until, _result(earlier)
        else:
            # Whoever was not enrolled when the period was closed got nothing then.
            before = _unsettled(explained, own, moments) if own is not None else None
            cut, known = (own.cut if own is not None else 0), None
        found.append(_change(explained, settlement, before, states[settlement.pk], cut or 0, known))
    return found


def judged_then(explained: Explained, settlement: Settlement) -> Then | None:
    """The period as the closing of this settlement judged it; None where what is recorded does not give the result."""
    return _settled(explained, settlement, moments_of([settlement.closing])[settlement.closing_id])


def _change(
    explained: Explained,
    settlement: Settlement,
    before: Then | None,
    after: Then | None,
    cut: int,
    known: engine.Settlement | None,
) -> Change:
    result = after.result if after is not None else _result(settlement)
    new = _new_lines(explained, cut, settlement.lines_until)
    if before is not None and after is not None and before.lines.keys() <= after.lines.keys():
        parts = _parts(before, after, new)
        if sum((part.amount for part in parts), ZERO) == settlement.amount:
            return Change(settlement, known or before.result, result, parts, before.facts, after.facts)
    arrived = [Moved((each.pk,), None, None, each.quantity) for each in new]
    return Change(settlement, known, result, [Part(Cause.UNKNOWN, settlement.amount, arrived)])


def _result(settlement: Settlement) -> engine.Settlement:
    return engine.Settlement.from_json(settlement.explanation)


# --- the period as it was judged --------------------------------------------------------------------------------------


def _settled(explained: Explained, settlement: Settlement, moments: Iterable[datetime]) -> Then | None:
    """As the closing judged it; None where what is recorded does not give what was settled."""
    stored = _result(settlement)
    for recorded in _recorded(moments):
        then = _judged(explained, settlement.terms, settlement.lines_until, recorded, stored.currency)
        found = then.result
        if (found.totals, found.left_out, found.amount) == (stored.totals, stored.left_out, stored.amount):
            return then if then.shares or stored.amount == 0 else None
    return None


def _unsettled(explained: Explained, own: Closing, moments: Mapping[int, Sequence[datetime]]) -> Then | None:
    """As the period's own closing would have judged it, which had no item for the enrolment: nothing counted."""
    for recorded in _recorded(moments[own.pk]):
        then = _judged(explained, explained.terms, own.cut or 0, recorded, explained.currency)
        if then.result.amount == 0:
            return then
    return None


def _recorded(moments: Iterable[datetime]) -> list[Recorded]:
    at = list(moments)
    return [Recorded(each) for each in at] + [Recorded(each, removed=False) for each in at]


def _judged(explained: Explained, terms: RebateTerms, cut: int, recorded: Recorded, currency: str) -> Then:
    enrolment, period, document = explained.enrolment.pk, explained.period, terms.terms
    lines = lines_then(terms=terms, period=period, enrolment_id=enrolment, cut=cut, recorded=recorded)
    facts = facts_then(enrolment_id=enrolment, recorded=recorded)
    enrolled_on = next((start for start, _end, _what in facts["enrolled"]), None)
    asked = Facts(period, currency, today=period.end, first_enrolled_on=enrolled_on)
    result = settle(document, asked, map(_alone, lines))
    try:
        shared = shares(document, result, lines)
    except LinesDoNotMatch:
        shared = {}
    return Then(result, document, {line.id: line for line in lines}, shared, facts)


def _alone(line: SaleLine) -> Aggregate:
    without = line.net is None
    return Aggregate(
        tier=line.tier,
        country=line.country,
        active=line.active,
        agreement=line.agreement,
        article=line.article,
        in_group=line.in_group,
        project=line.project,
        units=line.units,
        net=line.net or ZERO,
        lines=1,
        lines_without_value=int(without),
        units_without_value=line.units if without else Decimal(0),
        excluded=line.excluded,
    )


def _new_lines(explained: Explained, after: int, until: int) -> list[_New]:
    """Booked for the period under cuts after one closing's, up to that of another."""
    lines = sale_lines_of(explained).filter(cut__gt=after, cut__lte=until).select_related(None).order_by("id")
    columns = ("pk", "distributor", "document_key", "document_line", "reverses", "quantity", "net")
    return [_New(*row) for row in lines.values_list(*columns, "evidence")]


# --- what changed -----------------------------------------------------------------------------------------------------


def _parts(before: Then, after: Then, new: Sequence[_New]) -> list[Part]:
    found: dict[Cause, list[Moved]] = defaultdict(list)
    seen: set[int] = set()
    rest: list[Moved] = []
    for booked, moved in _booked_since(before, after, new):
        seen.update(moved.ids)
        if booked is not Cause.REST:
            found[booked].append(moved)
        elif moved.amount != 0:
            rest.append(moved)
    for pk in after.lines.keys() - seen:
        amount = after.share(pk) - before.share(pk)
        units = after.units(pk)
        if (cause := _put_right(before, after, pk)) is not None:
            found[cause].append(Moved((pk,), amount, units, units))
        elif amount != 0:
            rest.append(Moved((pk,), amount, units, units))
    parts = [Part(cause, _sum(found[cause]), _largest_first(found[cause])) for cause in Cause if cause in found]
    return [*parts, Part(Cause.REST, _sum(rest), _largest_first(rest))] if _sum(rest) != 0 else parts


def _sum(moved: Iterable[Moved]) -> Decimal:
    return sum((each.amount or ZERO for each in moved), ZERO)


def _largest_first(moved: Iterable[Moved]) -> list[Moved]:
    return sorted(moved, key=lambda each: (-abs(each.amount or ZERO), each.ids))


def _booked_since(before: Then, after: Then, new: Sequence[_New]) -> Iterable[tuple[Cause, Moved]]:
    """Sales of which lines were booked since, with everything that was booked of each. What came and went, and what
    counts neither before nor after, made no difference: that is of the rest, for a cent of rounding at most."""
    sales: dict[tuple[int, str, str], list[_New]] = defaultdict(list)
    for line in new:
        sales[line.distributor, line.document_key, line.document_line].append(line)
    for lines in sales.values():
        own = {line.pk for line in lines}
        reversed_ = {line.reverses for line in lines if line.reverses is not None}
        olds = sorted(reversed_ - own)
        standing = [line for line in lines if line.reverses is None and line.pk not in reversed_]
        ids = [*(line.pk for line in reversed(standing)), *olds, *sorted(own - {line.pk for line in standing})]
        known = [pk for pk in ids if pk in after.lines]
        counted = any(after.counts(pk) for pk in known) or any(before.counts(pk) for pk in olds)
        moved = Moved(
            ids=tuple(known),
            amount=sum((after.share(pk) - before.share(pk) for pk in known), ZERO),
            before=sum((before.units(pk) for pk in olds), Decimal(0)) if olds else None,
            after=sum((line.quantity for line in standing), Decimal(0)),
        )
        yield _cause_of(olds, standing) if counted and (olds or standing) else Cause.REST, moved


def _cause_of(olds: Sequence[int], standing: Sequence[_New]) -> Cause:
    if olds:
        return Cause.CORRECTED if standing else Cause.TAKEN_BACK
    line = standing[-1]
    if line.quantity < 0 and line.evidence == Evidence.SELL_OUT:
        return Cause.RETURNED
    if line.quantity < 0 or (line.net is not None and line.net < 0):
        return Cause.CREDITED
    return Cause.LATE


def _put_right(before: Then, after: Then, pk: int) -> Cause | None:
    """What was recorded otherwise then, where that changed what the line brings by itself."""
    was, is_ = before.reason(pk), after.reason(pk)
    if was == is_:
        if was is None and after.document.rates is not None and _rate(before, pk) != _rate(after, pk):
            return Cause.TIER
        return None
    if was is not None and is_ is not None and not (before.counts(pk) or after.counts(pk)):
        return None
    return _BY_REASON.get(is_ or was or Reason.PROJECT)


def _rate(then: Then, pk: int) -> Decimal | Reason:
    line = then.lines[pk]
    return rate_of(then.document, line.tier, line.article)


def spans_in(spans: Sequence[Span], period: Period) -> list[tuple[date, date, str]]:
    """Those parts that lie in the period, in order."""
    cut = ((max(start, period.start), min(end or period.end, period.end), what) for start, end, what in spans)
    return [(start, end, what) for start, end, what in cut if start < end]
