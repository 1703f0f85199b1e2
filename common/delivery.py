"""What happens with a mail when it is made: sent at once, kept for the daily summary, or shown in the portal only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from common.bouncing import bouncing
from common.mail_choices import Choice, chosen
from common.models import OutboxMail, User
from common.registry import MailKind

State = OutboxMail.State
STATES: Mapping[Choice, str] = {
    Choice.AT_ONCE: State.PENDING,
    Choice.DAILY: State.PENDING,
    Choice.WEEKLY: State.PENDING,
    Choice.MONTHLY: State.PENDING,
    Choice.DIGEST: State.COLLECTED,
    Choice.PORTAL: State.KEPT,
    Choice.OFF: State.KEPT,
}


def states_for(*, kind: MailKind, people: Sequence[User]) -> Mapping[int, str]:
    """The state in which the mail to each person begins, by id: two queries for however many.

    What nobody chooses is always sent, even to an address at which mails bounced: it may work again.
    """
    if not kind.choices:
        return {person.pk: State.PENDING for person in people}
    choices = chosen(kind=kind, users=[person.pk for person in people])
    dead = bouncing(addresses=[person.email for person in people])
    return {person.pk: State.KEPT if person.email.lower() in dead else STATES[choices[person.pk]] for person in people}
