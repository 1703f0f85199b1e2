"""A company's own page, and the page at a vendor on which a change of its data is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common import bouncing, formats
from common.access import OWNER, PARTNER, PARTNER_FINANCE, SALES, TECHNICIAN
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact, latest_first
from partners import company as companies
from partners import composing, registration, selectors
from partners.bookkeeping import (
    KEEPERS,
    Bookkeeping,
    Status,
    change_bookkeeping,
    tax_status_on,
    tax_statuses_of,
)
from partners.company_forms import BookkeepingForm, ContactForm, DecisionForm, RegisteredForm
from partners.company_wording import contact_events, events, succession_events, succession_sentences
from partners.entering import in_partner
from partners.models import CompanyChange, Partner
from programs.deciding import DECIDING_ROLES
from programs.entering import in_vendor
from programs.models import Program, Vendor

MEMBERS = (OWNER, PARTNER_FINANCE, SALES, TECHNICIAN)


@in_partner(*MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def company(request: PersonRequest, partner: Partner) -> HttpResponse:
    """What the portal knows of the company; an owner changes how it can be reached here."""
    owner = request.actor.has(PARTNER, partner.pk, OWNER)
    sent = request.method == "POST"
    if sent and not owner:
        raise PermissionDenied
    form = ContactForm(request.POST if sent else None, partner=partner)
    if sent and form.is_valid():
        try:
            companies.change_contact(partner=partner, contact=form.contact, actor=request.actor, now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("partners:company", partner.number)
    known = companies.registered(partner=partner, day=request.today)
    changes = selectors.company_changes_of(partner=partner, actor=request.actor)
    successions = selectors.successions_of(partner=partner, actor=request.actor)
    context: dict[str, Any] = {
        "partner": partner,
        "facts": [
            Fact(_("Partner number"), partner.number),
            Fact(_("Company"), known.name),
            Fact(_("VAT id"), known.vat_id or formats.NOTHING),
            Fact(_("Country"), known.country or formats.NOTHING),
        ],
        "contact": _contact_facts(partner),
        "bookkeeping": [
            Fact(_("Statements are sent to"), _("owners and bookkeeping"), hint=partner.bookkeeping_email),
            Fact(_("Taxation"), str(Status(tax_status_on(partner=partner, day=request.today)).label)),
        ],
        "keeps_books": request.actor.has(PARTNER, partner.pk, *KEEPERS),
        "form": form if owner else None,
        "undecided": next((each for each in changes if each.state == CompanyChange.State.OPEN), None),
        "owner": owner,
        "events": latest_first([*events(changes), *contact_events(partner), *succession_events(successions, partner)]),
        "successions": succession_sentences(successions, partner),
        "panels": composing.company_panels_of(partner),
    }
    return render(request, "partners/company.html", context, status=UNPROCESSABLE if form.errors else 200)


def _contact_facts(partner: Partner) -> list[Fact]:
    place = " ".join(part for part in (partner.postcode, partner.city) if part)
    return [
        Fact(_("Address"), partner.street or place or formats.NOTHING, hint=place if partner.street else ""),
        Fact(_("Website"), partner.website or formats.NOTHING),
        Fact(_("Telephone"), partner.phone or formats.NOTHING),
        Fact(_("Language"), partner.get_language_display()),
        Fact(_("Time zone"), partner.time_zone or _("That of the country")),
    ]


@in_partner(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def bookkeeping(request: PersonRequest, partner: Partner) -> HttpResponse:
    """Where statements are sent, and how the company is taxed."""
    today = request.today
    known = Bookkeeping(partner.bookkeeping_email, tax_status_on(partner=partner, day=today), today)
    form = BookkeepingForm(request.POST if request.method == "POST" else None, known=known)
    back = reverse("partners:company", args=[partner.number])
    if form.is_bound and form.is_valid():
        try:
            change_bookkeeping(partner=partner, wanted=form.wanted, actor=request.actor, now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {
        "form": form,
        "bounce": bouncing.bounce_at(address=partner.bookkeeping_email),
        "history": [
            Fact(_("since %(day)s") % {"day": formats.date_short(each.valid_from)}, each.get_status_display())
            for each in tax_statuses_of(partner=partner, actor=request.actor)
        ],
        "back_url": back,
        "crumbs": [Crumb(_("Company"), back), Crumb(_("Bookkeeping"))],
    }
    return render(request, "partners/bookkeeping.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_partner(OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PersonRequest, partner: Partner) -> HttpResponse:
    """Name, VAT id and country: asked for, or changed at once where no vendor is concerned."""
    today = request.today
    known = companies.registered(partner=partner, day=today)
    vendors = companies.vendors_of(partner=partner, today=today)
    countries = {country for codes in Program.objects.values_list("countries", flat=True) for country in codes}
    form = RegisteredForm(
        request.POST if request.method == "POST" else None, known=known, asks=bool(vendors), today=today,
        countries={*countries, *registration.EU_COUNTRIES, "CH", "GB", "LI", "NO", known.country} - {""},
    )  # fmt: skip
    back = reverse("partners:company", args=[partner.number])
    if form.is_bound and form.is_valid():
        try:
            made = companies.ask(
                partner=partner, wanted=form.wanted, actor=request.actor, now=timezone.now(), today=today
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved.") if made is None else _("Your vendors are asked. You get a mail."))
            return redirect(back)
    context = {"form": form, "vendors": vendors, "back_url": back, "crumbs": [Crumb(_("Company"), back)]}
    return render(request, "partners/company_change.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_partner(OWNER)
@require_POST
def withdraw(request: PersonRequest, partner: Partner) -> HttpResponse:
    changes = CompanyChange.objects.visible_to(request.actor).filter(partner=partner)
    found = changes.filter(state=CompanyChange.State.OPEN).first() or changes.first()
    if found is not None:
        try:
            companies.withdraw(change=found, actor=request.actor, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The change is withdrawn."))
    return redirect("partners:company", partner.number)


@in_vendor(*DECIDING_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Old and new side by side, and the decision."""
    changes = CompanyChange.objects.visible_to(request.actor).filter(asked__vendor=vendor)
    found = get_object_or_404(changes.select_related("partner", "requested_by", "decided_by", "decided_for"), pk=pk)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        approve = request.POST.get("decision") == "approve"
        if not approve and not form.cleaned_data["answer"]:
            form.add_error("answer", _("Please say why: the company reads it."))
        else:
            try:
                companies.decide(
                    change=found, vendor=vendor, approve=approve, answer=form.cleaned_data["answer"],
                    actor=request.actor, now=timezone.now(), today=request.today,
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Decided. The company has a mail that says so."))
                return redirect("partners:company-change", vendor.slug, pk)
    rows = [
        (_("Company"), found.was_name, found.name),
        (_("VAT id"), found.was_vat_id, found.vat_id),
        (_("Country"), found.was_country, found.country),
    ]
    context = {
        "change": found,
        "vendor": vendor,
        "asked": found.asked.get(vendor=vendor),
        "rows": [(label, was or formats.NOTHING, to or formats.NOTHING, was != to) for label, was, to in rows],
        "closed_to": _closed_to(found, vendor, request),
        "vat_doubt": bool(found.vat_id) and not registration.looks_like_vat_id(found.vat_id, found.country),
        "form": form,
        "may": companies.may_decide(change=found, vendor=vendor, actor=request.actor, today=request.today)
        and found.state == CompanyChange.State.OPEN,
        "events": events([found]),
        "crumbs": [Crumb(_("Partners"), reverse("partners:list", args=[vendor.slug])), Crumb(found.partner.name)],
    }
    return render(request, "partners/company_decision.html", context, status=UNPROCESSABLE if form.errors else 200)


def _closed_to(change: CompanyChange, vendor: Vendor, request: PersonRequest) -> str:
    """The vendor's programs that are not open to the new country."""
    enrolments = selectors.enrolments_of(partner=change.partner, actor=request.actor, vendor=vendor)
    return ", ".join(each.program.name for each in enrolments if change.country not in each.program.countries)
