"""Closing a period: open → frozen → calculated → sealed. Every step may be killed, repeated or raced.

- `ensure_due_closings` inserts what is due; inserting twice does nothing.
- `freeze` takes a cut of the vendor's books and makes an item per enrolment, in one commit.
- `work_chunk` claims items with SKIP LOCKED and commits settlements, ledger entries and done marks together.
- `seal` compares the sums and closes. Nothing sealed is ever edited; later closings book differences.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import structlog
from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from common.access import VENDOR, VENDOR_ADMIN, VENDOR_FINANCE, Actor
from common.errors import DomainError
from common.models import User
from common.periods import Period
from partners.models import Enrolment
from programs.models import Program, RebateTerms
from rebates.ledger import book_settlements
from rebates.live import Figure, figures, terms_in_force, terms_of_then
from rebates.models import Closing, ClosingItem, Posting, Settlement
from sales import books

log = structlog.get_logger(__name__)
RETRYING_ROLES = (VENDOR_FINANCE, VENDOR_ADMIN)
State = Closing.State
ZERO = Decimal("0.00")
Before = dict[tuple[int, str, str, str], Decimal]
Found = dict[int, list[Figure]]
# What wrong data of one partner can raise. A deadlock or a lost connection is no such thing: the chunk is tried again.
NOT_CALCULABLE = (DataError, IntegrityError, ArithmeticError, ValueError, DomainError)


class NotAllowed(DomainError):
    """The actor has no say in the vendor's closings."""


class NothingToClose(DomainError):
    """No published terms of the program settle this period."""


class PeriodNotOver(DomainError):
    """The period still runs."""


class AnotherAtWork(DomainError):
    """An earlier period of the program is not sealed yet; closings of a program go one after the other."""


class SumsDisagree(DomainError):
    """Settlements and ledger of a closing differ: a person must look before anything is sealed."""


def due_periods(*, program: Program, today: date) -> list[Period]:
    """Periods of the program's published terms whose end and grace days are over, oldest first."""
    starts: dict[str, date] = {}
    for terms in RebateTerms.objects.filter(program=program, state=RebateTerms.State.PUBLISHED):
        kind = terms.terms.period
        starts[kind] = min(starts.get(kind, terms.starts_on), terms.starts_on)
    due = []
    for kind, start in starts.items():
        period = Period.containing(kind, max(start, program.starts_on))
        while period.end + timedelta(days=program.grace_days) <= today:
            if terms_in_force(program=program, period=period):
                due.append(period)
            period = period.next()
    return sorted(due, key=lambda period: (period.end, str(period)))


def ensure_due_closings(*, today: date, now: datetime) -> list[Closing]:
    """Open a closing for whatever is due and has none; returns the new ones. Any number of schedulers may call it."""
    opened = []
    for program in Program.objects.order_by("id"):
        known = set(Closing.objects.filter(program=program).values_list("period", flat=True))
        for period in due_periods(program=program, today=today):
            if str(period) not in known:
                closing, created = _open(program=program, period=period, requested_by=None, now=now)
                opened += [closing] if created else []
    return opened


def open_closing(
    *, program: Program, period: Period, today: date, now: datetime, requested_by: User | None = None
) -> Closing:
    """The closing of `period`, opened if there is none yet; grace days may be cut short by whoever asks.

    Raises PeriodNotOver, NothingToClose.
    """
    if today < period.end:
        raise PeriodNotOver(
            _("%(period)s runs until %(day)s.") % {"period": period, "day": period.last_day.isoformat()}
        )
    if not terms_in_force(program=program, period=period):
        raise NothingToClose(
            _("%(program)s has no published terms for %(period)s.") % {"program": program, "period": period}
        )
    return _open(program=program, period=period, requested_by=requested_by, now=now)[0]


def _open(*, program: Program, period: Period, requested_by: User | None, now: datetime) -> tuple[Closing, bool]:
    return Closing.objects.get_or_create(
        program=program,
        period=str(period),
        defaults={"kind": period.kind, "ends_on": period.end, "opened_at": now, "requested_by": requested_by},
    )


