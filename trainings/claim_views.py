"""Who holds a vendor's certificates and until when, and certificates from elsewhere that wait for a decision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Case, F, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.filters import FilterSet
from common.requests import UNPROCESSABLE, PersonRequest
from common.tables import CompletedRows
from common.ui import Crumb, Fact
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from trainings import certificates, rights, selectors
from trainings.certificate_tables import ClaimFilter, ClaimTable, HolderFilter, HolderTable
from trainings.certificate_views import certificate_facts, claim_facts, proof_file
from trainings.forms import ACCEPT, DecisionForm, ReasonForm
from trainings.models import Certificate, CertificateClaim
from trainings.wording import CLAIM_TONES, certificate_state, last_day, name_of

State = CertificateClaim.State


class HoldersPage(VendorListPage):
    """What ends next first; what is over comes after."""

    table_class = HolderTable
    filterset_class = HolderFilter
    template_name = "trainings/holders.html"
    export_name = "certificates"

    def rows(self) -> QuerySet[Certificate]:
        issued = selectors.certificates_of(actor=self.request.actor).filter(training__program__vendor=self.vendor)
        today = self.request.today
        over = Case(
            When(revoked_on__lte=today, then=Value(1)), When(valid__endswith__lte=today, then=Value(1)),
            default=Value(0),
        )  # fmt: skip
        return issued.order_by(over, F("valid__endswith").asc(nulls_last=True), "pk")

    def records(self, rows: QuerySet[Certificate], filterset: FilterSet | None) -> CompletedRows:
        return CompletedRows(rows, self._complete)

    def _complete(self, rows: Sequence[Certificate]) -> Iterable[Certificate]:
        holders = [row.holder_id for row in rows]
        found = selectors.employers_on(holders=holders, vendor=self.vendor, on=self.request.today)
        for row in rows:
            row.employers = ", ".join(each.name for each in found.get(row.holder_id, ()))  # type: ignore[attr-defined]
        return rows

    def context(self, rows: QuerySet[Certificate]) -> dict[str, bool]:
        return {"may_decide": rights.may_run(self.request.actor, self.vendor.pk)}


holders = in_vendor()(HoldersPage.as_view())


@in_vendor()
def vendor_certificate(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return _certificate_page(request, vendor, _certificate(request, vendor, pk), ReasonForm())


@in_vendor(*DECIDING_ROLES)
def revoke(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """It holds no more from today on."""
    found = _certificate(request, vendor, pk)
    if request.method != "POST":
        return redirect("trainings:vendor-certificate", vendor.slug, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            certificates.revoke(
                certificate=found, reason=form.cleaned_data["reason"], on=request.today, actor=request.actor,
                now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The certificate is revoked. Its holder has a mail that says why."))
        return redirect("trainings:vendor-certificate", vendor.slug, pk)
    return _certificate_page(request, vendor, found, form)


def _certificate(request: PersonRequest, vendor: Vendor, pk: int) -> Certificate:
    own = selectors.certificates_of(actor=request.actor).filter(training__program__vendor=vendor)
    return get_object_or_404(own, pk=pk)


def _certificate_page(request: PersonRequest, vendor: Vendor, found: Certificate, form: ReasonForm) -> HttpResponse:
    state, tone = certificate_state(found, request.today)
    employers = selectors.employers_on(holders=[found.holder_id], vendor=vendor, on=request.today)
    facts = certificate_facts(found)
    for partner in employers.get(found.holder_id, ()):
        url = reverse("partners:detail", args=[vendor.slug, partner.number])
        facts.insert(1, Fact(_("Works for"), partner.name, url=url))
    context = {
        "certificate": found,
        "name": name_of(found.training),
        "crumbs": [
            Crumb(_("Certificates"), reverse("trainings:holders", args=[vendor.slug])),
            Crumb(found.holder.name),
        ],
        "state": state,
        "tone": tone,
        "facts": facts,
        "form": form if found.revoked_on is None and rights.may_run(request.actor, vendor.pk) else None,
    }
    return render(request, "trainings/vendor_certificate.html", context, status=UNPROCESSABLE if form.errors else 200)


# --- from elsewhere --------------------------------------------------------------------------------------------------


class ClaimsPage(VendorListPage):
    """What waits first, in the order of its clock."""

    table_class = ClaimTable
    filterset_class = ClaimFilter
    template_name = "trainings/claims.html"
    export_name = "external-certificates"

    def rows(self) -> QuerySet[CertificateClaim]:
        waiting = Case(When(state=State.OPEN, then=Value(0)), default=Value(1))
        claims = selectors.claims_of(actor=self.request.actor).filter(training__program__vendor=self.vendor)
        return claims.exclude(state=State.WITHDRAWN).order_by(waiting, "due_on", "pk")


claims = in_vendor(*DECIDING_ROLES)(ClaimsPage.as_view())


@in_vendor(*DECIDING_ROLES)
def vendor_claim(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """What was handed in, and the decision."""
    return _claim_page(request, vendor, _claim(request, vendor, pk))


@in_vendor(*DECIDING_ROLES)
def decide(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Accept or refuse; then comes the list, where the next one waits on top."""
    claim = _claim(request, vendor, pk)
    if request.method != "POST":
        return redirect("trainings:vendor-claim", vendor.slug, pk)
    form = DecisionForm(request.POST, claim=claim, today=request.today)
    if form.is_valid():
        asked: dict[str, Any] = {
            "claim": claim, "actor": request.actor, "now": timezone.now(), "today": request.today,
        }  # fmt: skip
        try:
            if form.cleaned_data["outcome"] == ACCEPT:
                certificates.accept(valid_until=form.cleaned_data["valid_until"], **asked)
            else:
                certificates.refuse(reason=form.cleaned_data["reason"], **asked)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("trainings:vendor-claim", vendor.slug, pk)
        else:
            messages.success(request, _("%(partner)s has your answer.") % {"partner": claim.partner.name})
            return redirect("trainings:claims", vendor.slug)
    return _claim_page(request, vendor, _claim(request, vendor, pk), form)


