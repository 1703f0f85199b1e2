"""Who gets the mail of a partner, and how often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from common import registry
from common.mail_choices import Choice, stored
from common.models import User
from partners.models import Member
from rebates.status.mail import STANDING
from rebates.status.weeks import Week


@dataclass(frozen=True)
class Reader:
    """Somebody of a partner. `roles`: all they hold there."""

    user: User
    roles: frozenset[str]
    choice: Choice

    def occasion(self, week: Week) -> str | None:
        """What this week's mail is for this reader: that of a week or of a month; None: they get none."""
        match self.choice:
            case Choice.WEEKLY:
                return str(week)
            case Choice.MONTHLY:
                return week.month
            case _:
                return None


def readers_of(*, partners: Iterable[int]) -> Mapping[int, list[Reader]]:
    """Who may want the mail, by partner, each person once: whoever works there and has not chosen to get none.

    Whose roles there have no part in rebates gets it only if they have asked for it.
    """
    members = Member.objects.filter(partner__in=partners, left_on__isnull=True, user__is_active=True)
    roles: dict[tuple[int, int], set[str]] = defaultdict(set)
    people: dict[int, User] = {}
    for member in members.select_related("user").order_by("user_id"):
        roles[member.partner_id, member.user_id].add(member.role)
        people[member.user_id] = member.user
    kind = registry.mails[STANDING]
    choices = stored(kind=kind, users=people)
    found: dict[int, list[Reader]] = defaultdict(list)
    for (partner_id, user_id), held in roles.items():
        choice = choices.get(user_id, Choice.WEEKLY if held.intersection(kind.roles) else Choice.OFF)
        if choice != Choice.OFF:
            found[partner_id].append(Reader(people[user_id], frozenset(held), choice))
    return found
