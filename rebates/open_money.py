"""What is open between a vendor and a partner: earned and running, earned and unsettled, settled and owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from common import formats
from common.money import ZERO
from common.ui import Fact
from partners.models import Enrolment, Partner
from programs.models import Vendor
from rebates import accounts, selectors
from rebates.explaining import in_currencies
from rebates.live import live_figures
from rebates.models import ManualAdjustment
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


def open_balance(vendor: Vendor, partner: Partner) -> str:
    """What keeps the partner from going on as another one: what is carried, and adjustments nobody has decided."""
    proposed = ManualAdjustment.objects.filter(program__vendor=vendor, partner=partner)
    if proposed.filter(state=ManualAdjustment.State.PROPOSED).exists():
        text = _("A manual adjustment for %(partner)s waits. Please decide about it first.")
        return text % {"partner": partner.name}
    for currency, amount in sorted(accounts.owed(vendor_id=vendor.pk, partner_id=partner.pk).items()):
        if amount < 0:
            text = _(
                "%(amount)s are carried for %(partner)s and would be set off against nothing any more. "
                "Please adjust both companies by hand first."
            )
            return text % {"amount": formats.money(-amount, currency), "partner": partner.name}
    return ""


def _written(amounts: Mapping[str, Decimal], currency: str) -> str:
    return in_currencies(amounts or {currency: ZERO})
