"""A deal as its partner reads it: how it stands, what it says, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.ui import Fact, Tone
from deals.models import Deal, DealFile, DealProduct, DealStep, Extension
from deals.wording import ALREADY_PROTECTED, product_in_words
from partners.registration import looks_like_vat_id

State, Step = Deal.State, DealStep.Step
SOON = 14
"""Days of protection from which on they are marked as few."""


def days_left(deal: Deal, today: date) -> int | None:
    """Days of protection from today on; none where nothing is protected."""
    if deal.state != State.PROTECTED or deal.protected_until is None:
        return None
    return max((deal.protected_until - today).days, 0)


def tone_of_days_left(deal: Deal, today: date) -> Tone:
    left = days_left(deal, today)
    return "warning" if left is not None and left <= SOON else "success"


def days_left_in_words(deal: Deal, today: date) -> str:
    left = days_left(deal, today)
    if left is None:
        return ""
    return ngettext("%(count)s day left", "%(count)s days left", left) % {"count": formats.number(left)}


def situation(deal: Deal, today: date, extension: Extension | None = None) -> str:
    """How it stands and who is next, in sentences. Of somebody else's deal one fixed sentence, and nothing more."""
    if deal.state == State.DUPLICATE:
        return str(ALREADY_PROTECTED)
    values = {
        "vendor": deal.vendor.name, "due": formats.date_long(deal.due_on), "last": formats.date_long(deal.last_day),
        "update": formats.date_long(deal.update_due_on), "left": days_left_in_words(deal, today),
        "ended": formats.date_long(deal.ended_on), "why": deal.get_lost_to_display(),
    }  # fmt: skip
    sentences = {
        State.DRAFT: _("It is not sent yet. Only your company sees it."),
        State.SUBMITTED: _("%(vendor)s decides by %(due)s."),
        State.ASKED_BACK: _("%(vendor)s needs your answer. Then its two business days begin anew."),
        State.PROTECTED: _("Protected until %(last)s: %(left)s."),
        State.REFUSED: _("%(vendor)s has refused it. You can begin another one with what this one says."),
        State.WON: _("Won on %(ended)s. Follow-up business with this customer is covered until %(last)s."),
        State.LOST: _("Lost on %(ended)s because of: %(why)s."),
        State.WITHDRAWN: _("Withdrawn on %(ended)s."),
        State.LAPSED: _("The protection lapsed on %(ended)s. If the project goes on, please register it once more."),
    }
    said = sentences[State(deal.state)] % values
    if deal.state != State.PROTECTED:
        return said
    if extension is not None:
        values["due"] = formats.date_long(extension.due_on)
    return " ".join([said, *(each % values for each in _asked_for(deal, extension))])


def _asked_for(deal: Deal, extension: Extension | None) -> list[str]:
    """What a protected deal waits for."""
    found = [_("Please write the next update by %(update)s.")] if deal.needs_update else []
    if extension is not None:
        asked = _(
            "You have asked for longer protection: %(vendor)s decides by %(due)s, and until then it does not end."
        )
        return [*found, asked]
    return found or [_("Please say by then how it ended, or ask for longer protection.")]


def refusal_of(deal: Deal, steps: Sequence[DealStep]) -> DealStep | None:
    """The step with the vendor's reason or question that the page shows on top."""
    shown = {State.REFUSED: Step.REFUSED, State.ASKED_BACK: Step.ASKED_BACK}.get(State(deal.state))
    return next((step for step in reversed(steps) if step.step == shown), None)


# --- what it says ----------------------------------------------------------------------------------------------------


def customer_facts(deal: Deal) -> list[Fact]:
    town = " ".join(filter(None, [deal.customer_postcode, deal.customer_city]))
    country = "" if deal.customer_country == "DE" else formats.country(deal.customer_country)
    address = ", ".join(filter(None, [deal.customer_street, town, country]))
    contact = ", ".join(filter(None, [deal.contact_email, deal.contact_phone]))
    return _said(
        Fact(_("End customer"), deal.customer_name, hint=address),
        Fact(_("Website"), deal.customer_domain),
        Fact(_("VAT id"), deal.customer_vat_id, hint=doubt_about_vat_id(deal)),
        Fact(_("Contact at the customer"), deal.contact_name, hint=contact),
    )


def doubt_about_vat_id(deal: Deal) -> str:
    """A VAT id is only typed: nobody is kept from a deal by one, but both sides are told that it may be wrong."""
    if not deal.customer_vat_id or looks_like_vat_id(deal.customer_vat_id, deal.customer_country):
        return ""
    return _("This looks mistyped.")


def project_facts(deal: Deal, products: Iterable[DealProduct]) -> list[Fact]:
    """Without the long texts, which stand below them."""
    value = "" if deal.expected_value is None else formats.money(deal.expected_value, deal.currency)
    won = "" if deal.won_value is None else formats.money(deal.won_value, deal.currency)
    return _said(
        Fact(_("Program"), deal.enrolment.program.name),
        Fact(_("Products"), ", ".join(map(product_in_words, products))),
        Fact(_("Expected value"), value),
        Fact(_("Value of the order"), won),
        Fact(_("Order expected"), "" if deal.expected_on is None else formats.date_long(deal.expected_on)),
        Fact(
            _("Begun by") if deal.state == Deal.State.DRAFT else _("Registered by"),
            deal.vendor.name if deal.entered_by_vendor else deal.written_by.name,
        ),
    )


def _said(*facts: Fact) -> list[Fact]:
    return [fact for fact in facts if fact.value]


def files_of(deal: Deal) -> list[DealFile]:
    """Without their content."""
    return list(deal.files.defer("content"))
