"""What a company's people hold: until when, how it is renewed, and certificates from elsewhere that they hand in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common import formats
from common.access import PARTNER
from common.downloads import download
from common.errors import DomainError
from common.filters import FilterSet
from common.requests import UNPROCESSABLE, PersonRequest
from common.tables import CompletedRows
from common.ui import Crumb, Fact
from partners.entering import PartnerListPage, in_partner
from partners.models import Partner
from trainings import certificates, rights, selectors
from trainings.certificate_tables import CertificateFilter, TeamTable
from trainings.forms import HandInForm
from trainings.models import Certificate, CertificateClaim, TrainingDate
from trainings.wording import CLAIM_TONES, certificate_state, days_when, last_day, name_of, when, where

State = CertificateClaim.State
REFUSED_SHOWN = timedelta(days=60)
"""How long a refused certificate stands above the list."""


class TeamPage(PartnerListPage):
    """One's own first, then what ends first; of each training a person's latest."""

    table_class = TeamTable
    filterset_class = CertificateFilter
    template_name = "trainings/certificates.html"
    export_name = "certificates"

    def rows(self) -> QuerySet[Certificate]:
        own = Case(When(holder=self.request.actor.user_id, then=Value(0)), default=Value(1))
        team = team_certificates(request=self.request, partner=self.partner)
        return team.order_by(own, "valid__endswith", "pk")

    def records(self, rows: QuerySet[Certificate], filterset: FilterSet | None) -> CompletedRows:
        return CompletedRows(rows, self._complete)

    def _complete(self, rows: Sequence[Certificate]) -> Iterable[Certificate]:
        following = next_dates({row.training_id for row in rows}, self.request)
        for row in rows:
            date_ = following.get(row.training_id)
            row.partner_number = self.partner.number  # type: ignore[attr-defined]
            row.renewal = days_when(date_) if date_ is not None else ""  # type: ignore[attr-defined]
            row.renewal_url = _date_url(self.partner, date_) if date_ is not None else None  # type: ignore[attr-defined]
        return rows

    def context(self, rows: QuerySet[Certificate]) -> dict[str, Any]:
        request, partner = self.request, self.partner
        mine = partner.pk in request.actor.ids(PARTNER)
        return {
            "hand_in_url": reverse("trainings:hand-in", args=[partner.number]) if mine else "",
            "offered_url": reverse("trainings:offered", args=[partner.number]),
            "claims": [_claim_line(each, partner) for each in _recent_claims(request, partner)],
        }


team = in_partner()(TeamPage.as_view())


def team_certificates(*, request: PersonRequest, partner: Partner) -> QuerySet[Certificate]:
    """Of the people who work for the company today."""
    people = selectors.members_on(request.today).filter(partner=partner)
    visible = selectors.certificates_of(actor=request.actor).filter(holder__in=people.values("user_id"))
    return visible.exclude(selectors.later_certificate(request.today))


def next_dates(trainings: Iterable[int], request: PersonRequest) -> dict[int, TrainingDate]:
    """The next date that can be booked, by id of the training."""
    dates = selectors.bookable_dates(trainings=list(trainings), today=request.today, now=timezone.now())
    return {each.training_id: each for each in reversed(dates)}


def _recent_claims(request: PersonRequest, partner: Partner) -> QuerySet[CertificateClaim]:
    claims = selectors.claims_of(actor=request.actor).filter(partner=partner)
    lately = timezone.now() - REFUSED_SHOWN
    waiting = claims.filter(state=State.OPEN)
    return (waiting | claims.filter(state=State.REFUSED, decided_at__gte=lately)).order_by("-pk")


def _claim_line(claim: CertificateClaim, partner: Partner) -> dict[str, Any]:
    return {
        "name": claim.holder.name,
        "training": name_of(claim.training),
        "state": claim.get_state_display(),
        "tone": CLAIM_TONES[claim.state],
        "due": claim.due_on if claim.state == State.OPEN else None,
        "url": reverse("trainings:partner-claim", args=[partner.number, claim.pk]),
    }


def _date_url(partner: Partner, date_: TrainingDate) -> str:
    return reverse("trainings:partner-date", args=[partner.number, date_.pk])


@in_partner()
def certificate(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """One certificate of somebody in the team, and how to renew it."""
    people = selectors.members_on(request.today).filter(partner=partner)
    of_team = selectors.certificates_of(actor=request.actor).filter(holder__in=people.values("user_id"))
    found = get_object_or_404(of_team, pk=pk)
    state, tone = certificate_state(found, request.today)
    offered = selectors.offered_to(partner=partner, on=request.today, actor=request.actor)
    dates: Sequence[TrainingDate] = ()
    if offered.filter(pk=found.training_id).exists():
        dates = list(
            selectors.bookable_dates(trainings=[found.training_id], today=request.today, now=timezone.now())[:3]
        )
    context = {
        "certificate": found,
        "name": name_of(found.training),
        "crumbs": [Crumb(_("Certificates"), _list_url(partner)), Crumb(found.holder.name)],
        "state": state,
        "tone": tone,
        "facts": certificate_facts(found),
        "dates": [{"when": when(each), "where": where(each), "url": _date_url(partner, each)} for each in dates],
        "hand_in_url": _hand_in_url(request, partner, found),
    }
    return render(request, "trainings/certificate.html", context)


def certificate_facts(found: Certificate) -> list[Fact]:
    last = last_day(found)
    facts = [
        Fact(_("Holder"), found.holder.name),
        Fact(_("Training"), name_of(found.training), hint=found.training.program.name),
        Fact(_("Valid from"), formats.date_long(found.valid.lower)),
        Fact(_("Valid until"), formats.date_long(last) if last is not None else _("without end")),
        Fact(_("Source"), found.get_source_display()),
    ]
    if found.revoked_on is not None:
        facts.append(Fact(_("Revoked from"), formats.date_long(found.revoked_on), hint=found.revoked_why))
    return facts


def _hand_in_url(request: PersonRequest, partner: Partner, found: Certificate) -> str:
    may = found.training.external and rights.may_act_for(request.actor, partner, found.holder)
    return _again_url(partner, found) if may else ""


def _again_url(partner: Partner, found: Certificate | CertificateClaim) -> str:
    """Hand in one of that training for that person."""
    url = reverse("trainings:hand-in", args=[partner.number])
    return f"{url}?training={found.training_id}&holder={found.holder_id}"


# --- from elsewhere --------------------------------------------------------------------------------------------------


@in_partner()
def hand_in(request: PersonRequest, partner: Partner) -> HttpResponse:
    """A certificate from elsewhere, with the file that proves it."""
    if partner.pk not in request.actor.ids(PARTNER):
        return redirect("trainings:certificates", partner.number)
    form = _hand_in_form(request, partner)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            claim = certificates.hand_in(
                training=given["training"], partner=partner, holder=given["holder"], paper=form.paper,
                actor=request.actor, now=timezone.now(), today=request.today,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            vendor = claim.training.program.vendor.name
            text = _("%(vendor)s has the certificate. You get an answer by %(day)s.")
            messages.success(request, text % {"vendor": vendor, "day": formats.date_long(claim.due_on)})
            return redirect("trainings:partner-claim", partner.number, claim.pk)
    context = {
        "form": form,
        "crumbs": [Crumb(_("Certificates"), _list_url(partner)), Crumb(_("Hand in a certificate"))],
        "cancel_url": _list_url(partner),
        "possible": form.fields["training"].queryset.exists(),  # type: ignore[attr-defined]
    }
    return render(request, "trainings/hand_in.html", context, status=UNPROCESSABLE if form.errors else 200)


def _hand_in_form(request: PersonRequest, partner: Partner) -> HandInForm:
    offered = selectors.offered_to(partner=partner, on=request.today, actor=request.actor).filter(external=True)
    return HandInForm(
        request.POST or None,
        request.FILES or None,
        trainings=offered.order_by("name", "pk"),
        people=rights.people_for(actor=request.actor, partner=partner, on=request.today),
        today=request.today,
        initial={name: request.GET[name] for name in ("training", "holder") if request.GET.get(name, "").isdecimal()},
    )


@in_partner()
def partner_claim(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """What was handed in, and what came of it."""
    claim = get_object_or_404(selectors.claims_of(actor=request.actor).filter(partner=partner), pk=pk)
    issued = Certificate.objects.visible_to(request.actor).filter(claim=claim).first()
    context = {
        "claim": claim,
        "name": name_of(claim.training),
        "crumbs": [Crumb(_("Certificates"), _list_url(partner)), Crumb(claim.holder.name)],
        "tone": CLAIM_TONES[claim.state],
        "facts": claim_facts(claim, reverse("trainings:partner-proof", args=[partner.number, claim.pk])),
        "certificate_url": reverse("trainings:partner-certificate", args=[partner.number, issued.pk]) if issued else "",
        "last_day": last_day(issued) if issued else None,
        "again_url": _again_url(partner, claim),
        "may_withdraw": claim.state == State.OPEN and rights.may_act_for(request.actor, partner, claim.holder),
    }
    return render(request, "trainings/claim.html", context)


@in_partner()
def withdraw(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """Before it is decided."""
    claim = get_object_or_404(selectors.claims_of(actor=request.actor).filter(partner=partner), pk=pk)
    if request.method == "POST":
        try:
            certificates.withdraw(claim=claim, actor=request.actor, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The certificate is withdrawn. The file is deleted."))
    return redirect("trainings:partner-claim", partner.number, pk)


def claim_facts(claim: CertificateClaim, proof_url: str) -> list[Fact]:
    facts = [
        Fact(_("Holder"), claim.holder.name),
        Fact(_("Training"), name_of(claim.training), hint=claim.training.program.name),
        Fact(_("Issued by"), claim.issuer),
        Fact(_("Issued on"), formats.date_long(claim.issued_on)),
    ]
    if claim.valid_until is not None:
        facts.append(Fact(_("Valid until"), formats.date_long(claim.valid_until)))
    facts.append(Fact(_("Handed in"), formats.datetime_short(claim.submitted_at), hint=claim.submitted_by.name))
    if claim.file_name:
        facts.append(Fact(_("File"), claim.file_name, url=proof_url))
    if claim.decided_at is not None and claim.decided_by is not None:
        label = _("Withdrawn") if claim.state == State.WITHDRAWN else _("Decided")
        facts.append(Fact(label, formats.datetime_short(claim.decided_at), hint=claim.decided_by.name))
    return facts


@in_partner()
def partner_proof(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """The file, as it came."""
    return proof_file(CertificateClaim.objects.visible_to(request.actor).filter(partner=partner), pk)


def proof_file(found: QuerySet[CertificateClaim], pk: int) -> HttpResponse:
    claim = get_object_or_404(found.filter(content__isnull=False), pk=pk)
    return download(claim.content or b"", claim.file_name)


def _list_url(partner: Partner) -> str:
    return reverse("trainings:certificates", args=[partner.number])
