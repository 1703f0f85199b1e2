"""Panels of a partner's dashboard: what is earned and missing for more, the tiers, what is settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common import formats
from common.access import Actor
from common.money import ZERO
from common.period_names import in_period, period_name, same_time_in
from common.registry import Area
from partners.models import Partner
from partners.selectors import enrolments_of
from rebates import explaining, selectors
from rebates.cards import cards_of
from rebates.live import live_figures, terms_of
from rebates.selectors import SoFar
from rebates.telling import TONES, state_in_words
from rebates.views import partner_url

SETTLED_SHOWN = 3


def earned(area: Area, actor: Actor, today: date) -> Mapping[str, Any]:
    """The sentence with what is earned so far, and a card per running rebate."""
    enrolments = enrolments_of(partner=Partner(pk=area.pk), actor=actor)
    published = terms_of(enrolments=enrolments)
    running = live_figures(enrolments=enrolments, today=today, published=published)
    so_far = selectors.earned_so_far(enrolments=enrolments, running=running, published=published, today=today)
    urls = {
        (figure.enrolment.pk, figure.terms.code): partner_url(area.slug, figure.terms, str(figure.period))
        for figure in running
    }
    return {
        "headline": headline(so_far) if so_far is not None else "",
        "cards": cards_of(running, today=today, urls=urls),
        "enrolled": bool(enrolments),
        "nothing_sold": not any(figure.settlement.totals.lines or figure.settlement.left_out for figure in running),
        "all_url": reverse("rebates:partner-rebates", args=[area.slug]),
    }


def headline(so_far: SoFar) -> str:
    """ "In Q4 you have earned 1,240.00 € so far, 310.00 € more than at the same time in Q3." """
    values = {
        "in_period": in_period(so_far.period),
        "amount": explaining.in_currencies(so_far.now),
        "then": same_time_in(so_far.period.previous()),
    }
    if so_far.then is None or len({*so_far.now, *so_far.then}) != 1:
        return _("%(in_period)s you have earned %(amount)s so far.") % values
    if not any(so_far.now.values()) and not any(so_far.then.values()):
        return _("%(in_period)s you have earned %(amount)s so far.") % values
    currency = next(iter({*so_far.now, *so_far.then}))
    more = so_far.now.get(currency, ZERO) - so_far.then.get(currency, ZERO)
    values["difference"] = formats.money(abs(more), currency)
    if more > 0:
        return _("%(in_period)s you have earned %(amount)s so far, %(difference)s more than %(then)s.") % values
    if more < 0:
        return _("%(in_period)s you have earned %(amount)s so far, %(difference)s less than %(then)s.") % values
    return _("%(in_period)s you have earned %(amount)s so far, as much as %(then)s.") % values


def settled(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The latest periods that are over, with their state."""
    enrolments = enrolments_of(partner=Partner(pk=area.pk), actor=actor)
    rows = selectors.past_earnings(enrolments=enrolments, today=today)[:SETTLED_SHOWN]
    if not rows:
        return None
    several = len({row.terms.program_id for row in rows}) > 1
    return {
        "rows": [
            {
                "name": period_name(row.period),
                "terms": f"{row.terms.program.name}, {row.terms.name}" if several else row.terms.name,
                "amount": formats.money(row.total, row.currency),
                "state": state_in_words(row),
                "tone": TONES[row.state],
                "url": partner_url(area.slug, row.terms, str(row.period)),
            }
            for row in rows
        ],
        "all_url": reverse("rebates:partner-rebates", args=[area.slug]),
        "account_url": reverse("rebates:account", args=[area.slug]),
    }
