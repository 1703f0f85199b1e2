"""Lists of case studies, as the partner and as the vendor sees them."""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.filters import FilterSet
from common.tables import DateColumn, DueColumn, LinkColumn, MomentColumn, StateColumn, Table
from common.ui import Tone
from tiers.case_wording import TONES, state_for_partner, state_for_vendor
from tiers.models import CaseStudy


def _tone(study: CaseStudy) -> Tone:
    return TONES[study.state]


class CaseStudyTable(Table):
    program = tables.Column(
        accessor="enrolment__program", order_by="enrolment__program__name", verbose_name=gettext_lazy("Program")
    )
    since = MomentColumn(verbose_name=gettext_lazy("Since"))
    accepted_on = DateColumn(verbose_name=gettext_lazy("Accepted on"))


class PartnerCaseStudyTable(CaseStudyTable):
    title = LinkColumn(
        url=lambda study: reverse("tiers:case-study", args=[study.enrolment.partner.number, study.pk]),
        sub="customer",
        verbose_name=gettext_lazy("Case study"),
    )
    state = StateColumn(words=state_for_partner, tone=_tone, orderable=False, verbose_name=gettext_lazy("State"))

    class Meta:
        sequence = ("title", "program", "state", "...")


class VendorCaseStudyTable(CaseStudyTable):
    title = LinkColumn(
        url=lambda study: reverse("tiers:vendor-case-study", args=[study.enrolment.program.vendor.slug, study.pk]),
        sub="customer",
        verbose_name=gettext_lazy("Case study"),
    )
    partner = tables.Column(
        accessor="enrolment__partner", order_by="enrolment__partner__name", verbose_name=gettext_lazy("Partner")
    )
    state = StateColumn(words=state_for_vendor, tone=_tone, orderable=False, verbose_name=gettext_lazy("State"))
    due_on = DueColumn(verbose_name=gettext_lazy("Answer due"))

    class Meta:
        sequence = ("title", "partner", "program", "state", "due_on", "...")


class CaseStudyFilter(FilterSet):
    search_fields: tuple[str, ...] = ("title", "customer", "text")
    state = django_filters.ChoiceFilter(
        choices=CaseStudy.State.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )

    class Meta:
        model = CaseStudy
        fields: list[str] = []


class VendorCaseStudyFilter(CaseStudyFilter):
    search_fields = ("enrolment__partner__name", "enrolment__partner__number", *CaseStudyFilter.search_fields)
    state = django_filters.ChoiceFilter(
        choices=[each for each in CaseStudy.State.choices if each[0] != CaseStudy.State.DRAFT],
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("all"),
    )
