"""What partners were told in the week's mail."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from partners.models import Enrolment


class WeeklyStatus(models.Model):
    """Up to which week the people of one enrolment were told how it stands, and what they were told.

    `week`: an ISO week, like 2026W47; empty before the first one. It only ever grows, so nothing is told twice, and
    nothing afterwards. `figures`: per terms and period the amount and attainment of that mail, from which the next one
    says what has changed.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="+")
    week = models.CharField(max_length=7, blank=True)
    made_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(week="", made_at__isnull=True)
                | Q(week__regex=r"^[0-9]{4}W[0-9]{2}$", made_at__isnull=False),
                name="weekly_status_has_its_week",
            )
        ]
