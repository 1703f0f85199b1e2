"""Holds: nothing is paid to a partner while there is a suspicion. One person places one, two release it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from common.access import Actor
from common.one_person import logins_of
from partners.models import Partner
from programs.models import Vendor
from rebates.ledger import lock
from rebates.models import PaymentHold
from rebates.payments.errors import MovedOn, Refused, TextMissing
from rebates.payments.steps import on_record
from rebates.rights import check_handles_money, person_of


class OwnRelease(Refused):
    """Whoever asked for a release does not agree to it."""


def holds_of(*, vendor: Vendor, actor: Actor) -> QuerySet[PaymentHold]:
    """The vendor's holds that the actor may see; those that hold first."""
    people = ("vendor", "placed_by", "release_asked_by", "released_by")
    found = PaymentHold.objects.visible_to(actor).filter(vendor=vendor).select_related("partner", *people)
    return found.order_by(F("released_at").desc(nulls_first=True), "-placed_at")


@transaction.atomic
def place(
    *, vendor: Vendor, partner: Partner, why: PaymentHold.Why, text: str, actor: Actor, now: datetime
) -> PaymentHold:
    """Pay nothing to the partner from now on; runs that were proposed with it can only be cancelled.

    Raises NotAllowed, TextMissing, MovedOn where it is on hold already.
    """
    check_handles_money(actor, vendor.pk, _("Only finance and vendor admins hold payments."))
    if not text.strip():
        raise TextMissing(_("Please say what is known."))
    lock(vendor_id=vendor.pk)  # even while the ledger is halted: a hold moves no money
    if PaymentHold.objects.filter(vendor=vendor, partner=partner, released_at__isnull=True).exists():
        raise MovedOn(_("%(partner)s is on hold already.") % {"partner": partner.name})
    return PaymentHold.objects.create(
        vendor=vendor, partner=partner, why=why, text=text.strip()[:500], placed_by_id=person_of(actor), placed_at=now
    )


def ask_release(*, hold: PaymentHold, actor: Actor, text: str, now: datetime) -> PaymentHold:
    """Say that payments may go on, and why; another person has to agree.

    Raises NotAllowed, TextMissing, MovedOn; refusals are recorded.
    """
    with on_record(hold_id=hold.pk, actor=actor, step="ask for release", now=now):
        check_handles_money(actor, hold.vendor_id, _("Only finance and vendor admins release payments."))
        if not text.strip():
            raise TextMissing(_("Please say why payments may go on."))
        open_ = PaymentHold.objects.filter(pk=hold.pk, released_at__isnull=True, release_asked_at__isnull=True)
        asked = {"release_asked_by_id": actor.user_id, "release_asked_at": now, "release_text": text.strip()[:500]}
        if not open_.update(**asked):
            raise MovedOn(_("Somebody has asked for this already."))
        hold.refresh_from_db()
    return hold


def release(*, hold: PaymentHold, actor: Actor, now: datetime) -> PaymentHold:
    """Agree that payments go on. Raises NotAllowed, OwnRelease, MovedOn; refusals are recorded."""
    with on_record(hold_id=hold.pk, actor=actor, step="release hold", now=now):
        check_handles_money(actor, hold.vendor_id, _("Only finance and vendor admins release payments."))
        if hold.release_asked_by_id in logins_of(person_of(actor)):
            raise OwnRelease(_("You asked for the release: somebody else has to agree."))
        asked = PaymentHold.objects.filter(
            pk=hold.pk, released_at__isnull=True, release_asked_by=hold.release_asked_by_id
        )
        if hold.release_asked_by_id is None or not asked.update(released_by=actor.user_id, released_at=now):
            raise MovedOn(_("Nobody has asked for the release, or it is released already."))
        hold.refresh_from_db()
    return hold


def may_release(*, hold: PaymentHold, actor: Actor) -> bool:
    """Whether somebody waits for this person to agree: not one who asked, by whichever account."""
    waits = hold.release_asked_at is not None and hold.released_at is None
    return waits and hold.release_asked_by_id not in logins_of(person_of(actor))


def keep_holding(*, hold: PaymentHold, actor: Actor, now: datetime) -> PaymentHold:
    """Refuse a release that was asked for: the hold stays. Raises NotAllowed, MovedOn; refusals are recorded."""
    with on_record(hold_id=hold.pk, actor=actor, step="keep holding", now=now):
        check_handles_money(actor, hold.vendor_id, _("Only finance and vendor admins release payments."))
        asked = PaymentHold.objects.filter(pk=hold.pk, released_at__isnull=True, release_asked_at__isnull=False)
        if not asked.update(release_asked_by=None, release_asked_at=None, release_text=""):
            raise MovedOn(_("Nobody has asked for the release, or it is released already."))
        hold.refresh_from_db()
    return hold
