"""What happens to a company that takes part already: it pauses, it leaves, it becomes another one."""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.access import PARTNER, VENDOR, Actor, ActorQuerySet
from common.kept import kept_history
from partners.models.companies import Enrolment, OfEnrolment, Partner
from programs.models import Vendor


class ParticipationStep(models.Model):
    """Somebody suspended, resumed or ended an enrolment from the day `on`, and said why. Facts: they never change.

    What holds on a day stands in `EnrolmentStatus`. `by_partner`: the company left by itself.
    """

    class Step(models.TextChoices):
        SUSPENDED = "suspended", _("suspended")
        RESUMED = "resumed", _("resumed")
        ENDED = "ended", _("ended")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10, choices=Step)
    on = models.DateField()
    reason = models.TextField(blank=True)
    author = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by_partner = models.BooleanField(default=False)

    objects = OfEnrolment.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(by_partner=False) | Q(step="ended"), name="partners_only_leave")
        ]
        triggers = [pgtrigger.Protect(name="participation_steps_stay", operation=pgtrigger.Update | pgtrigger.Delete)]


class CompanyChangeQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The company's members, and staff of the vendors that were asked."""
        if actor.sees_all:
            return self
        asked = CompanyChangeAsked.objects.filter(vendor_id__in=actor.ids(VENDOR))
        return self.filter(Q(partner_id__in=actor.ids(PARTNER)) | Q(id__in=asked.values("change_id")))


@pghistory.track(**kept_history())
class CompanyChange(models.Model):
    """A company wants another name, VAT id or registered country: what money depends on, so a vendor decides.

    `was_*`: as it stood when it was asked for; only what differs from it is changed. `valid_from`: the day from which
    the country holds. `decided_for`: the vendor whose people decided; none where the company took it back.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being checked")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="changes")
    name = models.CharField(max_length=200)
    vat_id = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    was_name = models.CharField(max_length=200)
    was_vat_id = models.CharField(max_length=20, blank=True)
    was_country = models.CharField(max_length=2, blank=True)
    valid_from = models.DateField()
    reason = models.TextField()
    proof = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    requested_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_for = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)

    objects = CompanyChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["partner"], condition=Q(state="open"), name="one_open_company_change"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="company_change_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "refused"], decided_for__isnull=False)
                | Q(state__in=["open", "withdrawn"], decided_for__isnull=True),
                name="company_change_decided_for_vendor",
            ),
        ]


class CompanyChangeAsked(models.Model):
    """A vendor that may decide a change of a company, and the day by which it should."""

    change = models.ForeignKey(CompanyChange, on_delete=models.PROTECT, related_name="asked")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "vendor"], name="vendor_asked_once")]


class SuccessionQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Staff of the vendor, and members of both companies."""
        if actor.sees_all:
            return self
        own = actor.ids(PARTNER)
        return self.filter(Q(vendor_id__in=actor.ids(VENDOR)) | Q(source_id__in=own) | Q(target_id__in=own))


class Succession(models.Model):
    """With this vendor `source` goes on as `target` from the day `on`: a takeover, or a company that was there twice.

    `lines`: how many sales were moved. A fact: it never changes.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    reason = models.TextField(blank=True)
    by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lines = models.PositiveIntegerField(default=0)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["vendor", "source"], name="goes_on_as_one"),
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="goes_on_as_another"),
        ]
        triggers = [pgtrigger.Protect(name="successions_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
