"""Questions of partners at the vendor: the list by its clock, and one of them with all that helps to answer it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.access import VENDOR, VENDOR_FINANCE
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from sales import claim_selectors, claims
from sales.claim_forms import ACCEPT, AnswerForm, AskBackForm
from sales.claim_selectors import CORRECTIONS_OFFERED
from sales.claim_tables import VendorClaimFilter, VendorClaimTable
from sales.claim_views import proof_file
from sales.claim_wording import TONES, claimed_facts, entries, line_in_words, state_for_vendor, title_of
from sales.claims import ANSWERING_ROLES, Said
from sales.matching import MATCHING_ROLES
from sales.models import Claim, ClaimMessage
from sales.subjects import subjects


class VendorClaimsPage(VendorListPage):
    table_class = VendorClaimTable
    filterset_class = VendorClaimFilter
    template_name = "sales/vendor_claims.html"
    export_name = "questions"

    def rows(self) -> QuerySet[Claim]:
        return claim_selectors.claims_of(actor=self.request.actor).filter(vendor=self.vendor)


vendor_claims = in_vendor()(VendorClaimsPage.as_view())


@in_vendor()
def vendor_claim(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """What is asked, what is booked or waits, and the answer."""
    claim = _claim(request, vendor, pk)
    return _claim_page(request, claim, _answer_form(claim), AskBackForm(prefix="back"))


@in_vendor(*ANSWERING_ROLES, VENDOR_FINANCE)
def answer(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Accept or decline; then comes the list, where the next one waits on top."""
    claim = _to_answer(request, vendor, pk)
    if request.method != "POST":
        return redirect("sales:vendor-claim", vendor.slug, pk)
    form = _answer_form(claim, request.POST)
    if form.is_valid():
        said = _said(request, form)
        if form.cleaned_data["outcome"] == ACCEPT:
            done = _done(form, lambda: claims.accept(claim=claim, said=said, correcting_line=form.line))
        else:
            done = _done(form, lambda: claims.decline(claim=claim, said=said))
        if done:
            messages.success(request, _("%(partner)s has your answer.") % {"partner": claim.partner.name})
            return redirect("sales:vendor-claims", vendor.slug)
    return _claim_page(request, _claim(request, vendor, pk), form, AskBackForm(prefix="back"))


@in_vendor(*ANSWERING_ROLES, VENDOR_FINANCE)
def ask_back(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Ask the partner for what is needed to answer."""
    claim = _to_answer(request, vendor, pk)
    if request.method != "POST":
        return redirect("sales:vendor-claim", vendor.slug, pk)
    form = AskBackForm(request.POST, prefix="back")
    if form.is_valid() and _done(form, lambda: claims.ask_back(claim=claim, said=_said(request, form))):
        messages.success(request, _("Your question is with %(partner)s.") % {"partner": claim.partner.name})
        return redirect("sales:vendor-claims", vendor.slug)
    claim = _claim(request, vendor, pk)
    return _claim_page(request, claim, _answer_form(claim), form)


@in_vendor()
def vendor_proof(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """A file that the partner added, as it came."""
    return proof_file(ClaimMessage.objects.visible_to(request.actor).filter(claim__vendor=vendor), pk)


def _claim(request: PersonRequest, vendor: Vendor, pk: int) -> Claim:
    asked = claim_selectors.claims_of(actor=request.actor).filter(vendor=vendor)
    return get_object_or_404(asked.select_related("correcting_line__product"), pk=pk)


def _to_answer(request: PersonRequest, vendor: Vendor, pk: int) -> Claim:
    claim = _claim(request, vendor, pk)
    if not claims.may_answer(request.actor, claim):
        raise PermissionDenied
    return claim


def _answer_form(claim: Claim, data: Any = None) -> AnswerForm:
    corrections = list(claim_selectors.corrections_for(claim)[:CORRECTIONS_OFFERED])
    return AnswerForm(data, prefix="answer", corrections=corrections)


def _said(request: PersonRequest, form: AnswerForm | AskBackForm) -> Said:
    return Said(request.actor, form.cleaned_data["text"], timezone.now(), seen=form.cleaned_data["seen"])


def _done(form: AnswerForm | AskBackForm, step: Callable[[], ClaimMessage]) -> bool:
    """Take the step; where it is refused, the form says why."""
    try:
        step()
    except DomainError as error:
        form.refuse(error)
        return False
    return True


def _claim_page(request: PersonRequest, claim: Claim, answer_form: AnswerForm, back: AskBackForm) -> HttpResponse:
    slug, actor = claim.vendor.slug, request.actor
    thread = claim_selectors.thread_of(claim)
    for form in (answer_form, back):
        form.read(thread[-1].pk)
    context = {
        "claim": claim,
        "title": title_of(claim),
        "crumbs": [Crumb(_("Questions"), reverse("sales:vendor-claims", args=[slug])), Crumb(title_of(claim))],
        "partner_url": reverse("partners:detail", args=[slug, claim.partner.number]),
        "state": state_for_vendor(claim),
        "tone": TONES[claim.state],
        "overdue": claim.state == Claim.State.OPEN and claim.due_on < request.today,
        "entries": entries(claim, thread, lambda message: reverse("sales:vendor-proof", args=[slug, message.pk])),
        "claimed": claimed_facts(claim),
        "correction": line_in_words(claim.correcting_line) if claim.correcting_line is not None else "",
        "may_answer": claim.unanswered and claims.may_answer(actor, claim),
        "answer_form": answer_form,
        "back_form": back if claim.state == Claim.State.OPEN else None,
        "may_match": actor.has(VENDOR, claim.vendor_id, *MATCHING_ROLES),
    }
    if claim.kind != Claim.Kind.MISSING:
        kind = subjects[claim.kind]
        context |= {"facts": kind.facts(claim.subject), "subject_url": kind.vendor_url(claim.subject)}
    elif claim.unanswered:
        context["candidates"] = claim_selectors.candidates_for(claim, actor=actor)
    failed = answer_form.errors or back.errors
    return render(request, "sales/vendor_claim.html", context, status=UNPROCESSABLE if failed else 200)
