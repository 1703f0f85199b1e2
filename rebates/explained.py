"""One rebate of one period, explained: what was settled, what it would be now, and which lines it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet

from common.errors import DomainError
from common.money import ZERO
from common.periods import NotAPeriod, Period
from partners.models import Enrolment
from programs.models import RebateTerms
from programs.terms import Terms
from rebates import engine
from rebates.aggregates import lines_of
from rebates.engine import Facts, LinesDoNotMatch, Reason, shares
from rebates.engine.eligibility import needs_value, reason_for_nothing
from rebates.live import figures, next_closing, published_terms, terms_in_force
from rebates.models import Closing, Settlement
from rebates.selectors import PeriodState, closes_on
from sales.models import SaleLine


class NothingToExplain(DomainError):
    """There are no terms of this code for this period, or the period lies in the future."""


@dataclass(frozen=True, slots=True)
class LineShare:
    """A sale line, what it brought, and why it brought nothing. `share` is None where it cannot be told any more."""

    line: SaleLine
    tier: str | None
    reason: Reason | None
    share: Decimal | None

    @property
    def counts(self) -> bool:
        """The line enters the attainment; without a value or a rate it may still pay nothing."""
        return self.reason in COUNTED_ANYWAY


COUNTED_ANYWAY = (None, Reason.NO_VALUE, Reason.NO_TIER_RATE, Reason.NO_ARTICLE_RATE)


@dataclass(frozen=True)
class Explained:
    """`shown` is what the page explains: the settled result of a closed period, the live one of any other."""

    enrolment: Enrolment
    terms: RebateTerms
    period: Period
    today: date
    state: PeriodState
    live: engine.Settlement
    settled: Sequence[Settlement]
    """Every settlement of the period, oldest first; empty while nothing is closed."""

    @cached_property
    def document(self) -> Terms:
        return self.terms.terms

    @cached_property
    def shown(self) -> engine.Settlement:
        return engine.Settlement.from_json(self.settled[-1].explanation) if self.settled else self.live

    @property
    def currency(self) -> str:
        return self.shown.currency

    @property
    def earned(self) -> Decimal:
        """What the period's own closing settled, or the live amount."""
        if not self.settled:
            return self.live.amount
        return sum((each.amount for each in self.settled if not self.is_adjustment(each)), ZERO)

    @property
    def adjusted(self) -> Decimal:
        return sum((each.amount for each in self.settled if self.is_adjustment(each)), ZERO)

    @property
    def total(self) -> Decimal:
        return self.earned + self.adjusted

    @property
    def since(self) -> Decimal:
        """What has changed since the last settlement: zero while nothing is settled."""
        return self.live.amount - self.total if self.settled else ZERO

    @property
    def closes_on(self) -> date:
        return closes_on(self.terms.program, self.period)

    @cached_property
    def change_comes_on(self) -> date | None:
        """When the change since is settled: with the next closing, or None where a person has to look at it."""
        kind = self.period.kind
        program = self.terms.program
        frozen = Closing.objects.filter(program=program, kind=kind).exclude(state=Closing.State.OPEN)
        latest = frozen.order_by("-ends_on").values_list("period", flat=True).first()
        last = Period.parse(latest) if latest else self.period
        following = next_closing(program=program, published=published_terms(programs=[program]), latest=last)
        if following is None or self.period < following.previous(program.recomputed_periods):
            return None
        return max(closes_on(program, following), self.today)

    def is_adjustment(self, settlement: Settlement) -> bool:
        return settlement.closing.period != str(self.period)

    @cached_property
    def lines(self) -> list[LineShare]:
        """Every line behind what is shown, latest first, with its share of the amount."""
        cut = self.settled[-1].lines_until if self.settled else None
        found = lines_of(terms=self.terms, period=self.period, enrolment_id=self.enrolment.pk, cut=cut)
        try:
            shared: dict[int, Decimal] | None = shares(self.document, self.shown, found)
        except LinesDoNotMatch:
            shared = None
        circumstances = {line.id: line for line in found}
        return [
            LineShare(
                line=line,
                tier=circumstances[line.pk].tier,
                reason=self._reason(circumstances[line.pk]),
                share=None if shared is None else shared[line.pk],
            )
            for line in sale_lines_of(self)
            if line.pk in circumstances
        ]

    @property
    def shares_known(self) -> bool:
        """False where tiers or product groups were corrected afterwards, so that the stored result no longer fits."""
        return all(line.share is not None for line in self.lines)

    def _reason(self, line: engine.SaleLine) -> Reason | None:
        facts = Facts(self.period, self.currency, first_enrolled_on=self.enrolment.enrolled_on)
        if reason := reason_for_nothing(self.document, facts, line):
            return reason
        return Reason.NO_VALUE if line.net is None and needs_value(self.document) else None


def explain_period(*, enrolment: Enrolment, code: str, period: str, today: date) -> Explained:
    """What `code` gives this enrolment in the period with that code. Raises NothingToExplain."""
    try:
        asked = Period.parse(period)
    except NotAPeriod as error:
        raise NothingToExplain(str(error)) from error
    if str(asked) != period or asked.start > today:
        raise NothingToExplain(period)
    settled = list(
        Settlement.objects.filter(enrolment=enrolment, terms__code=code, period=period)
        .select_related("closing", "terms__program__vendor")
        .order_by("settled_at", "id")
    )
    terms = settled[-1].terms if settled else _terms_of(enrolment, code, asked)
    figure = next(iter(figures(versions=[terms], period=asked, today=today, enrolments=[enrolment])))
    return Explained(
        enrolment=enrolment,
        terms=terms,
        period=asked,
        today=today,
        state=_state(asked, settled, today),
        live=figure.settlement,
        settled=settled,
    )


def _terms_of(enrolment: Enrolment, code: str, period: Period) -> RebateTerms:
    for terms in terms_in_force(program=enrolment.program, period=period):
        if terms.code == code:
            return terms
    raise NothingToExplain(code)


def _state(period: Period, settled: Iterable[Settlement], today: date) -> PeriodState:
    for settlement in settled:
        sealed = settlement.closing.state == Closing.State.SEALED
        return PeriodState.CLOSED if sealed else PeriodState.CLOSING
    return PeriodState.RUNNING if period.contains(today) else PeriodState.ENDED


def sale_lines_of(explained: Explained) -> QuerySet[SaleLine]:
    """The lines that can stand behind the rebate, those of later cuts included, latest first."""
    return SaleLine.objects.filter(
        vendor_id=explained.terms.program.vendor_id,
        partner_id=explained.enrolment.partner_id,
        evidence=explained.document.evidence,
        counts_on__gte=explained.period.start,
        counts_on__lt=explained.period.end,
    ).select_related("product", "distributor")
