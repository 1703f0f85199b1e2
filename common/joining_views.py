"""The page behind the link of an invitation: who invites, and how one joins. Looking at it changes nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common import invitations
from common.errors import DomainError
from common.formats import date_long
from common.invitations import HasAccount, NotOpen
from common.invited import MailInvitation
from common.models import User
from common.requests import PersonRequest
from common.team_forms import NewAccountForm
from common.teams import Team
from common.ui import Fact


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: PersonRequest, secret: str, team: Team) -> HttpResponse:
    """GET says what the invitation is; POST joins, with the account one is signed in with or with a new one."""
    invitation = invitations.found(team, secret=secret)
    if invitation is None:
        raise Http404
    user = _signed_in(request)
    if (there := _joined_before(team, invitation, user)) is not None:
        return there
    if invitation.standing(now=timezone.now()) != "open":
        return _gone(request, team, invitation)
    if user is None:
        return _join_as_new(request, team, invitation)
    if not invitations.is_for(invitation, user):
        return _for_somebody_else(request, team, invitation)
    if request.method == "POST":
        return _join(request, team, invitation, user)
    return _show(request, team, invitation, "common/team/join.html", there=_role_held(team, invitation, user))


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _join(request: PersonRequest, team: Team, invitation: Any, user: User) -> HttpResponse:
    try:
        invitations.accept(team, invitation=invitation, user=user, now=timezone.now())
    except NotOpen:
        # Ended since the page was asked for a moment ago.
        invitation.refresh_from_db()
        return _gone(request, team, invitation)
    except DomainError as error:
        return _show(request, team, invitation, "common/team/join_gone.html", status=410, reason=str(error))
    return _welcome(request, team, invitation)


def _join_as_new(request: PersonRequest, team: Team, invitation: Any) -> HttpResponse:
    """The same page whether there is an account or not: with one, a password that is chosen here does nothing."""
    form = NewAccountForm(invitation.address, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = invitations.join_as_new(
                team,
                invitation=invitation,
                language=(get_language() or "en")[:2],
                now=timezone.now(),
                **form.cleaned_data,
            )
        except HasAccount as error:
            form.add_error(None, str(error))
        except NotOpen:
            invitation.refresh_from_db()
            return _gone(request, team, invitation)
        except DomainError as error:
            return _show(request, team, invitation, "common/team/join_gone.html", status=410, reason=str(error))
        else:
            welcome = _welcome(request, team, invitation)
            return perform_login(request, user, redirect_url=welcome["Location"], email=user.email)
    status = 422 if form.errors else 200
    return _show(request, team, invitation, "common/team/join_new.html", status=status, form=form)


def _joined_before(team: Team, invitation: Any, user: User | None) -> HttpResponse | None:
    """Who has followed the link before, or clicks twice, is led to where it led."""
    organisation = getattr(invitation, team.field)
    if user is None or invitation.accepted_by_id != user.pk:
        return None
    if not team.rows(organisation).filter(user=user).exists():
        return None
    return redirect(team.area(organisation).url)


def _welcome(request: PersonRequest, team: Team, invitation: Any) -> HttpResponse:
    organisation = getattr(invitation, team.field)
    values = {"organisation": organisation, "role": team.label(invitation.role)}
    messages.success(request, _("Welcome. You are in the team of %(organisation)s now: %(role)s.") % values)
    return redirect(team.landing(invitation))


def _role_held(team: Team, invitation: Any, user: User) -> bool:
    rows = team.rows(getattr(invitation, team.field))
    return rows.filter(user=user, role=invitation.role).exists()


def _for_somebody_else(request: PersonRequest, team: Team, invitation: MailInvitation) -> HttpResponse:
    status = 403 if request.method == "POST" else 200
    return _show(request, team, invitation, "common/team/join_other.html", status=status)


def _gone(request: PersonRequest, team: Team, invitation: Any) -> HttpResponse:
    standing = invitation.standing(now=timezone.now())
    reasons = {
        "accepted": _("Somebody has followed this link already. If it was you, sign in."),
        "revoked": _("This link has ended. If a newer mail has come, follow the link in that one."),
        "expired": _("This invitation was valid until %(day)s.") % {"day": date_long(invitation.expires_at)},
    }
    template = "common/team/join_gone.html"
    return _show(request, team, invitation, template, status=410, standing=standing, reason=reasons.get(standing, ""))


def _show(
    request: PersonRequest, team: Team, invitation: Any, template: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    organisation = getattr(invitation, team.field)
    here = request.path
    facts = [
        Fact(_("Role"), str(team.label(invitation.role))),
        Fact(_("Invited by"), _inviting(team, invitation)),
        Fact(_("Valid until"), date_long(invitation.expires_at)),
    ]
    context = {
        "invitation": invitation,
        "organisation": str(organisation),
        "facts": facts,
        "here": here,
        "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': here})}",
        **more,
    }
    return render(request, template, context, status=status)


def _inviting(team: Team, invitation: Any) -> str:
    names = [invitation.invited_by.name if invitation.invited_by is not None else "", team.on_behalf_of(invitation)]
    return ", ".join(filter(None, names)) or str(getattr(invitation, team.field))
