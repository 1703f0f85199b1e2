"""What the vendor's page about a deal shows beside the forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common import formats
from common.access import Actor
from common.ui import Crumb, Fact
from deals import comparing, vendor_selectors
from deals.comparing import Beside
from deals.describing import doubt_about_vat_id
from deals.figures import Record, record_of
from deals.history import events
from deals.models import RUNNING, Deal, Extension
from deals.opening import RECORDED
from deals.proof_wording import proofs_of
from deals.selectors import history_of, latest_openings
from deals.vendor_tables import vendor_url
from deals.wording import ALREADY_PROTECTED, TONES, product_in_words, state_for_vendor, title_of
from partners.models import Partner
from programs.models import Vendor

State = Deal.State


def page_of(deal: Any, similar: Sequence[Beside], *, actor: Actor, today: date) -> dict[str, Any]:
    slug = deal.vendor.slug
    crumbs = [Crumb(_("Deals"), reverse("deals:vendor-deals", args=[slug])), Crumb(title_of(deal))]
    openings = latest_openings(deal) if deal.state in RECORDED else ()
    return {
        "deal": deal,
        "title": title_of(deal),
        "crumbs": crumbs,
        "partner_url": reverse("partners:detail", args=[slug, deal.partner.number]),
        "state": state_for_vendor(deal),
        "tone": TONES[deal.state],
        "next": next_step(deal, today),
        "recorded": deal.state in RECORDED,
        "vendor_slug": slug,
        "duplicate_of": deal.duplicate_of and (comparing.in_words(deal.duplicate_of), vendor_url(deal.duplicate_of)),
        "already": str(ALREADY_PROTECTED),
        "customer": customer_facts(deal),
        "contact": contact_facts(deal),
        "project": project_facts(deal),
        "similar": [{"beside": each, "title": title_of(each.deal), "url": vendor_url(each.deal)} for each in similar],
        "rows": comparing.rows(deal, [each.deal for each in similar]) if similar else [],
        "not_compared": deal.checked_at is None and deal.state in RUNNING,
        "files": [
            (each.file_name, reverse("deals:vendor-deal-file", args=[slug, deal.partner.number, deal.number, each.pk]))
            for each in deal.files.defer("content")
        ],
        "proofs": proofs_of(deal, for_partner=False),
        "events": events(deal, history_of(deal, for_partner=False), for_partner=False),
        "openings": openings,
        **about_partner(deal.partner, deal.vendor, actor=actor, today=today),
    }


def next_step(deal: Any, today: date) -> str:
    """Until when somebody should act."""
    if deal.due_on is not None:
        text = _("Decision overdue since %(day)s") if deal.due_on < today else _("Decision by %(day)s")
        return text % {"day": formats.date_long(deal.due_on)}
    if deal.state == State.PROTECTED:
        values = {"day": formats.date_long(deal.last_day), "update": formats.date_long(deal.update_due_on)}
        if not deal.needs_update:
            return _("Until %(day)s; no other update is due before") % values
        return _("Until %(day)s; the partner’s next update is due on %(update)s") % values
    if deal.state == State.WON:
        return _("Follow-up business is covered until %(day)s") % {"day": formats.date_long(deal.last_day)}
    return ""


def extension_facts(asked: Extension, today: date) -> list[Fact]:
    """What is asked for, and until when it would be protected."""
    until = asked.deal.last_day
    assert until is not None
    longer = max(until, today - timedelta(days=1)) + timedelta(days=asked.days)
    overdue = _("overdue") if asked.due_on < today else ""
    more = _("%(days)s days longer") % {"days": asked.days}
    return [
        Fact(_("Asked by"), asked.asked_by.name, hint=formats.datetime_short(asked.asked_at)),
        Fact(_("Decision due"), formats.date_long(asked.due_on), hint=overdue),
        Fact(_("Protected until now"), formats.date_long(until)),
        Fact(_("Then protected until"), formats.date_long(longer), hint=more),
    ]


def customer_facts(deal: Deal) -> list[Fact]:
    place = f"{deal.customer_postcode} {deal.customer_city}".strip()
    facts = _said(
        (_("End customer"), deal.customer_name),
        (_("Street"), deal.customer_street),
        (_("City"), place),
        (_("Country"), formats.country(deal.customer_country)),
        (_("Website"), deal.customer_domain),
    )
    vat_id = Fact(_("VAT id"), deal.customer_vat_id, hint=doubt_about_vat_id(deal))
    return [*facts, vat_id] if deal.customer_vat_id else facts


def contact_facts(deal: Deal) -> list[Fact]:
    return _said(
        (_("Contact"), deal.contact_name),
        (_("E-mail address"), deal.contact_email),
        (_("Telephone"), deal.contact_phone),
    )


def project_facts(deal: Deal) -> list[Fact]:
    products = [product_in_words(each) for each in deal.products.select_related("product")]
    return _said(
        (_("Number"), deal.reference),
        (_("Program"), deal.enrolment.program.name),
        (_("Products"), ", ".join(products)),
        (_("Expected value"), _money(deal.expected_value, deal.currency)),
        (_("Order expected"), formats.date_long(deal.expected_on) if deal.expected_on else ""),
        (_("Registered"), formats.datetime_short(deal.submitted_at) if deal.submitted_at else ""),
        (_("Registered by"), deal.written_by.name + (_(" (for the partner)") if deal.entered_by_vendor else "")),
        (_("Decided by"), deal.decided_by.name if deal.decided_by else ""),
        (_("Value of the order"), _money(deal.won_value, deal.currency)),
        (_("Lost because of"), deal.get_lost_to_display() if deal.lost_to else ""),
        (_("Lapsed because of"), deal.get_lapse_display() if deal.lapse else ""),
    )


def _said(*facts: tuple[str, str]) -> list[Fact]:
    return [Fact(label, value) for label, value in facts if value]


def _money(value: Any, currency: str) -> str:
    return "" if value is None else formats.money(value, currency)


# --- the partner -----------------------------------------------------------------------------------------------------


def about_partner(partner: Partner, vendor: Vendor, *, actor: Actor, today: date) -> dict[str, Any]:
    """How its deals ended so far, and whether it looks as if it tried out customers."""
    own = Deal.objects.visible_to(actor).filter(partner=partner, vendor=vendor)
    probing = vendor_selectors.probing_of(partner=partner, vendor=vendor, actor=actor, today=today)
    return {
        "record": record_facts(record_of(own)),
        "probing": probing,
        "probing_text": _("%(met)s of %(registered)s registrations in %(days)s days met somebody else’s project.")
        % {
            "met": formats.number(probing.met),
            "registered": formats.number(probing.registered),
            "days": vendor_selectors.LOOKED_BACK.days,
        },
    }


def record_facts(record: Record) -> list[Fact]:
    """Counts and shares; a share where something has ended."""
    of_ended = _("of %(count)s that were protected and have ended") % {"count": formats.number(record.ended)}
    facts = [
        Fact(_("Registered"), formats.number(record.registered), numeric=True),
        Fact(_("Protected"), formats.number(record.protected), numeric=True),
        Fact(_("Won"), formats.number(record.won), numeric=True),
    ]
    if record.ended:
        facts[2] = Fact(_("Won"), _share(record.won, record.win_rate), hint=of_ended, numeric=True)
        facts.append(Fact(_("Lapsed"), _share(record.lapsed, record.lapse_rate), hint=of_ended, numeric=True))
    return facts


def _share(count: int, rate: Any) -> str:
    return f"{formats.number(count)} ({formats.percent(rate, 0)})"
