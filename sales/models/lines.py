"""Proven sales: the vendor's books, the lines in them, and rows that wait for a person."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import OfPartner, Partner
from programs.models import CURRENCY, Distributor, Product, Vendor
from sales.models.identities import OfReporter
from sales.models.kept import MARK_PARTNERS
from sales.models.reports import SellOutReport
from sales.models.summary import SUM_UP


class Evidence(models.TextChoices):
    SELL_OUT = "sell_out", _("distributor's report")
    INVOICE = "invoice", _("invoice")


class Books(models.Model):
    """A vendor's cut number: booking takes the row FOR SHARE, freezing FOR UPDATE (`sales.books`)."""

    vendor = models.OneToOneField(Vendor, on_delete=models.PROTECT, primary_key=True, related_name="+")
    cut = models.PositiveIntegerField(default=1)


class Sold(models.Model):
    """What a row of a report or an invoice says. `document_key` is the number without spaces, case and punctuation.

    `net`: amount of the whole line without VAT; null means "no value". `quantity` in pieces, negative for returns.
    `customer_number` and `article` are kept as the distributor wrote them: a report sent again is compared with them.
    `document_line`: the line's number, or article and occurrence where the report numbers no lines; where it numbers no
    documents, `document_key` is day and customer (`sales.keys`).
    """

    # Not checked row by row, which took longer than everything else of an import: `agreeing` checks them by statement,
    # and a report can neither change nor vanish. No index for the vendor alone: others begin with it.
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    document_number = models.CharField(_("document"), max_length=60, blank=True)
    document_key = models.CharField(max_length=80)
    document_line = models.CharField(_("line"), max_length=80)
    document_date = models.DateField(_("document date"))
    counts_on = models.DateField(_("counts on"))
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3)
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2, null=True)
    currency = CURRENCY.clone()
    customer_number = models.CharField(_("customer number"), max_length=60, blank=True)
    article = models.CharField(_("article number"), max_length=60, blank=True)
    project_ref = models.CharField(_("project"), max_length=60, blank=True)
    report = models.ForeignKey(
        SellOutReport, null=True, on_delete=models.PROTECT, related_name="%(class)ss", db_constraint=False
    )
    report_row = models.PositiveIntegerField(_("row"), null=True)

    class Meta:
        abstract = True


_WRONG = "RAISE EXCEPTION 'rows of sales disagree with what they refer to' USING ERRCODE = 'foreign_key_violation';"
# Rows are of their report's vendor and distributor, and these exist.
_OF_THEIR_REPORT = f"""
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT vendor_id, distributor_id, report_id FROM added) AS said
        LEFT JOIN programs_vendor AS vendor ON vendor.id = said.vendor_id
        LEFT JOIN programs_distributor AS distributor ON distributor.id = said.distributor_id
        LEFT JOIN sales_selloutreport AS report ON report.id = said.report_id
        WHERE vendor.id IS NULL OR distributor.id IS NULL OR (said.report_id IS NOT NULL AND
            (report.vendor_id, report.distributor_id) IS DISTINCT FROM (said.vendor_id, said.distributor_id))
    ) THEN {_WRONG} END IF;
"""  # noqa: S608
_OF_THEIR_VENDOR = f"""
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT vendor_id, product_id FROM added) AS said
        LEFT JOIN programs_product AS product ON product.id = said.product_id
        WHERE product.vendor_id IS DISTINCT FROM said.vendor_id
    ) THEN {_WRONG} END IF;
"""  # noqa: S608
# Locked as a foreign key locks, so that nobody takes them away before this commits; whoever tries later is stopped by a
# trigger of their tables (migration 0005).
_OF_PARTNERS_AND_PRODUCTS = f"""
    PERFORM 1 FROM partners_partner WHERE id IN (SELECT partner_id FROM added) ORDER BY id FOR KEY SHARE;
    PERFORM 1 FROM programs_product WHERE id IN (SELECT product_id FROM added) ORDER BY id FOR KEY SHARE;
    IF EXISTS (SELECT partner_id FROM added EXCEPT SELECT id FROM partners_partner) THEN {_WRONG} END IF;
"""  # noqa: S608
# What a reversal says as the line it takes back does; quantity and net it says the other way round.
_REPEATED = (
    "vendor_id, distributor_id, partner_id, product_id, evidence, document_key, document_line, counts_on, currency"
)
_OPPOSITE = f"""
    IF EXISTS (SELECT 1 FROM added WHERE reverses_id IS NOT NULL) AND EXISTS (
        SELECT 1 FROM added JOIN sales_saleline AS line ON line.id = added.reverses_id
        WHERE ({", ".join(f"line.{name}" for name in _REPEATED.split(", "))}, -line.quantity, -line.net)
            IS DISTINCT FROM ({", ".join(f"added.{name}" for name in _REPEATED.split(", "))}, added.quantity, added.net)
    ) THEN {_WRONG} END IF;
"""  # noqa: S608


