"""The pages of a team, the same for companies and for vendors; `partners` and `programs` let people in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common import invitations, teams
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.team_forms import InviteForm, RolesForm
from common.teams import LastLead, NotInTeam, Person, Team
from common.ui import Crumb


def team_page(
    request: PersonRequest, team: Team, organisation: Any, more: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """Who is in the team. Who runs it also sees when people last signed in, and who is invited.

    `more`: labels and addresses of what else there is about the team.
    """
    runs = teams.may_run(team, organisation, request.actor)
    now = timezone.now()
    context = {
        "team_of": str(organisation),
        "runs": runs,
        "more": more,
        "people": [
            {
                "person": person,
                "own": person.user.pk == request.user.pk,
                "roles_url": team.url("team-roles", organisation, person.user.pk),
                "remove_url": team.url("team-remove", organisation, person.user.pk),
            }
            for person in teams.people_of(team, organisation)
        ],
        "invite_url": team.url("team-invite", organisation),
        "invitations": [],
    }
    if runs:
        open_ = team.open_invitations(organisation).select_related("invited_by").order_by("-invited_at", "-pk")
        context["invitations"] = [
            {
                "invitation": each,
                "role": team.label(each.role),
                "expired": each.standing(now=now) == "expired",
                "resend_url": team.url("team-resend", organisation, each.pk),
                "revoke_url": team.url("team-revoke", organisation, each.pk),
            }
            for each in open_
        ]
    return render(request, "common/team/team.html", context)


def invite_page(request: PersonRequest, team: Team, organisation: Any, language: str) -> HttpResponse:
    """`language`: of the mail, if nothing else is chosen."""
    form = InviteForm(team, request.POST if request.method == "POST" else None, initial={"language": language})
    if request.method == "POST" and form.is_valid():
        try:
            made = invitations.invite(
                team, organisation=organisation, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, _("The invitation goes to %(address)s.") % {"address": made.address})
            return redirect(team.url("team", organisation))
    context = {"form": form, "crumbs": _crumbs(team, organisation, _("Invite somebody")), **_back(team, organisation)}
    return render(request, "common/team/invite.html", context, status=UNPROCESSABLE if form.errors else 200)


def roles_page(request: PersonRequest, team: Team, organisation: Any, pk: int) -> HttpResponse:
    person = _person(team, organisation, pk)
    initial = {"roles": person.roles, "seen": " ".join(person.roles)}
    form = RolesForm(team, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            teams.change_roles(
                team, organisation=organisation, user=person.user, actor=request.actor, now=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
        except DomainError as error:
            form.add_error("roles", str(error))
        else:
            messages.success(request, _("The roles of %(name)s are changed.") % {"name": person.user.name})
            return redirect(team.url("team", organisation))
    context = {
        "form": form,
        "person": person,
        "crumbs": _crumbs(team, organisation, person.user.name),
        "remove_url": team.url("team-remove", organisation, pk),
        **_back(team, organisation),
    }
    return render(request, "common/team/roles.html", context, status=UNPROCESSABLE if form.errors else 200)


def remove_page(request: PersonRequest, team: Team, organisation: Any, pk: int) -> HttpResponse:
    """Says what will happen; done by the button. Everybody may leave by themselves."""
    own = pk == request.user.pk
    if not own and not teams.may_run(team, organisation, request.actor):
        raise PermissionDenied
    person = _person(team, organisation, pk)
    if request.method == "POST":
        return _removed(request, team, organisation, person, own=own)
    others = team.leads(organisation).exclude(pk=pk)
    stuck = team.lead in person.roles and person.user.is_active and not others.exists()
    sent = team.open_invitations(organisation).filter(invited_by=person.user)
    context = {
        "person": person,
        "own": own,
        "team_of": str(organisation),
        "stuck": str(team.last_lead) if stuck else "",
        "sent": sent.count(),
        "crumbs": _crumbs(team, organisation, person.user.name),
        **_back(team, organisation),
    }
    return render(request, "common/team/remove.html", context)


def _removed(request: PersonRequest, team: Team, organisation: Any, person: Person, *, own: bool) -> HttpResponse:
    try:
        teams.remove(team, organisation=organisation, user=person.user, actor=request.actor, now=timezone.now())
    except (LastLead, NotInTeam) as error:
        messages.error(request, str(error))
        return redirect(team.url("team", organisation))
    except DomainError as error:
        raise PermissionDenied from error
    if own:
        # The session is gone already; what is left of it in this request must not be written back.
        logout(request)
        text = _("You have left %(organisation)s and are signed out.")
        messages.success(request, text % {"organisation": organisation})
        return redirect("account_login")
    values = {"name": person.user.name, "organisation": organisation}
    messages.success(request, _("%(name)s is removed from %(organisation)s and signed out everywhere.") % values)
    return redirect(team.url("team", organisation))


def resend(request: PersonRequest, team: Team, organisation: Any, pk: int) -> HttpResponse:
    invitation = _invitation(request, team, organisation, pk)
    now = timezone.now()
    try:
        made = invitations.resend(team, invitation=invitation, actor=request.actor, now=now)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        if made.invited_at == now:
            text = _("A new invitation goes to %(address)s. The earlier link has ended.")
        else:
            text = _("The invitation to %(address)s was sent a moment ago. Its link is valid.")
        messages.success(request, text % {"address": made.address})
    return redirect(team.url("team", organisation))


def revoke(request: PersonRequest, team: Team, organisation: Any, pk: int) -> HttpResponse:
    invitation = _invitation(request, team, organisation, pk)
    try:
        invitations.revoke(team, invitation=invitation, actor=request.actor, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = _("The invitation to %(address)s opens nothing any more.")
        messages.success(request, text % {"address": invitation.address})
    return redirect(team.url("team", organisation))


def _person(team: Team, organisation: Any, pk: int) -> Person:
    """Somebody who is in the team; 404 for everybody else."""
    person = next((each for each in teams.people_of(team, organisation) if each.user.pk == pk), None)
    if person is None:
        raise Http404
    return person


def _invitation(request: PersonRequest, team: Team, organisation: Any, pk: int) -> Any:
    """An invitation into this team, whatever has become of it meanwhile."""
    own = team.invitations._default_manager.visible_to(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(own.select_related(team.field), pk=pk, **{team.field: organisation})


def _crumbs(team: Team, organisation: Any, here: str) -> list[Crumb]:
    return [Crumb(_("Team"), team.url("team", organisation)), Crumb(here)]


def _back(team: Team, organisation: Any) -> dict[str, str]:
    return {"back_url": team.url("team", organisation)}
