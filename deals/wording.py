"""Deals in words: what they are called, whose turn it is, and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats
from common.registry import Text
from common.ui import Tone
from deals.models import Deal, DealProduct, DealStep

State, Step = Deal.State, DealStep.Step

TONES: Mapping[str, Tone] = {
    State.DRAFT: "neutral",
    State.SUBMITTED: "info",
    State.ASKED_BACK: "warning",
    State.PROTECTED: "success",
    State.REFUSED: "danger",
    State.DUPLICATE: "danger",
    State.WON: "success",
    State.LOST: "neutral",
    State.WITHDRAWN: "neutral",
    State.LAPSED: "warning",
}
ALREADY_PROTECTED: Text = gettext_lazy("This project is already protected.")
"""All that a partner ever learns about somebody else's deal."""


def title_of(deal: Deal) -> str:
    """What the project is called: by its writer, else after the customer."""
    return deal.title or deal.customer_name or _("Draft %(number)s") % {"number": deal.reference}


def product_in_words(each: DealProduct) -> str:
    return f"{formats.number(each.quantity)}\N{NO-BREAK SPACE}× {each.product.name}"


def state_for_partner(deal: Deal) -> str:
    words = {
        State.DRAFT: _("Draft"),
        State.SUBMITTED: _("Waits for %(name)s") % {"name": deal.vendor.name},
        State.ASKED_BACK: _("Waits for your answer"),
        State.DUPLICATE: _("Already protected"),
    }
    return words.get(State(deal.state)) or _ended(deal)


def state_for_vendor(deal: Deal) -> str:
    words = {
        State.DRAFT: _("Draft"),
        State.SUBMITTED: _("Waits for your decision"),
        State.ASKED_BACK: _("Waits for %(name)s") % {"name": deal.partner.name},
        State.DUPLICATE: _("Project of another partner"),
    }
    return words.get(State(deal.state)) or _ended(deal)


def _ended(deal: Deal) -> str:
    return {
        State.PROTECTED: _("Protected"),
        State.REFUSED: _("Refused"),
        State.WON: _("Won"),
        State.LOST: _("Lost"),
        State.WITHDRAWN: _("Withdrawn"),
        State.LAPSED: _("Lapsed"),
    }[State(deal.state)]


def step_in_words(step: DealStep) -> str:
    """A heading of the history: who did what."""
    name = {"name": step.author.name if step.author is not None else _("The portal")}
    words = {
        Step.SUBMITTED: _("%(name)s sent the deal"),
        Step.CHANGED: _("%(name)s changed the deal"),
        Step.ASKED_BACK: _("%(name)s asked back"),
        Step.REPLIED: _("%(name)s replied"),
        Step.APPROVED: _("%(name)s protected the deal"),
        Step.REFUSED: _("%(name)s refused the deal"),
        Step.DUPLICATE: _("%(name)s decided: already protected"),
        Step.UPDATED: _("%(name)s wrote an update"),
        Step.REMINDED: _("%(name)s has sent a reminder"),
        Step.EXTENSION_ASKED: _("%(name)s asked for longer protection"),
        Step.EXTENDED: _("%(name)s extended the protection"),
        Step.EXTENSION_REFUSED: _("%(name)s did not extend the protection"),
        Step.WON: _("%(name)s reported the deal as won"),
        Step.PROVEN: _("%(name)s added proof"),
        Step.LOST: _("%(name)s reported the deal as lost"),
        Step.WITHDRAWN: _("%(name)s withdrew the deal"),
        Step.LAPSED: _("The protection lapsed"),
        Step.ESCALATED: _("%(name)s told the vendor’s admins that the decision is overdue"),
    }
    return words[Step(step.step)] % name


def business_days(number: Decimal | None) -> str:
    if number is None:
        return formats.NOTHING
    text = ngettext("%(count)s business day", "%(count)s business days", 1 if number == 1 else 2)
    return text % {"count": formats.number(number)}
