"""Partners to whom nothing is paid for now."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from programs.models import OfVendor, Vendor
from rebates.models.closings import FACT


class PaymentHold(models.Model):
    """Nothing is paid to the partner by this vendor. One person places it; two release it: one asks, another agrees.

    The partner is told that a payment waits, never why.
    """

    class Why(models.TextChoices):
        FRAUD = "fraud", _("suspicion of fraud")
        INSOLVENCY = "insolvency", _("insolvency")
        OTHER = "other", _("another reason")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner"))
    why = models.CharField(_("reason"), max_length=10, choices=Why)
    text = models.CharField(_("what is known"), max_length=500)
    placed_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(_("since"))
    release_asked_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    release_asked_at = models.DateTimeField(null=True)
    release_text = models.CharField(max_length=500, blank=True)
    released_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-placed_at", "-id"]
        verbose_name = _("payment hold")
        verbose_name_plural = _("payment holds")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "partner"], condition=Q(released_at__isnull=True), name="one_hold_open"
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True, released_at__isnull=True)
                | Q(released_by__isnull=False, released_at__isnull=False, release_asked_by__isnull=False)
                & ~Q(released_by=F("release_asked_by")),
                name="hold_released_by_two",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="holds_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="released_holds_stay", operation=FACT, condition=pgtrigger.Q(old__released_at__isnull=False)
            ),
            pgtrigger.ReadOnly(
                name="why_held_stays", fields=["vendor", "partner", "why", "text", "placed_by", "placed_at"]
            ),
        ]
