"""Versions of rebate terms."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.periods import Period
from programs.models.programs import OfProgram, Program
from programs.terms import Terms

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
