"""What a vendor says about deals in a program."""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models import OfProgram, OfVendor, Program, Tier


def _days(label: Any, default: int, most: int = 730) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(1), MaxValueValidator(most)]
    )


@pghistory.track()
class DealRules(models.Model):
    """A program in which deals can be registered, and for how long they are protected. Days are calendar days."""

    program = models.OneToOneField(Program, on_delete=models.PROTECT, related_name="+")
    open = models.BooleanField(_("deals can be registered"), default=True)
    protection_days = _days(_("days of protection"), 90)
    update_days = _days(_("days until an update"), 28, 365)
    extension_days = _days(_("days of an extension"), 60)
    follow_up_days = models.PositiveSmallIntegerField(_("days for follow-up business"), default=30)
    most_open = models.PositiveSmallIntegerField(
        _("open registrations"), default=20, help_text=_("Of one partner at once, where its tier says nothing else.")
    )
    most_a_day = models.PositiveSmallIntegerField(
        _("registrations a day"), default=10, help_text=_("Of one partner; keeps from trying out customers.")
    )

    objects = OfProgram.as_manager()

    class Meta:
        verbose_name = _("rules for deals")
        verbose_name_plural = _("rules for deals")
        constraints = [
            models.CheckConstraint(
                condition=Q(protection_days__gte=1, update_days__gte=1, extension_days__gte=1),
                name="deal_rules_have_days",
            )
        ]

    def __str__(self) -> str:
        return str(self.program)


class OfTier(OfVendor):
    vendor_path = "tier__program__vendor_id"


@pghistory.track()
class TierLimit(models.Model):
    """How many registrations a partner of this tier may have open at once; none: as everywhere in the program."""

    tier = models.OneToOneField(Tier, on_delete=models.CASCADE, related_name="+")
    most_open = models.PositiveSmallIntegerField(_("open registrations"), null=True)

    objects = OfTier.as_manager()

    class Meta:
        verbose_name = _("limit of a tier")
        verbose_name_plural = _("limits of tiers")

    def __str__(self) -> str:
        return f"{self.tier}: {'–' if self.most_open is None else self.most_open}"
