"""The people of an organisation and their roles: changed, removed and left, the same for companies and for vendors.

What differs is said by a `Team` (`partners.team`, `programs.team`). Whoever leads the team runs it, and one who can
sign in always stays: each change holds the organisation's row, so that two who part at once are told one by one. Each
change is one commit with what follows from it: sessions, tokens, open invitations, mails.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common import leaving, team_mails
from common.access import Actor
from common.errors import DomainError
from common.invited import OPEN, MailInvitation
from common.models import Bounce, User
from common.registry import Area, Text
from common.team_mails import Step


class NotAllowed(DomainError):
    """The actor does not lead the team."""


class LastLead(DomainError):
    """Nobody who can sign in would be left to run the team."""


class NotInTeam(DomainError):
    """The person is not, or no longer, in the team."""


class NotARole(DomainError):
    """No role at all, or one that the organisation does not have."""


class ChangedMeanwhile(DomainError):
    """The person's roles are not those that the actor has seen."""


class Team(ABC):
    """One kind of organisation with people: its tables, its roles, its addresses and how it speaks."""

    scope: str
    lead: str
    """The role that runs the team."""
    field: str
    """What the organisation is called in the tables."""
    namespace: str
    """Where the addresses of its pages are."""
    organisations: type[models.Model]
    people: type[models.Model]
    invitations: type[MailInvitation]
    roles: type[models.TextChoices]
    holding: Mapping[str, Any] = {}
    """Which rows of `people` are roles that are held."""
    only_leads: Text
    last_lead: Text

    @abstractmethod
    def end(self, rows: models.QuerySet[Any], *, on: date) -> None:
        """End these roles, and keep that they were held."""

    @abstractmethod
    def area(self, organisation: Any) -> Area:
        """Where the people of the organisation work."""

    @abstractmethod
    def after(self, user: User) -> None:
        """What follows from the roles a person has from now on."""

    @abstractmethod
    def check_joining(self, invitation: Any) -> None:
        """Raises a DomainError where an open invitation must not be accepted any more. The organisation is locked."""

    def landing(self, invitation: Any) -> str:
        """Where somebody who has just joined is led."""
        return self.area(getattr(invitation, self.field)).url

    def most_invitations(self, organisation: Any) -> int:
        """So many in 24 hours: the portal is no way to write to strangers."""
        return 50

    def on_behalf_of(self, invitation: Any) -> str:
        """Whom the inviting person works for, if not for the organisation itself."""
        return ""

    def lock(self, organisation: Any) -> None:
        """One change of a team at a time."""
        self.organisations._default_manager.select_for_update(no_key=True).get(pk=organisation.pk)

    def rows(self, organisation: Any) -> models.QuerySet[Any]:
        return self.people._default_manager.filter(**{self.field: organisation}, **self.holding)

    def add(self, organisation: Any, user: User, roles: Iterable[str], *, on: date) -> None:
        of = {self.field: organisation, "user": user, "joined_on": on}
        for role in sorted(roles):
            self.people._default_manager.create(role=role, **of)

    def leads(self, organisation: Any) -> models.QuerySet[User]:
        """Who runs the team and can sign in."""
        leading = self.rows(organisation).filter(role=self.lead)
        return User.objects.filter(pk__in=leading.values("user_id"), is_active=True).order_by("pk")

    def open_invitations(self, organisation: Any) -> models.QuerySet[Any]:
        return self.invitations._default_manager.filter(OPEN, **{self.field: organisation})

    def of_person(self, user: User) -> models.QuerySet[Any]:
        """The organisations in which the person has a role."""
        rows = self.people._default_manager.filter(user=user, **self.holding)
        return self.organisations._default_manager.filter(pk__in=rows.values(self.field)).order_by("pk")

    def tell_of_bounce(self, person: User | None, bounce: Bounce) -> None:
        """Mails to a person do not arrive: those who run the person's teams may know another address."""
        if person is None:
            return
        for organisation in self.of_person(person):
            team_mails.put_bounced(team=self, organisation=organisation, person=person, bounce=bounce)

    def url(self, name: str, organisation: Any, *places: Any) -> str:
        return reverse(f"{self.namespace}:{name}", args=[self.area(organisation).slug, *places])

    def label(self, role: str) -> Text:
        return self.roles(role).label

    def period(self, organisation: Any, user: User, now: datetime) -> str:
        """The occasion of a mail: what happened to a person at a moment."""
        return f"{self.scope} {organisation.pk} person {user.pk} {now:%Y%m%dT%H%M%S%f}"


@dataclass(frozen=True)
class Person:
    """Somebody in a team with the roles they hold, in the order in which the organisation names them."""

    user: User
    roles: tuple[str, ...]
    labels: tuple[Text, ...]
    since: date


def people_of(team: Team, organisation: Any) -> list[Person]:
    """Everybody in the team, by name."""
    rows: dict[User, list[Any]] = {}
    for row in team.rows(organisation).select_related("user"):
        rows.setdefault(row.user, []).append(row)
    found = []
    for user, held in rows.items():
        roles = _in_order(team, [row.role for row in held])
        labels = tuple(team.label(role) for role in roles)
        found.append(Person(user, roles, labels, min(row.joined_on for row in held)))
    return sorted(found, key=lambda person: (person.user.name.casefold(), person.user.pk))


def _in_order(team: Team, roles: Iterable[str]) -> tuple[str, ...]:
    given = set(roles)
    return tuple(role for role in team.roles.values if role in given)


