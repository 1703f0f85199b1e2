"""Deals that may be about the same project. Only the vendor knows of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deals.models.deals import Deal
from partners.models import Enrolment
from programs.models import OfVendor


class OfTheVendor(OfVendor):
    """Whoever looks in for the partner does not see them."""

    vendor_path = "deal__vendor_id"


class Conflict(models.Model):
    """`deal` looks like `other`, which was there first. `score` (0..100) and `reasons` are the comparison's.

    `judged`: what a person at the vendor says: the same project, or another one.
    """

    class Judged(models.TextChoices):
        OPEN = "open", _("not judged yet")
        SAME = "same", _("the same project")
        OTHER = "other", _("another project")

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="conflicts", db_index=False)
    other = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(_("similarity"))
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()
    judged = models.CharField(max_length=10, choices=Judged, default=Judged.OPEN)
    judged_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfTheVendor.as_manager()

    class Meta:
        ordering = ["-score", "other"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "other"], name="conflict_once"),
            models.CheckConstraint(condition=~Q(deal=F("other")), name="no_conflict_with_itself"),
        ]


class OfProbes(OfVendor):
    vendor_path = "enrolment__program__vendor_id"


class Probe(models.Model):
    """A partner's registration that met a deal of somebody else, or a limit: many look like trying out customers."""

    class Kind(models.TextChoices):
        MET = "met", _("met a deal of somebody else")
        LIMIT = "limit", _("stopped by the daily limit")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    deal = models.ForeignKey(Deal, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    person = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfProbes.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["enrolment", "at"], name="probes_of_enrolment")]
        constraints = [models.UniqueConstraint(fields=["deal", "kind"], name="probe_once")]
