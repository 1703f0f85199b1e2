"""Distributors' reports: how their files are read, files on their way in, and the files that proved sales."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programs.models import Distributor, Vendor
from sales.models.identities import OfReporter


class OfDistributor(models.Model):
    """What a distributor hands in to one vendor."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", verbose_name=_("vendor"))
    distributor = models.ForeignKey(
        Distributor, on_delete=models.PROTECT, related_name="+", verbose_name=_("distributor")
    )

    objects = OfReporter.as_manager()

    class Meta:
        abstract = True


class ReportMapping(OfDistributor):
    """How a distributor's files to a vendor are read, as a person has put it right. A change is a new version.

    `layout`: `sales.readers.layout.Layout` as a document.
    """

    version = models.PositiveIntegerField(_("version"))
    layout = models.JSONField(_("layout"))
    created_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("since"))

    class Meta:
        ordering = ["vendor", "distributor", "-version"]
        verbose_name = _("layout of a distributor's reports")
        verbose_name_plural = _("layouts of distributors' reports")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "distributor", "version"], name="mapping_version_once"),
        ]
        triggers = [pgtrigger.Protect(name="mappings_stay", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.distributor} v{self.version}"


class SellOutReport(OfDistributor):
    """A file a distributor sent to one vendor, as it came, and what became of its rows. Rows never change.

    `replaces`: the report that this one puts right; `unchanged` rows stand in both, `taken_back` is how many rows of
    the other one no longer count. `layout`: how the file was read.
    """

    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    layout = models.JSONField(_("layout"), default=dict)
    uploaded_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("received"))
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    rows = models.PositiveIntegerField(_("rows"))
    matched = models.PositiveIntegerField(_("booked"))
    unmatched = models.PositiveIntegerField(_("waiting"))
    duplicates = models.PositiveIntegerField(_("already known"))
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    taken_back = models.PositiveIntegerField(_("taken back"), default=0)

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("sell-out report")
        verbose_name_plural = _("sell-out reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(rows=F("matched") + F("unmatched") + F("duplicates") + F("unchanged")),
                name="every_row_ends_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=False) | Q(unchanged=0, taken_back=0), name="only_replacements_take_back"
            ),
            # The same file a second time adds nothing, whoever sends it and however often at once.
            models.UniqueConstraint(fields=["vendor", "distributor", "sha256"], name="report_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="reports_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.file_name


class Upload(OfDistributor):
    """A file on its way in: looked at, its layout put right by a person, then imported by a worker or refused.

    The file's bytes go over to the report when that is booked. `layout` holds what was guessed until it is confirmed;
    `attempts` counts how often a worker began, so that a file which kills its worker is not tried for ever.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("to be checked")
        QUEUED = "queued", _("being imported")
        IMPORTED = "imported", _("imported")
        REFUSED = "refused", _("refused")
        DISCARDED = "discarded", _("discarded")
        FAILED = "failed", _("not imported")

    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    layout = models.JSONField(_("layout"), default=dict)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    replaces = models.ForeignKey(SellOutReport, null=True, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problems = models.JSONField(default=list)
    unlisted = models.PositiveIntegerField(default=0)
    # Not one to one: the same file a second time leads to the same report.
    report = models.ForeignKey(SellOutReport, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="imported", report__isnull=False) | (~Q(state="imported") & Q(report__isnull=True)),
                name="imported_has_report",
            ),
        ]
        indexes = [models.Index(fields=["queued_at"], condition=Q(state="queued"), name="upload_queued")]

    def __str__(self) -> str:
        return self.file_name
