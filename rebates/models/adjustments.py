"""Adjustments that finance makes by hand: money beside what the terms give, with a reason, a proof and two people."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from programs.models import CURRENCY, OfProgram, Program
from rebates.models.closings import FACT


class ManualAdjustment(models.Model):
    """Money for or from a partner that no terms give: proposed by one person, booked or refused by another.

    `amount` is positive in the partner's favour, in the program's currency. It changes what is owed and nothing else:
    no attainment, no tier. `reason` is what the partner reads.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for a second person")
        BOOKED = "booked", _("booked")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+", verbose_name=_("program"))
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = CURRENCY.clone()
    reason = models.CharField(_("reason"), max_length=500)
    proof_name = models.CharField(_("proof"), max_length=200)
    proof = models.BinaryField()
    proof_sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    requested_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)

    # Of the vendor's staff only: the partner sees what was booked, on its account.
    objects = OfProgram.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        verbose_name = _("manual adjustment")
        verbose_name_plural = _("manual adjustments")
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="adjustment_moves_money"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="adjustment_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["booked", "refused"]) | ~Q(decided_by=F("requested_by")),
                name="adjustment_needs_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(decided_by=F("requested_by")), name="withdrawn_by_who_proposed"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_adjustments_stay", operation=FACT, condition=~pgtrigger.Q(old__state="proposed")
            ),
            pgtrigger.Protect(name="adjustments_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="what_was_proposed_stays", exclude=["state", "decided_by", "decided_at", "comment"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.amount} {self.currency}"