@in_vendor(*DECIDING_ROLES)
def vendor_proof(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The file, as it came."""
    return proof_file(CertificateClaim.objects.visible_to(request.actor).filter(training__program__vendor=vendor), pk)


def _claim(request: PersonRequest, vendor: Vendor, pk: int) -> CertificateClaim:
    own = selectors.claims_of(actor=request.actor).filter(training__program__vendor=vendor)
    return get_object_or_404(own, pk=pk)


def _claim_page(
    request: PersonRequest, vendor: Vendor, claim: CertificateClaim, form: DecisionForm | None = None
) -> HttpResponse:
    form = form or DecisionForm(claim=claim, today=request.today)
    issued = Certificate.objects.visible_to(request.actor).filter(claim=claim).first()
    facts = claim_facts(claim, reverse("trainings:vendor-proof", args=[vendor.slug, claim.pk]))
    partner_url = reverse("partners:detail", args=[vendor.slug, claim.partner.number])
    facts.insert(1, Fact(_("Works for"), claim.partner.name, url=partner_url))
    context = {
        "claim": claim,
        "name": name_of(claim.training),
        "crumbs": [
            Crumb(_("External certificates"), reverse("trainings:claims", args=[vendor.slug])),
            Crumb(claim.holder.name),
        ],
        "tone": CLAIM_TONES[claim.state],
        "overdue": claim.state == State.OPEN and claim.due_on < request.today,
        "facts": facts,
        "last_day": last_day(issued) if issued else None,
        "certificate_url": reverse("trainings:vendor-certificate", args=[vendor.slug, issued.pk]) if issued else "",
        "form": form if claim.state == State.OPEN else None,
    }
    return render(request, "trainings/vendor_claim.html", context, status=UNPROCESSABLE if form.errors else 200)
