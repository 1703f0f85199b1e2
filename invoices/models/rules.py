"""By which rules a vendor takes invoices."""

from __future__ import annotations

from decimal import Decimal

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.models import Distributor, OfVendor, Product, Vendor


@pghistory.track()
class InvoiceRules(models.Model):
    """A vendor's rules; one that has said nothing takes the defaults (`invoices.rules.rules_of`).

    Amounts are rebate in the currency of the vendor's programs: what may be accepted without a person and without a
    distributor's report, for one invoice and for all of a partner in the period of the rebate.
    """

    vendor = models.OneToOneField(Vendor, on_delete=models.PROTECT, primary_key=True, related_name="+")
    window_days = models.PositiveSmallIntegerField(
        _("days after the invoice's date in which it can be uploaded"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
    )
    automatic = models.BooleanField(_("accept invoices without a person where every check passes"), default=True)
    per_invoice = models.DecimalField(
        _("rebate per invoice that needs no person"),
        max_digits=10,
        decimal_places=2,
        default=Decimal("100.00"),
        validators=[MinValueValidator(0)],
    )
    per_period = models.DecimalField(
        _("rebate per partner and period that needs no person"),
        max_digits=10,
        decimal_places=2,
        default=Decimal("500.00"),
        validators=[MinValueValidator(0)],
    )
    accepted_before = models.PositiveSmallIntegerField(
        _("invoices of a partner that a person accepts first"), default=3, validators=[MaxValueValidator(1000)]
    )
    sample = models.PositiveSmallIntegerField(
        _("share of invoices in percent that a person looks at all the same"),
        default=5,
        validators=[MaxValueValidator(100)],
    )
    per_day = models.PositiveSmallIntegerField(
        _("files a partner may upload a day"), default=200, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )

    class Meta:
        verbose_name = _("rules for invoices")
        verbose_name_plural = _("rules for invoices")
        constraints = [
            models.CheckConstraint(condition=Q(sample__lte=100), name="sample_is_a_share"),
            models.CheckConstraint(condition=Q(per_invoice__gte=0, per_period__gte=0), name="limits_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.vendor)


class OfPackFactor(OfVendor):
    vendor_path = "product__vendor_id"


@pghistory.track()
class PackFactor(models.Model):
    """How many pieces one unit of a distributor's invoices is: its "XPK" of a D785 are 10 telephones."""

    distributor = models.ForeignKey(
        Distributor, verbose_name=_("distributor"), on_delete=models.PROTECT, related_name="+"
    )
    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(_("unit"), max_length=40)
    pieces = models.PositiveIntegerField(_("pieces"), validators=[MinValueValidator(1)])

    objects = OfPackFactor.as_manager()

    class Meta:
        verbose_name = _("pieces of a pack")
        verbose_name_plural = _("pieces of packs")
        constraints = [
            models.UniqueConstraint(fields=["distributor", "product", "unit"], name="pack_said_once"),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="pack_has_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.distributor} · {self.product} · {self.unit} = {self.pieces}"
