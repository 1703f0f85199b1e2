"""What vendors configure: vendor and staff, program, tier, product, distributor, rebate terms."""

from __future__ import annotations

from datetime import date
from typing import Self

import holidays
import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from common.access import DISTRIBUTOR, VENDOR, VENDOR_ADMIN, Actor, ActorQuerySet
from common.dated import Dated, no_overlap
from common.invited import MailInvitation, one_open
from common.periods import Period
from programs import criteria
from programs.absence_models import Absence as Absence
from programs.terms import Terms
from programs.wording_models import MailWording as MailWording

CURRENCY = models.CharField(_("currency"), max_length=3, default="EUR")


class OfVendor(ActorQuerySet):
    """Rows that belong to a vendor: seen by its staff. `vendor_path` leads to the vendor's id."""

    vendor_path = "vendor_id"

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.sees_all else self.filter(**{f"{self.vendor_path}__in": actor.ids(VENDOR)})


class VendorQuerySet(OfVendor):
    vendor_path = "id"


class OfProgram(OfVendor):
    vendor_path = "program__vendor_id"


class OfGroup(OfVendor):
    vendor_path = "group__vendor_id"


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


class ProgramQuerySet(OfVendor):
    def taking_applications(self, *, day: date) -> Self:
        """Those that everybody can read about and apply for on this day, by vendor."""
        public = self.filter(public=True).exclude(ends_on__lte=day)
        return public.select_related("vendor").order_by("vendor__name", "name")


