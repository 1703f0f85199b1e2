"""Inviting people into a team by mail, and what the link in the mail leads to.

The link proves that whoever follows it reads the mail of its address. That is enough to join, and to make an account
where there is none; it is never enough to enter an account that is there, which may be protected by more than mail.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common import team_mails, teams
from common.access import Actor
from common.bearer_secrets import digest_of, generate
from common.errors import DomainError
from common.invited import OPEN, MailInvitation
from common.models import User
from common.teams import NotARole, Team, require_lead

LASTS = timedelta(days=14)
SAME_WITHIN = timedelta(minutes=1)
"""Who asks for the same again so soon has clicked twice."""


class NotAnAddress(DomainError):
    """What was given is no e-mail address."""


class InTeamAlready(DomainError):
    """Somebody with this address is in the team."""


class TooMany(DomainError):
    """The organisation has sent as many invitations as it may within a day."""


class NotOpen(DomainError):
    """The invitation was accepted, has ended or has expired."""


class NotYours(DomainError):
    """The invitation is for an address that is not one of the person's."""


class HasAccount(DomainError):
    """There is an account with the invitation's address: whoever it belongs to has to sign in."""


@transaction.atomic
def invite(
    team: Team, *, organisation: Any, address: str, role: str, language: str, actor: Actor, now: datetime
) -> Any:
    """Write to `address` that they may join in this role within `LASTS`. An open invitation to it is renewed.

    Raises NotAllowed, NotAnAddress, NotARole, InTeamAlready, TooMany.
    """
    team.lock(organisation)
    require_lead(team, organisation, actor)
    return issue(team, organisation=organisation, address=address, role=role, language=language, actor=actor, now=now)


def issue(
    team: Team,
    *,
    organisation: Any,
    address: str,
    role: str,
    language: str,
    actor: Actor,
    now: datetime,
    **more: Any,
) -> Any:
    """As `invite`, for callers that have asked whether the actor may, and hold the organisation.

    `more` goes into the row.
    """
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise NotAnAddress(_("Please enter an e-mail address.")) from error
    if role not in team.roles.values:
        raise NotARole(_("Choose at least one role."))
    if (holder := holder_of(address)) is not None and team.rows(organisation).filter(user=holder).exists():
        raise InTeamAlready(_("%(address)s is in the team already.") % {"address": address})
    earlier = team.open_invitations(organisation).filter(address=address).first()
    if earlier is not None:
        same = (earlier.role, earlier.language, earlier.invited_by_id) == (role, language, actor.user_id)
        if same and now - SAME_WITHIN < earlier.invited_at <= now:
            return earlier
    _check_most(team, organisation, actor, now)
    if earlier is not None:
        team.invitations._default_manager.filter(pk=earlier.pk).update(revoked_at=now)
    secret, digest = generate()
    made = team.invitations._default_manager.create(
        address=address,
        role=role,
        language=language,
        invited_by_id=actor.user_id,
        invited_at=now,
        expires_at=now + LASTS,
        digest=digest,
        **{team.field: organisation},
        **more,
    )
    team_mails.put_invitation(team=team, organisation=organisation, invitation=made, secret=secret)
    return made


def _check_most(team: Team, organisation: Any, actor: Actor, now: datetime) -> None:
    if actor.is_system:
        return
    sent = team.invitations._default_manager.filter(
        invited_at__gt=now - timedelta(days=1), **{team.field: organisation}
    )
    most = team.most_invitations(organisation)
    if sent.count() >= most:
        text = _("%(count)s invitations were sent within a day. Please send more tomorrow.")
        raise TooMany(text % {"count": most})


