"""Lists of statements, of a company and of a vendor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.filters import FilterSet
from common.tables import DateColumn, LinkColumn, MoneyColumn, StateColumn, Table
from common.ui import Tone
from rebates.models import Statement


def replaced_by(statement: Statement) -> str:
    """The number of the document that corrects it; empty where it holds."""
    later = getattr(statement, "corrected_by", None)
    return later.number if later is not None else ""


def state_in_words(statement: Statement) -> str:
    if later := replaced_by(statement):
        return gettext("replaced by %(number)s") % {"number": later}
    return gettext("correction") if statement.corrects_id else gettext("valid")


def state_tone(statement: Statement) -> Tone:
    return "neutral" if replaced_by(statement) else "info" if statement.corrects_id else "success"


class _StatementTable(Table):
    issued_on = DateColumn(verbose_name=_("Date"))
    document = tables.Column(accessor="get_document_display", order_by="document", verbose_name=_("Kind"))
    run = tables.Column(accessor="payment__run__number", verbose_name=_("Run"))
    amount = MoneyColumn(currency_from="currency", verbose_name=_("Amount"))
    currency = tables.Column(visible=False, verbose_name=_("Currency"))
    state = StateColumn(accessor="pk", words=state_in_words, tone=state_tone, orderable=False, verbose_name=_("State"))


class PartnerStatementTable(_StatementTable):
    number = LinkColumn(
        url=lambda record: reverse("rebates:statement-file", args=[record.partner.number, record.pk]),
        verbose_name=_("Number"),
    )
    vendor = tables.Column(accessor="vendor__name", verbose_name=_("Vendor"))

    class Meta:
        sequence = ("number", "issued_on", "vendor", "document", "run", "amount", "state")


class VendorStatementTable(_StatementTable):
    number = LinkColumn(
        url=lambda record: reverse("rebates:statement-of-vendor", args=[record.vendor.slug, record.pk]),
        verbose_name=_("Number"),
    )
    partner = tables.Column(accessor="partner__name", verbose_name=_("Partner"))

    class Meta:
        sequence = ("number", "issued_on", "partner", "document", "run", "amount", "state")


class StatementFilter(FilterSet):
    """`years`: those in which there is one; `vendors`: names by short name, of more than one."""

    year = django_filters.ChoiceFilter(
        field_name="issued_on", lookup_expr="year", choices=[], label=_("Year"), empty_label=_("all")
    )
    vendor = django_filters.ChoiceFilter(field_name="vendor__slug", choices=[], label=_("Vendor"), empty_label=_("all"))

    class Meta:
        model = Statement
        fields: list[str] = []

    def __init__(
        self, *args: Any, years: Iterable[int], vendors: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = [(str(year), str(year)) for year in years]
        self.filters["vendor"].extra["choices"] = list(vendors)
        if len(vendors) < 2:
            del self.filters["vendor"]


class VendorStatementFilter(StatementFilter):
    search_fields = ("number", "partner__name", "partner__number")
    run = django_filters.NumberFilter(field_name="payment__run__number", label=_("Run"))
