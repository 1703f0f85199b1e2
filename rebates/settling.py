"""Settling the partners of a frozen closing, chunk by chunk: the part of a closing that many workers do at once.

A chunk's settlements, ledger entries and done marks are one commit. Who cannot be calculated, or would get an amount
above a bound, is parked until a person has looked; the others go on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import structlog
from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Sum

from common.copying import insert_all
from common.errors import DomainError
from common.money import ZERO
from common.periods import Period
from partners.models import Enrolment
from rebates.bounds import Held, held_back
from rebates.ledger import book_settlements, ensure_sound
from rebates.live import Figure, figures, terms_of_then
from rebates.models import Closing, ClosingItem, Settlement

log = structlog.get_logger(__name__)
State = Closing.State
Before = dict[str, dict[tuple[int, str], Decimal]]
Found = dict[int, list[Figure]]
# What wrong data of one partner can raise. A deadlock or a lost connection is no such thing: the chunk is tried again.
NOT_CALCULABLE = (DataError, IntegrityError, ArithmeticError, ValueError, DomainError)


@transaction.atomic
def work_chunk(*, closing_id: int, now: datetime, limit: int, skip_locked: bool = True) -> int:
    """Settle up to `limit` items nobody else works on; returns how many were taken (0: none left for this worker).

    Settlements, entries and done marks are one commit. `skip_locked=False` waits for items others hold. Raises
    MoneyHalted.
    """
    closing = Closing.objects.select_related("program").get(pk=closing_id)
    if closing.state != State.FROZEN:
        return 0
    ensure_sound(vendor_id=closing.program.vendor_id)
    pending = closing.items.filter(state=ClosingItem.State.PENDING).order_by("id")
    claimed = pending.select_for_update(skip_locked=skip_locked, of=("self",)).select_related("enrolment")
    items = list(claimed[:limit])
    if not items:
        return 0
    # Those who are calculated again after a repair have a cut of their own.
    by_cut: dict[int | None, list[ClosingItem]] = defaultdict(list)
    for item in items:
        by_cut[item.cut].append(item)
    for together in by_cut.values():
        _settle_as_they_go(closing, together, now)
    return len(items)


def _settle_as_they_go(closing: Closing, items: Sequence[ClosingItem], now: datetime) -> None:
    """All at once, or, where one of them cannot be calculated, each alone."""
    try:
        _settle(closing, items, now)
    except NOT_CALCULABLE:
        for item in items:
            _settle_or_park(closing, item, now)


def _settled_before(closing: Closing, enrolments: Sequence[Enrolment]) -> Before:
    """What was settled so far in the program's currency, per period what `figures` takes as known."""
    settled = Settlement.objects.filter(
        enrolment__in=enrolments, terms__program_id=closing.program_id, currency=closing.program.currency
    )
    before: Before = defaultdict(dict)
    by = settled.values_list("enrolment_id", "terms__code", "period").order_by()
    for enrolment, code, period, total in by.annotate(total=Sum("amount")):
        before[period][enrolment, code] = total
    return before


def _results(closing: Closing, enrolments: Sequence[Enrolment], cut: int | None, before: Before) -> Found:
    """Results of the closing's period, and of the closed ones before it what has changed since; under the terms of
    then, up to `cut`.
    """
    period = Period.parse(closing.period)
    earlier = [period.previous(n) for n in range(closing.looks_back, 0, -1)]
    closed = set(
        Closing.objects.filter(
            program_id=closing.program_id, period__in=map(str, earlier), state=State.SEALED
        ).values_list("period", flat=True)
    )
    asked = [*(period for period in earlier if str(period) in closed), period]
    found: Found = defaultdict(list)
    for each, versions in terms_of_then(program=closing.program, periods=asked).items():
        known = None if each == period else before[str(each)]
        for figure in figures(
            versions=versions, period=each, today=period.end, cut=cut, enrolments=enrolments, known=known
        ):
            found[figure.enrolment.pk].append(figure)
    return found


@transaction.atomic
def _settle(closing: Closing, items: Sequence[ClosingItem], now: datetime) -> None:
    """Write the settlements and entries of these items and mark them done: all, or on an error none.

    Those whose amount is above a bound are parked instead. `items` have the same cut.
    """
    settlements = _settlements(closing, items, now)
    held = held_back(closing=closing, items=items, settlements=settlements)
    settled = [each for each in settlements if each.enrolment_id not in held]
    insert_all(settled)
    book_settlements(closing=closing, settlements=settled, now=now)
    done = [item.pk for item in items if item.enrolment_id not in held]
    ClosingItem.objects.filter(pk__in=done).update(
        state=ClosingItem.State.DONE, done_at=now, attempts=F("attempts") + 1
    )
    for item in items:
        if reason := held.get(item.enrolment_id):
            _hold_back(closing, item, reason)


def _settlements(closing: Closing, items: Sequence[ClosingItem], now: datetime) -> list[Settlement]:
    enrolments, own_cut = [item.enrolment for item in items], items[0].cut
    before = _settled_before(closing, enrolments)
    found = _results(closing, enrolments, own_cut or closing.cut, before)
    figures_found = (figure for enrolment in enrolments for figure in found[enrolment.pk])
    return [_settlement(closing, figure, _amount_before(before, figure), own_cut, now) for figure in figures_found]


def _hold_back(closing: Closing, item: ClosingItem, held: Held) -> None:
    ClosingItem.objects.filter(pk=item.pk).update(
        state=ClosingItem.State.PARKED,
        cause=held.cause,
        found=held.found,
        bound=held.bound,
        attempts=F("attempts") + 1,
    )
    log.warning("closing item held back", closing=closing.pk, item=item.pk, cause=str(held.cause))


def _settle_or_park(closing: Closing, item: ClosingItem, now: datetime) -> None:
    """One bad partner does not hold up the others."""
    try:
        _settle(closing, [item], now)
    except NOT_CALCULABLE as error:
        ClosingItem.objects.filter(pk=item.pk).update(
            state=ClosingItem.State.PARKED,
            cause=ClosingItem.Cause.FAULT,
            reason=f"{type(error).__name__}: {error}"[:300],
            found=None,
            bound=None,
            attempts=F("attempts") + 1,
        )
        log.warning("closing item parked", closing=closing.pk, item=item.pk, error=type(error).__name__)


def _amount_before(before: Before, figure: Figure) -> Decimal:
    return before[str(figure.period)].get((figure.enrolment.pk, figure.terms.code), ZERO)


def _settlement(closing: Closing, figure: Figure, before: Decimal, own_cut: int | None, now: datetime) -> Settlement:
    result = figure.settlement.amount
    return Settlement(
        closing=closing,
        enrolment=figure.enrolment,
        terms=figure.terms,
        period=str(figure.period),
        attainment=figure.settlement.attainment,
        step=figure.settlement.step,
        result=result,
        amount=result - before,
        currency=closing.program.currency,
        explanation=figure.settlement.to_json(),
        cut=own_cut,
        settled_at=now,
    )
