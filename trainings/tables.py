"""Lists of trainings and their dates, as the partner and as the vendor sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.access import VENDOR
from common.filters import FilterSet
from common.requests import PersonRequest
from common.tables import DateColumn, LinkColumn, NumberColumn, Table
from common.templatetags.ui import badge_html
from programs.models import Program, Vendor
from trainings.models import Training, TrainingDate
from trainings.wording import DATE_TONES, audience_of, days_when, name_of, validity_of, where


class SaidColumn(tables.Column):
    """Something a function says about the row, on the page and in exports."""

    def __init__(self, say: Callable[[Any], str], **kwargs: Any) -> None:
        kwargs.setdefault("empty_values", ())
        super().__init__(orderable=False, **kwargs)
        self.say = say

    def render(self, record: Any) -> str:
        return self.say(record)

    def value(self, record: Any) -> str:
        return self.say(record)


class BadgeColumn(SaidColumn):
    """The same in a coloured pill."""

    def __init__(self, say: Callable[[Any], str], tone: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(say, **kwargs)
        self.tone = tone

    def render(self, record: Any) -> str:
        return badge_html(self.say(record), self.tone(record))


class TrainingTable(Table):
    days = NumberColumn(verbose_name=gettext_lazy("Days"))
    validity = SaidColumn(validity_of, verbose_name=gettext_lazy("Valid for"))
    audience = SaidColumn(audience_of, verbose_name=gettext_lazy("For whom"))
    next_at = DateColumn(verbose_name=gettext_lazy("Next date"))

    def render_name(self, record: Training, column: LinkColumn) -> str:
        return column.render(name_of(record), record)

    def value_name(self, record: Training) -> str:
        return name_of(record)


class OfferedTable(TrainingTable):
    """What a partner's people can book."""

    name = LinkColumn(
        url=lambda row: reverse("trainings:partner-training", args=[row.partner_number, row.pk]),
        sub="program__name",
        verbose_name=gettext_lazy("Training"),
    )
    vendor = tables.Column(accessor="program__vendor__name", verbose_name=gettext_lazy("Vendor"))

    class Meta:
        sequence = ("name", "vendor", "next_at", "...")


class CatalogueTable(TrainingTable):
    """What a vendor offers."""

    name = LinkColumn(
        url=lambda row: reverse("trainings:vendor-training", args=[row.program.vendor.slug, row.pk]),
        sub="program__name",
        verbose_name=gettext_lazy("Training"),
    )
    code = tables.Column(verbose_name=gettext_lazy("Code"))
    holders = NumberColumn(verbose_name=gettext_lazy("Valid certificates"))
    archived_on = DateColumn(verbose_name=gettext_lazy("Archived"))

    class Meta:
        sequence = ("name", "code", "next_at", "holders", "...")


class TrainingFilter(FilterSet):
    search_fields = ("name", "name_en", "code", "description", "description_en")

    class Meta:
        model = Training
        fields: list[str] = []


def vendors_offering(request: PersonRequest | None) -> QuerySet[Vendor]:
    """Vendors in whose programs the company is enrolled."""
    if request is None:
        return Vendor.objects.none()
    return Vendor.objects.filter(programs__in=enrolled_programs(request)).distinct()


def enrolled_programs(request: PersonRequest) -> QuerySet[Program]:
    return Program.objects.filter(pk__in=Training.objects.visible_to(request.actor).values("program_id"))


class OfferedFilter(TrainingFilter):
    vendor = django_filters.ModelChoiceFilter(
        field_name="program__vendor", queryset=vendors_offering, label=gettext_lazy("Vendor"),
        empty_label=gettext_lazy("all"),
    )  # fmt: skip


class CatalogueFilter(TrainingFilter):
    archived = django_filters.ChoiceFilter(
        choices=[("false", gettext_lazy("offered")), ("true", gettext_lazy("offered no more"))],
        method="in_archive",
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("all"),
    )

    def in_archive(self, queryset: QuerySet[Training], name: str, value: str) -> QuerySet[Training]:
        return queryset.filter(archived_on__isnull=value == "false")


# --- dates -----------------------------------------------------------------------------------------------------------


def seats_of(row: Any) -> str:
    """How many are taken; how many wait."""
    taken = _("%(taken)s of %(seats)s") % {"taken": formats.number(row.taken), "seats": formats.number(row.seats)}
    if not row.waiting:
        return taken
    return _("%(taken)s, %(waiting)s waiting") % {"taken": taken, "waiting": formats.number(row.waiting)}


class DateTable(Table):
    """Dates of a vendor's trainings."""

    starts_at = LinkColumn(
        url=lambda row: reverse("trainings:vendor-date", args=[row.training.program.vendor.slug, row.pk]),
        verbose_name=gettext_lazy("When"),
    )
    training = SaidColumn(lambda row: name_of(row.training), verbose_name=gettext_lazy("Training"))
    place = SaidColumn(where, verbose_name=gettext_lazy("Where"))
    seats = SaidColumn(seats_of, verbose_name=gettext_lazy("Seats taken"))
    book_until = DateColumn(verbose_name=gettext_lazy("Book until"))
    state = BadgeColumn(
        lambda row: str(row.get_state_display()), lambda row: DATE_TONES[row.state], verbose_name=gettext_lazy("State")
    )

    def render_starts_at(self, record: TrainingDate, column: LinkColumn) -> str:
        return column.render(days_when(record), record)

    def value_starts_at(self, record: TrainingDate) -> datetime:
        return record.starts_at


def trainings_of_vendor(request: PersonRequest | None) -> QuerySet[Training]:
    if request is None:
        return Training.objects.none()
    return Training.objects.filter(program__vendor_id__in=[request.area.pk] if request.area.scope == VENDOR else [])


class DateFilter(FilterSet):
    search_fields = ("training__name", "training__name_en", "place")
    state = django_filters.ChoiceFilter(
        choices=TrainingDate.State.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )
    training = django_filters.ModelChoiceFilter(
        queryset=trainings_of_vendor, label=gettext_lazy("Training"), empty_label=gettext_lazy("all")
    )

    class Meta:
        model = TrainingDate
        fields: list[str] = []
