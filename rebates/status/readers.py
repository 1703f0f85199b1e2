"""Who gets the mail of a partner, and how often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from common import registry
from common.mail_choices import REGULAR, Choice, chosen
from common.models import MailChoice, User
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

    Technicians have no part in rebates: who is nothing else there gets it only if they have asked for it.
    """
    members = Member.objects.filter(partner__in=partners, left_on__isnull=True, user__is_active=True)
    roles: dict[tuple[int, int], set[str]] = defaultdict(set)
    people: dict[int, User] = {}
    for member in members.select_related("user").order_by("user_id"):
        roles[member.partner_id, member.user_id].add(member.role)
        people[member.user_id] = member.user
    choices = chosen(kind=registry.mails[STANDING], users=people)
    asked = set(
        MailChoice.objects.filter(kind=STANDING, user__in=people, choice__in=REGULAR).values_list("user_id", flat=True)
    )
    found: dict[int, list[Reader]] = defaultdict(list)
    for (partner_id, user_id), held in roles.items():
        if held == {Member.Role.TECHNICIAN} and user_id not in asked:
            continue
        if choices[user_id] != Choice.OFF:
            found[partner_id].append(Reader(people[user_id], frozenset(held), choices[user_id]))
    return found
