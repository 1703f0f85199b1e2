"""Taking a person out of the portal: what is theirs goes, what belongs to a business case stays without their name.

What they wrote about applications and questions, what they sent and decided is part of what companies and vendors have
done with each other, and partly of what money was paid for. It stays, and says "former user" where their name was.

Apps above register their ties (`Tie`): where a person holds roles, what is in the way of giving them up, and what else
of the person's they keep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import leaving, platform_admins, teams
from common.access import Actor
from common.errors import DomainError
from common.invited import MailInvitation
from common.models import ApiAnswer, ApiToken, Bounce, EmailChange, MailChoice, OutboxMail, User
from common.registry import Registry
from common.teams import Team

Addresses = frozenset[str]
"""Everything the person is written to at, in lower case."""
LAST_ADMIN = gettext_lazy("This is the last platform admin. Make somebody else a platform admin first.")
LONGEST_NAME_IN_LOG = 200
_OF_ADDRESS = r"[\w.!#$%&'*+/=?^`{|}~-]"
"""What may stand before the @ of an address."""


class NotAllowed(DomainError):
    """Only the person, or a platform admin, may do this."""


class StillNeeded(DomainError):
    """The person is the last one who can do something, and has to hand it over first."""


class ChangedMeanwhile(DomainError):
    """The person got another address while they were being taken out."""


class GoneAlready(DomainError):
    """The person has been taken out before."""


@dataclass(frozen=True)
class Tie:
    """What an app has of people. `obstacles`: sentences, none if the person may go. Both run inside the commit."""

    key: str
    leave: Callable[[User, Addresses, datetime], None]
    obstacles: Callable[[User], Iterable[str]] = lambda user: ()
    order: int = 100


ties: Registry[Tie] = Registry()


def tie_of_team(team: Team, *, last_lead: str) -> Tie:
    """A person in an organisation's team: leaves it as by themself. `last_lead` names it with %(name)s."""

    def held(user: User) -> models.QuerySet[Any]:
        rows = team.people._default_manager.filter(user=user, **team.holding)
        return team.organisations._default_manager.filter(pk__in=rows.values(team.field)).order_by("pk")

    def obstacles(user: User) -> Iterable[str]:
        for organisation in held(user):
            leads = team.leads(organisation)
            if leads.filter(pk=user.pk).exists() and not leads.exclude(pk=user.pk).exists():
                yield _(last_lead) % {"name": organisation}

    def leave(user: User, addresses: Addresses, now: datetime) -> None:
        for organisation in held(user):
            # As by themself, whoever closes the account: their colleagues read that they left.
            own = Actor(user_id=user.pk, roles={team.scope: {organisation.pk: frozenset({team.lead})}})
            teams.remove(team, organisation=organisation, user=user, actor=own, now=now)
        _forget_invitations(team.invitations, addresses, user)

    return Tie(team.scope, leave, obstacles)


def _forget_invitations(invitations: type[MailInvitation], addresses: Addresses, user: User) -> None:
    """Open ones end; of an accepted one stays that somebody accepted it."""
    to_them = invitations._default_manager.annotate(lowered=Lower("address")).filter(
        Q(lowered__in=addresses) | Q(accepted_by=user)
    )
    to_them.filter(accepted_at__isnull=True).delete()
    to_them.update(address=neutral_address(user))


def neutral_address(user: User) -> str:
    """Nobody's address (RFC 2606), and another one for each person."""
    return f"former-{user.pk}@removed.invalid"


def obstacles(*, user: User) -> list[str]:
    """Why the person cannot go yet, as sentences."""
    last = [LAST_ADMIN] if platform_admins.is_last(user) else []
    return [*(sentence for tie in ties for sentence in tie.obstacles(user)), *map(str, last)]


@transaction.atomic
def anonymise(*, user: User, actor: Actor, now: datetime) -> None:
    """Take the person out, in one commit.

    Raises NotAllowed, GoneAlready, StillNeeded, ChangedMeanwhile, and what leaving a team does.
    """
    own = actor.user_id == user.pk and actor.scopes is None
    if not (own or actor.sees_all):
        raise NotAllowed(_("Only the person and platform admins remove personal data."))
    in_the_way = obstacles(user=user)
    if in_the_way:
        raise StillNeeded(in_the_way[0])
    addresses = _addresses_of(user)
    # Organisations first, then the person: the order in which teams are changed.
    for tie in ties:
        tie.leave(user, addresses, now)
    leaving.end_access(user=user, now=now)
    person = User.objects.get(pk=user.pk)
    if person.anonymised_at is not None:
        raise GoneAlready(_("The personal data of this account has been removed already."))
    if _addresses_of(person) != addresses:
        raise ChangedMeanwhile(_("The address of this account was changed meanwhile. Please try again."))
    _forget_account(person)
    _forget_mails(person, addresses)
    _forget_in_log(person, addresses)
    person.email, person.first_name, person.last_name = neutral_address(person), "", ""
    person.set_unusable_password()
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login, person.anonymised_at = None, now
    person.save()


def _addresses_of(user: User) -> Addresses:
    confirmed = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return frozenset(address.lower() for address in (user.email, *confirmed))


def _forget_account(person: User) -> None:
    of_account = (EmailAddress, Authenticator, EmailChange, ApiToken, ApiAnswer, MailChoice)
    models_of_account: tuple[type[models.Model], ...] = of_account
    for model in models_of_account:
        model._default_manager.filter(user=person).delete()


def _forget_mails(person: User, addresses: Addresses) -> None:
    """Unsent ones are not sent any more, nor told in a daily summary. Of the others stays that there was one, of which
    kind and when; of what servers said about the addresses nothing. One that is being sent just now goes out, and is
    never tried again.
    """
    to_them = OutboxMail.objects.annotate(lowered=Lower("address")).filter(
        Q(recipient=person) | Q(recipient__isnull=True, lowered__in=addresses)
    )
    Bounce.objects.filter(address__in=addresses).delete()
    state = OutboxMail.State
    to_them.filter(state__in=[state.PENDING, state.COLLECTED]).delete()
    to_them.filter(state__in=[state.CLAIMED, state.UNCERTAIN]).update(state=state.FAILED)
    to_them.update(address=neutral_address(person), subject="", text="", html="", url="")


def _forget_in_log(person: User, addresses: Addresses) -> None:
    """Django's own log of the administration names people by their address. One that only ends alike is another's."""
    neutral = neutral_address(person)
    for address in addresses:
        whole = re.compile(rf"(?<!{_OF_ADDRESS}){re.escape(address)}(?!\w|[.-]\w)", re.IGNORECASE)
        named = LogEntry.objects.filter(Q(object_repr__icontains=address) | Q(change_message__icontains=address))
        for entry in named.iterator():
            entry.object_repr = whole.sub(neutral, entry.object_repr)[:LONGEST_NAME_IN_LOG]
            entry.change_message = whole.sub(neutral, entry.change_message)
            entry.save(update_fields=["object_repr", "change_message"])
