"""Inviting the contacts a vendor has brought along, and the company's own word that its data are right."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common import formats
from common.access import OWNER
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from partners import company, composing, selectors, waves
from partners.company_forms import ContactForm
from partners.entering import in_partner
from partners.golive_forms import WaveForm
from partners.models import BroughtContact, Partner
from partners.tasks import send_invitations
from partners.wave_tables import ContactFilter, ContactTable
from partners.waves import EXPIRED, INVITING_ROLES, STANDINGS, WAITING
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor

LONGEST_ID = 19
SENT_WHILE_WAITING = 20
"""More are sent behind the page."""


def _contacts(request: PersonRequest, vendor: Vendor) -> QuerySet[BroughtContact]:
    return waves.contacts_of(vendor=vendor, actor=request.actor, now=timezone.now(), today=request.today)


class InvitationsPage(VendorListPage):
    table_class = ContactTable
    filterset_class = ContactFilter
    template_name = "partners/invitations.html"
    export_name = "contacts"

    def rows(self) -> QuerySet[BroughtContact]:
        return _contacts(self.request, self.vendor).select_related("vendor")

    def filter_options(self) -> dict[str, Any]:
        return {"vendor": self.vendor}

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        numbers = waves.numbers_of(rows)
        waiting = numbers[WAITING] or not numbers[EXPIRED]
        initial = {"standing": WAITING if waiting else EXPIRED, "number": min(50, numbers[WAITING] or 50)}
        query = self.request.GET.urlencode()
        some = numbers[WAITING] + numbers[EXPIRED]
        return {
            "form": WaveForm(initial=initial) if some else None,
            "known": any(numbers.values()) or bool(query),
            "actions": [
                (action, url)
                for action, url in composing.actions_of(self.vendor, self.request.actor)
                if url != self.request.path
            ],
            "facts": [Fact(str(STANDINGS[key]), formats.number(number)) for key, number in numbers.items()],
            "send_url": reverse("partners:invite-wave", args=[self.vendor.slug]) + (f"?{query}" if query else ""),
            "chosen_url": reverse("partners:invite-chosen", args=[self.vendor.slug]) + (f"?{query}" if query else ""),
            "crumbs": [
                Crumb(_("Partners"), reverse("partners:list", args=[self.vendor.slug])),
                Crumb(_("Invitations")),
            ],
        }


invitations = in_vendor(*INVITING_ROLES)(InvitationsPage.as_view())


@in_vendor(*INVITING_ROLES)
@require_POST
def invite_wave(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Invite the next of those whom the list shows."""
    back = _back(request, vendor)
    form = WaveForm(request.POST)
    rows = ContactFilter(request.GET, queryset=_contacts(request, vendor), request=request, vendor=vendor).qs
    if not form.is_valid():
        messages.warning(request, _("Please say how many are to be invited."))
        return back
    return _invite(request, vendor, rows, back, **form.cleaned_data)


@in_vendor(*INVITING_ROLES)
@require_POST
def invite_chosen(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Invite those who are ticked in the list."""
    chosen = [pk for pk in request.POST.getlist("contact") if pk.isdecimal() and len(pk) < LONGEST_ID]
    if not chosen:
        messages.warning(request, _("Please tick in the list who is to be invited."))
        return _back(request, vendor)
    return _invite(request, vendor, _contacts(request, vendor).filter(pk__in=chosen), _back(request, vendor))


def _back(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    query = request.GET.urlencode()
    return redirect(reverse("partners:invitations", args=[vendor.slug]) + (f"?{query}" if query else ""))


def _invite(
    request: PersonRequest, vendor: Vendor, contacts: QuerySet[BroughtContact], back: HttpResponse, **which: Any
) -> HttpResponse:
    now = timezone.now()
    try:
        asked = waves.ask(vendor=vendor, contacts=contacts, actor=request.actor, now=now, **which)
    except DomainError as error:
        messages.warning(request, str(error))
        return back
    if asked <= SENT_WHILE_WAITING:
        waves.send_asked(now=now, limit=SENT_WHILE_WAITING)
    else:
        transaction.on_commit(partial(send_invitations.delay))
    text = ngettext("%(count)s person is being invited.", "%(count)s people are being invited.", asked)
    messages.success(request, text % {"count": formats.number(asked)})
    return back


@in_partner(OWNER)
def data_check(request: PersonRequest, partner: Partner) -> HttpResponse:
    """What a vendor has said about the company, for its owner to put right and confirm; once."""
    if company.open_check(partner=partner, actor=request.actor) is None:
        return redirect("partner-dashboard", partner.number)
    form = ContactForm(request.POST if request.method == "POST" else None, partner=partner)
    if request.method == "POST" and form.is_valid():
        company.confirm(partner=partner, contact=form.contact, actor=request.actor, now=timezone.now())
        messages.success(request, _("Thank you. Your company’s data are confirmed."))
        return redirect("partner-dashboard", partner.number)
    country = selectors.countries_on(partners=[partner.pk], day=request.today).get(partner.pk, "")
    context = {
        "partner": partner,
        "form": form,
        "facts": [
            Fact(_("Company"), partner.name),
            Fact(_("VAT id"), partner.vat_id or formats.NOTHING),
            Fact(_("Country"), country or formats.NOTHING),
        ],
        "later_url": reverse("partner-dashboard", args=[partner.number]),
    }
    return render(request, "partners/data_check.html", context, status=UNPROCESSABLE if form.errors else 200)
