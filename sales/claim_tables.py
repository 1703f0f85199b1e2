"""Lists of questions, as the partner and as the vendor sees them."""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.filters import FilterSet
from common.requests import PersonRequest
from common.tables import DateColumn, DueColumn, LinkColumn, MomentColumn, MoneyColumn, NumberColumn, StateColumn, Table
from common.ui import Tone
from partners.models import Partner
from sales.claim_wording import TONES, state_for_partner, state_for_vendor, title_of
from sales.models import Claim
from sales.tables import vendors_of_partner


def _tone(claim: Claim) -> Tone:
    return TONES[claim.state]


class ClaimTable(Table):
    """Columns that are not visible are for exports."""

    kind = tables.Column(visible=False, verbose_name=gettext_lazy("Kind"))
    since = MomentColumn(verbose_name=gettext_lazy("Since"))
    due_on = DueColumn(verbose_name=gettext_lazy("Answer due"))
    asked_at = MomentColumn(verbose_name=gettext_lazy("Asked"))
    asked_by = tables.Column(accessor="asked_by__name", visible=False, verbose_name=gettext_lazy("Asked by"))
    distributor = tables.Column(visible=False, verbose_name=gettext_lazy("Distributor"))
    document_number = tables.Column(visible=False, verbose_name=gettext_lazy("Document"))
    document_date = DateColumn(visible=False, verbose_name=gettext_lazy("Document date"))
    article = tables.Column(visible=False, verbose_name=gettext_lazy("Article"))
    quantity = NumberColumn(visible=False, verbose_name=gettext_lazy("Quantity"))
    net = MoneyColumn(currency_from="currency", visible=False, verbose_name=gettext_lazy("Net"))

    def render_title(self, record: Claim, column: LinkColumn) -> str:
        return column.render(title_of(record), record)

    def value_title(self, record: Claim) -> str:
        return title_of(record)


class PartnerClaimTable(ClaimTable):
    title = LinkColumn(
        url=lambda claim: reverse("sales:partner-claim", args=[claim.partner.number, claim.pk]),
        sub="get_kind_display",
        empty_values=(),
        orderable=False,
        verbose_name=gettext_lazy("Question"),
    )
    vendor = tables.Column(order_by="vendor__name", verbose_name=gettext_lazy("Vendor"))
    state = StateColumn(words=state_for_partner, tone=_tone, orderable=False, verbose_name=gettext_lazy("State"))

    class Meta:
        sequence = ("title", "vendor", "state", "...")


class VendorClaimTable(ClaimTable):
    title = LinkColumn(
        url=lambda claim: reverse("sales:vendor-claim", args=[claim.vendor.slug, claim.pk]),
        sub="get_kind_display",
        empty_values=(),
        orderable=False,
        verbose_name=gettext_lazy("Question"),
    )
    partner = tables.Column(order_by="partner__name", verbose_name=gettext_lazy("Partner"))
    state = StateColumn(words=state_for_vendor, tone=_tone, orderable=False, verbose_name=gettext_lazy("State"))

    class Meta:
        sequence = ("title", "partner", "state", "due_on", "...")


def partners_that_asked(request: PersonRequest | None) -> QuerySet[Partner]:
    if request is None:
        return Partner.objects.none()
    return Partner.objects.filter(Exists(Claim.objects.filter(vendor_id=request.area.pk, partner=OuterRef("pk"))))


class ClaimFilter(FilterSet):
    search_fields: tuple[str, ...] = ("document_number", "article", "messages__text")
    state = django_filters.ChoiceFilter(
        choices=Claim.State.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )
    kind = django_filters.ChoiceFilter(
        choices=Claim.Kind.choices, label=gettext_lazy("Kind"), empty_label=gettext_lazy("all")
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def search(self, queryset: QuerySet[Claim], name: str, value: str) -> QuerySet[Claim]:
        """Each question once, however many of its messages have the word."""
        found = super().search(Claim.objects.all(), name, value)
        return queryset.filter(pk__in=found.values("pk"))


class PartnerClaimFilter(ClaimFilter):
    vendor = django_filters.ModelChoiceFilter(
        queryset=vendors_of_partner, label=gettext_lazy("Vendor"), empty_label=gettext_lazy("all")
    )


class VendorClaimFilter(ClaimFilter):
    search_fields = ("partner__name", "partner__number", *ClaimFilter.search_fields)
    partner = django_filters.ModelChoiceFilter(
        queryset=partners_that_asked, label=gettext_lazy("Partner"), empty_label=gettext_lazy("all")
    )
