"""Questions of partners about sales they miss or doubt, with proof, until the vendor has answered."""

from __future__ import annotations

import pgtrigger
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import OfPartner, Partner
from programs.models import CURRENCY, Distributor, Vendor
from sales.models.lines import SaleLine

FACT = pgtrigger.Update | pgtrigger.Delete


class Claim(models.Model):
    """A partner's question to one vendor: open until it is answered or withdrawn; the vendor may ask back in between.

    `subject`: the sale line or settlement that is doubted (`sales.subjects`), none for a sale that is missing.
    The facts from `distributor` to `net` say what should have been booked, as far as the partner knows.
    `key`: what the question is about, so that the same one is open only once.
    `due_on`: until when the vendor should answer, while it is its turn. `since`: the last change of state.
    """

    class Kind(models.TextChoices):
        MISSING = "missing", _("missing sale")
        SALE = "sale", _("wrong sale")
        SETTLEMENT = "settlement", _("doubted amount")

    class State(models.TextChoices):
        OPEN = "open", _("waits for the vendor")
        ASKED_BACK = "asked_back", _("waits for the partner")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    UNANSWERED = (State.OPEN, State.ASKED_BACK)

    # No index of its own: claims_of_vendor begins with it.
    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("vendor")
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject_type = models.ForeignKey(ContentType, null=True, on_delete=models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField(null=True)
    subject = GenericForeignKey("subject_type", "subject_id")
    key = models.CharField(max_length=64)

    distributor = models.ForeignKey(
        Distributor, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("distributor")
    )
    document_number = models.CharField(_("document"), max_length=60, blank=True)
    document_date = models.DateField(_("document date"), null=True)
    article = models.CharField(_("article number"), max_length=60, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, null=True)
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2, null=True)
    currency = CURRENCY.clone()

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    since = models.DateTimeField(_("since"))
    due_on = models.DateField(_("answer due"))
    asked_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    answer = models.OneToOneField("ClaimMessage", null=True, on_delete=models.PROTECT, related_name="+")
    correcting_line = models.ForeignKey(SaleLine, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfPartner.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "partner", "key"],
                condition=Q(state__in=["open", "asked_back"]),
                name="claim_open_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="missing", subject_type__isnull=True, subject_id__isnull=True)
                | (~Q(kind="missing") & Q(subject_type__isnull=False, subject_id__isnull=False)),
                name="claim_has_its_subject",
            ),
            models.CheckConstraint(
                condition=~Q(kind="missing") | Q(distributor__isnull=False) | ~Q(document_number=""),
                name="missing_sale_can_be_looked_for",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "declined"], answer__isnull=False)
                | (~Q(state__in=["accepted", "declined"]) & Q(answer__isnull=True)),
                name="answered_claim_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(correcting_line__isnull=True) | Q(state="accepted"), name="only_accepted_is_corrected"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "state", "due_on"], name="claims_of_vendor"),
            models.Index(fields=["subject_type", "subject_id"], name="claims_about"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="ended_claims_stay",
                operation=FACT,
                condition=pgtrigger.Q(old__state__in=["accepted", "declined", "withdrawn"]),
            ),
            pgtrigger.Protect(name="claims_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="what_was_asked_stays", exclude=["state", "since", "due_on", "answer", "correcting_line"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def unanswered(self) -> bool:
        return self.state in self.UNANSWERED


class OfClaim(OfPartner):
    partner_path = "claim__partner_id"
    vendor_path = "claim__vendor_id"


class ClaimMessage(models.Model):
    """What one side wrote, and what that did to the question. Append-only, the proof with it."""

    class Step(models.TextChoices):
        ASKED = "asked", _("asked")
        ASKED_BACK = "asked_back", _("asked back")
        REPLIED = "replied", _("added")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    OF_VENDOR = (Step.ASKED_BACK, Step.ACCEPTED, Step.DECLINED)

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="messages")
    step = models.CharField(max_length=10, choices=Step)
    author = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = OfClaim.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("message about a question")
        verbose_name_plural = _("messages about questions")
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=Q(step="asked"), name="claim_asked_once"),
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(step__in=["accepted", "declined", "withdrawn"]),
                name="claim_ended_once",
            ),
            models.CheckConstraint(condition=~Q(text="") | Q(step="withdrawn"), name="message_says_something"),
            models.CheckConstraint(
                condition=Q(content__isnull=True, file_name="", sha256="")
                | (Q(content__isnull=False) & ~Q(file_name="") & ~Q(sha256="")),
                name="proof_is_complete",
            ),
        ]
        triggers = [pgtrigger.Protect(name="claim_messages_stay", operation=FACT)]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.text[:60]}"

    @property
    def of_vendor(self) -> bool:
        return self.step in self.OF_VENDOR
