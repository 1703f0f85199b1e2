"""A partner's deals: the list, the board, and one of them with all that happened and can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.downloads import download
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from deals import describing, selectors, writing
from deals.forms import PARTS, PRODUCTS, FilesForm, part_of
from deals.history import events
from deals.models import ENDED, RUNNING, Deal, DealFile, Extension
from deals.opening import record_opening
from deals.proof_wording import proofs_of
from deals.rights import may_register
from deals.rules import rules_of
from deals.step_forms import ReplyForm, UpdateForm
from deals.tables import DealFilter, DealTable, steps_offered
from deals.wording import TONES, state_for_partner, title_of
from partners.entering import PartnerListPage, in_partner
from partners.models import Enrolment, Partner
from programs.office_days import DECIDED_WITHIN, office_day_after

State = Deal.State
MOST_CARDS = 30
"""In a column of the board; the list has them all."""


class DealsPage(PartnerListPage):
    table_class = DealTable
    filterset_class = DealFilter
    template_name = "deals/list.html"
    export_name = "deals"

    def rows(self) -> QuerySet[Deal]:
        return selectors.deals_of_partner(partner=self.partner, actor=self.request.actor)

    def table_options(self) -> dict[str, Any]:
        return {"writes": may_register(self.request.actor, self.partner.pk), "today": self.request.today}

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return beginning(self.request, self.partner)


partner_deals = in_partner()(DealsPage.as_view())


def programs_to_register_in(request: PersonRequest, partner: Partner) -> list[Enrolment]:
    own = Enrolment.objects.visible_to(request.actor).filter(partner=partner).order_by("program__name")
    return list(selectors.open_enrolments(enrolments=own, today=request.today))


def beginning(request: PersonRequest, partner: Partner) -> dict[str, Any]:
    """Where a deal is begun: at once where one program takes registrations, else where it is chosen."""
    open_in = programs_to_register_in(request, partner) if may_register(request.actor, partner.pk) else []
    return {
        "new_url": reverse("deals:new-deal", args=[partner.number]) if open_in else "",
        "only_program": open_in[0].program.slug if len(open_in) == 1 else "",
    }


# --- the board -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    deal: Deal
    title: str
    state: str
    tone: str
    url: str
    left: str
    left_tone: str
    steps: list[tuple[str, str]]
    drops: list[tuple[str, str]]
    """Where it may be dragged to: the name of the place, and the address of the form."""


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    cards: list[Card]
    more_url: str


@in_partner()
def board(request: PersonRequest, partner: Partner) -> HttpResponse:
    """By state, the most urgent first; of what has ended the latest."""
    own = selectors.deals_of_partner(partner=partner, actor=request.actor)
    columns = [
        ("draft", _("Draft"), own.filter(state=State.DRAFT).order_by("-pk")),
        ("waiting", _("Waits for the vendor"), own.filter(state=State.SUBMITTED).order_by("due_on", "pk")),
        ("asked", _("Waits for your answer"), own.filter(state=State.ASKED_BACK).order_by("since", "pk")),
        ("protected", _("Protected"), own.filter(state=State.PROTECTED).order_by("protected_until", "pk")),
        ("ended", _("Ended"), own.filter(state__in=ENDED).order_by("-since", "-pk")),
    ]
    writes = may_register(request.actor, partner.pk)
    shown = [_column(request, partner, key, label, rows, writes) for key, label, rows in columns]
    context = {
        "columns": shown,
        "empty": not any(column.cards for column in shown),
        "list_url": reverse("deals:partner-deals", args=[partner.number]),
        "places": [("won", _("Won")), ("lost", _("Lost")), ("withdrawn", _("Withdrawn"))] if writes else [],
        **beginning(request, partner),
    }
    return render(request, "deals/board.html", context)


def _column(
    request: PersonRequest, partner: Partner, key: str, label: str, rows: QuerySet[Deal], writes: bool
) -> Column:
    found = list(rows[: MOST_CARDS + 1])
    more = reverse("deals:partner-deals", args=[partner.number]) if len(found) > MOST_CARDS else ""
    return Column(key, label, [_card(request, each, writes) for each in found[:MOST_CARDS]], more)


def _card(request: PersonRequest, deal: Deal, writes: bool) -> Card:
    args = [deal.partner.number, deal.number]
    dragged = writes and deal.state == State.PROTECTED
    names = {"won": "deal-won", "lost": "deal-lost", "withdrawn": "withdraw-deal"}
    return Card(
        deal=deal,
        title=title_of(deal),
        state=state_for_partner(deal),
        tone=TONES[deal.state],
        url=reverse("deals:partner-deal", args=args),
        left=describing.days_left_in_words(deal, request.today),
        left_tone=describing.tone_of_days_left(deal, request.today),
        steps=steps_offered(deal) if writes else [],
        drops=[(place, reverse(f"deals:{name}", args=args)) for place, name in names.items()] if dragged else [],
    )


# --- one deal --------------------------------------------------------------------------------------------------------


def deal_of(request: PersonRequest, partner: Partner, number: int) -> Deal:
    return get_object_or_404(selectors.deals_of_partner(partner=partner, actor=request.actor), number=number)


@in_partner()
def partner_deal(request: PersonRequest, partner: Partner, number: int) -> HttpResponse:
    """How it stands, what it says, what happened, who at the vendor has opened it, and what can be done."""
    deal = deal_of(request, partner, number)
    record_opening(deal=deal, actor=request.actor, now=timezone.now())
    return deal_page(request, deal)


def deal_page(request: PersonRequest, deal: Deal, error: str = "") -> HttpResponse:
    """Also after something was refused."""
    writes = may_register(request.actor, deal.partner_id)
    parts = _draft_parts(deal, request.today) if deal.state == State.DRAFT else _sent_parts(request, deal)
    context = {
        "deal": deal,
        "title": title_of(deal),
        "crumbs": [
            Crumb(_("Deals"), reverse("deals:partner-deals", args=[deal.partner.number])),
            Crumb(title_of(deal)),
        ],
        "state": state_for_partner(deal),
        "tone": TONES[deal.state],
        "customer": describing.customer_facts(deal),
        "project": describing.project_facts(deal, deal.products.select_related("product")),
        "files": describing.files_of(deal),
        "version": str(deal.version),
        "writes": writes,
        "error": error,
        **parts,
        **(_steps(request, deal) if writes else {}),
    }
    return render(request, "deals/deal.html", context, status=UNPROCESSABLE if error else 200)


def _draft_parts(deal: Deal, today: date) -> dict[str, Any]:
    """What happens when it is sent, and what is still missing."""
    own = selectors.own_of_same_customer(deal) if deal.customer_name else []
    return {
        "sentence": describing.situation(deal, today),
        "missing": missing_parts(deal),
        "same_customer": [(title_of(each), each) for each in own],
        "decided_by": office_day_after(deal.vendor, today, DECIDED_WITHIN),
        "rules": rules_of(deal.enrolment.program),
    }


def missing_parts(deal: Deal) -> list[tuple[str, str, str]]:
    """What a draft lacks: its label, the part that asks for it, and the place in it."""
    found = []
    for name in writing.missing_in(deal):
        part = part_of(name)
        label = _("Products") if name == PRODUCTS else str(PARTS[part](deal=deal).fields[name].label)
        found.append((label, part, "id_products-0-product" if name == PRODUCTS else f"id_{name}"))
    return found


def _sent_parts(request: PersonRequest, deal: Deal) -> dict[str, Any]:
    steps = selectors.history_of(deal, for_partner=True)
    extension = deal.extensions.filter(state=Extension.State.OPEN).first()
    return {
        "sentence": describing.situation(deal, request.today, extension),
        "left": describing.days_left(deal, request.today),
        "said": describing.refusal_of(deal, steps),
        "events": events(deal, steps, for_partner=True),
        "openings": selectors.latest_openings(deal),
        "proofs": proofs_of(deal, for_partner=True),
        "extension": extension,
    }


def _steps(request: PersonRequest, deal: Deal) -> dict[str, Any]:
    """What a person with a sales role can do with it."""
    if deal.state == State.DRAFT:
        return {}
    steps: dict[str, Any] = {
        "may_change": deal.state in RUNNING,
        "may_end": deal.state == State.PROTECTED,
        "may_withdraw": deal.state in RUNNING,
        "may_prove": deal.state == State.WON,
    }
    if deal.state == State.ASKED_BACK:
        steps["reply_form"] = ReplyForm(deal=deal, today=request.today)
    if deal.state == State.PROTECTED:
        steps["update_form"] = UpdateForm(deal=deal, today=request.today)
    if steps["may_change"]:
        steps["files_form"] = FilesForm()
    return steps


@in_partner()
def file(request: PersonRequest, partner: Partner, number: int, sha256: str) -> HttpResponse:
    """A file as it came."""
    deal = deal_of(request, partner, number)
    record_opening(deal=deal, actor=request.actor, now=timezone.now())
    kept = get_object_or_404(DealFile.objects.visible_to(request.actor).filter(deal=deal), sha256=sha256)
    return download(kept.content, kept.file_name)
