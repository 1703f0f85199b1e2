"""Contacts whom a vendor has brought along, and how far each is."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.filters import Facet, FilterSet
from common.tables import DateColumn, LinkColumn, Table
from common.templatetags.ui import badge_html
from partners.models import BroughtContact, EnrolmentTier, Seat
from partners.tables import programs_of_area, tiers_of_area
from partners.waves import ASKED, EXPIRED, INVITABLE, INVITED, JOINED, OWNER, STANDINGS, WAITING
from programs.models import Tier, Vendor

TONES: dict[str, Any] = {
    WAITING: "neutral", ASKED: "info", INVITED: "info", JOINED: "success", EXPIRED: "warning", OWNER: "neutral",
}  # fmt: skip


class StandingColumn(tables.Column):
    def render(self, value: str) -> str:
        return badge_html(str(STANDINGS[value]), TONES[value])

    def value(self, value: str) -> str:
        return str(STANDINGS[value])


class ChoosingColumn(tables.Column):
    """A box of the form below the list; none where nobody is to be invited."""

    def render(self, record: Any) -> str:
        if record.standing not in INVITABLE:
            return ""
        label = _("Invite %(address)s") % {"address": record.address}
        box = '<input type="checkbox" class="form-check-input" name="contact" value="{}" form="chosen">'
        return format_html(
            f'<label class="choose">{box}<span class="visually-hidden">{{}}</span></label>', record.pk, label
        )


class ContactTable(Table):
    chosen = ChoosingColumn(accessor="pk", orderable=False, exclude_from_export=True, verbose_name=_("Choose"))
    partner = LinkColumn(
        accessor="partner__name",
        url=lambda contact: reverse("partners:detail", args=[contact.vendor.slug, contact.partner.number]),
        sub="partner__number",
        verbose_name=_("Company"),
    )
    address = tables.Column(attrs={"td": {"class": "text-break"}}, verbose_name=_("E-mail address"))
    name = tables.Column(order_by=("last_name", "first_name"), verbose_name=_("Name"))
    role = tables.Column(accessor="get_role_display", order_by="role", verbose_name=_("Role"))
    standing = StandingColumn(verbose_name=_("State"))
    invited_at = DateColumn(accessor="invitation__invited_at", verbose_name=_("Invited"))

    class Meta:
        order_by = "partner"


class ContactFilter(FilterSet):
    search_fields = ("address", "first_name", "last_name", "partner__name", "partner__number")
    standing = django_filters.ChoiceFilter(
        field_name="standing", choices=list(STANDINGS.items()), label=_("State"), empty_label=_("all")
    )
    tier = django_filters.ModelChoiceFilter(
        queryset=tiers_of_area, method="in_tier", label=_("Tier"), empty_label=_("all")
    )
    country = django_filters.ChoiceFilter(choices=[], method="in_country", label=_("Country"), empty_label=_("all"))

    class Meta:
        model = BroughtContact
        fields: list[str] = []

    def __init__(self, *args: Any, vendor: Vendor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today: date = self.request.today
        brought = BroughtContact.objects.filter(vendor=vendor)
        seats = Seat.objects.filter(partner__in=brought.values("partner_id"), valid__contains=self.today)
        codes = seats.order_by("country").values_list("country", flat=True).distinct()
        self.filters["country"].extra["choices"] = [(code, code) for code in codes]

    def facets(self) -> list[Facet]:
        return []

    def in_tier(self, queryset: QuerySet[BroughtContact], name: str, value: Tier) -> QuerySet[BroughtContact]:
        held = EnrolmentTier.objects.filter(
            enrolment__partner=OuterRef("partner"), enrolment__program__in=programs_of_area(self.request), tier=value,
            valid__contains=self.today,
        )  # fmt: skip
        return queryset.filter(Exists(held))

    def in_country(self, queryset: QuerySet[BroughtContact], name: str, value: str) -> QuerySet[BroughtContact]:
        seats = Seat.objects.filter(partner=OuterRef("partner"), country=value, valid__contains=self.today)
        return queryset.filter(Exists(seats))
