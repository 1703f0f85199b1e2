"""What vendors sell, and groups of it with dates."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.dated import Dated, no_overlap
from programs.models.vendors import OfVendor, Vendor


class OfGroup(OfVendor):
    vendor_path = "group__vendor_id"


@pghistory.track()
class Product(models.Model):
    """An article of a vendor. `list_price` is net, in the currency of the vendor's programs."""

    vendor = models.ForeignKey(Vendor, verbose_name=_("vendor"), on_delete=models.PROTECT, related_name="products")
    article = models.CharField(_("article number"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    list_price = models.DecimalField(_("list price"), max_digits=12, decimal_places=2, null=True, blank=True)

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["article"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["vendor", "article"], name="article_once")]

    def __str__(self) -> str:
        return f"{self.article} {self.name}"


@pghistory.track()
class ProductGroup(models.Model):
    """A named set of products, whose membership has dates: terms look at the group as it stood on a sale's day."""

    vendor = models.ForeignKey(
        Vendor, verbose_name=_("vendor"), on_delete=models.PROTECT, related_name="product_groups"
    )
    code = models.SlugField(_("code"))
    name = models.CharField(_("name"), max_length=120)

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("product group")
        verbose_name_plural = _("product groups")
        constraints = [models.UniqueConstraint(fields=["vendor", "code"], name="group_code_once")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class GroupMembership(Dated):
    group = models.ForeignKey(
        ProductGroup, verbose_name=_("product group"), on_delete=models.PROTECT, related_name="memberships"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="memberships"
    )

    objects = OfGroup.as_manager()

    class Meta:
        verbose_name = _("product in a group")
        verbose_name_plural = _("products in groups")
        constraints = [no_overlap("group_member_once_a_day", "group", "product")]

    def __str__(self) -> str:
        return f"{self.product} · {self.group}"
