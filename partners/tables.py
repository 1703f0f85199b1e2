"""Lists about partners: a vendor's partners, and what vendors have looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common import registry
from common.filters import DayRangeFilter, Facet, FilterSet
from common.registry import Area
from common.requests import PersonRequest
from common.tables import LinkColumn, MomentColumn, Table
from partners import composing
from partners.composing import Asked
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, Partner, Seat, ViewedPage, Viewing
from partners.selectors import countries_of
from programs.models import Program, Tier, Vendor


class PartnerTable(Table):
    """Partners as one vendor sees them, with a column per figure of the apps above.

    Ordered by the database: `order_by` are fields of `Partner`, and what `PartnersPage.rows` adds to them. The number
    is for exports; the page says it below the name.
    """

    name = LinkColumn(url=lambda record: record["url"], sub="number", verbose_name=_("Partner"))
    number = tables.Column(visible=False, verbose_name=_("Partner number"))
    place = tables.Column(order_by=("city", "postcode"), verbose_name=_("Place"))
    tier = tables.Column(order_by="tier_rank", verbose_name=_("Tier"))

    class Meta:
        order_by = "name"


def programs_of_area(request: PersonRequest | None) -> QuerySet[Program]:
    if request is None:
        return Program.objects.none()
    return Program.objects.filter(vendor_id=request.area.pk)


def tiers_of_area(request: PersonRequest | None) -> QuerySet[Tier]:
    return Tier.objects.filter(program__in=programs_of_area(request)).order_by("rank", "program")


class PartnerFilter(FilterSet):
    search_fields = ("name", "number", "city", "postcode", "vat_id")
    program = django_filters.ChoiceFilter(choices=[], method="in_program", label=_("Program"), empty_label=_("all"))
    tier = django_filters.ChoiceFilter(choices=[], method="in_tier", label=_("Tier"), empty_label=_("all"))
    status = django_filters.ChoiceFilter(
        choices=EnrolmentStatus.Status.choices, method="in_status", label=_("Status"), empty_label=_("all")
    )
    country = django_filters.ChoiceFilter(choices=[], method="in_country", label=_("Country"), empty_label=_("all"))

    class Meta:
        model = Partner
        fields: list[str] = []

    def __init__(self, *args: Any, programs: Sequence[Program], asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programs = programs
        self.asked = asked
        self.today: date = self.request.today
        countries = countries_of(programs=programs, day=self.today)
        tiers = Tier.objects.filter(program__in=programs).order_by("rank", "program").values_list("pk", "name")
        self.filters["program"].extra["choices"] = [(each.pk, each.name) for each in programs]
        self.filters["tier"].extra["choices"] = list(tiers)
        self.filters["country"].extra["choices"] = [(code, code) for code in countries]
        for division in composing.divisions:
            choice = django_filters.ChoiceFilter(
                field_name=division.key,
                choices=list(division.groups.items()),
                label=division.label,
                widget=forms.HiddenInput,
            )
            choice.model, choice.parent = self.queryset.model, self
            self.filters[division.key] = choice

    @cached_property
    def divided(self) -> list[list[Facet]]:
        return [self.facets_of(division.key) for division in composing.divisions]

    def counts_of(self, name: str) -> Mapping[Any, int]:
        """Of the whole list they are kept."""
        chosen = self.form.cleaned_data.items() if self.is_valid() else ()
        if "merged" in self.request.GET or any(value for other, value in chosen if other != name):
            return super().counts_of(name)
        return next(division for division in composing.divisions if division.key == name).counts(self.asked)

    def facets(self) -> list[Facet]:
        return [facet for facets in self.divided for facet in facets]

    def count(self) -> int | None:
        """How many partners are listed, where a division says it already: each is in exactly one of its groups."""
        if not self.divided or not self.is_valid():
            return None
        groups = self.divided[0]
        return sum(facet.count for facet in ([each for each in groups if each.chosen] or groups))

    def _enrolled(self) -> QuerySet[Enrolment]:
        return Enrolment.objects.filter(partner=OuterRef("pk"), program__in=self.programs)

    def in_program(self, queryset: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        return queryset.filter(Exists(self._enrolled().filter(program=int(value))))

    def in_tier(self, queryset: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        held = EnrolmentTier.objects.filter(enrolment=OuterRef("pk"), tier=int(value), valid__contains=self.today)
        return queryset.filter(Exists(self._enrolled().filter(Exists(held))))

    def in_status(self, queryset: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        status = EnrolmentStatus.objects.filter(enrolment=OuterRef("pk"), status=value, valid__contains=self.today)
        return queryset.filter(Exists(self._enrolled().filter(Exists(status))))

    def in_country(self, queryset: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        seats = Seat.objects.filter(partner=OuterRef("pk"), country=value, valid__contains=self.today)
        return queryset.filter(Exists(seats))


# --- what vendors have looked at -------------------------------------------------------------------------------------


class ViewedPageTable(Table):
    """Pages of a company by the words of its menu; in exports by their addresses."""

    path = LinkColumn(url=lambda page: page.path, sub="path", verbose_name=_("Page"))
    at = MomentColumn(verbose_name=_("Seen"))
    person = tables.Column(
        accessor="viewing__user__name",
        order_by=("viewing__user__last_name", "viewing__user__first_name"),
        verbose_name=_("Person"),
    )
    vendor = tables.Column(accessor="viewing__vendor", order_by="viewing__vendor__name", verbose_name=_("Vendor"))

    class Meta:
        order_by = "-at"

    def __init__(self, *args: Any, area: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries = [entry for entry in registry.menu if entry.scope == area.scope]
        self.names = {entry.url(area): str(entry.label) for entry in entries}

    def render_path(self, value: str, record: ViewedPage, column: LinkColumn) -> str:
        above = max((url for url in self.names if value.startswith(url)), key=len, default="")
        return column.render(self.names.get(above, value), record)

    def value_path(self, value: str) -> str:
        return value


def vendors_that_looked(request: PersonRequest | None) -> QuerySet[Vendor]:
    if request is None:
        return Vendor.objects.none()
    looked = Viewing.objects.visible_to(request.actor).filter(partner_id=request.area.pk, vendor=OuterRef("pk"))
    return Vendor.objects.filter(Exists(looked))


class ViewedPageFilter(FilterSet):
    search_fields = ("viewing__user__first_name", "viewing__user__last_name", "viewing__user__email", "path")
    vendor = django_filters.ModelChoiceFilter(
        field_name="viewing__vendor", queryset=vendors_that_looked, label=_("Vendor"), empty_label=_("all")
    )
    at = DayRangeFilter(label=_("Seen"))

    class Meta:
        model = ViewedPage
        fields: list[str] = []
