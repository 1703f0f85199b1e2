"""How a company becomes a partner: what it types, what it applies for, and who looks after it."""

from __future__ import annotations

from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.access import OWNER, PARTNER, Actor, ActorQuerySet
from common.kept import kept, kept_history
from partners.models.companies import OfPartner, Partner
from programs.models import Distributor, ParticipationTerms, Program, Vendor


class Registration(models.Model):
    """What a person has typed so far to register a company, right or wrong; gone when the company is registered."""

    user = models.OneToOneField("common.User", on_delete=models.CASCADE, related_name="+")
    typed = models.JSONField(default=dict)
    changed_at = models.DateTimeField(db_index=True)


class ApplicationQuerySet(OfPartner):
    """The company's members see its applications, the vendor's staff those for its programs."""

    vendor_path = "program__vendor_id"


@pghistory.track(**kept_history())
class Application(models.Model):
    """A company wants to take part in a program. What it says of itself stands in `Partner`.

    `answers`: to the program's questions, by their code. `since`: when it came to its state. `due_on`: the day by
    which the vendor decides; while it has asked back, the clock stands still.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being checked")
        ASKED_BACK = "asked_back", _("asked back")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    UNDECIDED = (State.OPEN, State.ASKED_BACK)

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="applications")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    answers = models.JSONField(default=dict)
    participation_terms = models.ForeignKey(ParticipationTerms, null=True, on_delete=models.PROTECT, related_name="+")
    applied_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    since = models.DateTimeField()
    due_on = models.DateField()

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "program"],
                condition=Q(state__in=["open", "asked_back"]),
                name="one_undecided_application",
            )
        ]

    def __str__(self) -> str:
        return f"{self.partner} · {self.program}"


class OfApplication(OfPartner):
    partner_path = "application__partner_id"
    vendor_path = "application__program__vendor_id"


class ApplicationStep(models.Model):
    """What was done and written about an application, in order. Facts: they never change, and go with the company.

    `CHANGED`: the applicant changed its company data; whoever decides has to look again.
    """

    class Step(models.TextChoices):
        APPLIED = "applied", _("applied")
        ASKED_BACK = "asked_back", _("asked back")
        REPLIED = "replied", _("replied")
        CHANGED = "changed", _("company data changed")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    OF_VENDOR = frozenset({Step.ASKED_BACK, Step.APPROVED, Step.REFUSED})

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=12, choices=Step)
    author = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(blank=True)

    objects = OfApplication.as_manager()

    class Meta:
        ordering = ["id"]
        triggers = kept("application_steps")

    @property
    def of_vendor(self) -> bool:
        return self.step in self.OF_VENDOR


class AccessRequestQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Owners of the company that is asked. Whoever asked never learns which company it was."""
        return self if actor.sees_all else self.filter(partner_id__in=actor.ids(PARTNER, OWNER))


class AccessRequest(models.Model):
    """A person who works for a company that is registered already asks its owners to be let in."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="access_requests")
    user = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    granted = models.BooleanField(default=False)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "user"], condition=Q(decided_at__isnull=True), name="one_undecided_access_request"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, granted=False)
                | Q(decided_at__gte=F("asked_at"), decided_by__isnull=False),
                name="access_request_decided_by_somebody",
            ),
        ]


@pghistory.track(**kept_history())
class Care(models.Model):
    """Who looks after a partner for a vendor: one of its channel managers and, for small ones, a distributor."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="care")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")
    distributor = models.ForeignKey(Distributor, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfPartner.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "vendor"], name="care_once")]
