"""Invitations by wave: a vendor has brought contacts along, and invites as many at a time as it likes.

Choosing is one statement; sending goes on behind it, person by person, and whoever dies in the middle leaves the rest
to the next one. The row is the truth: who is asked for and not sent yet has `asked_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.access import CHANNEL_MANAGER, VENDOR, VENDOR_ADMIN, Actor
from common.errors import DomainError
from common.invitations import InTeamAlready
from common.registry import Text
from common.teams import NotAllowed
from partners import team
from partners.models import BroughtContact, MemberInvitation
from partners.team import HasOwner
from programs.models import Vendor

log = structlog.get_logger(__name__)

INVITING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)
SENT_AT_ONCE = 500
"""By one run of a task: some ten seconds."""
WAITING, ASKED, INVITED, JOINED, EXPIRED, OWNER = "waiting", "asked", "invited", "joined", "expired", "owner"
STANDINGS: Mapping[str, Text] = {
    WAITING: gettext_lazy("not invited yet"),
    ASKED: gettext_lazy("being sent"),
    INVITED: gettext_lazy("invited"),
    EXPIRED: gettext_lazy("expired"),
    JOINED: gettext_lazy("joined"),
    OWNER: gettext_lazy("the owner invites"),
}
INVITABLE = (WAITING, EXPIRED)
Outcome = BroughtContact.Outcome


class NobodyToInvite(DomainError):
    """None of those who were chosen waits for an invitation."""


@dataclass(frozen=True)
class Sent:
    """`invited` mails are on their way; `needless`: in the team already, or the company's owner invites."""

    invited: int
    needless: int


def contacts_of(*, vendor: Vendor, actor: Actor, now: datetime, today: date) -> QuerySet[Any]:
    """Contacts of companies that work with the vendor, each with its `standing`, a key of `STANDINGS`."""
    joined = MemberInvitation.objects.filter(
        partner=OuterRef("partner"), address=OuterRef("address"), accepted_at__isnull=False
    )
    open_still = Q(invitation__revoked_at__isnull=True, invitation__expires_at__gt=now)
    standing = Case(
        When(Q(outcome=Outcome.MEMBER) | Exists(joined), then=Value(JOINED)),
        When(asked_at__isnull=False, then=Value(ASKED)),
        When(outcome=Outcome.OWNER, then=Value(OWNER)),
        When(invitation__isnull=True, then=Value(WAITING)),
        When(open_still, then=Value(INVITED)),
        default=Value(EXPIRED),
        output_field=CharField(),
    )
    rows = BroughtContact.objects.visible_to(actor).filter(vendor=vendor)
    working = Exists(team.working_with(vendor=vendor, partner=OuterRef("partner"), today=today))
    return rows.filter(working).annotate(standing=standing).select_related("partner", "invitation")


def numbers_of(contacts: QuerySet[Any]) -> dict[str, int]:
    """How many there are of each standing, in the order of `STANDINGS`."""
    counted = contacts.order_by().values_list("standing").annotate(number=Count("pk"))
    found = dict(counted)
    return {key: found.get(key, 0) for key in STANDINGS}


@transaction.atomic
def ask(
    *,
    vendor: Vendor,
    contacts: QuerySet[Any],
    actor: Actor,
    now: datetime,
    standing: str = "",
    number: int | None = None,
) -> int:
    """Let the next `number` of these contacts (None: all of them) that are in this standing (empty: in any in which
    they can be invited) be invited. Returns how many that is.

    Raises `NotAllowed`, `NobodyToInvite`.
    """
    if not (actor.scopes is None and actor.has(VENDOR, vendor.pk, *INVITING_ROLES)):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    wanted = [each for each in INVITABLE if standing in ("", each)]
    # By company, so that its people hear of it together.
    chosen = contacts.filter(vendor=vendor, standing__in=wanted).order_by("partner__name", "partner_id", "pk")
    ids = list(chosen.values_list("pk", flat=True)[:number])
    # Who pressed the button a moment ago has asked for them already.
    asked = BroughtContact.objects.filter(pk__in=ids, asked_at__isnull=True).update(
        asked_at=now, asked_by=actor.user_id
    )
    if not asked:
        raise NobodyToInvite(_("Nobody of these waits for an invitation."))
    return asked


def send_asked(*, now: datetime, limit: int = SENT_AT_ONCE) -> Sent:
    """Invite those who are asked for, the longest waiting first, each in a commit of its own."""
    invited = needless = 0
    waiting = BroughtContact.objects.filter(asked_at__isnull=False).order_by("asked_at", "pk")
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            contact = (
                waiting.filter(pk=pk)
                .select_related("partner", "vendor")
                .select_for_update(skip_locked=True, of=("self",))
                .first()
            )
            if contact is not None:
                _send(contact, now)
                invited += contact.outcome == Outcome.NONE
                needless += contact.outcome != Outcome.NONE
    return Sent(invited, needless)


def _send(contact: BroughtContact, now: datetime) -> None:
    try:
        with transaction.atomic():
            contact.invitation = team.invite_brought(contact=contact, now=now)
        contact.outcome = Outcome.NONE
    except InTeamAlready:
        contact.outcome = Outcome.MEMBER
    except HasOwner:
        contact.outcome = Outcome.OWNER
    except DomainError as error:
        # The company has left meanwhile: it is no longer listed, and waits in case it comes back.
        log.info("contact not invited", contact=contact.pk, reason=type(error).__name__)
    contact.asked_at = None
    contact.save(update_fields=["invitation", "outcome", "asked_at"])
