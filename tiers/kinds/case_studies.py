"""Case studies that the vendor has accepted, ever or within a number of months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext_lazy, ngettext

from programs.counted_criteria import Counted, CountParams
from programs.criteria import Measurement
from programs.models import Program
from tiers.models import CaseStudy


class CaseStudies(Counted):
    key = "case_study"
    label = gettext_lazy("case studies")
    order = 30
    counted = gettext_lazy("Case studies")

    def sentence(self, params: CountParams, program: Program) -> str:
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

    def found(self, partners: Mapping[int, int], on: date) -> Iterable[tuple[int, str, date]]:
        accepted = CaseStudy.objects.filter(enrolment__in=list(partners), accepted_on__lte=on)
        return accepted.order_by("-accepted_on", "-id").values_list("enrolment", "title", "accepted_on")

    def advice(self, params: CountParams, program: Program, measured: Measurement) -> str:
        missing = int(measured.need - measured.have)
        return ngettext(
            "Hand in %(count)s case study: what the customer needed, what you installed, what it brought.",
            "Hand in %(count)s case studies: what the customer needed, what you installed, what it brought.",
            missing,
        ) % {"count": missing}