@transaction.atomic
def resend(team: Team, *, invitation: Any, actor: Actor, now: datetime) -> Any:
    """The same with a new link and fourteen days more; the old link ends. One that was sent within `SAME_WITHIN` stays.

    Raises as `invite`, and NotOpen.
    """
    organisation = getattr(invitation, team.field)
    team.lock(organisation)
    require_lead(team, organisation, actor)
    open_ = team.open_invitations(organisation).filter(address=invitation.address).first()
    if open_ is None:
        raise _not_open()
    return issue(
        team, organisation=organisation, address=open_.address, role=open_.role, language=open_.language,
        actor=actor, now=now,
    )  # fmt: skip


@transaction.atomic
def revoke(team: Team, *, invitation: Any, actor: Actor, now: datetime) -> bool:
    """The link ends. False: it had ended, or was accepted. Raises NotAllowed."""
    organisation = getattr(invitation, team.field)
    team.lock(organisation)
    require_lead(team, organisation, actor)
    return team.open_invitations(organisation).filter(pk=invitation.pk).update(revoked_at=now) == 1


# --- following the link ----------------------------------------------------------------------------------------------


def found(team: Team, *, secret: str) -> Any | None:
    """The invitation with this secret, in whatever standing."""
    rows = team.invitations._default_manager.select_related(team.field, "invited_by")
    return rows.filter(digest=digest_of(secret)).first()


def holder_of(address: str) -> User | None:
    """Whose account this address leads into, confirmed or not."""
    confirmed = EmailAddress.objects.filter(email__iexact=address, verified=True).select_related("user").first()
    return confirmed.user if confirmed is not None else User.objects.filter(email__iexact=address).first()


def is_for(invitation: MailInvitation, user: User) -> bool:
    """Whether the person has proved that the invitation's address is theirs."""
    own = EmailAddress.objects.filter(user=user, email__iexact=invitation.address, verified=True)
    return user.is_active and own.exists()


@transaction.atomic
def accept(team: Team, *, invitation: Any, user: User, now: datetime) -> None:
    """The person joins with the invitation's role, which they may hold already. Accepting twice is accepting once.

    Raises NotYours, NotOpen, and what the team has against it.
    """
    organisation = getattr(invitation, team.field)
    team.lock(organisation)
    rows = team.rows(organisation).filter(user=user)
    current = team.invitations._default_manager.get(pk=invitation.pk)
    if current.accepted_by_id == user.pk and rows.exists():
        return
    if not is_for(current, user):
        raise NotYours(_("This invitation is for another address."))
    if current.standing(now=now) != "open":
        raise _not_open()
    team.check_joining(current)
    waiting = team.invitations._default_manager.filter(OPEN, pk=current.pk, expires_at__gt=now)
    if waiting.update(accepted_at=now, accepted_by=user) != 1:
        raise _not_open()
    teams.take_in(team, organisation=organisation, user=user, role=current.role, now=now)


@transaction.atomic
def join_as_new(team: Team, *, invitation: Any, name: str, password: str, language: str, now: datetime) -> User:
    """Make the account of whoever follows the link, its address confirmed by the link, and join.

    Raises HasAccount, NotOpen, and what the team has against it.
    """
    team.lock(getattr(invitation, team.field))
    current = team.invitations._default_manager.get(pk=invitation.pk)
    if current.standing(now=now) != "open":
        raise _not_open()
    if holder_of(current.address) is not None:
        raise _has_account()
    first, last = split(name)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                current.address, password, first_name=first, last_name=last, language=language
            )
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError as error:
        # Somebody signed up with this address at the same moment.
        raise _has_account() from error
    accept(team, invitation=current, user=user, now=now)
    return user


def split(name: str) -> tuple[str, str]:
    """A name typed in one field as first names and last name: the last word is the last name."""
    first, _space, last = " ".join(name.split()).rpartition(" ")
    return (first, last) if first else (last, "")


def _not_open() -> NotOpen:
    return NotOpen(_("This invitation is not valid any more."))


def _has_account() -> HasAccount:
    return HasAccount(
        _("Please sign in with this address to join. If you do not know a password, ask for a new one there.")
    )
