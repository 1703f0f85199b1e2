"""Vendors' programs: what partners agree to, and which tiers there are."""

from __future__ import annotations

from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from programs import criteria
from programs.models.vendors import OfVendor, Vendor

CURRENCY = models.CharField(_("currency"), max_length=3, default="EUR")


class OfProgram(OfVendor):
    vendor_path = "program__vendor_id"


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
