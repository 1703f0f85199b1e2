"""What is open between a vendor and a partner: earned and running, earned and unsettled, settled and owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from common import formats
from common.money import ZERO
from common.ui import Fact
from partners.models import Enrolment
from programs.models import Vendor
from rebates import accounts, selectors
from rebates.live import live_figures
from rebates.selectors import PeriodState


def open_money(vendor: Vendor, enrolments: Sequence[Enrolment], today: date) -> list[Fact]:
    """For these enrolments of one partner; what is owed is owed by the vendor in all its programs."""
    running = selectors.sum_by_currency(live_figures(enrolments=enrolments, today=today))
    unsettled: dict[str, Decimal] = {}
    for each in selectors.past_earnings(enrolments=enrolments, today=today):
        if each.state == PeriodState.ENDED:
            unsettled[each.currency] = unsettled.get(each.currency, ZERO) + each.total
    owed = accounts.owed(vendor_id=vendor.pk, partner_id=enrolments[0].partner_id) if enrolments else {}
    currency = enrolments[0].program.currency if enrolments else "EUR"
    owing = _("Settled and owed, all programs of %(vendor)s") % {"vendor": vendor.name}
    return [
        Fact(_("Rebate of the running periods so far"), _written(running, currency), numeric=True),
        Fact(_("Earned in ended periods, not settled yet"), _written(unsettled, currency), numeric=True),
        Fact(owing, _written(owed, currency), numeric=True),
    ]


def _written(amounts: Mapping[str, Decimal], currency: str) -> str:
    shown = amounts or {currency: ZERO}
    return ", ".join(formats.money(amount, code) for code, amount in sorted(shown.items()))
