"""Seeing a partner's pages as its people see them: for a vendor's staff, read-only, for an hour, and recorded.

Nobody takes another one's role: whoever looks stays themselves, with what `visible_to` shows to this one vendor. So
nothing of another vendor is seen, and pages that ask for a role in the company stay closed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from common.access import VENDOR, Actor
from common.errors import DomainError
from partners.models import Enrolment, Partner, ViewedPage, Viewing
from programs.models import Vendor

LASTS = timedelta(hours=1)
SAFE_METHODS = ("GET", "HEAD")


class NotStaff(DomainError):
    """The actor is no signed-in person of the vendor's staff: an administrator of the platform, or a token."""


def begin(*, vendor: Vendor, partner: Partner, actor: Actor, now: datetime) -> Viewing:
    """Record that the actor begins to look. Raises NotStaff."""
    if actor.user_id is None or actor.scopes is not None or not actor.has(VENDOR, vendor.pk):
        raise NotStaff(_("Only the vendor's own people may see a partner's pages."))
    return Viewing.objects.create(user_id=actor.user_id, vendor=vendor, partner=partner, started_at=now)


def begun(*, viewing_id: int, number: str, actor: Actor) -> Viewing | None:
    """The actor's own viewing of the partner with this number, running or over.

    None: it is somebody else's or of another partner, or one of the two has parted with the vendor since.
    """
    enrolled = Enrolment.objects.filter(partner=OuterRef("partner"), program__vendor=OuterRef("vendor"))
    own = Viewing.objects.filter(Exists(enrolled), Q(user_id=actor.user_id), vendor_id__in=actor.ids(VENDOR))
    return own.select_related("vendor", "partner").filter(pk=viewing_id, partner__number=number).first()


def is_over(viewing: Viewing, *, now: datetime) -> bool:
    return now >= viewing.started_at + LASTS


def record(*, viewing: Viewing, path: str, now: datetime) -> None:
    """Enter a page that is about to be shown."""
    longest = ViewedPage._meta.get_field("path").max_length
    ViewedPage.objects.create(viewing=viewing, path=path[:longest], at=now)


def viewings_of(*, vendor: Vendor, partner: Partner, actor: Actor) -> QuerySet[Any]:
    """Who of the vendor looked at the partner's pages, the latest first, with `looked_at`: how many pages."""
    seen = Viewing.objects.visible_to(actor).filter(vendor=vendor, partner=partner)
    return seen.select_related("user").annotate(looked_at=Count("pages"))
