"""How the sending goes, for platform admins: what waits, was sent, failed or is uncertain, and deciding about that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common.access import Actor
from common.errors import DomainError
from common.models import OutboxMail

State = OutboxMail.State
OPEN = (State.FAILED, State.UNCERTAIN)
"""What waits for a person: to be sent again, or to be dismissed."""
DAYS = 14


class NotAllowed(DomainError):
    """Only a platform admin looks after the sending."""


class NothingToDo(DomainError):
    """None of these mails waits for a decision any more."""


class NothingToSend(DomainError):
    """These mails wait for a decision, but say nothing: they could not be written, or it was forgotten since."""


@dataclass(frozen=True)
class Day:
    """What was made on a day, and what became of it."""

    day: date
    made: int
    sent: int
    waiting: int
    open: int


def mails(*, actor: Actor) -> QuerySet[OutboxMail]:
    """Every mail, latest first. Raises NotAllowed."""
    _check(actor)
    return OutboxMail.objects.select_related("recipient", "handled_by").order_by("-id")


def counts(*, actor: Actor) -> Mapping[str, int]:
    """How many mails there are in each state that is not over. Raises NotAllowed."""
    _check(actor)
    unfinished = OutboxMail.objects.filter(state__in=[State.PENDING, State.CLAIMED, *OPEN]).order_by()
    found = dict(unfinished.values_list("state").annotate(count=Count("pk")))
    return {str(state): found.get(state, 0) for state in (State.PENDING, State.CLAIMED, *OPEN)}


def by_day(*, actor: Actor, today: date) -> Sequence[Day]:
    """The last DAYS days, oldest first. Raises NotAllowed."""
    _check(actor)
    first = today - timedelta(days=DAYS - 1)
    since = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    rows = (
        OutboxMail.objects.filter(created_at__gte=since)
        .order_by()
        .values(day=TruncDate("created_at"))
        .annotate(
            made=Count("pk"),
            sent=Count("pk", filter=Q(state=State.SENT)),
            waiting=Count("pk", filter=Q(state__in=[State.PENDING, State.CLAIMED, State.COLLECTED])),
            open=Count("pk", filter=Q(state__in=OPEN)),
        )
    )
    found = {row["day"]: Day(**row) for row in rows}
    days = [first + timedelta(days=count) for count in range(DAYS)]
    return [found.get(day, Day(day, 0, 0, 0, 0)) for day in days]


def send_again(*, actor: Actor, ids: Sequence[int], now: datetime) -> int:
    """Let failed and uncertain mails that say something be sent once more, under their Message-ID. Returns how many.

    Raises NotAllowed, NothingToDo, NothingToSend.
    """
    values = {"state": State.PENDING, "attempts": 0, "error": "", "claimed_at": None, "next_attempt_at": None}
    try:
        return _decide(actor, ids, now, Q(text__gt=""), values)
    except NothingToDo:
        if OutboxMail.objects.filter(pk__in=ids, state__in=OPEN).exists():
            raise NothingToSend(_(EMPTY)) from None
        raise


EMPTY = gettext_noop(
    "What this mail should say could not be written, or is no longer kept: there is nothing to send. Please dismiss it."
)


def dismiss(*, actor: Actor, ids: Sequence[int], now: datetime) -> int:
    """Leave failed and uncertain mails unsent for good. Returns how many. Raises NotAllowed, NothingToDo."""
    return _decide(actor, ids, now, Q(), {"state": State.DISMISSED})


def _decide(actor: Actor, ids: Sequence[int], now: datetime, only: Q, values: Mapping[str, object]) -> int:
    _check(actor)
    waiting = OutboxMail.objects.filter(only, pk__in=ids, state__in=OPEN)
    count = waiting.update(**values, handled_by_id=actor.user_id, handled_at=now)
    if not count:
        raise NothingToDo(_("None of these mails waits for a decision any more."))
    return count


def _check(actor: Actor) -> None:
    if not actor.is_platform_admin:
        raise NotAllowed(_("Only administrators of the portal look after the mails."))
