"""What happened to a deal, its files, what proves that it was won, and longer protection that was asked for."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.kept import kept
from deals.models.deals import FACT, Deal, OfDeal
from invoices.models import Invoice
from sales.models import SaleLine


class DealStep(models.Model):
    """Somebody did something with a deal. Facts: they never change.

    `author`: none where the portal did it. `changes`: what was written anew, as [field, before, after]; of the
    contact only that it changed.
    """

    class Step(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        CHANGED = "changed", _("changed")
        ASKED_BACK = "asked_back", _("asked back")
        REPLIED = "replied", _("replied")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        DUPLICATE = "duplicate", _("already protected")
        UPDATED = "updated", _("update")
        REMINDED = "reminded", _("reminded")
        EXTENSION_ASKED = "ext_asked", _("longer protection asked")
        EXTENDED = "extended", _("protection extended")
        EXTENSION_REFUSED = "ext_refused", _("longer protection refused")
        WON = "won", _("won")
        PROVEN = "proven", _("proof added")
        LOST = "lost", _("lost")
        WITHDRAWN = "withdrawn", _("withdrawn")
        LAPSED = "lapsed", _("lapsed")
        ESCALATED = "escalated", _("overdue")

    OF_VENDOR = (
        Step.ASKED_BACK, Step.APPROVED, Step.REFUSED, Step.DUPLICATE, Step.EXTENDED, Step.EXTENSION_REFUSED,
    )  # fmt: skip
    INTERNAL = (Step.ESCALATED,)
    """Not told to the partner."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=12, choices=Step)
    author = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    changes = models.JSONField(default=list)

    objects = OfDeal.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("step of a deal")
        verbose_name_plural = _("steps of deals")
        constraints = [
            models.UniqueConstraint(fields=["deal"], condition=Q(step="submitted"), name="deal_submitted_once"),
            models.UniqueConstraint(fields=["deal"], condition=Q(step="lapsed"), name="deal_lapsed_once"),
            models.UniqueConstraint(fields=["deal"], condition=Q(step="won"), name="deal_won_once"),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(step__in=["asked_back", "refused", "updated", "ext_asked"]),
                name="deal_step_says_why",
            ),
        ]
        triggers = [pgtrigger.Protect(name="deal_steps_stay", operation=FACT)]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.text[:60]}"

    @property
    def of_vendor(self) -> bool:
        return self.step in self.OF_VENDOR


class DealEntry(models.Model):
    """Somebody at the vendor has written at a deal that it entered for a partner: they do not decide about it."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="entries", db_index=False)
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")

    objects = OfDeal.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["deal", "person"], name="deal_entered_once_by_each")]
        triggers = [pgtrigger.Protect(name="deal_entries_stay", operation=pgtrigger.Update)]


class DealFile(models.Model):
    """An attachment, as it came; forgotten long after its deal has ended."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="files", db_index=False)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfDeal.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["deal", "sha256"], name="deal_file_once")]
        triggers = [pgtrigger.Protect(name="deal_files_stay", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.file_name


_OF_ITS_PARTNER = """
    IF NOT EXISTS (
        SELECT FROM deals_deal deal
        LEFT JOIN sales_saleline line ON line.id = NEW.line_id
        LEFT JOIN invoices_invoice invoice ON invoice.id = NEW.invoice_id
        WHERE deal.id = NEW.deal_id
            AND deal.partner_id = COALESCE(line.partner_id, invoice.partner_id)
            AND deal.vendor_id = COALESCE(line.vendor_id, invoice.vendor_id)
    ) THEN
        RAISE EXCEPTION 'what proves a deal is of its partner and vendor';
    END IF;
    RETURN NEW;
"""


class DealProof(models.Model):
    """What shows that a deal was won: a sale line or an invoice, of its partner and vendor. Each proves one deal."""

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="proofs")
    line = models.OneToOneField(SaleLine, null=True, on_delete=models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfDeal.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice"], name="an_invoice_proves_one_deal"),
            models.CheckConstraint(
                condition=Q(line__isnull=False, invoice__isnull=True) | Q(line__isnull=True, invoice__isnull=False),
                name="a_line_or_an_invoice_proves",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="deal_proofs_stay", operation=FACT),
            pgtrigger.Trigger(
                name="proofs_are_of_its_partner", operation=pgtrigger.Insert, when=pgtrigger.Before,
                func=_OF_ITS_PARTNER,
            ),
        ]  # fmt: skip


class Extension(models.Model):
    """Longer protection that a partner asks for, once at a time; the vendor says yes or no."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        ENDED = "ended", _("ended with the deal")

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="extensions")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    days = models.PositiveSmallIntegerField(_("days"))
    reason = models.TextField(_("reason"), max_length=5_000)
    asked_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField(_("decision due"))
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    objects = OfDeal.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["deal"], condition=Q(state="open"), name="one_extension_open"),
            models.CheckConstraint(
                condition=Q(state__in=["granted", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                | (~Q(state__in=["granted", "refused"]) & Q(decided_by__isnull=True)),
                name="extensions_are_decided_by_somebody",
            ),
        ]
        triggers = [pgtrigger.Protect(name="extensions_are_kept", operation=pgtrigger.Delete)]


class Opening(models.Model):
    """Somebody at the vendor has opened a protected deal with its customer's data. The partner reads this list.

    Kept until its period is over (`deals.retention_rules`).
    """

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="openings")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfDeal.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        triggers = kept("openings")
