"""Verified by the vendor's sales staff: whoever takes part was let in by a channel manager."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.forms import Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.criteria import Kind, Measurement, Params
from programs.models import Program

ONE = Decimal(1)


class VerifiedParams(Params):
    """No parameters: an active enrolment is a verified one, since approving an application enrols."""


class Verified(Kind[VerifiedParams]):
    key = "verified"
    label = gettext_lazy("verified by sales")
    order = 10
    params: ClassVar[type[Params]] = VerifiedParams

    def sentence(self, params: VerifiedParams, program: Program) -> str:
        return _("Verified by the vendor's sales staff")

    def need(self, params: VerifiedParams) -> Decimal:
        return ONE

    def measure(
        self, params: VerifiedParams, program: Program, partners: Mapping[int, int], on: date
    ) -> Mapping[int, Measurement]:
        return dict.fromkeys(partners, Measurement(ONE, ONE))

    def progress(self, params: VerifiedParams, program: Program, measured: Measurement) -> str:
        return _("done") if measured.met else _("not yet")

    def advice(self, params: VerifiedParams, program: Program, measured: Measurement) -> str:
        return _("The vendor looks at your application; you need not do anything.")

    def fields(self, program: Program) -> Mapping[str, Field]:
        return {}
