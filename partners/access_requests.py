"""Somebody's company is registered already: its owners are asked to let them in, and the page tells nobody whether so.

The person who asks learns nothing: what the page says is the same for a company that nobody knows. Only the owners do.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from common import outbox, teams
from common.access import Actor
from common.companies import Company
from common.errors import DomainError
from common.models import User
from partners import application_mails as mails
from partners.duplicates import same_company
from partners.models import AccessRequest, Member, Partner
from partners.team import TEAM

MOST_A_DAY = 3
"""Companies that one person may ask within a day; what is beyond that is dropped silently."""
LEFT_ALONE = timedelta(days=30)
"""So long an owner who has left somebody out is not asked by them again; an owner may invite them all the same."""


class DecidedAlready(DomainError):
    """Another owner was faster."""


@transaction.atomic
def ask_for_access(*, user: User, company: Company, now: datetime) -> None:
    """Ask the owners of the company, should it be registered. Says nothing about whether it is."""
    # One request of a person at a time, so that the limit holds.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    asked_today = AccessRequest.objects.filter(user=user, asked_at__gt=now - timedelta(days=1)).count()
    belongs_to = set(Member.objects.filter(user=user, left_on__isnull=True).values_list("partner_id", flat=True))
    found = [each for each in same_company(company) if each.pk not in belongs_to]
    declined = AccessRequest.objects.filter(user=user, granted=False, decided_at__gt=now - LEFT_ALONE)
    left_alone = set(declined.values_list("partner_id", flat=True))
    told = False
    for partner in found[: max(0, MOST_A_DAY - asked_today)]:
        if partner.pk in left_alone:
            continue
        request, made = AccessRequest.objects.get_or_create(
            partner=partner, user=user, decided_at=None, defaults={"asked_at": now}
        )
        if made:
            _tell_owners(request)
            told = True
    if not told:
        # Writing mails takes time, which would tell.
        outbox.written(kind=mails.ACCESS_ASKED, recipient=user, context=mails.access_sample(mails.ACCESS_ASKED)())


def _tell_owners(request: AccessRequest) -> None:
    url = reverse("partners:access-requests", args=[request.partner.number])
    context = mails.access_told(
        kind=mails.ACCESS_ASKED,
        person=request.user.name,
        address=request.user.email,
        partner=request.partner.name,
        url=url,
    )
    for owner in TEAM.leads(request.partner):
        outbox.put(kind=mails.ACCESS_ASKED, period=f"access {request.pk}", recipient=owner, context=context)


@transaction.atomic
def grant(*, request: AccessRequest, role: str, actor: Actor, now: datetime) -> None:
    """Let the person in with this role. Raises `teams.NotAllowed`, `DecidedAlready`."""
    _decide(request, actor, now, granted=True)
    teams.take_in(TEAM, organisation=request.partner, user=request.user, role=Member.Role(role), now=now)
    context = mails.access_told(
        kind=mails.ACCESS_GRANTED,
        person=request.user.name,
        address=request.user.email,
        partner=request.partner.name,
        url=reverse("partner-dashboard", args=[request.partner.number]),
    )
    outbox.put(kind=mails.ACCESS_GRANTED, period=f"access {request.pk}", recipient=request.user, context=context)


@transaction.atomic
def decline(*, request: AccessRequest, actor: Actor, now: datetime) -> None:
    """Leave the person out; they are not told, as they must not learn that the company is registered.

    Raises `teams.NotAllowed`, `DecidedAlready`.
    """
    _decide(request, actor, now, granted=False)


def _decide(request: AccessRequest, actor: Actor, now: datetime, *, granted: bool) -> None:
    TEAM.lock(request.partner)
    teams.require_lead(TEAM, request.partner, actor)
    undecided = AccessRequest.objects.filter(pk=request.pk, decided_at__isnull=True)
    if undecided.update(decided_at=now, decided_by_id=actor.user_id, granted=granted) != 1:
        raise DecidedAlready(_("This request has been decided meanwhile."))


def waiting_for(*, partner: Partner, actor: Actor) -> list[AccessRequest]:
    """Undecided requests to this company, the oldest first."""
    waiting = AccessRequest.objects.visible_to(actor).filter(partner=partner, decided_at__isnull=True)
    return list(waiting.select_related("user"))
