"""What a vendor brought along when it went live: numbers of its own, people to invite, companies to be looked at."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.access import CHANNEL_MANAGER, OWNER, PARTNER, VENDOR, VENDOR_ADMIN, Actor, ActorQuerySet
from partners.models.companies import Member, MemberInvitation, Partner
from programs.models import OfVendor, Vendor


class VendorNumber(models.Model):
    """Under which number a vendor itself knows a partner, from the time before the portal. Nobody else sees it."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("partner number"), max_length=40)

    objects = OfVendor.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor", "number"], name="vendor_number_once"),
            models.UniqueConstraint(fields=["vendor", "partner"], name="one_vendor_number"),
        ]

    def __str__(self) -> str:
        return self.number


class OfBringing(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the vendor who bring partners and invite them."""
        if actor.sees_all:
            return self
        return self.filter(vendor_id__in=actor.ids(VENDOR, CHANNEL_MANAGER, VENDOR_ADMIN))


class BroughtContact(models.Model):
    """Somebody of a company whom a vendor knows and has brought along. An invitation may come of it, an account only
    if they follow it.

    `asked_at`: chosen for a wave that is still to be sent, by `asked_by`. `invitation`: the last one that was sent.
    `outcome`: why none is needed, where the portal found out when it wanted to send one.
    """

    class Outcome(models.TextChoices):
        NONE = "", _("none")
        MEMBER = "member", _("in the team already")
        OWNER = "owner", _("the company’s owner invites")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField(_("e-mail address"))
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Member.Role)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    imported_at = models.DateTimeField(_("brought"))
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    invitation = models.ForeignKey(MemberInvitation, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default=Outcome.NONE)

    objects = OfBringing.as_manager()

    class Meta:
        ordering = ["partner__name", "partner_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["vendor", "partner", "address"], name="brought_once")]
        indexes = [models.Index(fields=["asked_at"], condition=Q(asked_at__isnull=False), name="brought_asked")]

    def __str__(self) -> str:
        return self.address

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class OfOwners(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.sees_all else self.filter(partner_id__in=actor.ids(PARTNER, OWNER))


class DataCheck(models.Model):
    """A company's data came from somebody else: its owner is asked once whether they are right."""

    partner = models.OneToOneField(Partner, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("since"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfOwners.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="confirmed_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return str(self.partner)
