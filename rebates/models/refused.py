"""Steps with money on its way to partners that were refused."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from rebates.models.closings import FACT
from rebates.models.holds import PaymentHold
from rebates.models.payments import PaymentRun


class RefusedStep(models.Model):
    """Somebody tried with a run, or a hold, what they may not, or what they had not seen.

    Kept for those who look after it.
    """

    run = models.ForeignKey(PaymentRun, null=True, on_delete=models.PROTECT, related_name="refused_steps")
    hold = models.ForeignKey(PaymentHold, null=True, on_delete=models.PROTECT, related_name="refused_steps")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=20)
    why = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(run__isnull=False, hold__isnull=True) | Q(run__isnull=True, hold__isnull=False),
                name="refused_at_run_or_hold",
            ),
        ]
        triggers = [pgtrigger.Protect(name="refused_steps_stay", operation=FACT)]
