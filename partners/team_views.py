"""A partner company's team: its people see it, its owners run it; and an owner for a company that has none."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common import joining_views, team_views
from common.access import OWNER, PARTNER_FINANCE, SALES, TECHNICIAN
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.team_forms import AddressForm
from common.ui import Crumb
from partners import selectors
from partners import team as teams
from partners.entering import in_partner
from partners.models import Partner
from partners.team import TEAM
from programs.deciding import DECIDING_ROLES
from programs.entering import in_vendor
from programs.models import Vendor

# Named, so that a vendor's people who view the company's pages are not shown who works there.
MEMBERS = (OWNER, PARTNER_FINANCE, SALES, TECHNICIAN)


@in_partner(*MEMBERS)
def team(request: PersonRequest, partner: Partner) -> HttpResponse:
    return team_views.team_page(request, TEAM, partner)


@in_partner(OWNER)
def invite(request: PersonRequest, partner: Partner) -> HttpResponse:
    return team_views.invite_page(request, TEAM, partner, partner.language)


@in_partner(OWNER)
def roles(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    return team_views.roles_page(request, TEAM, partner, pk)


@in_partner(*MEMBERS)
def remove(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    return team_views.remove_page(request, TEAM, partner, pk)


@in_partner(OWNER)
@require_POST
def resend(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    return team_views.resend(request, TEAM, partner, pk)


@in_partner(OWNER)
@require_POST
def revoke(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    return team_views.revoke(request, TEAM, partner, pk)


def join(request: PersonRequest, secret: str) -> HttpResponse:
    return joining_views.join(request, secret=secret, team=TEAM)


@in_vendor(*DECIDING_ROLES)
def invite_owner(request: PersonRequest, vendor: Vendor, number: str) -> HttpResponse:
    """A page of companies without an owner only."""
    partner = get_object_or_404(selectors.partners_of(vendor=vendor, actor=request.actor), number=number)
    may = teams.may_rescue(vendor=vendor, partner=partner, actor=request.actor, today=request.today)
    if not may or teams.has_owner(partner):
        raise Http404
    form = AddressForm(request.POST if request.method == "POST" else None, initial={"language": partner.language})
    back = reverse("partners:detail", args=[vendor.slug, partner.number])
    if request.method == "POST" and form.is_valid():
        try:
            made = teams.invite_owner(
                partner=partner, vendor=vendor, actor=request.actor, now=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, _("The invitation goes to %(address)s.") % {"address": made.address})
            return redirect(back)
    crumbs = [
        Crumb(_("Partners"), reverse("partners:list", args=[vendor.slug])),
        Crumb(partner.name, back),
        Crumb(_("Invite an owner")),
    ]
    context = {"partner": partner, "form": form, "crumbs": crumbs, "back_url": back}
    return render(request, "partners/invite_owner.html", context, status=UNPROCESSABLE if form.errors else 200)
