"""Closing a period: open → frozen → calculated → sealed. Every step may be killed, repeated or raced.

- `ensure_due_closings` inserts what is due; inserting twice does nothing.
- `freeze` takes a cut of the vendor's books and makes an item per enrolment, in one commit.
- `settling.work_chunk` claims items with SKIP LOCKED and commits settlements, ledger entries and done marks together.
- `seal` compares the sums and closes. Nothing sealed is ever edited; later closings book differences.

What a person has to look at waits: partners that are parked, and a total that is out of bounds.
"""

from __future__ import annotations

import math
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.models import User
from common.money import ZERO
from common.periods import Period
from partners.models import Enrolment
from programs.models import Program, RebateTerms
from rebates.bounds import TooMuch, too_much
from rebates.ledger import carry, ensure_sound
from rebates.live import terms_in_force
from rebates.models import Closing, ClosingItem, LedgerEntry, Posting
from rebates.promising import promised_day
from rebates.rights import check_handles_money
from rebates.settling import work_chunk
from sales import books

State = Closing.State


class NothingToClose(DomainError):
    """No published terms of the program settle this period."""


class PeriodNotOver(DomainError):
    """The period still runs."""


class TextMissing(DomainError):
    """Whoever lets an odd amount pass says why."""


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
    wait for the items that others hold, and do their work if they died. Raises AnotherAtWork, SumsDisagree,
    MoneyHalted.
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

    Raises AnotherAtWork, MoneyHalted.
    """
    closing = Closing.objects.select_for_update(of=("self",)).select_related("program").get(pk=closing_id)
    if closing.state != State.OPEN:
        return False
    ensure_sound(vendor_id=closing.program.vendor_id)
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
def finish_calculation(*, closing_id: int, now: datetime) -> bool:
    """Frozen → calculated once every item is done; parked items hold it back. True: the closing is calculated."""
    closing = Closing.objects.select_for_update().get(pk=closing_id)
    if closing.state == State.FROZEN and not closing.items.exclude(state=ClosingItem.State.DONE).exists():
        Closing.objects.filter(pk=closing_id, state=State.FROZEN).update(state=State.CALCULATED, calculated_at=now)
        return True
    return closing.state == State.CALCULATED


@transaction.atomic
def seal(*, closing_id: int, now: datetime) -> bool:
    """Calculated → sealed, when settlements and ledger agree, and the total is in bounds or has a comment.

    What partners were credited too much is carried in the same commit. False: somebody else sealed it, or a comment is
    missing. Raises SumsDisagree, MoneyHalted.
    """
    closing = Closing.objects.select_for_update(of=("self",)).select_related("program").get(pk=closing_id)
    if closing.state != State.CALCULATED:
        return False
    vendor_id, total = closing.program.vendor_id, total_of(closing)
    postings = Posting.objects.filter(entry__settlement__closing=closing, account=Posting.Account.OWED)
    owed = -(postings.aggregate(total=Sum("amount"))["total"] or ZERO)
    if total != owed:
        raise SumsDisagree(_("Settlements give %(total)s, the ledger %(owed)s.") % {"total": total, "owed": owed})
    if not closing.comment and too_much(closing=closing, total=total):
        return False
    booked = LedgerEntry.objects.filter(settlement__closing=closing)
    carry(causes=dict.fromkeys(booked.values_list("partner", flat=True), closing), now=now)
    moved = Closing.objects.filter(pk=closing_id, state=State.CALCULATED).update(
        state=State.SEALED, sealed_at=now, total=total, promised_on=promised_day(vendor_id=vendor_id, sealed_at=now)
    )
    return moved == 1


def total_of(closing: Closing) -> Decimal:
    """What the closing has settled so far."""
    return closing.settlements.aggregate(total=Sum("amount"))["total"] or ZERO


def needs_comment(closing: Closing) -> list[TooMuch]:
    """Why a calculated closing is not sealed: what about its total is out of bounds, while nobody has said why."""
    if closing.state != State.CALCULATED or closing.comment:
        return []
    return too_much(closing=closing, total=total_of(closing))


# --- what a person says ----------------------------------------------------------------------------------------------


def comment(*, closing_id: int, actor: Actor, text: str, now: datetime) -> bool:
    """Say why a calculated total is right though it is out of bounds, and seal. False: somebody was first.

    Raises NotAllowed, TextMissing, MoneyHalted, SumsDisagree; the reason is kept when sealing is what fails.
    """
    closing = _asked_of(actor, closing_id)
    if not text.strip():
        raise TextMissing(_("Please say why the amount is right."))
    Closing.objects.filter(pk=closing.pk, state=State.CALCULATED, comment="").update(
        comment=text.strip(), commented_by=actor.user_id
    )
    return seal(closing_id=closing.pk, now=now)


def accept(*, item_id: int, actor: Actor, text: str, amount: Decimal) -> bool:
    """Say that what a partner would get is right though it is above a bound: it is calculated once more and passes.

    `amount`: what the person has seen; False, and nothing happens, where it is another one by now or somebody else was
    first. Raises NotAllowed, TextMissing.
    """
    item = ClosingItem.objects.get(pk=item_id)
    _asked_of(actor, item.closing_id)
    if not text.strip():
        raise TextMissing(_("Please say why the amount is right."))
    held = ClosingItem.objects.filter(
        pk=item_id,
        state=ClosingItem.State.PARKED,
        cause__in=(ClosingItem.Cause.BOUND, ClosingItem.Cause.JUMP),
        found=amount,
    )
    passed = held.update(
        state=ClosingItem.State.PENDING,
        cause="",
        accepted=amount,
        accepted_by=actor.user_id,
        comment=text.strip(),
    )
    return passed == 1


@transaction.atomic
def retry_parked(*, closing_id: int, actor: Actor) -> int:
    """Put parked items back to work, after their cause was repaired; returns how many. Raises NotAllowed.

    They take the sales as they are now, the correction of a wrong one included: a new cut is made for them. No line
    counts twice for an enrolment, because a closing books the difference to what was settled before. A sale that was
    moved here from a partner who is settled already is taken from that one by the next closing.
    """
    closing = _asked_of(actor, closing_id)
    # Columns of the item alone, here and in `accept`: a condition on the closing would be asked of an older state.
    parked = ClosingItem.objects.filter(closing=closing, state=ClosingItem.State.PARKED)
    if not parked.exists():
        return 0
    cut = books.freeze(vendor_id=closing.program.vendor_id)
    nothing: dict[str, Any] = {"cause": "", "reason": "", "found": None, "bound": None}
    nothing |= {"accepted": None, "accepted_by": None, "comment": ""}
    return parked.update(state=ClosingItem.State.PENDING, cut=cut, **nothing)


def _asked_of(actor: Actor, closing_id: int) -> Closing:
    """The closing, for whoever has a say in it."""
    closing = Closing.objects.select_related("program").get(pk=closing_id)
    if not actor.is_system:
        refusal = _("Only finance and vendor admins decide about closings.")
        check_handles_money(actor, closing.program.vendor_id, refusal)
    return closing