@pghistory.track(exclude=["contact_name", "contact_email"])
class Program(models.Model):
    """A vendor's partner program. Countries and end are configuration: prolonging it is a change of one field."""

    class Rises(models.TextChoices):
        PROPOSED = "proposed", _("proposed to the channel manager")
        AUTOMATIC = "automatic", _("carried out at once")

    MOST_RECOMPUTED = 12

    vendor = models.ForeignKey(Vendor, verbose_name=_("vendor"), on_delete=models.PROTECT, related_name="programs")
    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    public = models.BooleanField(
        _("public"), default=False, help_text=_("Anybody can read the program's page and apply for the program.")
    )
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact's e-mail address"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=10, help_text=_("What registering takes."))
    documents = models.JSONField(_("documents"), default=list, blank=True)
    questions = models.JSONField(_("questions to applicants"), default=list, blank=True)
    faq = models.JSONField(_("frequent questions"), default=list, blank=True)
    currency = CURRENCY.clone()
    countries = ArrayField(models.CharField(max_length=2), verbose_name=_("countries"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(
        _("ends on"), null=True, blank=True, help_text=_("First day without the program; empty: open.")
    )
    grace_days = models.PositiveSmallIntegerField(
        _("grace days"), default=10, help_text=_("Days after a period's end in which late reports still count for it.")
    )
    recomputed_periods = models.PositiveSmallIntegerField(
        _("recomputed periods"), default=4, validators=[MaxValueValidator(MOST_RECOMPUTED)],
        help_text=_("Closed periods that every closing looks at again for late or corrected sales."),
    )  # fmt: skip

    tier_rises = models.CharField(
        _("rise of a tier"), max_length=10, choices=Rises, default=Rises.PROPOSED,
        help_text=_("Whether a channel manager decides when a partner meets what a higher tier asks for."),
    )  # fmt: skip
    tier_grace_days = models.PositiveSmallIntegerField(
        _("days until a tier is lost"), default=90, validators=[MaxValueValidator(730)],
        help_text=_("From the notice that a tier's requirements are no longer met until the tier changes."),
    )  # fmt: skip

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
                name="program_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ParticipationTerms(models.Model):
    """What a partner agrees to when it applies for a program. A text never changes: another version is another row."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="participation_terms"
    )
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    text_de = models.TextField(_("text in German"))
    text_en = models.TextField(_("text in English"))
    published_at = models.DateTimeField(_("published"), editable=False)

    objects = OfProgram.as_manager()

    class Meta:
        ordering = ["program", "-version"]
        verbose_name = _("terms of participation")
        verbose_name_plural = _("terms of participation")
        constraints = [models.UniqueConstraint(fields=["program", "version"], name="participation_version_once")]
        triggers = [pgtrigger.Protect(name="participation_terms_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.program} v{self.version}"


@pghistory.track()
class Tier(models.Model):
    """A level of a program, by rank; any number, any names."""

    program = models.ForeignKey(Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="tiers")
    code = models.SlugField(_("code"))
    name = models.CharField(_("name"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("rank"))
    benefits = models.JSONField(_("benefits"), default=list, blank=True)
    requirements = models.JSONField(_("requirements"), default=list, blank=True)

    objects = OfProgram.as_manager()

    class Meta:
        ordering = ["program", "rank"]
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints = [
            models.UniqueConstraint(fields=["program", "code"], name="tier_code_once"),
            models.UniqueConstraint(fields=["program", "rank"], name="tier_rank_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """What is wrong with the requirements, at their field."""
        try:
            criteria.parse(self.requirements)
        except criteria.CriteriaError as error:
            raise ValidationError({"requirements": [str(problem) for problem in error.problems]}) from error


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


class DistributorQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Distributors are known by name to every vendor's staff; their own users see their own."""
        if actor.sees_all or actor.ids(VENDOR):
            return self
        return self.filter(id__in=actor.ids(DISTRIBUTOR))


@pghistory.track()
class Distributor(models.Model):
    """Buys from vendors, sells to partners, reports who bought what."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    gln = models.CharField(_("GLN"), max_length=13, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DE")

    objects = DistributorQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("distributor")
        verbose_name_plural = _("distributors")

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class DistributorStaff(models.Model):
    """A person who hands in the distributor's reports."""

    distributor = models.ForeignKey(
        Distributor, verbose_name=_("distributor"), on_delete=models.PROTECT, related_name="staff"
    )
    user = models.ForeignKey("common.User", verbose_name=_("person"), on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["distributor", "user"], name="distributor_user_once")]
        verbose_name = _("distributor's user")
        verbose_name_plural = _("distributors' users")

    def __str__(self) -> str:
        return str(self.user)


@pghistory.track()
class Authorisation(Dated):
    """A distributor whose sales count in a program, with dates. Sales by others are listed and do not count."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="authorisations"
    )
    distributor = models.ForeignKey(
        Distributor, verbose_name=_("distributor"), on_delete=models.PROTECT, related_name="authorisations"
    )

    objects = OfProgram.as_manager()

    class Meta:
        verbose_name = _("authorised distributor")
        verbose_name_plural = _("authorised distributors")
        constraints = [no_overlap("authorised_once_a_day", "program", "distributor")]

    def __str__(self) -> str:
        return f"{self.distributor} · {self.program}"


PUBLISHED = "published"


@pghistory.track()
class RebateTerms(models.Model):
    """A version of a rebate's terms (`programs.terms.Terms`). A published version never changes, a trigger sees to it.

    It holds from `starts_on`, a period's first day, until the next published version of the same code starts.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = PUBLISHED, _("published")

    program = models.ForeignKey(Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="terms")
    code = models.SlugField(_("code"), max_length=80)
    name = models.CharField(_("name"), max_length=120)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    starts_on = models.DateField(_("starts on"), help_text=_("The first day of one of its periods."))
    document = models.JSONField(_("terms"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        "common.User",
        verbose_name=_("published by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = OfProgram.as_manager()

    class Meta:
        ordering = ["program", "code", "version"]
        verbose_name = _("rebate terms")
        verbose_name_plural = _("rebate terms")
        constraints = [
            models.UniqueConstraint(fields=["program", "code", "version"], name="terms_version_once"),
            models.UniqueConstraint(
                fields=["program", "code", "starts_on"], condition=models.Q(state=PUBLISHED), name="terms_start_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_terms_stay",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state=PUBLISHED),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def terms(self) -> Terms:
        """The document as terms, checked once as long as it stays the same object. Raises TermsError."""
        document, terms = self.__dict__.get("_checked", (None, None))
        if terms is None or document is not self.document:
            terms = Terms.model_validate(self.document)
            self.__dict__["_checked"] = (self.document, terms)
        return terms

    def clean(self) -> None:
        """Errors of the document or of the start, at their fields."""
        try:
            terms = self.terms
        except ValueError as error:
            raise ValidationError({"document": str(error)}) from error
        if self.starts_on and Period.containing(terms.period, self.starts_on).start != self.starts_on:
            raise ValidationError({"starts_on": _("Terms start on the first day of a period.")})
