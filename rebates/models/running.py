"""Figures of running periods that are kept for pages about all partners at once."""

from __future__ import annotations

from django.db import models
from django.db.models import F

from partners.models import Enrolment, Partner
from programs.models import CURRENCY, RebateTerms, Vendor


class RunningFigure(models.Model):
    """What the engine last gave for one enrolment in a running period; true while no `Outdated` row concerns it.

    Kept for pages about all partners at once (`rebates.running`); everything else asks the engine.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    terms = models.ForeignKey(RebateTerms, on_delete=models.CASCADE, related_name="+", db_index=False)
    period = models.CharField(max_length=8)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = CURRENCY.clone()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terms", "period", "enrolment"], name="running_figure_once")]
        indexes = [
            models.Index(F("vendor"), F("amount").desc(), F("id"), name="running_figure_largest"),
        ]


class Outdated(models.Model):
    """Something that running figures depend on has changed: sales of the partner, or what is known of it.

    Written by triggers in the transaction of the change (migration 0003), taken away in that of the calculation. No
    partner: something of the vendor's programs changed, which concerns everybody in them.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    partner = models.ForeignKey(
        Partner, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
