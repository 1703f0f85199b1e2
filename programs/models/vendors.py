"""Vendors and the people who work there."""

from __future__ import annotations

from typing import Self

import holidays
import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from common.access import VENDOR, VENDOR_ADMIN, Actor, ActorQuerySet
from common.invited import MailInvitation, one_open


class OfVendor(ActorQuerySet):
    """Rows that belong to a vendor: seen by its staff. `vendor_path` leads to the vendor's id."""

    vendor_path = "vendor_id"

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.sees_all else self.filter(**{f"{self.vendor_path}__in": actor.ids(VENDOR)})


class VendorQuerySet(OfVendor):
    vendor_path = "id"


@pghistory.track()
class Vendor(models.Model):
    """A manufacturer that sells through resellers."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DE")
    subdivision = models.CharField(
        _("state"), max_length=6, blank=True,
        help_text=_("Its holidays count for answers that are due, beside those of the country: BE for Berlin."),
    )  # fmt: skip
    report_months = models.PositiveSmallIntegerField(
        _("months of reports"), default=24, validators=[MinValueValidator(1)],
        help_text=_("Reported sales dated longer ago wait for a person before they count."),
    )  # fmt: skip
    largest_quantity = models.PositiveIntegerField(
        _("largest quantity"), default=10_000, validators=[MinValueValidator(1)],
        help_text=_("Reported rows with more pieces wait for a person before they count."),
    )  # fmt: skip

    objects = VendorQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A state that the calendar of holidays does not know would be left out silently."""
        known = holidays.list_supported_countries(include_aliases=False).get(self.country, [])
        if self.subdivision and self.subdivision not in known:
            raise ValidationError({"subdivision": _("Known states: %(known)s.") % {"known": ", ".join(known) or "–"}})


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class VendorStaff(models.Model):
    """One person's role at a vendor. Money is approved by finance or admin, everything else by channel managers.

    A role that ends is deleted: a row that is not there opens nothing. Its events keep that it was, and until when.
    """

    class Role(models.TextChoices):
        ADMIN = "admin", _("vendor admin")
        CHANNEL_MANAGER = "channel_manager", _("channel manager")
        FINANCE = "finance", _("finance")

    vendor = models.ForeignKey(Vendor, verbose_name=_("vendor"), on_delete=models.PROTECT, related_name="staff")
    user = models.ForeignKey("common.User", verbose_name=_("person"), on_delete=models.CASCADE, related_name="+")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    joined_on = models.DateField(_("joined on"), default=localdate, editable=False)

    objects = OfVendor.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "user", "role"], name="vendor_role_once")]
        verbose_name = _("vendor staff")
        verbose_name_plural = _("vendor staff")

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class OfVendorAdmins(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.sees_all else self.filter(vendor_id__in=actor.ids(VENDOR, VENDOR_ADMIN))


class StaffInvitation(MailInvitation):
    """Somebody was asked to work at a vendor (`programs.team`)."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")

    objects = OfVendorAdmins.as_manager()

    class Meta:
        constraints = [one_open("vendor")]
