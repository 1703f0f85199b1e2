"""Doubtful rows of reports: a person says that they are right, and they count, or that they are wrong, and they do not.

Of two people who decide at once the first one has decided; the other is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from programs.models import Distributor, Vendor
from sales.books import one_report_at_a_time
from sales.matching import book, check_may_match
from sales.models import WaitingRow

State = WaitingRow.State


class DecidedAlready(DomainError):
    """None of the rows is in the state that the decision starts from."""


@dataclass(frozen=True)
class Accepted:
    """`rows` whose doubts are settled; `booked`: those of which everything else was known."""

    rows: int
    booked: int


def accept_rows(*, actor: Actor, vendor: Vendor, rows: Sequence[int], now: datetime) -> Accepted:
    """Say that the doubtful rows with these ids are right, and book what can be booked.

    Raises `NotAllowed`, `DecidedAlready`.
    """
    check_may_match(actor, vendor)
    accepted = booked = 0
    with transaction.atomic():
        for distributor, doubtful in _by_distributor(vendor, rows, State.WAITING):
            pending = doubtful.filter(settled_at__isnull=True)
            settled = list(pending.values_list("id", flat=True))
            pending.update(settled_by=actor.user_id, settled_at=now)
            accepted += len(settled)
            booked += book(vendor=vendor, distributor=distributor, now=now, rows=settled)
        _refuse_nothing(accepted)
    return Accepted(accepted, booked)


def reject_rows(*, actor: Actor, vendor: Vendor, rows: Sequence[int], now: datetime) -> int:
    """Say that the doubtful rows with these ids are wrong: they count nowhere. Returns how many.

    Raises `NotAllowed`, `DecidedAlready`.
    """
    check_may_match(actor, vendor)
    rejected = 0
    with transaction.atomic():
        for _distributor, doubtful in _by_distributor(vendor, rows, State.WAITING):
            pending = doubtful.filter(settled_at__isnull=True)
            rejected += pending.update(state=State.REJECTED, settled_by=actor.user_id, settled_at=now)
        _refuse_nothing(rejected)
    return rejected


def take_back_rejection(*, actor: Actor, vendor: Vendor, rows: Sequence[int]) -> int:
    """Let rejected rows wait for a decision again. Returns how many. Raises `NotAllowed`, `DecidedAlready`."""
    check_may_match(actor, vendor)
    recalled = 0
    with transaction.atomic():
        for _distributor, doubtful in _by_distributor(vendor, rows, State.REJECTED):
            recalled += doubtful.update(state=State.WAITING, settled_by=None, settled_at=None)
        _refuse_nothing(recalled)
    return recalled


def _by_distributor(
    vendor: Vendor, rows: Sequence[int], state: str
) -> Iterator[tuple[Distributor, QuerySet[WaitingRow]]]:
    """The doubtful rows in this state, distributor by distributor in one order, each under its lock."""
    asked = WaitingRow.objects.filter(vendor=vendor, pk__in=rows).exclude(doubts=[])
    for distributor in Distributor.objects.filter(id__in=asked.values("distributor_id")).order_by("id"):
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        yield distributor, asked.filter(distributor=distributor, state=state)


def _refuse_nothing(decided: int) -> None:
    if not decided:
        raise DecidedAlready(_("Somebody has decided this already."))
