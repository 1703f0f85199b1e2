"""Telling partners what a sealed closing settled for them.

An item of a sealed closing is claimed, its mails are put into the outbox and it is marked, in one commit: so it may be
killed, repeated or raced, and each person gets one mail per item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from common import outbox
from common.models import User
from common.money import ZERO
from rebates import mails
from rebates.models import Closing, ClosingItem, Posting, Settlement


def announce(*, now: datetime, chunk: int) -> int:
    """Make the mails of everything that is sealed and not announced yet; returns how many mails were made."""
    made = 0
    while (step := announce_chunk(now=now, limit=chunk)) is not None:
        made += step
    return made


@transaction.atomic
def announce_chunk(*, now: datetime, limit: int) -> int | None:
    """Announce up to `limit` items nobody else works on; returns how many mails were made, None: nothing is left."""
    waiting = ClosingItem.objects.filter(closing__state=Closing.State.SEALED, announced_at__isnull=True)
    claimed = waiting.order_by("closing_id", "id").select_for_update(skip_locked=True, of=("self",))
    together = claimed.select_related("enrolment__partner").prefetch_related("closing__program__vendor")
    items = list(together[:limit])
    if not items:
        return None
    settlements, set_off = _settlements(items), _set_off(items)
    people = mails.told(partners={item.enrolment.partner_id for item in items})
    letters: list[tuple[str, User, Mapping[str, Any]]] = []
    for item in items:
        if not (found := settlements[item.closing_id, item.enrolment_id]):
            continue
        partner = item.enrolment.partner
        less = set_off.get((item.closing_id, partner.pk), ZERO)
        context = mails.settled(closing=item.closing, settlements=found, partner=partner, set_off=less)
        period = f"closing {item.closing_id} enrolment {item.enrolment_id}"
        letters += [(period, person, context) for person in people.get(partner.pk, [])]
    outbox.put_all(kind=mails.SETTLED, letters=letters)
    ClosingItem.objects.filter(pk__in=[item.pk for item in items]).update(announced_at=now)
    return len(letters)


def _set_off(items: Sequence[ClosingItem]) -> Mapping[tuple[int, int], Decimal]:
    """Per closing and partner how much of what was settled pays back what was credited too much before."""
    carried = Posting.objects.filter(
        entry__closing__in={item.closing_id for item in items},
        entry__partner__in={item.enrolment.partner_id for item in items},
        account=Posting.Account.CARRIED,
        amount__lt=0,
    )
    by = carried.values_list("entry__closing", "entry__partner", "amount")
    return {(closing, partner): -amount for closing, partner, amount in by}


def _settlements(items: Sequence[ClosingItem]) -> Mapping[tuple[int, int], list[Settlement]]:
    """What there is to tell, per closing and enrolment, oldest period first; nothing where every amount is zero."""
    found: dict[tuple[int, int], list[Settlement]] = defaultdict(list)
    rows = Settlement.objects.filter(
        closing__in={item.closing_id for item in items}, enrolment__in={item.enrolment_id for item in items}
    )
    told = rows.exclude(amount=0).defer("explanation").prefetch_related("terms")
    for settlement in told.order_by("period", "id"):
        found[settlement.closing_id, settlement.enrolment_id].append(settlement)
    return found
