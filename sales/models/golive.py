"""A vendor's partners on their way into the portal, as a file."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import OfBringing
from programs.models import Program, Vendor


class PartnerImport(models.Model):
    """A file with a vendor's partners: checked as a whole, then imported or refused, never half. Small ones while a
    person waits, large ones by a worker, which also checks them.

    `layout` as of `sales.readers.layout`; `rows` below its header. `figures` and `preview` say what was found that it
    would do, and in the end what it did (`sales.golive.telling`). `attempts` as in `Upload`.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        DRAFT = "draft", _("to be checked")
        QUEUED = "queued", _("being imported")
        IMPORTED = "imported", _("imported")
        REFUSED = "refused", _("refused")
        DISCARDED = "discarded", _("discarded")
        FAILED = "failed", _("not imported")

    WAITING = (State.CHECKING, State.QUEUED)
    """For a worker."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    layout = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    figures = models.JSONField(default=dict)
    preview = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    unlisted = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = OfBringing.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        indexes = [
            models.Index(
                fields=["queued_at"], condition=Q(state__in=["checking", "queued"]), name="partner_import_waiting"
            )
        ]
        constraints = [
            # Sent twice, from two windows or by a double click, it is one file.
            models.UniqueConstraint(
                fields=["program", "sha256"],
                condition=Q(state__in=["checking", "draft", "queued"]),
                name="one_open_partner_import",
            )
        ]

    def __str__(self) -> str:
        return self.file_name
