"""Invitations by mail into a team, as rows: partner companies and vendors each have a table of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

Standing = Literal["open", "expired", "revoked", "accepted"]
OPEN = Q(accepted_at__isnull=True, revoked_at__isnull=True)


def over_since(before: datetime) -> Q:
    """Invitations that were accepted, taken back or ran out at `before` or earlier."""
    return Q(accepted_at__lte=before) | Q(revoked_at__lte=before) | (OPEN & Q(expires_at__lte=before))


def one_open(organisation: str) -> models.UniqueConstraint:
    """Nobody holds two links into the same team: inviting again ends the earlier one."""
    return models.UniqueConstraint(
        fields=[organisation, "address"], condition=OPEN, name=f"one_open_invitation_of_{organisation}"
    )


class MailInvitation(models.Model):
    """Somebody was asked by mail to join a team in a role. Subclasses add the organisation and the names of roles.

    `address` is in lower case. `invited_by` is empty where the portal itself invites. An invitation that is open may
    have expired; a renewed one is revoked, and the new link is a row of its own.
    """

    address = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=20)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    invited_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True, editable=False)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.address

    def standing(self, *, now: datetime) -> Standing:
        if self.accepted_at is not None:
            return "accepted"
        if self.revoked_at is not None:
            return "revoked"
        return "open" if now < self.expires_at else "expired"

    @property
    def masked(self) -> str:
        """The address as somebody may see it for whom it is not: enough to recognise one's own."""
        name, _at, domain = self.address.partition("@")
        return f"{name[:1]}…@{domain}"
