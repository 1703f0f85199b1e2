"""Who of a vendor's people is away, and who stands in for them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.dated import Dated, no_overlap
from programs.models.vendors import OfVendor, Vendor


class Absence(Dated):
    """A person of the vendor is away on these days; meanwhile `deputy`, if there is one, is told what waits."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("common.User", verbose_name=_("person"), on_delete=models.CASCADE, related_name="+")
    deputy = models.ForeignKey(
        "common.User", verbose_name=_("deputy"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["valid"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            no_overlap("away_once_at_a_time", "vendor", "person"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("person")), name="nobody_is_their_own_deputy"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)
