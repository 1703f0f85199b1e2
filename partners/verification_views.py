"""Applications at the vendor: the queue by its clock, one of them with all that helps to decide it, the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.seen_forms import ActForm
from common.ui import Crumb, Event, latest_first
from partners import application_selectors, applications, duplicates, registration, selectors
from partners.application_forms import ApproveForm, AskBackForm, CareForm, RefuseForm
from partners.application_tables import ApplicationFilter, ApplicationTable
from partners.application_wording import TONES, accepted, answers, events, state_for_vendor
from partners.applications import Act
from partners.models import Application, ApplicationStep, Partner
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor

REGISTERS = {
    "DE": "https://www.handelsregister.de/",
    "AT": "https://justizonline.gv.at/jop/web/firmenbuchabfrage",
    "CH": "https://www.zefix.ch/",
    "FR": "https://annuaire-entreprises.data.gouv.fr/",
    "NL": "https://www.kvk.nl/zoeken/",
}
"""Company registers that a person can look into; a company elsewhere is looked up in the European one."""
EUROPEAN_REGISTER = "https://e-justice.europa.eu/topics/registers-business-insolvency-land/business-registers_en"
VAT_CHECK = "https://ec.europa.eu/taxation_customs/vies/"


class ApplicationsPage(VendorListPage):
    table_class = ApplicationTable
    filterset_class = ApplicationFilter
    template_name = "partners/applications.html"
    export_name = "applications"

    def rows(self) -> QuerySet[Application]:
        return application_selectors.applications_of(actor=self.request.actor).filter(program__vendor=self.vendor)


applications_page = in_vendor()(ApplicationsPage.as_view())


@in_vendor()
def application(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The company, who it may be already, what it answered, and the decision."""
    return _page(request, _found(request, vendor, pk))


