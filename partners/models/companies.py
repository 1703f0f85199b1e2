"""Companies and people: partner, members, enrolments with dated status and tier, individual agreements."""

from __future__ import annotations

import secrets
from typing import Self

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from common.access import CHANNEL_MANAGER, OWNER, PARTNER, VENDOR, VENDOR_ADMIN, Actor, ActorQuerySet
from common.dated import Dated, no_overlap
from common.invited import MailInvitation, one_open
from common.kept import kept, kept_history
from common.zones import is_zone
from programs.models import Program, Tier, Vendor

# No vowels and no look-alikes: read out on the telephone, and no words by accident.
ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXZ"


def partner_number() -> str:
    """A number that tells nothing about how many partners there are."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


def check_zone(name: str) -> None:
    if not is_zone(name):
        raise ValidationError(_("This is no time zone. Write one like Europe/Berlin."), code="no_zone")


class PartnerQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Members see their company; vendor staff those enrolled (in any status) in one of their programs."""
        if actor.sees_all:
            return self
        enrolled = Enrolment.objects.filter(program__vendor_id__in=actor.ids(VENDOR))
        return self.filter(Q(id__in=actor.ids(PARTNER)) | Q(id__in=enrolled.values("partner_id")))


@pghistory.track(exclude=["bookkeeping_email"], **kept_history())
class Partner(models.Model):
    """A reseller company, registered once, enrolled in programs of one or more vendors.

    `time_zone`: an IANA name, where it is another than the main one of its country; empty as long as that one holds.
    `bookkeeping_email`: may be a person's, so that no history keeps it; each statement's mail says where it went.
    """

    number = models.CharField(_("partner number"), max_length=12, unique=True, default=partner_number, editable=False)
    name = models.CharField(_("name"), max_length=200)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True, validators=[URLValidator(["http", "https"])])
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("de", "Deutsch"), ("en", "English")], default="de"
    )
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, validators=[check_zone])
    bookkeeping_email = models.EmailField(
        _("e-mail address of the bookkeeping"), blank=True, help_text=_("Statements are sent there as PDF.")
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        indexes = [models.Index(fields=["name", "id"], name="partner_by_name")]

    def __str__(self) -> str:
        return self.name


class OfCompany(ActorQuerySet):
    """Rows about a company that whoever sees the company sees, too."""

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.sees_all else self.filter(partner__in=Partner.objects.visible_to(actor))


class OfPartner(ActorQuerySet):
    """Rows of a partner that its members see, and staff of the vendor they concern."""

    partner_path = "partner_id"
    vendor_path = "vendor_id"

    def visible_to(self, actor: Actor) -> Self:
        if actor.sees_all:
            return self
        vendors = Q(**{f"{self.vendor_path}__in": actor.ids(VENDOR)})
        return self.filter(vendors | Q(**{f"{self.partner_path}__in": actor.ids(PARTNER)}))


@pghistory.track(**kept_history())
class Seat(Dated):
    """The country in which the company is registered; terms ask for it as of a sale's day."""

    partner = models.ForeignKey(Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="seats")
    country = models.CharField(_("country"), max_length=2)

    class Meta:
        verbose_name = _("registered country")
        verbose_name_plural = _("registered countries")
        constraints = [no_overlap("one_seat_a_day", "partner")]
        indexes = [models.Index(fields=["country"], name="seat_by_country")]

    def __str__(self) -> str:
        return self.country


@pghistory.track(**kept_history())
class TaxStatus(Dated):
    """How the company is taxed on its sales (VAT) in its own country. While nothing is recorded it is `REGULAR`."""

    class Status(models.TextChoices):
        REGULAR = "regular", _("regular taxation")
        SMALL_BUSINESS = "small_business", _("small business (§ 19 UStG)")

    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="tax_statuses"
    )
    status = models.CharField(_("taxation"), max_length=20, choices=Status)

    objects = OfCompany.as_manager()

    class Meta:
        ordering = ["partner", "valid"]
        verbose_name = _("tax status")
        verbose_name_plural = _("tax statuses")
        constraints = [no_overlap("one_tax_status_a_day", "partner")]

    def __str__(self) -> str:
        return self.get_status_display()


