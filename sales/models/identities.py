"""Whom and what a distributor means by its own numbers, remembered once for all rows to come."""

from __future__ import annotations

from typing import Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.access import DISTRIBUTOR, VENDOR, Actor, ActorQuerySet
from common.dated import Dated, as_point
from partners.models import Partner
from programs.models import Distributor, OfVendor, Product, Vendor


class OfReporter(ActorQuerySet):
    """Rows of a vendor's distributor: seen by the vendor's staff and by the distributor's own users."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.sees_all:
            return self
        return self.filter(Q(vendor_id__in=actor.ids(VENDOR)) | Q(distributor_id__in=actor.ids(DISTRIBUTOR)))


@pghistory.track()
class CustomerNumber(models.Model):
    """Under which number a distributor knows a partner in its reports to a vendor.

    `source`, `said_by` and `since` say how, by whom and when it became known; a change of `partner` (`sales.undoing`)
    leaves both in the history. Without a partner a person has said whose it is not: the VAT id does not bring it back.
    """

    class Source(models.TextChoices):
        PERSON = "person", _("said by a person")
        VAT_ID = "vat_id", _("same VAT id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", verbose_name=_("vendor"))
    distributor = models.ForeignKey(
        Distributor, on_delete=models.PROTECT, related_name="+", verbose_name=_("distributor")
    )
    number = models.CharField(_("customer number"), max_length=60)
    partner = models.ForeignKey(
        Partner, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner")
    )
    source = models.CharField(_("known by"), max_length=10, choices=Source, default=Source.PERSON)
    said_by = models.ForeignKey(
        "common.User", null=True, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("said by")
    )
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)

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
    """Under which number a distributor sells a product, where that is not the vendor's own article number.

    Without a product a person has taken a match back (`sales.undoing`), or said that it is no product of the vendor's:
    `dismissed`, its rows do not wait.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", verbose_name=_("vendor"))
    distributor = models.ForeignKey(
        Distributor, on_delete=models.PROTECT, related_name="+", verbose_name=_("distributor")
    )
    number = models.CharField(_("article number"), max_length=60)
    product = models.ForeignKey(
        Product, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    dismissed = models.BooleanField(_("dismissed"), default=False, editable=False)
    said_by = models.ForeignKey(
        "common.User", null=True, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("said by")
    )
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False)

    objects = OfReporter.as_manager()

    class Meta:
        verbose_name = _("distributor's article number")
        verbose_name_plural = _("distributors' article numbers")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "distributor", "number"], name="article_number_once"),
            models.CheckConstraint(condition=Q(dismissed=False) | Q(product=None), name="dismissed_means_no_product"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.distributor}"


def _text_as_point(name: str) -> Func:
    """A text in an exclusion constraint: what `common.dated.as_point` is for ids."""
    key = Func(F(name), Value(0), function="hashtextextended")
    return Func(key, key, Value("[]"), function="int8range")


class Invitation(Dated):
    """A vendor has invited an unknown customer of a distributor to register.

    On the days of `valid` the vendor does not write to this address again, whichever customer it is meant for.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="+")
    customer_number = models.CharField(_("customer number"), max_length=60)
    address = models.EmailField(_("e-mail address"))
    invited_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("invited"))

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-invited_at", "-id"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            ExclusionConstraint(
                name="invited_once_a_while",
                expressions=[
                    (as_point("vendor"), RangeOperators.OVERLAPS),
                    (_text_as_point("address"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["vendor", "distributor", "customer_number"], name="invited_customer")]

    def __str__(self) -> str:
        return self.address
