"""What the partner does with a deal that was sent, each on a page of its own with the deal beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.registry import Text
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from deals import describing, ending, protecting, selectors, writing
from deals.acting import act_of
from deals.ending import Order
from deals.models import RUNNING, Deal
from deals.moving import Act
from deals.rights import WRITING_ROLES
from deals.step_forms import (
    ExtensionForm,
    LostForm,
    ProofForm,
    ReplyForm,
    StepForm,
    UpdateForm,
    WithdrawForm,
    WonForm,
)
from deals.views import deal_of
from deals.wording import TONES, state_for_partner, title_of
from deals.writing_views import to_deal
from partners.entering import in_partner
from partners.models import Partner

State = Deal.State


@dataclass(frozen=True)
class Doing:
    """A step: in which states it is offered, what is asked, and the service. `note`: what happens then."""

    states: Collection[str]
    form: type[StepForm]
    do: Callable[[Deal, dict[str, Any], Act], Deal]
    title: Text
    submit: Text
    note: Text
    done: Text
    danger: bool = False


def _view(doing: Doing) -> Callable[..., Any]:
    @in_partner(*WRITING_ROLES)
    def step(request: PersonRequest, partner: Partner, number: int) -> HttpResponse:
        deal = deal_of(request, partner, number)
        # What was sent before is answered by its service, which knows a second click.
        if deal.state == State.DRAFT or (request.method != "POST" and deal.state not in doing.states):
            return to_deal(deal)
        if request.method != "POST":
            return _page(request, deal, doing, doing.form(deal=deal, today=request.today))
        form = doing.form(request.POST, deal=deal, today=request.today)
        if form.is_valid():
            try:
                made = doing.do(deal, form.cleaned_data, act_of(request, form.cleaned_data["seen"]))
            except DomainError as error:
                deal = deal_of(request, partner, number)
                form.refuse(error)
                form.read(deal.version)
            else:
                messages.success(request, str(doing.done) % {"vendor": made.vendor.name})
                return to_deal(made)
        return _page(request, deal, doing, form)

    return step


def _page(request: PersonRequest, deal: Deal, doing: Doing, form: StepForm) -> HttpResponse:
    number = deal.partner.number
    deal_url = reverse("deals:partner-deal", args=[number, deal.number])
    crumbs = [
        Crumb(_("Deals"), reverse("deals:partner-deals", args=[number])), Crumb(title_of(deal), deal_url),
        Crumb(str(doing.title)),
    ]  # fmt: skip
    context = {
        "deal": deal, "form": form, "title": title_of(deal), "heading": str(doing.title), "crumbs": crumbs,
        "submit": str(doing.submit), "note": str(doing.note) % {"vendor": deal.vendor.name}, "cancel_url": deal_url,
        "tone": TONES[deal.state], "button": "danger" if doing.danger else "primary",
        "state": state_for_partner(deal), "sentence": describing.situation(deal, request.today),
        "said": describing.refusal_of(deal, selectors.history_of(deal, for_partner=True)),
        "customer": describing.customer_facts(deal),
        "project": describing.project_facts(deal, deal.products.select_related("product")),
        "no_proof": isinstance(form, ProofForm) and form.nothing_to_choose,
        "upload_url": reverse("invoices:partner", args=[number]),
    }  # fmt: skip
    return render(request, "deals/step.html", context, status=UNPROCESSABLE if form.errors else 200)


# --- the steps -------------------------------------------------------------------------------------------------------


def _text_of(service: Callable[..., Deal]) -> Callable[[Deal, dict[str, Any], Act], Deal]:
    """A step that says nothing but a text."""
    return lambda deal, given, act: service(deal=deal, text=given["text"], act=act)


def _win(deal: Deal, given: dict[str, Any], act: Act) -> Deal:
    order = Order(given["on"], given["value"], given.get("lines", ()), given.get("invoices", ()))
    return ending.win(deal=deal, order=order, text=given["text"], act=act)


def _prove(deal: Deal, given: dict[str, Any], act: Act) -> Deal:
    return ending.prove(deal=deal, lines=given.get("lines", ()), invoices=given.get("invoices", ()), act=act)


def _lose(deal: Deal, given: dict[str, Any], act: Act) -> Deal:
    return ending.lose(deal=deal, lost_to=Deal.LostTo(given["lost_to"]), text=given["text"], act=act)


READ_NOW = gettext_lazy("%(vendor)s can read it now.")
reply = _view(
    Doing(
        (State.ASKED_BACK,), ReplyForm, _text_of(writing.reply), gettext_lazy("Answer the question"),
        gettext_lazy("Send the answer"),
        gettext_lazy("With your answer the two business days of %(vendor)s begin anew."), READ_NOW,
    )
)  # fmt: skip
update = _view(
    Doing(
        (State.PROTECTED,), UpdateForm, _text_of(protecting.update), gettext_lazy("Write an update"),
        gettext_lazy("Send the update"),
        gettext_lazy("%(vendor)s reads it. Until when the next one is due, the deal says."),
        gettext_lazy("%(vendor)s has your update."),
    )
)  # fmt: skip
extend = _view(
    Doing(
        (State.PROTECTED,), ExtensionForm, _text_of(protecting.ask_extension),
        gettext_lazy("Ask for longer protection"), gettext_lazy("Ask for longer protection"),
        gettext_lazy("%(vendor)s decides within two business days. Until then the protection does not end."),
        gettext_lazy("%(vendor)s decides about it. Until then the protection does not end."),
    )
)  # fmt: skip
won = _view(
    Doing(
        (State.PROTECTED,), WonForm, _win, gettext_lazy("The deal is won"), gettext_lazy("Report it as won"),
        gettext_lazy("%(vendor)s sees the order and what shows it. Follow-up business stays covered for a while."),
        gettext_lazy("The deal is won. %(vendor)s can read it now."),
    )
)  # fmt: skip
prove = _view(
    Doing(
        (State.WON,), ProofForm, _prove, gettext_lazy("Add proof"), gettext_lazy("Add what you have chosen"),
        gettext_lazy("%(vendor)s sees it with the deal."), READ_NOW,
    )
)  # fmt: skip
lost = _view(
    Doing(
        (State.PROTECTED,), LostForm, _lose, gettext_lazy("The deal is lost"), gettext_lazy("Report it as lost"),
        gettext_lazy("%(vendor)s reads why. The protection ends with it."),
        gettext_lazy("The deal is lost. %(vendor)s can read it now."), danger=True,
    )
)  # fmt: skip
withdraw = _view(
    Doing(
        RUNNING, WithdrawForm, _text_of(ending.withdraw), gettext_lazy("Withdraw the deal"),
        gettext_lazy("Withdraw the deal"), gettext_lazy("Nothing is protected then. You can register it once more."),
        gettext_lazy("The deal is withdrawn."), danger=True,
    )
)  # fmt: skip