def may_run(team: Team, organisation: Any, actor: Actor) -> bool:
    """Whether pages offer it. Services ask again while they hold the organisation."""
    return actor.is_system or (actor.scopes is None and actor.has(team.scope, organisation.pk, team.lead))


def require_lead(team: Team, organisation: Any, actor: Actor) -> None:
    """Call while the organisation is locked: the actor may have lost the role since the request began."""
    if actor.is_system:
        return
    leads = team.rows(organisation).filter(user_id=actor.user_id, role=team.lead)
    if not (may_run(team, organisation, actor) and leads.exists()):
        raise NotAllowed(str(team.only_leads))


def take_in(team: Team, *, organisation: Any, user: User, role: str, now: datetime) -> None:
    """The person joins with this role, which they may hold already, and whoever runs the team is told.

    Call while the organisation is locked, once it is sure that they may.
    """
    if team.rows(organisation).filter(user=user, role=role).exists():
        return
    team.add(organisation, user, [role], on=localdate(now))
    team.after(user)
    happened = team_mails.Happened(Step.JOINED, str(organisation), user.name, roles=(team.label(role),))
    team_mails.put_changed(
        team=team, organisation=organisation, happened=happened,
        recipients=team.leads(organisation).exclude(pk=user.pk), period=team.period(organisation, user, now),
    )  # fmt: skip


@transaction.atomic
def change_roles(
    team: Team,
    *,
    organisation: Any,
    user: User,
    roles: Iterable[str],
    actor: Actor,
    now: datetime,
    seen: Iterable[str] | None = None,
) -> bool:
    """The person holds exactly these roles from now on. False: it was so already.

    `seen`: the roles the actor has seen. Raises NotAllowed, NotInTeam, NotARole, ChangedMeanwhile, LastLead.
    """
    wanted = set(roles)
    if not wanted or not wanted <= set(team.roles.values):
        raise NotARole(_("Choose at least one role."))
    team.lock(organisation)
    require_lead(team, organisation, actor)
    rows = team.rows(organisation).filter(user=user)
    held = set(rows.values_list("role", flat=True))
    if not held:
        raise NotInTeam(_("%(name)s is not in the team any more.") % {"name": user.name})
    if held == wanted:
        return False
    if seen is not None and set(seen) != held:
        raise ChangedMeanwhile(_("Somebody has changed these roles meanwhile. Please look again."))
    losing = team.lead in held - wanted
    if losing:
        _keep_a_lead(team, organisation, user)
    team.end(rows.filter(role__in=held - wanted), on=localdate(now))
    team.add(organisation, user, wanted - held, on=localdate(now))
    if losing:
        _end_invitations(team, organisation, Q(invited_by=user), now)
    team.after(user)
    labels = [team.label(role) for role in _in_order(team, wanted)]
    told = {*team.leads(organisation), user}
    _tell(team, organisation, user, Step.CHANGED, told, actor, now, labels)
    return True


@transaction.atomic
def remove(team: Team, *, organisation: Any, user: User, actor: Actor, now: datetime) -> None:
    """The person leaves the team or is removed from it, and is signed out everywhere at once; their tokens end too.

    Raises NotAllowed, NotInTeam, LastLead.
    """
    team.lock(organisation)
    own = actor.user_id == user.pk and actor.scopes is None and actor.has(team.scope, organisation.pk)
    if not own:
        require_lead(team, organisation, actor)
    rows = team.rows(organisation).filter(user=user)
    held = set(rows.values_list("role", flat=True))
    if not held:
        raise NotInTeam(_("%(name)s is not in the team any more.") % {"name": user.name})
    if team.lead in held:
        _keep_a_lead(team, organisation, user)
    team.end(rows, on=localdate(now))
    # Links they sent out, perhaps to an address of their own, would be a way back in.
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    theirs = Q(invited_by=user) | Q(address__in=[user.email, *(address.lower() for address in addresses)])
    _end_invitations(team, organisation, theirs, now)
    team.after(user)
    leaving.end_access(user=user, now=now)
    step = Step.LEFT if own else Step.REMOVED
    _tell(team, organisation, user, step, set(team.leads(organisation)), actor, now)
    team_mails.put_gone(team=team, organisation=organisation, user=user, step=step, now=now)


def ended_elsewhere(team: Team, *, organisation: Any, user: User, now: datetime) -> None:
    """Platform admins end roles in the administration, the last one as well: whoever is gone by that is signed out."""
    rows = team.rows(organisation).filter(user=user)
    if not rows.filter(role=team.lead).exists():
        _end_invitations(team, organisation, Q(invited_by=user), now)
    if not rows.exists():
        leaving.end_access(user=user, now=now)


def _keep_a_lead(team: Team, organisation: Any, user: User) -> None:
    """Somebody who cannot sign in runs nothing: they may go, and nobody may rely on them."""
    if user.is_active and not team.leads(organisation).exclude(pk=user.pk).exists():
        raise LastLead(str(team.last_lead))


def _end_invitations(team: Team, organisation: Any, which: Q, now: datetime) -> None:
    team.open_invitations(organisation).filter(which).update(revoked_at=now)


def _tell(
    team: Team,
    organisation: Any,
    user: User,
    step: Step,
    recipients: Iterable[User],
    actor: Actor,
    now: datetime,
    roles: Iterable[Text] = (),
) -> None:
    by = User.objects.filter(pk=actor.user_id).first() if actor.user_id is not None else None
    happened = team_mails.Happened(step, str(organisation), user.name, by.name if by else "", tuple(roles))
    team_mails.put_changed(
        team=team, organisation=organisation, happened=happened, recipients=recipients,
        period=team.period(organisation, user, now),
    )  # fmt: skip