def run(*, closing_id: int, now: datetime, chunk: int, seconds: float = math.inf, wait: bool = True) -> Closing:
    """Carry a closing as far as it goes; six at once, or again after a kill, give the same settlements.

    Comes back when it is sealed, held back by parked items, or after `seconds`. `wait`: once nothing is left to claim,
    wait for the items that others hold, and do their work if they died. Raises AnotherAtWork, SumsDisagree.
    """
    deadline = time.monotonic() + seconds
    freeze(closing_id=closing_id, now=now)
    for skip_locked in (True, False) if wait else (True,):
        while time.monotonic() < deadline and work_chunk(
            closing_id=closing_id, now=now, limit=chunk, skip_locked=skip_locked
        ):
            pass
    if finish_calculation(closing_id=closing_id, now=now):
        seal(closing_id=closing_id, now=now)
    return Closing.objects.select_related("program").get(pk=closing_id)


@transaction.atomic
def freeze(*, closing_id: int, now: datetime) -> bool:
    """Fix which lines and which enrolments belong to the closing. False: it was frozen already.

    Raises AnotherAtWork.
    """
    closing = Closing.objects.select_for_update(of=("self",)).select_related("program").get(pk=closing_id)
    if closing.state != State.OPEN:
        return False
    others = Closing.objects.filter(program_id=closing.program_id, kind=closing.kind).exclude(state=State.SEALED)
    at_work = others.filter(Q(ends_on__lt=closing.ends_on) | ~Q(state=State.OPEN)).exclude(pk=closing_id)
    if earlier := at_work.order_by("ends_on").first():
        raise AnotherAtWork(_("%(closing)s is not closed yet.") % {"closing": earlier})
    cut = books.freeze(vendor_id=closing.program.vendor_id)
    enrolments = Enrolment.objects.filter(program_id=closing.program_id, enrolled_on__lt=closing.ends_on)
    ClosingItem.objects.bulk_create(
        (
            ClosingItem(closing=closing, enrolment_id=pk)
            for pk in enrolments.order_by("id").values_list("id", flat=True)
        ),
        batch_size=1000,
    )
    Closing.objects.filter(pk=closing_id, state=State.OPEN).update(
        state=State.FROZEN, cut=cut, looks_back=closing.program.recomputed_periods, frozen_at=now
    )
    return True


@transaction.atomic
def work_chunk(*, closing_id: int, now: datetime, limit: int, skip_locked: bool = True) -> int:
    """Settle up to `limit` items nobody else works on; returns how many were taken (0: none left for this worker).

    Settlements, entries and done marks are one commit. `skip_locked=False` waits for items others hold.
    """
    closing = Closing.objects.select_related("program").get(pk=closing_id)
    if closing.state != State.FROZEN:
        return 0
    pending = closing.items.filter(state=ClosingItem.State.PENDING).order_by("id")
    claimed = pending.select_for_update(skip_locked=skip_locked, of=("self",)).select_related("enrolment")
    items = list(claimed[:limit])
    if not items:
        return 0
    try:
        _settle(closing, items, now)
    except NOT_CALCULABLE:
        for item in items:  # each alone, so that only the one with the fault is parked
            _settle_or_park(closing, item, now)
    return len(items)


def _settled_before(closing: Closing, enrolments: Sequence[Enrolment]) -> Before:
    """What was settled so far, per enrolment, code of terms, period and currency."""
    settled = Settlement.objects.filter(enrolment__in=enrolments, terms__program_id=closing.program_id)
    by = settled.values_list("enrolment_id", "terms__code", "period", "currency").order_by()
    sums = by.annotate(total=Sum("amount"))
    return {(enrolment, code, period, currency): total for enrolment, code, period, currency, total in sums}


def _results(closing: Closing, enrolments: Sequence[Enrolment]) -> Found:
    """Results of the closing's period and of the closed ones before it, under the terms of then and this cut."""
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
        for figure in figures(versions=versions, period=each, today=period.end, cut=closing.cut, enrolments=enrolments):
            found[figure.enrolment.pk].append(figure)
    return found


