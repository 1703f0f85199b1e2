"""Revenue with the vendor's products in the months that end yesterday: net, each sale once, whatever proves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator

from common import formats
from common.money import ZERO
from common.periods import months_after
from common.sentences import _n
from programs.criteria import Kind, Measurement, Months, Params
from programs.document_errors import refuse
from programs.document_fields import Number
from programs.models import Program
from sales.revenue import net_by_partner


def _cents(amount: Decimal) -> Decimal:
    if not 0 < amount <= 10**11 or amount != amount.quantize(Decimal("0.01")):
        raise refuse(_n("must be an amount above 0 with at most two decimals"))
    return amount


class RevenueParams(Params):
    amount: Annotated[Number, AfterValidator(_cents)]
    months: Months = 12


def window(on: date, months: int) -> tuple[date, date]:
    """[start, end) of the months that end the day before `on`."""
    return months_after(on, -months), on


class Revenue(Kind[RevenueParams]):
    key = "revenue"
    label = gettext_lazy("revenue")
    order = 40
    params: ClassVar[type[Params]] = RevenueParams

    def sentence(self, params: RevenueParams, program: Program) -> str:
        values = {"amount": formats.money(params.amount, program.currency), "months": params.months}
        if params.months == 12:
            return _("%(amount)s annual revenue with the vendor's products") % values
        return _("%(amount)s revenue with the vendor's products in %(months)s months") % values

    def need(self, params: RevenueParams) -> Decimal:
        return params.amount

    def measure(
        self, params: RevenueParams, program: Program, partners: Mapping[int, int], on: date
    ) -> Mapping[int, Measurement]:
        start, end = window(on, params.months)
        wanted = set(partners.values())
        net = net_by_partner(vendor=program.vendor, currency=program.currency, start=start, end=end, partners=wanted)
        return {pk: Measurement(net.get(partner, ZERO), params.amount) for pk, partner in partners.items()}

    def progress(self, params: RevenueParams, program: Program, measured: Measurement) -> str:
        return _("%(have)s of %(need)s") % {
            "have": formats.money(measured.have, program.currency),
            "need": formats.money(measured.need, program.currency),
        }

    def advice(self, params: RevenueParams, program: Program, measured: Measurement) -> str:
        return _("%(amount)s more revenue within %(months)s months is missing.") % {
            "amount": formats.money(measured.need - measured.have, program.currency),
            "months": params.months,
        }

    def fields(self, program: Program) -> Mapping[str, forms.Field]:
        return {
            "amount": forms.DecimalField(
                label=_("Net revenue in %(currency)s") % {"currency": program.currency},
                localize=True,
                min_value=Decimal("0.01"),
                max_digits=13,
                decimal_places=2,
            ),
            "months": forms.IntegerField(label=_("Months, ending yesterday"), initial=12, min_value=1, max_value=120),
        }
