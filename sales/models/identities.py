"""Whom and what a distributor means by its own numbers, remembered once for all rows to come."""

from __future__ import annotations

from typing import Self

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.access import DISTRIBUTOR, VENDOR, Actor, ActorQuerySet
from partners.models import Partner
from programs.models import Distributor, Product, Vendor


class OfReporter(ActorQuerySet):
    """Rows of a vendor's distributor: seen by the vendor's staff and by the distributor's own users."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.sees_all:
            return self
        return self.filter(Q(vendor_id__in=actor.ids(VENDOR)) | Q(distributor_id__in=actor.ids(DISTRIBUTOR)))


@pghistory.track()
class CustomerNumber(models.Model):
    """Under which number a distributor knows a partner in its reports to a vendor.

    `source` says how it became known; a change of `partner` (`sales.undoing`) leaves both in the history.
    """

    class Source(models.TextChoices):
        PERSON = "person", _("said by a person")
        VAT_ID = "vat_id", _("same VAT id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", verbose_name=_("vendor"))
    distributor = models.ForeignKey(
        Distributor, on_delete=models.PROTECT, related_name="+", verbose_name=_("distributor")
    )
    number = models.CharField(_("customer number"), max_length=60)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner"))
    source = models.CharField(_("known by"), max_length=10, choices=Source, default=Source.PERSON)

    objects = OfReporter.as_manager()

    class Meta:
        verbose_name = _("customer number")
        verbose_name_plural = _("customer numbers")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "distributor", "number"], name="customer_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.distributor}"


@pghistory.track()
class ArticleNumber(models.Model):
    """Under which number a distributor sells a product, where that is not the vendor's own article number."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", verbose_name=_("vendor"))
    distributor = models.ForeignKey(
        Distributor, on_delete=models.PROTECT, related_name="+", verbose_name=_("distributor")
    )
    number = models.CharField(_("article number"), max_length=60)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", verbose_name=_("product"))

    objects = OfReporter.as_manager()

    class Meta:
        verbose_name = _("distributor's article number")
        verbose_name_plural = _("distributors' article numbers")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "distributor", "number"], name="article_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.distributor}"
