"""What kinds of criteria have in common that count things with a day: deals, case studies."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django import forms
from django.utils.translation import gettext as _

from common.periods import months_after
from common.registry import Text
from programs.criteria import Count, Evidence, Kind, Measurement, Months, Params
from programs.models import Program


class CountParams(Params):
    """`months`: so long each counts from its day on; left out: for ever."""

    count: Count = 1
    months: Months | None = None


class Counted(Kind[CountParams]):
    """So many of an enrolment's things, ever or within a number of months. `counted`: their name in the form."""

    params: ClassVar[type[Params]] = CountParams
    counted: ClassVar[Text]

    @abstractmethod
    def found(self, partners: Mapping[int, int], on: date) -> Iterable[tuple[int, str, date]]:
        """Enrolment, title and day of everything up to the day `on`, the newest first."""

    def need(self, params: CountParams) -> Decimal:
        return Decimal(params.count)

    def measure(
        self, params: CountParams, program: Program, partners: Mapping[int, int], on: date
    ) -> Mapping[int, Measurement]:
        counting: dict[int, list[Evidence]] = defaultdict(list)
        for pk, title, day in self.found(partners, on):
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

    def progress(self, params: CountParams, program: Program, measured: Measurement) -> str:
        return _("%(have)s of %(need)s") % {"have": int(measured.have), "need": int(measured.need)}

    def fields(self, program: Program) -> Mapping[str, forms.Field]:
        return {
            "count": forms.IntegerField(label=str(self.counted), initial=1, min_value=1, max_value=999),
            "months": forms.IntegerField(
                label=_("Not older than months"), help_text=_("Empty: for ever."), required=False, min_value=1,
                max_value=120,
            ),
        }  # fmt: skip
