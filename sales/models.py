"""Proof of sales: distributors' reports, the sale lines they become, and rows that wait for a partner or an article."""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.access import DISTRIBUTOR, PARTNER, VENDOR, Actor, ActorQuerySet
from partners.models import Partner
from programs.models import CURRENCY, Distributor, Product, Vendor


class Evidence(models.TextChoices):
    SELL_OUT = "sell_out", _("distributor's report")
    INVOICE = "invoice", _("invoice")


class Books(models.Model):
    """A vendor's cut number: booking takes the row FOR SHARE, freezing FOR UPDATE (`sales.books`)."""

    vendor = models.OneToOneField(Vendor, on_delete=models.PROTECT, primary_key=True, related_name="+")
    cut = models.PositiveIntegerField(default=1)


class OfReporter(ActorQuerySet):
    """Rows of a vendor's distributor: seen by the vendor's staff and by the distributor's own users."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.sees_all:
            return self
        return self.filter(Q(vendor_id__in=actor.ids(VENDOR)) | Q(distributor_id__in=actor.ids(DISTRIBUTOR)))


@pghistory.track()
class CustomerNumber(models.Model):
    """Under which number a distributor knows a partner in its reports to a vendor."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("customer number"), max_length=60)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")

    objects = OfReporter.as_manager()

    class Meta:
        verbose_name = _("customer number")
        verbose_name_plural = _("customer numbers")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "distributor", "number"], name="customer_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.distributor}"


class SellOutReport(models.Model):
    """A file a distributor sent to one vendor, as it came, and what became of its rows. Rows never change."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("received"))
    rows = models.PositiveIntegerField(_("rows"))
    matched = models.PositiveIntegerField(_("booked"))
    unmatched = models.PositiveIntegerField(_("waiting"))
    duplicates = models.PositiveIntegerField(_("already known"))

    objects = OfReporter.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("sell-out report")
        verbose_name_plural = _("sell-out reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(rows=models.F("matched") + models.F("unmatched") + models.F("duplicates")),
                name="every_row_ends_somewhere",
            ),
            # The same file a second time adds nothing, whoever sends it and however often at once.
            models.UniqueConstraint(fields=["vendor", "distributor", "sha256"], name="report_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="reports_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.file_name


class Sold(models.Model):
    """What a row of a report or an invoice says. `document_key` is the number without spaces, case and punctuation.

    `net`: amount of the whole line without VAT; null means "no value". `quantity` in pieces, negative for returns.
    `customer_number` and `article` are kept as the distributor wrote them: a report sent again is compared with them.
    `document_line`: the line's number, or article and occurrence where the report numbers no lines (`sales.keys`).
    """

    # No index of its own: others begin with it.
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="+")
    document_number = models.CharField(_("document"), max_length=60)
    document_key = models.CharField(max_length=60)
    document_line = models.CharField(_("line"), max_length=80)
    document_date = models.DateField(_("document date"))
    counts_on = models.DateField(_("counts on"))
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3)
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2, null=True)
    currency = CURRENCY.clone()
    customer_number = models.CharField(_("customer number"), max_length=60, blank=True)
    article = models.CharField(_("article number"), max_length=60, blank=True)
    project_ref = models.CharField(_("project"), max_length=60, blank=True)
    report = models.ForeignKey(SellOutReport, null=True, on_delete=models.PROTECT, related_name="%(class)ss")
    report_row = models.PositiveIntegerField(_("row"), null=True)

    class Meta:
        abstract = True


class SaleLineQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The partner's members and the vendor's staff. Distributors see reports, not what they became."""
        if actor.sees_all:
            return self
        return self.filter(Q(vendor_id__in=actor.ids(VENDOR)) | Q(partner_id__in=actor.ids(PARTNER)))


class SaleLine(Sold):
    """A proven sale to a partner. Append-only: a correction is a reversal (`reverses`) and, where needed, a new line.

    `cut` is the vendor's cut number when the line was booked: a closing with cut k covers lines with cut <= k.
    """

    # No index of its own: sale_by_partner_day begins with it.
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(_("evidence"), max_length=10, choices=Evidence)
    cut = models.PositiveIntegerField()
    generation = models.PositiveSmallIntegerField(default=0)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    booked_at = models.DateTimeField(_("booked"))

    objects = SaleLineQuerySet.as_manager()

    class Meta:
        ordering = ["-counts_on", "-id"]
        verbose_name = _("sale line")
        verbose_name_plural = _("sale lines")
        constraints = [
            # One sale is booked once per evidence; each correction opens a new generation of the same key.
            models.UniqueConstraint(
                fields=["vendor", "distributor", "evidence", "document_key", "document_line", "generation"],
                condition=Q(reverses__isnull=True),
                name="sale_booked_once",
            ),
        ]
        indexes = [
            # Aggregates walk a partner's or a vendor's lines of a period; included columns spare the table.
            models.Index(
                fields=["vendor", "counts_on", "partner"],
                include=["product", "distributor", "evidence", "cut", "quantity", "net", "currency"],
                name="sale_by_vendor_day",
            ),
            models.Index(fields=["partner", "-counts_on", "-id"], name="sale_by_partner_day"),
        ]
        triggers = [pgtrigger.Protect(name="sales_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.document_number}/{self.document_line}"


class WaitingRow(Sold):
    """A row of a report whose partner or article is not known yet. Once both are, it becomes a sale line."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        BOOKED = "booked", _("booked")
        DISMISSED = "dismissed", _("dismissed")

    customer_name = models.CharField(_("customer"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    sale_line = models.OneToOneField(SaleLine, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfReporter.as_manager()

    class Meta:
        verbose_name = _("waiting row")
        verbose_name_plural = _("waiting rows")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "distributor", "document_key", "document_line"], name="row_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(state="booked", sale_line__isnull=False) | (~Q(state="booked") & Q(sale_line__isnull=True)),
                name="booked_has_line",
            ),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "distributor", "customer_number"], condition=~Q(state="booked"), name="row_not_booked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_number}/{self.document_line}"
