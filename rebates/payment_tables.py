"""Lists of the payment pages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.filters import FilterSet
from common.tables import DateColumn, LinkColumn, MomentColumn, MoneyColumn, NumberColumn, StateColumn, Table
from common.ui import Tone
from partners.ibans import masked
from rebates.models import Payment, PaymentHold, PaymentRun
from rebates.payment_words import PAYMENT_TONES, RUN_TONES, payment_to_finance, run_in_words


class RunTable(Table):
    number = LinkColumn(
        url=lambda record: reverse("rebates:payment-run", args=[record.vendor.slug, record.number]),
        verbose_name=_("Run"),
    )
    state = StateColumn(
        words=lambda record: run_in_words(record, record.approved),
        tone=lambda record: RUN_TONES[record.state],
        verbose_name=_("State"),
    )
    pay_on = DateColumn(verbose_name=_("Payment date"))
    way = tables.Column(accessor="get_way_display", order_by="way", verbose_name=_("Way"))
    count = NumberColumn(verbose_name=_("Payments"))
    returned = NumberColumn(verbose_name=_("Came back"))
    total = MoneyColumn(currency_from="currency", verbose_name=_("Total"))
    currency = tables.Column(visible=False, verbose_name=_("Currency"))
    proposed_at = MomentColumn(verbose_name=_("Proposed"))


class RunFilter(FilterSet):
    state = django_filters.ChoiceFilter(choices=PaymentRun.State.choices, label=_("State"), empty_label=_("all"))

    class Meta:
        model = PaymentRun
        fields: list[str] = []


class PaymentTable(Table):
    """The payments of one run."""

    partner = LinkColumn(
        order_by="partner__name",
        url=lambda record: reverse("rebates:payment", args=[record.vendor.slug, record.run.number, record.pk]),
        sub="partner__number",
        verbose_name=_("Partner"),
    )
    amount = MoneyColumn(verbose_name=_("Amount"))
    iban = tables.Column(orderable=False, verbose_name=_("Account"))
    holder = tables.Column(visible=False, verbose_name=_("Account holder"))
    state = StateColumn(
        words=payment_to_finance, tone=lambda record: PAYMENT_TONES[record.state], verbose_name=_("State")
    )
    value_date = DateColumn(verbose_name=_("Value date"))
    end_to_end_id = tables.Column(visible=False, verbose_name=_("Reference"))

    def render_iban(self, value: str, record: Payment) -> str:
        return format_html(
            '<div><span class="text-nowrap">{}</span><span class="cell-sub">{}</span></div>',
            masked(value),
            record.holder,
        )

    def value_iban(self, value: str) -> str:
        return masked(value)


class PaymentFilter(FilterSet):
    search_fields = ("partner__name", "partner__number", "end_to_end_id")
    state = django_filters.ChoiceFilter(choices=Payment.State.choices, label=_("State"), empty_label=_("all"))

    class Meta:
        model = Payment
        fields: list[str] = []


@dataclass(frozen=True)
class OpenBalance:
    """A balance and what a run would do, or did, with it."""

    name: str
    number: str
    balance: Decimal
    currency: str
    account: str
    why: str
    paid: bool
    url: str


class OpenBalanceTable(Table):
    name = LinkColumn(url=lambda record: record.url, sub="number", verbose_name=_("Partner"))
    balance = MoneyColumn(currency_from="currency", verbose_name=_("Balance"))
    currency = tables.Column(visible=False, verbose_name=_("Currency"))
    account = tables.Column(verbose_name=_("Account"))
    why = StateColumn(
        words=lambda record: record.why, tone=lambda record: "success" if record.paid else "warning",
        verbose_name=_("What happens"),
    )  # fmt: skip


class HoldTable(Table):
    partner = LinkColumn(
        order_by="partner__name",
        url=lambda record: reverse("rebates:payment-hold", args=[record.vendor.slug, record.pk]),
        sub="partner__number",
        verbose_name=_("Partner"),
    )
    why = tables.Column(accessor="get_why_display", order_by="why", verbose_name=_("Reason"))
    state = StateColumn(
        accessor="pk",
        words=lambda record: hold_in_words(record)[0],
        tone=lambda record: hold_in_words(record)[1],
        orderable=False,
        verbose_name=_("State"),
    )
    placed_by = tables.Column(accessor="placed_by__name", orderable=False, verbose_name=_("Placed by"))
    placed_at = MomentColumn(verbose_name=_("Since"))


def hold_in_words(hold: PaymentHold) -> tuple[str, Tone]:
    """The state of a hold, and how it looks."""
    if hold.released_at is not None:
        return str(_("released")), "neutral"
    if hold.release_asked_at is not None:
        return str(_("release waits for a second person")), "warning"
    return str(_("on hold")), "danger"
