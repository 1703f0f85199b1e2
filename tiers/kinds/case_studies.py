"""Case studies that the vendor has accepted, ever or within a number of months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.periods import months_after
from programs.criteria import Count, Evidence, Kind, Measurement, Months, Params
from programs.models import Program
from tiers.models import CaseStudy


class CaseStudyParams(Params):
    """`months`: so long an accepted case study counts from its acceptance; left out: for ever."""

    count: Count = 1
    months: Months | None = None


class CaseStudies(Kind[CaseStudyParams]):
    key = "case_study"
    label = gettext_lazy("case studies")
    order = 30
    params: ClassVar[type[Params]] = CaseStudyParams

    def sentence(self, params: CaseStudyParams, program: Program) -> str:
        values = {"count": params.count, "months": params.months}
        if params.months is None:
            return ngettext(
                "%(count)s case study supplied to the vendor", "%(count)s case studies supplied to the vendor",
                params.count,
            ) % values  # fmt: skip
        return (
            ngettext(
                "%(count)s case study supplied to the vendor within %(months)s months",
                "%(count)s case studies supplied to the vendor within %(months)s months",
                params.count,
            )
            % values
        )

    def need(self, params: CaseStudyParams) -> Decimal:
        return Decimal(params.count)

    def measure(
        self, params: CaseStudyParams, program: Program, partners: Mapping[int, int], on: date
    ) -> Mapping[int, Measurement]:
        accepted = CaseStudy.objects.filter(enrolment__in=list(partners), accepted_on__lte=on)
        counting: dict[int, list[Evidence]] = defaultdict(list)
        for pk, title, day in accepted.order_by("-accepted_on", "-id").values_list("enrolment", "title", "accepted_on"):
            until = None if params.months is None else months_after(day, params.months)
            if until is None or until > on:
                counting[pk].append(Evidence(title, until))
        return {
            pk: Measurement(
                Decimal(len(found)), Decimal(params.count), tuple(found),
                # The newest come first: the criterion falls with the one that is the needed one's place.
                found[params.count - 1].until if len(found) >= params.count else None,
            )
            for pk, found in counting.items()
        }  # fmt: skip

    def progress(self, params: CaseStudyParams, program: Program, measured: Measurement) -> str:
        return _("%(have)s of %(need)s") % {"have": int(measured.have), "need": int(measured.need)}

    def advice(self, params: CaseStudyParams, program: Program, measured: Measurement) -> str:
        missing = int(measured.need - measured.have)
        return ngettext(
            "Hand in %(count)s case study: what the customer needed, what you installed, what it brought.",
            "Hand in %(count)s case studies: what the customer needed, what you installed, what it brought.",
            missing,
        ) % {"count": missing}

    def fields(self, program: Program) -> Mapping[str, forms.Field]:
        return {
            "count": forms.IntegerField(label=_("Case studies"), initial=1, min_value=1, max_value=999),
            "months": forms.IntegerField(
                label=_("Not older than months"), help_text=_("Empty: for ever."), required=False, min_value=1,
                max_value=120,
            ),
        }  # fmt: skip