@transaction.atomic
def _settle(closing: Closing, items: Sequence[ClosingItem], now: datetime) -> None:
    """Write the settlements and entries of these items and mark them done: all, or on an error none."""
    enrolments = [item.enrolment for item in items]
    found = _results(closing, enrolments)
    before = _settled_before(closing, enrolments)
    figures_found = (figure for enrolment in enrolments for figure in found[enrolment.pk])
    settlements = [
        _settlement(closing, figure, before.get(_key(figure), ZERO), now)
        for figure in figures_found
        if _to_be_settled(closing, figure, before.get(_key(figure), ZERO))
    ]
    Settlement.objects.bulk_create(settlements)
    book_settlements(closing=closing, settlements=settlements, now=now)
    ClosingItem.objects.filter(pk__in=[item.pk for item in items]).update(
        state=ClosingItem.State.DONE, done_at=now, reason="", attempts=F("attempts") + 1
    )


def _settle_or_park(closing: Closing, item: ClosingItem, now: datetime) -> None:
    """One bad partner does not hold up the others."""
    try:
        _settle(closing, [item], now)
    except NOT_CALCULABLE as error:
        ClosingItem.objects.filter(pk=item.pk).update(
            state=ClosingItem.State.PARKED,
            reason=f"{type(error).__name__}: {error}"[:300],
            attempts=item.attempts + 1,
        )
        log.warning("closing item parked", closing=closing.pk, item=item.pk, error=type(error).__name__)


def _key(figure: Figure) -> tuple[int, str, str, str]:
    return figure.enrolment.pk, figure.terms.code, str(figure.period), figure.settlement.currency


def _to_be_settled(closing: Closing, figure: Figure, before: Decimal) -> bool:
    """Of earlier periods only what has changed since."""
    return str(figure.period) == closing.period or figure.settlement.amount != before


def _settlement(closing: Closing, figure: Figure, before: Decimal, now: datetime) -> Settlement:
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
        settled_at=now,
    )


@transaction.atomic
def finish_calculation(*, closing_id: int, now: datetime) -> bool:
    """Frozen → calculated once every item is done; parked items hold it back. True: the closing is calculated."""
    closing = Closing.objects.select_for_update().get(pk=closing_id)
    if closing.state == State.FROZEN and not closing.items.exclude(state=ClosingItem.State.DONE).exists():
        Closing.objects.filter(pk=closing_id, state=State.FROZEN).update(state=State.CALCULATED, calculated_at=now)
        return True
    return closing.state == State.CALCULATED


@transaction.atomic
def seal(*, closing_id: int, now: datetime) -> bool:
    """Calculated → sealed, when settlements and ledger agree. False: somebody else sealed it. Raises SumsDisagree."""
    closing = Closing.objects.select_for_update().get(pk=closing_id)
    if closing.state != State.CALCULATED:
        return False
    total = closing.settlements.aggregate(total=Sum("amount"))["total"] or ZERO
    postings = Posting.objects.filter(entry__settlement__closing=closing, account=Posting.Account.OWED)
    owed = -(postings.aggregate(total=Sum("amount"))["total"] or ZERO)
    if total != owed:
        raise SumsDisagree(_("Settlements give %(total)s, the ledger %(owed)s.") % {"total": total, "owed": owed})
    moved = Closing.objects.filter(pk=closing_id, state=State.CALCULATED).update(
        state=State.SEALED, sealed_at=now, total=total
    )
    return moved == 1


def retry_parked(*, closing_id: int, actor: Actor) -> int:
    """Put parked items back to work, after their cause was repaired; returns how many. Raises NotAllowed."""
    vendor_id = Closing.objects.values_list("program__vendor_id", flat=True).get(pk=closing_id)
    if not (actor.is_system or actor.has(VENDOR, vendor_id, *RETRYING_ROLES)):
        raise NotAllowed(_("Only finance and vendor admins let partners be calculated again."))
    parked = ClosingItem.objects.filter(
        closing_id=closing_id, closing__state=State.FROZEN, state=ClosingItem.State.PARKED
    )
    return parked.update(state=ClosingItem.State.PENDING, reason="")
