"""Case studies that partners supply to a vendor."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Enrolment, OfEnrolment


@pghistory.track()
class CaseStudy(models.Model):
    """A project told by a partner: draft → submitted → accepted, or returned with a comment and submitted again.

    An accepted one no longer changes. `consent`: the vendor may publish it on the program's page.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("handed in")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    customer = models.CharField(_("customer"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=20_000, blank=True)
    consent = models.BooleanField(_("may be published"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    written_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("handed in"), null=True)
    accepted_on = models.DateField(_("accepted on"), null=True)
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfEnrolment.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("case study")
        verbose_name_plural = _("case studies")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_on__isnull=False)
                | (~Q(state="accepted") & Q(accepted_on__isnull=True)),
                name="accepted_case_studies_have_a_day",
            )
        ]
        indexes = [models.Index(fields=["enrolment", "accepted_on"], name="case_study_accepted")]

    def __str__(self) -> str:
        return self.title
