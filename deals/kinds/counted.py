"""Deals of an enrolment that were protected, or won, ever or within a number of months."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy, ngettext

from deals.models import Deal, DealProof
from deals.wording import title_of
from invoices.models import Invoice
from programs.counted_criteria import Counted, CountParams
from programs.criteria import Measurement
from programs.models import Program


class _Deals(Counted):
    counted = gettext_lazy("Deals")

    day: ClassVar[str]
    """The field that says from when on a deal counts."""

    @abstractmethod
    def counting(self) -> QuerySet[Deal]:
        """Deals that count."""

    def found(self, partners: Mapping[int, int], on: date) -> Iterator[tuple[int, str, date]]:
        deals = self.counting().filter(Q((f"{self.day}__lte", on)), enrolment__in=list(partners))
        for deal in deals.select_related("partner").order_by(f"-{self.day}", "-id"):
            yield deal.enrolment_id, title_of(deal), getattr(deal, self.day)


class RegisteredDeals(_Deals):
    """Whatever became of them: the vendor has protected them."""

    key = "registered_deals"
    label = gettext_lazy("registered deals")
    order = 34
    day = "protected_from"

    def counting(self) -> QuerySet[Deal]:
        return Deal.objects.filter(protected_from__isnull=False)

    def sentence(self, params: CountParams, program: Program) -> str:
        values = {"count": params.count, "months": params.months}
        if params.months is None:
            return (
                ngettext(
                    "%(count)s deal registered that the vendor protects",
                    "%(count)s deals registered that the vendor protects",
                    params.count,
                )
                % values
            )
        return (
            ngettext(
                "%(count)s deal registered within %(months)s months that the vendor protects",
                "%(count)s deals registered within %(months)s months that the vendor protects",
                params.count,
            )
            % values
        )

    def advice(self, params: CountParams, program: Program, measured: Measurement) -> str:
        missing = int(measured.need - measured.have)
        return ngettext(
            "Register %(count)s deal: the customer, what it needs, and what you have done.",
            "Register %(count)s deals: the customer, what it needs, and what you have done.",
            missing,
        ) % {"count": missing}


class WonDeals(_Deals):
    """Won, and shown by a sale that was not taken back, or by an invoice that the vendor has accepted.

    One that nobody has read yet proves nothing: else a tier could be had for any file.
    """

    key = "won_deals"
    label = gettext_lazy("won deals")
    order = 35
    day = "ended_on"

    def counting(self) -> QuerySet[Deal]:
        proofs = DealProof.objects.filter(deal=OuterRef("pk")).filter(
            Q(line__isnull=False, line__reversed_by__isnull=True) | Q(invoice__state=Invoice.State.ACCEPTED)
        )
        return Deal.objects.filter(Exists(proofs), state=Deal.State.WON)

    def sentence(self, params: CountParams, program: Program) -> str:
        values = {"count": params.count, "months": params.months}
        if params.months is None:
            return ngettext("%(count)s deal won", "%(count)s deals won", params.count) % values
        return (
            ngettext(
                "%(count)s deal won within %(months)s months", "%(count)s deals won within %(months)s months",
                params.count,
            )
            % values
        )  # fmt: skip

    def advice(self, params: CountParams, program: Program, measured: Measurement) -> str:
        missing = int(measured.need - measured.have)
        return ngettext(
            "Win %(count)s protected deal, and choose the sale or invoice that shows it.",
            "Win %(count)s protected deals, and choose the sales or invoices that show it.",
            missing,
        ) % {"count": missing}
