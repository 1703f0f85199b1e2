"""Uploaded invoices: the file, what it says, what was found about it, and what became of it."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.kept import kept
from partners.models import OfPartner, Partner
from programs.models import Distributor, Product, Vendor
from sales.models import SaleLine

FACT = pgtrigger.Update | pgtrigger.Delete
MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}
_CLAIMING = ~Q(state__in=["refused", "withdrawn"])


class Invoice(models.Model):
    """An invoice or credit note that a partner uploads to one vendor as proof of what it bought.

    received → read → checked → accepted, refused, or in review, where the vendor may ask the partner. Until it is
    accepted the partner may withdraw it. `since`: the last change of state. `version` goes up with every change of a
    person: who acts says which one they have seen.

    The fields from `number` to `preceding_date` are a working copy: read from the data of the file, or typed by the
    people named in the timeline; `typed` lists which. `record` is what the reader found; it is forgotten with the file.
    `number_key` and `seller_key` (`invoices.keys`) say when two files are the same invoice.
    `checks`: outcomes as documents (`invoices.checks`). `value`: rebate that its lines gave when they were accepted,
    `unreported`: without a distributor's report that says the same. `held_by`: who reviews it, until `held_until`.
    `claimed_until`: until then a worker is at it, and no other one begins.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        READ = "read", _("read")
        CHECKED = "checked", _("checked")
        REVIEW = "review", _("in review")
        ASKED = "asked", _("waits for the partner")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class FileKind(models.TextChoices):
        XML = "xml", "XML"
        PDF = "pdf", "PDF"
        PNG = "png", "PNG"
        JPEG = "jpeg", "JPEG"

    class Scan(models.TextChoices):
        """What the virus scanner said."""

        NOT_CONFIGURED = "off", _("no scanner")
        CLEAN = "clean", _("clean")
        WAITING = "waiting", _("not yet scanned")
        INFECTED = "infected", _("harmful")

    class Comparison(models.TextChoices):
        """Whether the visible text of a PDF says what its data say."""

        NOTHING = "nothing", _("nothing to compare")
        AGREES = "agrees", _("agrees")
        DIFFERS = "differs", _("differs")

    class Reason(models.TextChoices):
        """Why it was refused."""

        NOT_READABLE = "not_readable", _("The file cannot be read.")
        HARMFUL = "harmful", _("The file is harmful.")
        NO_LINES = "no_lines", _("The invoice's data have no lines.")
        DUPLICATE = "duplicate", _("The invoice is here already.")
        NOT_AUTHORISED = "not_authorised", _("The seller is no authorised distributor.")
        TOO_LATE = "too_late", _("The invoice is too old.")
        NOT_THEIRS = "not_theirs", _("The invoice is made out to somebody else.")
        NO_PRODUCTS = "no_products", _("The invoice has no article of this program.")
        NOTHING_CLAIMED = "nothing_claimed", _("What the credit note takes back was never claimed.")
        SERIALS = "serials", _("Serial numbers were claimed before.")
        NOT_AN_INVOICE = "not_an_invoice", _("The document is no invoice.")
        OTHER = "other", _("Another reason.")

    WORKED_ON = (State.RECEIVED, State.READ, State.CHECKED)
    OPEN = (*WORKED_ON, State.REVIEW, State.ASKED)
    DECIDED = (State.ACCEPTED, State.REFUSED)
    FORGOTTEN = (State.REFUSED, State.WITHDRAWN)

    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("vendor")
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner"))
    uploaded_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))
    file_name = models.CharField(_("file"), max_length=200)
    kind = models.CharField(max_length=5, choices=FileKind, blank=True)
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField(default=0)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    since = models.DateTimeField(_("since"))
    version = models.PositiveIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)

    record = models.JSONField(null=True)
    visible_text = models.TextField(blank=True)
    scan = models.CharField(max_length=10, choices=Scan, default=Scan.WAITING)
    comparison = models.CharField(max_length=10, choices=Comparison, default=Comparison.NOTHING)
    checks = models.JSONField(default=list)

    number = models.CharField(_("number"), max_length=60, blank=True)
    number_key = models.CharField(max_length=80, blank=True)
    seller_key = models.CharField(max_length=60, blank=True)
    type_code = models.CharField(_("type"), max_length=4, blank=True)
    issue_date = models.DateField(_("date"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    seller_name = models.CharField(_("seller"), max_length=200, blank=True)
    seller_vat_id = models.CharField(_("seller's VAT id"), max_length=40, blank=True)
    seller_gln = models.CharField(_("seller's GLN"), max_length=20, blank=True)
    buyer_name = models.CharField(_("buyer"), max_length=200, blank=True)
    buyer_vat_id = models.CharField(_("buyer's VAT id"), max_length=40, blank=True)
    net = models.DecimalField(_("net"), null=True, **MONEY)
    gross = models.DecimalField(_("gross"), null=True, **MONEY)
    preceding_number = models.CharField(_("takes back invoice"), max_length=60, blank=True)
    preceding_date = models.DateField(_("of"), null=True)
    typed = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    distributor = models.ForeignKey(
        Distributor, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("distributor")
    )

    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    automatic = models.BooleanField(_("decided without a person"), default=False)
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    told_at = models.DateTimeField(null=True)
    value = models.DecimalField(_("rebate"), null=True, **MONEY)
    unreported = models.BooleanField(default=False)
    objected = models.BooleanField(default=False)
    held_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    held_until = models.DateTimeField(null=True)

    objects = OfPartner.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            # Whatever form it comes in and whoever uploads it, an invoice is accepted once at a vendor.
            models.UniqueConstraint(
                fields=["vendor", "seller_key", "number_key"],
                condition=Q(state="accepted") & ~Q(seller_key="") & ~Q(number_key=""),
                name="invoice_accepted_once",
            ),
            # A partner has one upload of it under way. That another one has one, a person has to look at: nobody keeps
            # an invoice from the one it belongs to by being faster.
            models.UniqueConstraint(fields=["vendor", "partner", "sha256"], condition=_CLAIMING, name="file_once"),
            models.UniqueConstraint(
                fields=["vendor", "partner", "seller_key", "number_key"],
                condition=_CLAIMING & ~Q(seller_key="") & ~Q(number_key=""),
                name="invoice_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "refused"], decided_at__isnull=False)
                | (~Q(state__in=["accepted", "refused"]) & Q(decided_at__isnull=True)),
                name="decided_invoices_have_a_moment",
            ),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(reason="")) | (~Q(state="refused") & Q(reason="")),
                name="refused_invoices_have_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(held_by__isnull=True, held_until__isnull=True)
                | Q(held_by__isnull=False, held_until__isnull=False, state="review"),
                name="only_reviewed_invoices_are_held",
            ),
            models.CheckConstraint(
                condition=Q(claimed_until=None) | Q(state__in=["received", "read", "checked"]),
                name="only_invoices_worked_on_are_claimed",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "state", "since"], name="invoices_of_vendor"),
            models.Index(
                fields=["uploaded_at"], condition=Q(state__in=["received", "read", "checked"]), name="invoices_to_work"
            ),
            models.Index(fields=["since"], condition=Q(scan="waiting"), name="invoices_to_scan"),
            models.Index(
                fields=["decided_at"], condition=Q(told_at=None, decided_at__isnull=False), name="invoices_to_tell"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="invoices_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="whose_invoice_stays",
                fields=["vendor", "partner", "uploaded_by", "uploaded_at", "file_name", "sha256"],
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.file_name

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class OfInvoice(OfPartner):
    partner_path = "invoice__partner_id"
    vendor_path = "invoice__vendor_id"


class InvoiceFile(models.Model):
    """The bytes as they came. Given back as an attachment only; pages are shown as pictures made of them.

    Of what was refused or withdrawn they are forgotten after a time (`invoices.retention_rules`).
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, primary_key=True, related_name="+")
    content = models.BinaryField()

    objects = OfInvoice.as_manager()

    class Meta:
        triggers = kept("invoice_files")

    def __str__(self) -> str:
        return str(self.invoice_id)


class InvoiceLine(models.Model):
    """A line of an invoice as it is worked with: read, or typed (`typed` lists which fields).

    `pieces`: the quantity in pieces, null where nobody knows how many the unit has. Signs are those of the document;
    a credit note turns them when it is booked. Only `kind` DETAIL is sold; `left_out` by a person does not count.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    line_id = models.CharField(_("line"), max_length=60, blank=True)
    kind = models.CharField(max_length=12, default="DETAIL")
    name = models.CharField(_("name"), max_length=250, blank=True)
    article = models.CharField(_("article number"), max_length=60, blank=True)
    gtin = models.CharField(_("GTIN"), max_length=40, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, null=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    net = models.DecimalField(_("net"), null=True, **MONEY)
    serials = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    typed = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    left_out = models.BooleanField(_("does not count"), default=False)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    pieces = models.DecimalField(_("pieces"), max_digits=14, decimal_places=3, null=True)
    sale_line = models.OneToOneField(SaleLine, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfInvoice.as_manager()

    class Meta:
        ordering = ["invoice", "position"]
        verbose_name = _("line of an invoice")
        verbose_name_plural = _("lines of invoices")
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once")]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.line_id or self.position}"

    @property
    def counts(self) -> bool:
        """Whether it is sold of this vendor, as far as is known."""
        return self.kind == "DETAIL" and not self.left_out and self.product_id is not None


class ClaimedSerialQuerySet(OfInvoice):
    partner_path = "line__invoice__partner_id"
    vendor_path = "line__invoice__vendor_id"


class ClaimedSerial(models.Model):
    """A device for which something is claimed at a vendor: once at a time.

    `released_at`: since when nothing is claimed for it any more, because the acceptance was taken back, or because the
    device was; `returned_by`: the credit note that says so. It can be claimed anew then.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    serial = models.CharField(max_length=80)
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ClaimedSerialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "serial"], condition=Q(released_at=None), name="serial_claimed_once"
            ),
            models.CheckConstraint(
                condition=Q(returned_by=None) | Q(released_at__isnull=False), name="returned_serials_are_free"
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class InvoiceEvent(models.Model):
    """What happened to an invoice, in order. `by` None: the portal itself. `text`: what a person wrote with it."""

    class Step(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        READ = "read", _("read")
        CHECKED = "checked", _("checked")
        TO_REVIEW = "to_review", _("given to a person")
        CORRECTED = "corrected", _("corrected")
        ASKED = "asked", _("asked back")
        ANSWERED = "answered", _("answered")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        OBJECTED = "objected", _("objected to")
        WITHDRAWN = "withdrawn", _("withdrawn")
        TAKEN_BACK = "taken_back", _("acceptance taken back")

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=10, choices=Step)
    by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    objects = OfInvoice.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("step of an invoice")
        verbose_name_plural = _("steps of invoices")
        triggers = [pgtrigger.Protect(name="invoice_events_stay", operation=FACT)]

    def __str__(self) -> str:
        return self.get_step_display()
