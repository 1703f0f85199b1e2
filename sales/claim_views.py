"""A partner's questions: asking, the list, one of them with everything that was written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common import formats
from common.downloads import download
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.seen_forms import ActForm
from common.ui import Crumb
from partners.entering import PartnerListPage, in_partner
from partners.models import Partner
from sales import claim_selectors, claims
from sales.claim_forms import DoubtForm, MissingSaleForm, ProvenForm, ReplyForm, WrongSaleForm
from sales.claim_tables import PartnerClaimFilter, PartnerClaimTable
from sales.claim_wording import TONES, claimed_facts, entries, state_for_partner, title_of
from sales.claims import ASKING_ROLES, AlreadyAsked, Said
from sales.models import Claim, ClaimMessage
from sales.subjects import SubjectKind, subjects
from sales.tables import vendors_of_partner


class PartnerClaimsPage(PartnerListPage):
    table_class = PartnerClaimTable
    filterset_class = PartnerClaimFilter
    template_name = "sales/claims.html"
    export_name = "questions"

    def rows(self) -> QuerySet[Claim]:
        return claim_selectors.claims_of(actor=self.request.actor).filter(partner=self.partner)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        may_ask = claims.may_ask(self.request.actor, self.partner)
        return {"ask_url": reverse("sales:ask-missing", args=[self.partner.number]) if may_ask else ""}


partner_claims = in_partner()(PartnerClaimsPage.as_view())


# --- asking ----------------------------------------------------------------------------------------------------------


@in_partner(*ASKING_ROLES)
def ask_missing(request: PersonRequest, partner: Partner) -> HttpResponse:
    """A sale that no report has. What the sales list was filtered by is filled in."""
    form = MissingSaleForm(
        request.POST or None,
        request.FILES or None,
        today=request.today,
        vendors=vendors_of_partner(request),
        initial={name: request.GET[name] for name in ("vendor", "distributor") if name in request.GET},
    )
    if form.is_valid():
        try:
            claim = claims.ask_for_missing(
                partner=partner,
                vendor=form.cleaned_data["vendor"],
                sale=form.sale,
                said=_said(request, form),
                today=request.today,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _asked(request, claim)
    return _form_page(request, partner, form, _("Missing a sale?"))


@in_partner(*ASKING_ROLES)
def ask_about(request: PersonRequest, partner: Partner, kind: str, pk: int) -> HttpResponse:
    """Something is wrong with a sale or a settled amount; where that was asked already, the open question is shown."""
    asked = _kind(kind)
    subject = get_object_or_404(asked.rows().visible_to(request.actor), pk=pk)
    if asked.partner(subject) != partner:
        raise Http404
    about = claim_selectors.claims_about(kind=asked, subject=subject, actor=request.actor)
    if request.method != "POST" and (claim := about.filter(state__in=Claim.UNANSWERED).first()) is not None:
        return redirect("sales:partner-claim", partner.number, claim.pk)
    more = {"facts": asked.facts(subject), "cancel_url": asked.partner_url(subject)}
    form = _form_about(request, asked, subject)
    if form.is_valid():
        try:
            claim = claims.ask_about(
                kind=asked,
                subject=subject,
                said=_said(request, form),
                today=request.today,
                sale=form.sale if isinstance(form, WrongSaleForm) else None,
            )
        except DomainError as error:
            form.refuse(error)
            if isinstance(error, AlreadyAsked):
                more["open_url"] = reverse("sales:partner-claim", args=[partner.number, error.claim.pk])
        else:
            return _asked(request, claim)
    return _form_page(request, partner, form, asked.label(subject), **more)


def _kind(key: str) -> SubjectKind:
    try:
        return subjects[key]
    except KeyError as error:
        raise Http404 from error


def _form_about(request: PersonRequest, kind: SubjectKind, subject: Any) -> ProvenForm:
    if kind.key == Claim.Kind.SALE:
        facts = WrongSaleForm.facts_of(subject)
        return WrongSaleForm(request.POST or None, request.FILES or None, initial=facts, today=request.today)
    return DoubtForm(request.POST or None, request.FILES or None)


def _said(request: PersonRequest, form: ProvenForm) -> Said:
    given = form.cleaned_data
    return Said(request.actor, given["text"], timezone.now(), seen=given.get("seen"), proof=given.get("proof"))


def _asked(request: PersonRequest, claim: Claim) -> HttpResponse:
    text = _("Your question is with %(vendor)s. You get an answer by %(day)s.")
    messages.success(request, text % {"vendor": claim.vendor.name, "day": formats.date_long(claim.due_on)})
    return redirect("sales:partner-claim", claim.partner.number, claim.pk)


def _form_page(request: PersonRequest, partner: Partner, form: ProvenForm, title: str, **more: Any) -> HttpResponse:
    list_url = reverse("sales:partner-claims", args=[partner.number])
    crumbs = [Crumb(_("Questions"), list_url), Crumb(title)]
    context = {"form": form, "title": title, "crumbs": crumbs, "cancel_url": list_url, **more}
    return render(request, "sales/claim_new.html", context, status=UNPROCESSABLE if form.errors else 200)


# --- one question ----------------------------------------------------------------------------------------------------


@in_partner()
def partner_claim(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """The question, everything written about it, and a place to write more while it is open."""
    return _claim_page(request, _claim(request, partner, pk))


@in_partner(*ASKING_ROLES)
def reply(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    claim = _claim(request, partner, pk)
    if request.method != "POST":
        return redirect("sales:partner-claim", partner.number, pk)
    form = ReplyForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            claims.reply(claim=claim, said=_said(request, form), today=request.today)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(vendor)s can read it now.") % {"vendor": claim.vendor.name})
            return redirect("sales:partner-claim", partner.number, pk)
    return _claim_page(request, _claim(request, partner, pk), form)


@in_partner(*ASKING_ROLES)
def withdraw(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    claim = _claim(request, partner, pk)
    if request.method == "POST":
        form = ActForm(request.POST)
        said = Said(request.actor, "", timezone.now(), seen=form.cleaned_data["seen"] if form.is_valid() else None)
        try:
            claims.withdraw(claim=claim, said=said)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Your question is withdrawn."))
    return redirect("sales:partner-claim", partner.number, pk)


@in_partner()
def partner_proof(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """A file that somebody added, as it came."""
    return proof_file(ClaimMessage.objects.visible_to(request.actor).filter(claim__partner=partner), pk)


def proof_file(found: QuerySet[ClaimMessage], pk: int) -> HttpResponse:
    message = get_object_or_404(found.filter(content__isnull=False), pk=pk)
    return download(message.content or b"", message.file_name)


def _claim(request: PersonRequest, partner: Partner, pk: int) -> Claim:
    own = claim_selectors.claims_of(actor=request.actor).filter(partner=partner)
    return get_object_or_404(own.select_related("correcting_line__product"), pk=pk)


def _claim_page(request: PersonRequest, claim: Claim, form: ReplyForm | None = None) -> HttpResponse:
    number = claim.partner.number
    thread = claim_selectors.thread_of(claim)
    form = form or ReplyForm()
    form.read(thread[-1].pk)
    may_write = claim.unanswered and claims.may_ask(request.actor, claim.partner)
    context = {
        "claim": claim,
        "title": title_of(claim),
        "crumbs": [Crumb(_("Questions"), reverse("sales:partner-claims", args=[number])), Crumb(title_of(claim))],
        "state": state_for_partner(claim),
        "tone": TONES[claim.state],
        "entries": entries(claim, thread, lambda message: reverse("sales:partner-proof", args=[number, message.pk])),
        "claimed": claimed_facts(claim),
        "form": form if may_write else None,
        "last": str(thread[-1].pk),
    }
    if claim.kind != Claim.Kind.MISSING:
        kind = subjects[claim.kind]
        context |= {"facts": kind.facts(claim.subject), "subject_url": kind.partner_url(claim.subject)}
    return render(request, "sales/claim.html", context, status=UNPROCESSABLE if form.errors else 200)
