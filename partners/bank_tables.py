"""The list of the bank accounts about which a vendor was asked."""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.filters import FilterSet
from common.tables import LinkColumn, MomentColumn, StateColumn, Table
from partners.bank_wording import said_of_use
from partners.models import BankAccountUse

State = BankAccountUse.State
REPLACED = "replaced"
STATES = [*State.choices, (REPLACED, _("replaced or withdrawn"))]


class BankAccountTable(Table):
    """What waits stands first, as the rows are ordered. Account numbers are masked, in exports too."""

    partner = LinkColumn(
        accessor="account__partner__name",
        url=lambda record: reverse("partners:bank-account-use", args=[record.vendor.slug, record.pk]),
        sub="account__partner__number",
        verbose_name=_("Partner"),
    )
    number = tables.Column(accessor="account__partner__number", visible=False, verbose_name=_("Partner number"))
    account = tables.Column(accessor="account__masked", order_by="account__holder", verbose_name=_("Account"))
    holder = tables.Column(accessor="account__holder", visible=False, verbose_name=_("Account holder"))
    state = StateColumn(
        words=lambda record: said_of_use(record, timezone.now()).words,
        tone=lambda record: said_of_use(record, timezone.now()).tone,
        verbose_name=_("State"),
    )
    asked_at = MomentColumn(verbose_name=_("Requested"))
    decided_by = tables.Column(accessor="decided_by__name", orderable=False, verbose_name=_("Decided by"))
    decided_at = MomentColumn(visible=False, verbose_name=_("Decided"))

    def render_account(self, value: str, record: BankAccountUse) -> str:
        return format_html(
            '<div><span class="text-nowrap">{}</span><span class="cell-sub">{}</span></div>',
            value,
            record.account.holder,
        )

    def value_account(self, value: str) -> str:
        return value


class BankAccountFilter(FilterSet):
    search_fields = ("account__partner__name", "account__partner__number", "account__holder")
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state", label=_("State"), empty_label=_("all"))

    class Meta:
        model = BankAccountUse
        fields: list[str] = []

    def in_state(self, rows: QuerySet[BankAccountUse], name: str, value: str) -> QuerySet[BankAccountUse]:
        current = rows.filter(account__replaced_at__isnull=value != REPLACED)
        return current if value == REPLACED else current.filter(state=value)
