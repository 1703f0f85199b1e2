"""Case studies that partners supply to a vendor."""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.access import PARTNER, VENDOR, Actor
from partners.models import Enrolment, OfEnrolment, OfPartner

FACT = pgtrigger.Update | pgtrigger.Delete
_MORE_THAN_CONSENT = """OLD.state = 'accepted' AND NOT (
    (to_jsonb(NEW) - '{consent,version}'::text[]) = (to_jsonb(OLD) - '{consent,version}'::text[])
)"""
NO_DRAFT = ~Q(state="draft")


class CaseStudyQuerySet(OfEnrolment):
    def visible_to(self, actor: Actor) -> Self:
        """A draft is the partner's own."""
        if actor.sees_all:
            return self
        of_vendor = Q(enrolment__program__vendor__in=actor.ids(VENDOR)) & NO_DRAFT
        return self.filter(Q(enrolment__partner__in=actor.ids(PARTNER)) | of_vendor)


@pghistory.track()
class CaseStudy(models.Model):
    """A project told by a partner: draft → submitted → accepted, or returned with a comment and submitted again.

    An accepted one no longer changes, but for `consent`: whether it may be published on the program's page, which the
    partner may take back. `version` goes up with every change: who acts says which one they have read.
    `due_on`: until when the vendor should answer, while it is its turn. `since`: the last change of state.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("handed in")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")

    WRITABLE = (State.DRAFT, State.RETURNED)

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    customer = models.CharField(_("customer"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    consent = models.BooleanField(_("may be published"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    since = models.DateTimeField(_("since"), null=True)
    due_on = models.DateField(_("answer due"), null=True)
    written_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("handed in"), null=True)
    accepted_on = models.DateField(_("accepted on"), null=True)
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = CaseStudyQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("case study")
        verbose_name_plural = _("case studies")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_on__isnull=False)
                | (~Q(state="accepted") & Q(accepted_on__isnull=True)),
                name="accepted_case_studies_have_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", due_on__isnull=False) | (~Q(state="submitted") & Q(due_on__isnull=True)),
                name="case_studies_wait_until_a_day",
            ),
        ]
        indexes = [models.Index(fields=["enrolment", "accepted_on"], name="case_study_accepted")]
        triggers = [
            pgtrigger.Protect(
                name="accepted_case_studies_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_MORE_THAN_CONSENT),
            ),
            pgtrigger.Protect(
                name="handed_in_case_studies_are_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def writable(self) -> bool:
        return self.state in self.WRITABLE


class OfCaseStudy(OfPartner):
    """What belongs to a case study is seen with it."""

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.sees_all else self.filter(case_study__in=CaseStudy.objects.visible_to(actor).values("pk"))


class CaseStudyStep(models.Model):
    """Somebody handed a case study in, returned it with a comment, or accepted it. Facts: they never change."""

    class Step(models.TextChoices):
        SUBMITTED = "submitted", _("handed in")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")

    case_study = models.ForeignKey(CaseStudy, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=Step)
    text = models.TextField(_("comment"), max_length=5_000, blank=True)
    author = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfCaseStudy.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") | ~Q(step="returned"), name="returned_with_a_comment")
        ]
        triggers = [pgtrigger.Protect(name="case_study_steps_stay", operation=FACT)]

    @property
    def of_vendor(self) -> bool:
        return self.step != self.Step.SUBMITTED


class CaseStudyFile(models.Model):
    """A picture or document of a case study, as it came; it comes and goes only while the partner writes."""

    case_study = models.ForeignKey(CaseStudy, on_delete=models.CASCADE, related_name="files")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    objects = OfCaseStudy.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(F("case_study"), F("sha256"), name="case_study_file_once")]
        triggers = [
            pgtrigger.Protect(name="case_study_files_stay", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="files_of_what_is_written",
                operation=pgtrigger.Insert | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM tiers_casestudy
                        WHERE id = COALESCE(NEW.case_study_id, OLD.case_study_id)
                        AND state IN ('submitted', 'accepted')
                    ) THEN
                        RAISE EXCEPTION 'the files of a case study that was handed in stay as they are';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
