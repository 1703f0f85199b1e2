"""A vendor's own words in the portal's mails, version after version."""

from __future__ import annotations

import pgtrigger
from django.db import models

from programs.models.vendors import OfVendor, Vendor


class MailWording(models.Model):
    """One version of what a vendor says in a kind of mail, in one language; the latest is in force.

    `blocks`: plain text by the name of the block (`common.mail_words.BLOCKS`); none: the portal's words alone. A
    version never changes. Another wording, also an earlier one, is another version.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    language = models.CharField(max_length=5)
    version = models.PositiveIntegerField()
    blocks = models.JSONField()
    author = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = OfVendor.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vendor", "kind", "language", "version"], name="wording_version_once"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="wording_versions_from_one"),
        ]
        triggers = [pgtrigger.Protect(name="mail_wordings_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
