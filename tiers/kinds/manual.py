"""What only a person can see: checked by the vendor's staff, with a note of what they saw and until when it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import StringConstraints

from programs.criteria import Evidence, Kind, Measurement, Params, Sentence
from programs.models import Program
from programs.texts import in_language
from tiers.models import ManualCheck

ONE = Decimal(1)


class ManualParams(Params):
    """`code` names the check, so that its wording may change; both texts are needed: nothing else says what it is."""

    code: Annotated[str, StringConstraints(pattern=r"^[-a-z0-9_]{1,50}$")]
    de: Sentence
    en: Sentence


class Manual(Kind[ManualParams]):
    key = "manual"
    label = gettext_lazy("manual check")
    order = 50
    params: ClassVar[type[Params]] = ManualParams

    def sentence(self, params: ManualParams, program: Program) -> str:
        return in_language({"de": params.de, "en": params.en})

    def need(self, params: ManualParams) -> Decimal:
        return ONE

    def measure(
        self, params: ManualParams, program: Program, partners: Mapping[int, int], on: date
    ) -> Mapping[int, Measurement]:
        checks = ManualCheck.objects.filter(enrolment__in=list(partners), code=params.code, valid__contains=on)
        found: dict[int, Measurement] = {}
        for check in checks.order_by("checked_at", "id"):
            evidence = Evidence(check.evidence, check.valid.upper)
            known = found.get(check.enrolment_id)
            if known is None or _longer(check.valid.upper, known.until):
                found[check.enrolment_id] = Measurement(ONE, ONE, (evidence,), check.valid.upper)
        return found

    def progress(self, params: ManualParams, program: Program, measured: Measurement) -> str:
        return _("checked") if measured.met else _("not checked yet")

    def advice(self, params: ManualParams, program: Program, measured: Measurement) -> str:
        return _("The vendor checks this. Please tell your contact what there is to see.")

    def fields(self, program: Program) -> Mapping[str, forms.Field]:
        return {"code": forms.SlugField(label=_("Short name"), max_length=50)}


def _longer(one: date | None, other: date | None) -> bool:
    return other is not None and (one is None or one > other)
