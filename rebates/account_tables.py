"""Lists of the account pages: a statement of account, and a vendor's accounts with all its partners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common.filters import FilterSet
from common.period_names import period_name
from common.periods import Period
from common.tables import DateColumn, LinkColumn, MoneyColumn, Table
from partners.models import Partner
from rebates.models import LedgerEntry

Kind = LedgerEntry.Kind


@dataclass(frozen=True)
class StatementRow:
    """An entry as a statement shows it."""

    booked_at: datetime
    text: str
    about: str
    kind: str
    amount: Decimal
    balance: Decimal
    url: str


class StatementTable(Table):
    """Ordered by the database: `order_by` are fields of the entries. Balances make sense in this order only."""

    text = LinkColumn(url=lambda record: record.url or None, sub="about", orderable=False, verbose_name=_("What"))
    about = tables.Column(visible=False, verbose_name=_("Rebate"))
    booked_at = DateColumn(orderable=False, verbose_name=_("Booked on"))
    kind = tables.Column(orderable=False, verbose_name=_("Kind"))
    amount = MoneyColumn(signed=True, orderable=False, verbose_name=_("Amount"))
    balance = MoneyColumn(orderable=False, verbose_name=_("Balance"))


class StatementFilter(FilterSet):
    period = django_filters.ChoiceFilter(
        field_name="settlement__period", choices=[], label=_("Period"), empty_label=_("all")
    )
    kind = django_filters.ChoiceFilter(
        choices=[(kind.value, kind.label) for kind in Kind if kind not in (Kind.CARRY, Kind.PAID)],
        label=_("Kind"),
        empty_label=_("all"),
    )

    class Meta:
        model = LedgerEntry
        fields: list[str] = []

    def __init__(self, *args: Any, periods: Iterable[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["period"].extra["choices"] = [(str(period), period_name(period)) for period in periods]


@dataclass(frozen=True)
class BalanceRow:
    """A vendor's account with one partner in one currency."""

    name: str
    place: str
    number: str
    currency: str
    owed: Decimal | None
    carried: Decimal | None
    in_payment: Decimal | None
    paid: Decimal | None
    url: str


def _money(label: Any) -> MoneyColumn:
    return MoneyColumn(currency_from="currency", verbose_name=label)


class BalanceTable(Table):
    name = LinkColumn(url=lambda record: record.url, sub="place", verbose_name=_("Partner"))
    number = tables.Column(visible=False, verbose_name=_("Partner number"))
    currency = tables.Column(visible=False, verbose_name=_("Currency"))
    owed = _money(_("Owed"))
    carried = _money(_("Carried"))
    in_payment = _money(_("In payment"))
    paid = _money(_("Paid"))

    class Meta:
        order_by = "-owed"


class BalanceFilter(FilterSet):
    OPEN = [
        ("owed", _("something is owed")),
        ("carried", _("credited too much")),
        ("in_payment", _("in payment")),
        ("nothing", _("nothing is open")),
    ]

    search_fields = ("name", "number", "city")
    state = django_filters.ChoiceFilter(choices=OPEN, method="later", label=_("Balance"), empty_label=_("all"))

    class Meta:
        model = Partner
        fields: list[str] = []

    def later(self, queryset: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        """Balances are filtered by the page, which has them; here are the partners."""
        return queryset