def agreeing(name: str, *checks: str) -> pgtrigger.Trigger:
    """A trigger that checks at once what a statement `added`: row by row it would cost more than all the rest."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
        func=" ".join(checks) + "RETURN NULL;",
    )


class SaleLine(Sold):
    """A proven sale to a partner. Append-only: a correction is a reversal (`reverses`) and, where needed, a new line.

    `cut` is the vendor's cut number when the line was booked: a closing with cut k covers lines with cut <= k.
    """

    # No index of its own: sale_by_partner_day begins with it. Both are checked by statement, like those above.
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    evidence = models.CharField(_("evidence"), max_length=10, choices=Evidence)
    cut = models.PositiveIntegerField()
    generation = models.PositiveSmallIntegerField(default=0)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    booked_at = models.DateTimeField(_("booked"))

    objects = OfPartner.as_manager()

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
            # Aggregates and lists walk a partner's lines of a period; included columns spare aggregates the table.
            models.Index(
                fields=["partner", "-counts_on", "-id"],
                include=[
                    "vendor",
                    "product",
                    "distributor",
                    "evidence",
                    "cut",
                    "quantity",
                    "net",
                    "currency",
                    "project_ref",
                ],
                name="sale_by_partner_day",
            ),
            # What was booked for a period after its closing (`rebates.late`). Lines come in the order of their cuts, so
            # that an index of a few pages, which costs imports nothing, leaves out nearly all of the table.
            BrinIndex(fields=["vendor", "cut", "counts_on"], autosummarize=True, name="sale_by_cut"),
            # Invoices, which the sums of `sales.models.summary` leave out.
            models.Index(
                fields=["vendor", "counts_on"], condition=Q(evidence=Evidence.INVOICE), name="invoice_by_vendor_day"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="sales_stay", operation=pgtrigger.Update | pgtrigger.Delete),
            agreeing("sales_agree", _OF_PARTNERS_AND_PRODUCTS, _OF_THEIR_REPORT, _OF_THEIR_VENDOR, _OPPOSITE),
            SUM_UP,
            MARK_PARTNERS,
        ]

    def __str__(self) -> str:
        return f"{self.document_number}/{self.document_line}"


class WaitingRow(Sold):
    """A row of a report that waits for a person: its partner or article is unknown, or something in it is doubtful.

    Once everything is known and nobody doubts it any more, it becomes a sale line. `customer_*`, `gtin`,
    `distributor_article` and `article_name` are what the report says to find out whom and what it means.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        BOOKED = "booked", _("booked")
        DISMISSED = "dismissed", _("customer dismissed")
        NO_PRODUCT = "no_product", _("article dismissed")
        REJECTED = "rejected", _("rejected")
        SUPERSEDED = "superseded", _("replaced")

    class Doubt(models.TextChoices):
        """What a person should look at before the row counts (`sales.doubts`)."""

        FUTURE = "future", _("dated in the future")
        OLD = "old", _("dated long ago")
        QUANTITY = "quantity", _("very large quantity")
        PRICE = "price", _("price far from the list price")

    customer_name = models.CharField(_("customer"), max_length=200, blank=True)
    customer_vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    customer_postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    customer_city = models.CharField(_("city"), max_length=120, blank=True)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    distributor_article = models.CharField(_("distributor's article number"), max_length=60, blank=True)
    article_name = models.CharField(_("article"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    doubts = ArrayField(models.CharField(max_length=10, choices=Doubt), default=list, blank=True)
    settled_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    sale_line = models.OneToOneField(SaleLine, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfReporter.as_manager()

    class Meta:
        verbose_name = _("waiting row")
        verbose_name_plural = _("waiting rows")
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "distributor", "document_key", "document_line"],
                condition=~Q(state="superseded"),
                name="row_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(state="booked", sale_line__isnull=False)
                | Q(state="superseded")
                | (~Q(state="booked") & Q(sale_line__isnull=True)),
                name="booked_has_line",
            ),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "distributor", "customer_number"],
                condition=Q(state__in=["waiting", "dismissed"]),
                name="row_not_booked",
            ),
        ]
        triggers = [agreeing("rows_agree", _OF_THEIR_REPORT)]

    def __str__(self) -> str:
        return f"{self.document_number}/{self.document_line}"