@pghistory.track(**kept_history())
class Member(models.Model):
    """A person's role in a partner company, until `left_on`."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        FINANCE = "finance", _("bookkeeping")
        SALES = "sales", _("sales")
        TECHNICIAN = "technician", _("technician")

    partner = models.ForeignKey(Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey("common.User", verbose_name=_("person"), on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    joined_on = models.DateField(_("joined on"), default=localdate, editable=False)
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "user", "role"], condition=Q(left_on__isnull=True), name="member_role_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class OfTeam(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Owners see who is invited into their company, staff of a vendor whom they have invited themselves."""
        if actor.sees_all:
            return self
        own = Q(partner_id__in=actor.ids(PARTNER, OWNER))
        return self.filter(own | Q(vendor_id__in=actor.ids(VENDOR, CHANNEL_MANAGER, VENDOR_ADMIN)))


class MemberInvitation(MailInvitation):
    """Somebody was asked to join a partner company (`partners.team`).

    `vendor`: whose staff invited a new owner, because the company had none.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfTeam.as_manager()

    class Meta:
        constraints = [one_open("partner")]


class EnrolmentQuerySet(OfPartner):
    vendor_path = "program__vendor_id"


@pghistory.track()
class Enrolment(models.Model):
    """One partner in one program. Status and tier have histories of their own."""

    partner = models.ForeignKey(Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="enrolments")
    program = models.ForeignKey(Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+")
    enrolled_on = models.DateField(_("first enrolled on"))

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [models.UniqueConstraint(fields=["partner", "program"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.partner} · {self.program}"


class OfEnrolment(OfPartner):
    partner_path = "enrolment__partner_id"
    vendor_path = "enrolment__program__vendor_id"


@pghistory.track()
class EnrolmentStatus(Dated):
    """Status of an enrolment on any day. Only `active` days earn rebates."""

    class Status(models.TextChoices):
        APPLIED = "applied", _("applied")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        ENDED = "ended", _("ended")

    enrolment = models.ForeignKey(
        Enrolment, verbose_name=_("enrolment"), on_delete=models.PROTECT, related_name="statuses"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status)

    objects = OfEnrolment.as_manager()

    class Meta:
        ordering = ["enrolment", "valid"]
        verbose_name = _("status of an enrolment")
        verbose_name_plural = _("statuses of enrolments")
        constraints = [no_overlap("one_status_a_day", "enrolment")]

    def __str__(self) -> str:
        return self.get_status_display()


@pghistory.track()
class EnrolmentTier(Dated):
    """Tier of an enrolment on any day; settlements use the tier of the sale's day."""

    enrolment = models.ForeignKey(
        Enrolment, verbose_name=_("enrolment"), on_delete=models.PROTECT, related_name="tiers"
    )
    tier = models.ForeignKey(Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = OfEnrolment.as_manager()

    class Meta:
        ordering = ["enrolment", "valid"]
        verbose_name = _("tier of an enrolment")
        verbose_name_plural = _("tiers of enrolments")
        constraints = [no_overlap("one_tier_a_day", "enrolment")]

    def __str__(self) -> str:
        return str(self.tier)


@pghistory.track()
class IndividualAgreement(Dated):
    """An agreement on targets and bonuses with one partner. What it says is on paper; that it holds takes part here."""

    enrolment = models.ForeignKey(
        Enrolment, verbose_name=_("enrolment"), on_delete=models.PROTECT, related_name="agreements"
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = OfEnrolment.as_manager()

    class Meta:
        verbose_name = _("individual agreement")
        verbose_name_plural = _("individual agreements")
        constraints = [no_overlap("one_agreement_a_day", "enrolment")]

    def __str__(self) -> str:
        return self.note or str(self.enrolment)


class OfViewing(ActorQuerySet):
    """What a vendor's staff looked at: they see it, and the company's owners do, so that nobody is watched secretly."""

    path = ""

    def visible_to(self, actor: Actor) -> Self:
        if actor.sees_all:
            return self
        staff = Q(**{f"{self.path}vendor_id__in": actor.ids(VENDOR)})
        return self.filter(staff | Q(**{f"{self.path}partner_id__in": actor.ids(PARTNER, OWNER)}))


class OfViewedPage(OfViewing):
    path = "viewing__"


class Viewing(models.Model):
    """A person of a vendor began to see a partner's pages as the partner's people see them (`partners.viewing`)."""

    user = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()

    objects = OfViewing.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        triggers = kept("viewings")

    def __str__(self) -> str:
        return f"{self.user} · {self.partner}"


class ViewedPage(models.Model):
    """One page looked at while viewing. `path`: its address without what was asked for behind the question mark."""

    viewing = models.ForeignKey(Viewing, on_delete=models.PROTECT, related_name="pages")
    path = models.CharField(max_length=500)
    at = models.DateTimeField()

    objects = OfViewedPage.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        triggers = kept("viewed_pages")

    def __str__(self) -> str:
        return self.path