@in_vendor(*DECIDING_ROLES)
def approve(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _found(request, vendor, pk)
    if request.method != "POST":
        return redirect("partners:application", vendor.slug, pk)
    form = ApproveForm(request.POST, prefix="approve", application=found, today=request.today)
    text = _("%(partner)s takes part now and has a mail that says so.")
    return _decide(
        request,
        found,
        form,
        lambda act: applications.approve(application=found, admission=form.admission, act=act),
        text,
    )


@in_vendor(*DECIDING_ROLES)
def refuse(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _found(request, vendor, pk)
    if request.method != "POST":
        return redirect("partners:application", vendor.slug, pk)
    form = RefuseForm(request.POST, prefix="refuse")
    text = _("%(partner)s is refused and has a mail with your reason.")
    return _decide(request, found, form, lambda act: applications.refuse(application=found, act=act), text)


@in_vendor(*DECIDING_ROLES)
def ask_back(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _found(request, vendor, pk)
    if request.method != "POST":
        return redirect("partners:application", vendor.slug, pk)
    form = AskBackForm(request.POST, prefix="back")
    text = _("Your question is with %(partner)s.")
    return _decide(request, found, form, lambda act: applications.ask_back(application=found, act=act), text)


def _decide(
    request: PersonRequest, found: Application, form: Any, step: Callable[[Act], ApplicationStep], text: str
) -> HttpResponse:
    """Take the step; then comes the queue, where the next one waits on top. A refused step says why at its form."""
    if form.is_valid():
        given = form.cleaned_data
        try:
            step(Act(request.actor, timezone.now(), request.today, given["text"], given["seen"]))
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, text % {"partner": found.partner.name})
            return redirect(
                f"{reverse('partners:applications', args=[found.program.vendor.slug])}?state=open&sort=due_on"
            )
    return _page(request, _found(request, found.program.vendor, found.pk), form)


def _found(request: PersonRequest, vendor: Vendor, pk: int) -> Application:
    of_vendor = application_selectors.applications_of(actor=request.actor).filter(program__vendor=vendor)
    return get_object_or_404(of_vendor, pk=pk)


def _page(request: PersonRequest, found: Application, failed: ActForm | None = None) -> HttpResponse:
    vendor, partner, today = found.program.vendor, found.partner, request.today
    steps = application_selectors.steps_of(found)
    care = application_selectors.care_of(partner=partner, vendor=vendor)
    forms: dict[str, ActForm] = {
        "approve": ApproveForm(prefix="approve", application=found, today=today, initial=CareForm.known(care)),
        "refuse": RefuseForm(prefix="refuse"),
        "back": AskBackForm(prefix="back"),
    }
    if failed is not None and failed.prefix is not None:
        forms[failed.prefix] = failed
    for form in forms.values():
        form.read(steps[-1].pk)
    may_decide = applications.may_decide(request.actor, found) and found.state in Application.UNDECIDED
    country = application_selectors.country_of(partner=partner, day=today)
    context = {
        "application": found,
        "vendor": vendor,
        "crumbs": [
            Crumb(_("Applications"), reverse("partners:applications", args=[vendor.slug])),
            Crumb(partner.name),
        ],
        "state": state_for_vendor(found),
        "tone": TONES[found.state],
        "overdue": found.state == Application.State.OPEN and found.due_on < today,
        "company": _columns(found, country, today),
        "links": _links(partner, country),
        "vat_doubt": bool(partner.vat_id) and not registration.looks_like_vat_id(partner.vat_id, country),
        "events": _events(request, found),
        "facts": [*answers(found), *accepted(found)],
        "forms": forms if may_decide else {},
        # Somebody was faster: the form is gone, but not what was typed into it.
        "refused": " ".join(map(str, failed.non_field_errors())) if failed is not None and not may_decide else "",
        "typed": failed.data.get(failed.add_prefix("text"), "") if failed is not None else "",
        "may_ask_back": found.state == Application.State.OPEN,
        "partner_url": _partner_url(found),
    }
    return render(request, "partners/verify.html", context, status=UNPROCESSABLE if failed is not None else 200)


def _events(request: PersonRequest, found: Application) -> list[Event]:
    """What happened, earlier applications for the same program included: why it was refused then matters now."""
    known = application_selectors.with_steps(partner=found.partner, vendor=found.program.vendor, actor=request.actor)
    same = [(each, steps) for each, steps in known if each.program_id == found.program_id]
    return latest_first(event for each, steps in same for event in events(each, steps))


def _partner_url(found: Application) -> str:
    if application_selectors.enrolment_of(found) is None:
        return ""
    return reverse("partners:detail", args=[found.program.vendor.slug, found.partner.number])


def _columns(found: Application, country: str, today: Any) -> dict[str, Any]:
    """The company beside those it may be: a row per fact, with what differs marked."""
    vendor = found.program.vendor
    likely = duplicates.duplicates_of(partner=found.partner, vendor=vendor)
    enrolled = application_selectors.enrolled_among([each.partner for each in likely], vendor=vendor)
    countries = selectors.countries_on(partners=[each.partner.pk for each in likely], day=today)
    facts = _facts(found.partner, country)
    others = [_facts(each.partner, countries.get(each.partner.pk, "")) for each in likely]
    return {
        "duplicates": [
            {
                "name": each.partner.name,
                "url": reverse("partners:detail", args=[vendor.slug, each.partner.number])
                if each.partner.pk in enrolled
                else "",
                "score": each.score,
                "reasons": each.reasons,
            }
            for each in likely
        ],
        "rows": [
            {
                "label": label,
                "own": value,
                "others": [
                    {"value": other[label], "differs": _plain(other[label]) != _plain(value)} for other in others
                ],
            }
            for label, value in facts.items()
        ],
    }


def _plain(value: str) -> str:
    return "".join(value.casefold().split())


def _facts(partner: Partner, country: str) -> dict[str, str]:
    return {
        _("Company"): partner.name,
        _("Street"): partner.street,
        _("Postcode"): partner.postcode,
        _("City"): partner.city,
        _("Country"): country,
        _("VAT id"): partner.vat_id,
        _("Website"): partner.website,
        _("Telephone"): partner.phone,
    }


def _links(partner: Partner, country: str) -> list[tuple[str, str]]:
    """What the person who decides may open to look for themselves; the portal fetches none of it."""
    address = ", ".join(
        part for part in (partner.street, f"{partner.postcode} {partner.city}".strip(), country) if part
    )
    links = [
        (_("Company register"), REGISTERS.get(country, EUROPEAN_REGISTER)),
        (_("Address on the map"), f"https://www.openstreetmap.org/search?query={quote(address)}"),
    ]
    if partner.vat_id:
        links.append((_("Check the VAT id"), VAT_CHECK))
    if partner.website.startswith(("https://", "http://")):
        links.append((_("Website"), partner.website))
    return links


@in_vendor(*DECIDING_ROLES)
def care(request: PersonRequest, vendor: Vendor, number: str) -> HttpResponse:
    """Who looks after one of the vendor's partners."""
    partner = get_object_or_404(selectors.partners_of(vendor=vendor, actor=request.actor), number=number)
    known = CareForm.known(application_selectors.care_of(partner=partner, vendor=vendor))
    form = CareForm(request.POST or None, vendor=vendor, today=request.today, initial=known)
    if form.is_valid():
        applications.assign(partner=partner, vendor=vendor, actor=request.actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("partners:detail", vendor.slug, number)
    back = reverse("partners:detail", args=[vendor.slug, number])
    crumbs = [Crumb(_("Partners"), reverse("partners:list", args=[vendor.slug])), Crumb(partner.name, back)]
    context = {"form": form, "partner": partner, "cancel_url": back, "crumbs": [*crumbs, Crumb(_("Looked after by"))]}
    return render(request, "partners/care.html", context, status=UNPROCESSABLE if form.errors else 200)
