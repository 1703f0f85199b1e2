"""Live figures, settlements and closings over the HTTP API, explained in the same sentences as on the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from common.api import ApiRequest, ById, Page, Slug, amount, answers, needs, page_of, quantity
from common.tokens import Scope
from partners.models import Enrolment, Partner
from rebates import engine
from rebates.explaining import sentence
from rebates.live import live_figures
from rebates.models import Closing, Settlement

router = Router(tags=["rebates"])


class LeftOutOut(Schema):
    reason: str
    lines: int
    units: str
    net: str


class NextStepOut(Schema):
    """`missing` units or revenue more until the end of `until` bring `gain`."""

    at: str
    missing: str
    until: date
    gain: str
    sentence: str


class ResultOut(Schema):
    """What terms give for one partner and period. `attainment` is in units or in the currency, as `counts` says."""

    partner: str
    program: str
    terms: str
    terms_name: str
    period: str
    counts: str
    attainment: str
    step: str | None
    rate: str | None
    amount: str
    currency: str
    explanation: list[str]
    left_out: list[LeftOutOut]


class FigureOut(ResultOut):
    """As things stand now; nothing is owed before the period is closed."""

    starts_on: date
    ends_on: date
    next_step: NextStepOut | None


class SettlementOut(ResultOut):
    """What a closing settled. `amount` is `result` minus everything settled for the same period before."""

    id: int
    closing: int
    result: str
    settled_at: datetime


def _result(settlement: engine.Settlement) -> dict[str, Any]:
    return {
        "counts": settlement.counts.value,
        "attainment": quantity(settlement.attainment),
        "step": quantity(settlement.step),
        "rate": quantity(settlement.rate),
        "amount": amount(settlement.amount),
        "currency": settlement.currency,
        "explanation": [sentence(line, settlement.currency) for line in settlement.explanation],
        "left_out": [
            {"reason": each.reason.value, "lines": each.lines, "units": quantity(each.units), "net": amount(each.net)}
            for each in settlement.left_out
        ],
    }


def _next_step(settlement: engine.Settlement) -> NextStepOut | None:
    step = settlement.next_step
    if step is None:
        return None
    return NextStepOut(
        at=quantity(step.at),
        missing=quantity(step.missing),
        until=step.until,
        gain=amount(step.gain),
        sentence=sentence(step.sentence, settlement.currency),
    )


@router.get("/partners/{slug:number}/figures", response=answers(list[FigureOut]), **needs(Scope.FIGURES))
def list_figures(request: ApiRequest, number: str) -> list[FigureOut]:
    """The running rebates of a partner as of this moment, with their explanation and the next step."""
    partner = get_object_or_404(Partner.objects.visible_to(request.actor), number=number)
    enrolments = Enrolment.objects.visible_to(request.actor).filter(partner=partner).select_related("program")
    return [
        FigureOut(
            partner=partner.number,
            program=figure.terms.program.slug,
            terms=figure.terms.code,
            terms_name=figure.terms.name,
            period=str(figure.period),
            starts_on=figure.period.start,
            ends_on=figure.period.last_day,
            next_step=_next_step(figure.settlement),
            **_result(figure.settlement),
        )
        for figure in live_figures(enrolments=list(enrolments), today=request.today)
    ]


class SettlementFilter(Schema):
    partner: Slug | None = None
    program: Slug | None = None
    period: Slug | None = None


def settlement_out(row: Settlement) -> SettlementOut:
    settlement = engine.Settlement.from_json(row.explanation)
    return SettlementOut(
        id=row.pk,
        closing=row.closing_id,
        partner=row.enrolment.partner.number,
        program=row.closing.program.slug,
        terms=row.terms.code,
        terms_name=row.terms.name,
        period=row.period,
        settled_at=row.settled_at,
        result=amount(row.result),
        **{**_result(settlement), "amount": amount(row.amount)},
    )


@router.get("/settlements", response=answers(Page[SettlementOut]), **needs(Scope.FIGURES))
def list_settlements(request: ApiRequest, filters: Query[SettlementFilter], params: Query[ById]) -> dict[str, Any]:
    """What was settled by sealed closings, in the order in which it was settled."""
    rows = Settlement.objects.visible_to(request.actor).filter(closing__state=Closing.State.SEALED)
    if filters.partner:
        rows = rows.filter(enrolment__partner__number=filters.partner)
    if filters.program:
        rows = rows.filter(closing__program__slug=filters.program)
    if filters.period:
        rows = rows.filter(period=filters.period)
    return page_of(rows.select_related("enrolment__partner", "closing__program", "terms"), params, settlement_out)


class ClosingOut(Schema):
    """The settling of one period of a program; `total` once it is sealed."""

    id: int
    program: str
    period: str
    state: str
    opened_at: datetime
    sealed_at: datetime | None
    total: str | None
    currency: str


class ClosingFilter(Schema):
    program: Slug | None = None


def closing_out(closing: Closing) -> ClosingOut:
    return ClosingOut(
        id=closing.pk,
        program=closing.program.slug,
        period=closing.period,
        state=closing.state,
        opened_at=closing.opened_at,
        sealed_at=closing.sealed_at,
        total=amount(closing.total),
        currency=closing.program.currency,
    )


@router.get("/closings", response=answers(Page[ClosingOut]), **needs(Scope.CLOSINGS))
def list_closings(request: ApiRequest, filters: Query[ClosingFilter], params: Query[ById]) -> dict[str, Any]:
    """Closings of your programs, in the order in which they were opened."""
    rows = Closing.objects.visible_to(request.actor)
    if filters.program:
        rows = rows.filter(program__slug=filters.program)
    return page_of(rows.select_related("program"), params, closing_out)


@router.get("/closings/{int:pk}", response=answers(ClosingOut), **needs(Scope.CLOSINGS))
def get_closing(request: ApiRequest, pk: int) -> ClosingOut:
    """One closing."""
    return closing_out(get_object_or_404(Closing.objects.visible_to(request.actor).select_related("program"), pk=pk))
