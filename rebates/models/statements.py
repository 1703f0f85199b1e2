"""Statements: documents for bookkeepers about what a payment is made of, on the vendor's letterhead. Made once each."""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.access import CHANNEL_MANAGER, OWNER, PARTNER, PARTNER_FINANCE, VENDOR, Actor, ActorQuerySet
from partners.models import Partner
from programs.deciding import MONEY_ROLES
from programs.models import CURRENCY, OfVendor, Vendor
from rebates.models.closings import FACT
from rebates.models.ledger import kept_whole
from rebates.models.payments import AMOUNT, Payment

DEFAULT_COLOUR = "#1F3A5F"


@pghistory.track(exclude=["logo"])
class Letterhead(models.Model):
    """What stands at the head and the foot of a vendor's documents. A vendor without a row has its name alone.

    `register`: the line that business letters need, such as court, number and managing directors. `colour`: dark enough
    for white text. `logo`: a PNG or a JPEG, written anew by us, or empty.
    """

    vendor = models.OneToOneField(Vendor, primary_key=True, on_delete=models.PROTECT, related_name="+")
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    register = models.CharField(
        _("register"), max_length=200, blank=True,
        help_text=_("Court and number of the company register, managing directors."),
    )  # fmt: skip
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    colour = models.CharField(
        _("accent colour"), max_length=7, default=DEFAULT_COLOUR, help_text=_("Such as #1F3A5F, for lines and heads.")
    )
    logo = models.BinaryField(blank=True, default=b"")

    objects = OfVendor.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(colour__regex=r"^#[0-9A-F]{6}$"), name="letterhead_colour_is_hex")
        ]


class OfStatement(ActorQuerySet):
    """Seen by the company's owners and bookkeeping, and by the vendor's staff."""

    path = ""

    def visible_to(self, actor: Actor) -> Self:
        if actor.sees_all:
            return self
        staff = Q(**{f"{self.path}vendor_id__in": actor.ids(VENDOR, CHANNEL_MANAGER, *MONEY_ROLES)})
        return self.filter(staff | Q(**{f"{self.path}partner_id__in": actor.ids(PARTNER, OWNER, PARTNER_FINANCE)}))


class Statement(models.Model):
    """A document about one payment, as bytes that never change. What was wrong is said anew by one that `corrects` it.

    `number` is deterministic and unique at the vendor. `amount`: what the document's rebates and corrections come to;
    the amounts of a payment's documents add up to the payment. `issued_on`: its date, in the portal's time zone.
    """

    class Document(models.TextChoices):
        BONUS = "bonus_statement", _("bonus statement")
        SELF_BILLED = "self_billed_invoice", _("statement of services")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="statements")
    document = models.CharField(_("kind"), max_length=20, choices=Document)
    number = models.CharField(_("number"), max_length=60)
    language = models.CharField(_("language"), max_length=5)
    currency = CURRENCY.clone()
    amount = models.DecimalField(_("amount"), **AMOUNT)
    issued_on = models.DateField(_("date"))
    content = models.BinaryField()
    sha256 = models.CharField(_("checksum"), max_length=64)
    made_at = models.DateTimeField(_("made"))
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="corrected_by", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    made_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfStatement.as_manager()

    class Meta:
        ordering = ["-issued_on", "-id"]
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "number"], name="statement_number_once"),
            models.UniqueConstraint(
                fields=["payment", "document"], condition=Q(corrects__isnull=True), name="statement_made_once"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, made_by__isnull=True)
                | Q(corrects__isnull=False, made_by__isnull=False) & ~Q(reason=""),
                name="statement_corrected_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-issued_on", "-id"], name="statements_of_partner"),
            models.Index(fields=["vendor", "-issued_on", "-id"], name="statements_of_vendor"),
        ]
        triggers = [pgtrigger.Protect(name="statements_stay", operation=FACT), kept_whole("statements_are_kept")]

    def __str__(self) -> str:
        return self.number

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"


class StatementFailure(models.Model):
    """A payment whose statement could not be made, and why: it is tried again later, and its vendor sees it."""

    payment = models.OneToOneField(Payment, primary_key=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    tried_at = models.DateTimeField()


class OfTakenStatement(OfStatement):
    path = "statement__"


class StatementTaken(models.Model):
    """Somebody downloaded a statement."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="taken")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfTakenStatement.as_manager()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="statement_takings_stay", operation=FACT)]
