"""Sales reported so late that no closing settles them any more: a person has to look at them.

A closing settles lines up to its cut, for its own period and for those it looks back at. What was booked for a closed
period after the last closing that covered it, and will be covered by none to come, is settled by nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Max, Q

from common.access import Actor
from common.periods import Period
from partners.models import Enrolment
from programs.models import Program, RebateTerms, Vendor
from rebates.aggregates import lines_among
from rebates.engine import Facts
from rebates.engine.eligibility import reason_for_nothing
from rebates.live import next_closing, published_terms, terms_of_then
from rebates.models import Closing, ClosingItem
from sales.models import SaleLine


@dataclass(frozen=True, slots=True)
class Beyond:
    """A closed period that no closing to come looks at; lines with a greater cut are settled by nobody.

    `again`: enrolments that one of its closings calculated again after a repair, with the greater cut they have.
    `needed`: how many periods the program's closings would have to look back at for the next one to settle them; None
    where that is more than they can, or no further closing comes.
    """

    program: Program
    period: Period
    cut: int
    again: Mapping[int, int]
    needed: int | None

    def settles(self, line: SaleLine, enrolment: int) -> bool:
        """Whether the line was counted when the enrolment was calculated again."""
        return line.cut <= self.again.get(enrolment, 0)


@dataclass(frozen=True, slots=True)
class LateLine:
    """A line that would count for `terms` in the closed period, and that nobody settles."""

    line: SaleLine
    enrolment: Enrolment
    terms: RebateTerms
    beyond: Beyond


def periods_beyond(*, vendor: Vendor) -> list[Beyond]:
    """The vendor's closed periods that no closing to come looks at."""
    frozen = Closing.objects.filter(program__vendor=vendor, cut__isnull=False).select_related("program")
    by_kind: dict[tuple[Program, str], list[Closing]] = defaultdict(list)
    for closing in frozen:
        by_kind[closing.program, closing.kind].append(closing)
    published = published_terms(programs=Program.objects.filter(vendor=vendor)) if by_kind else []
    return [each for (program, _kind), closings in by_kind.items() for each in _beyond(program, published, closings)]


def _beyond(program: Program, published: Sequence[RebateTerms], closings: Sequence[Closing]) -> Iterable[Beyond]:
    """Of one program and one length of period."""
    covered = [(Period.parse(closing.period), closing) for closing in closings]
    latest = max(period for period, _closing in covered)
    following = next_closing(program=program, published=published, latest=latest)
    for period, closing in covered:
        reached = following is not None and following.previous(program.recomputed_periods) <= period
        if closing.state == Closing.State.SEALED and not reached:
            covering = [other for own, other in covered if own.previous(other.looks_back) <= period <= own]
            ahead = range(1, Program.MOST_RECOMPUTED + 1)
            needed = next((count for count in ahead if period.next(count) == following), None)
            cut = max(other.cut or 0 for other in covering)
            yield Beyond(program=program, period=period, cut=cut, again=_again(covering), needed=needed)


def _again(closings: Iterable[Closing]) -> Mapping[int, int]:
    """The greatest cut of each enrolment that one of the closings calculated again."""
    items = ClosingItem.objects.filter(closing__in=closings, cut__isnull=False).order_by()
    return dict(items.values_list("enrolment").annotate(cut=Max("cut")))


def late_lines(*, vendor: Vendor, actor: Actor, most: int | None = None) -> list[LateLine]:
    """Lines nobody settles, latest period first; those that would count for no terms are left out.

    A line that counts for several terms is there several times. `most`: look at no more lines than this.
    """
    beyond = periods_beyond(vendor=vendor)
    if not beyond:
        return []
    somewhere = reduce(or_, (_booked_after(each) for each in beyond))
    # A line and the one that takes it back, both late, leave nothing to settle.
    lines = SaleLine.objects.visible_to(actor).filter(somewhere, vendor=vendor, reversed_by__isnull=True)
    late: dict[Program, dict[int, list[Beyond]]] = defaultdict(lambda: defaultdict(list))
    for pk, day, cut, reversed_cut in lines.order_by().values_list("id", "counts_on", "cut", "reverses__cut")[:most]:
        for each in beyond:
            if each.period.contains(day) and cut > each.cut and (reversed_cut is None or reversed_cut <= each.cut):
                late[each.program][pk].append(each)
    found = [row for program, by_line in late.items() for row in _counting(program, by_line)]
    return sorted(found, key=lambda row: (-row.beyond.period.end.toordinal(), row.beyond.program.name, row.line.pk))


def _booked_after(beyond: Beyond) -> Q:
    period = beyond.period
    return Q(counts_on__gte=period.start, counts_on__lt=period.end, cut__gt=beyond.cut)


def _counting(program: Program, late: Mapping[int, Sequence[Beyond]]) -> Iterable[LateLine]:
    """Which of the late lines, by their ids, count for the terms that settled their periods."""
    settles: dict[RebateTerms, list[Period]] = defaultdict(list)
    periods = {each.period for several in late.values() for each in several}
    for period, versions in terms_of_then(program=program, periods=sorted(periods, key=str)).items():
        for terms in versions:
            settles[terms].append(period)
    sales = {terms: lines_among(terms=terms, ids=list(late), periods=own) for terms, own in settles.items()}
    wanted = {enrolment for found in sales.values() for enrolment, _sale in found}
    enrolments = Enrolment.objects.select_related("partner").in_bulk(wanted)
    lines = SaleLine.objects.select_related("product", "distributor").in_bulk(list(late))
    for terms, found in sales.items():
        for enrolment, sale in found:
            beyond = next((each for each in late[sale.id] if each.period in settles[terms]), None)
            if beyond is None or beyond.settles(lines[sale.id], enrolment):
                continue
            first = enrolments[enrolment].enrolled_on
            facts = Facts(period=beyond.period, currency=program.currency, first_enrolled_on=first)
            if reason_for_nothing(terms.terms, facts, sale) is None:
                yield LateLine(lines[sale.id], enrolments[enrolment], terms, beyond)
