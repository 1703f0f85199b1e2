"""What goes to the bank and comes back: files, who took them, answers, and what each answer did."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.models import OfVendor, Vendor
from rebates.models.closings import FACT
from rebates.models.payments import Payment, PaymentRun


class OfRun(OfVendor):
    vendor_path = "run__vendor_id"


class PaymentFile(models.Model):
    """The bytes for the bank, made once with the run and never again. Everybody who takes them takes the same.

    A second one for the same money (`number` above 1) has another `message_id`, so that the bank does not take it for
    the first one. One person asks for it, with a reason and the statement that the one before was not submitted;
    another releases it.
    """

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveSmallIntegerField()
    message_id = models.CharField(max_length=35, unique=True)
    file_name = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(_("checksum"), max_length=64)
    pay_on = models.DateField(_("payment date"))
    made_at = models.DateTimeField(_("made"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    not_submitted = models.BooleanField(default=False)
    requested_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    objects = OfRun.as_manager()

    class Meta:
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="file_number_once"),
            models.CheckConstraint(
                condition=Q(number=1, requested_by__isnull=True)
                | Q(number__gt=1, not_submitted=True, requested_by__isnull=False) & ~Q(reason=""),
                name="further_file_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True, released_at__isnull=True)
                | Q(number__gt=1, released_by__isnull=False, released_at__isnull=False)
                & ~Q(released_by=F("requested_by")),
                name="further_file_needs_two",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="files_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="files_stay", exclude=["released_by", "released_at"]),
            pgtrigger.Protect(
                name="released_files_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__released_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class FileTaken(models.Model):
    """Somebody took a bank file."""

    file = models.ForeignKey(PaymentFile, on_delete=models.PROTECT, related_name="taken")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="takings_stay", operation=FACT)]


class BankAnswer(models.Model):
    """An answer of the bank (pain.002) as it came. The same bytes are taken once by a vendor."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    message_id = models.CharField(max_length=35)
    about = models.CharField(max_length=35, help_text=_("The message id of the file that it answers."))
    taken_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["vendor", "sha256"], name="answer_taken_once")]
        triggers = [pgtrigger.Protect(name="answers_stay", operation=FACT)]


class AnswerLine(models.Model):
    """What the bank, or a person who read its statement, said about one payment, and what came of it.

    `payment` is empty where nobody knows the id. What needs a person (`parked`) waits until somebody has said what it
    was about.
    """

    class Said(models.TextChoices):
        PAID = "paid", _("paid")
        RETURNED = "returned", _("came back")
        PENDING = "pending", _("not decided yet")

    class Outcome(models.TextChoices):
        BOOKED = "booked", _("booked")
        KNOWN = "known", _("known already")
        NOTED = "noted", _("noted, nothing is decided yet")
        CONTRADICTS = "contradicts", _("contradicts what was said before")
        TWICE = "twice", _("the bank says that it has this payment already")
        UNKNOWN = "unknown", _("no such payment")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    answer = models.ForeignKey(BankAnswer, null=True, on_delete=models.PROTECT, related_name="lines")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="answers")
    end_to_end_id = models.CharField(max_length=35)
    said = models.CharField(max_length=10, choices=Said)
    value_date = models.DateField(null=True)
    status = models.CharField(max_length=10, blank=True)
    code = models.CharField(max_length=10, blank=True)
    text = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome)
    said_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    looked_at_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="unknown", payment__isnull=True) | ~Q(outcome="unknown") & Q(payment__isnull=False),
                name="unknown_has_no_payment",
            ),
            models.UniqueConstraint(
                fields=["payment", "said"], condition=Q(outcome="booked"), name="answer_booked_once"
            ),
            models.CheckConstraint(
                condition=Q(looked_at__isnull=True, looked_at_by__isnull=True)
                | Q(looked_at__isnull=False, looked_at_by__isnull=False) & ~Q(note=""),
                name="looked_at_with_note",
            ),
        ]
        indexes = [
            models.Index(
                fields=["vendor"],
                condition=Q(outcome__in=["contradicts", "twice", "unknown"], looked_at__isnull=True),
                name="answers_parked",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="answer_lines_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="answer_lines_stay", exclude=["looked_at_by", "looked_at", "note"]),
        ]
