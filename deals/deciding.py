"""The vendor's decision about a deal: protect it, refuse it, say that it is protected already, or ask back.

One decision of a vendor at a time: the vendor's row is locked, and what may be the same project is looked for once
more before a deal is protected. So two managers cannot protect one project for two partners.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals.checking import check, standing
from deals.models import OPEN, Conflict, Deal, DealStep
from deals.moving import Act, NotAllowed, NotPossible, move
from deals.protecting import update_due
from deals.rights import may_decide
from deals.rules import rules_of
from programs.models import Vendor

State, Step = Deal.State, DealStep.Step
LONGEST = timedelta(days=730)
"""Nothing is protected for longer at once."""


class ConflictsLeft(NotPossible):
    """Nobody has said yet that these are other projects: `conflicts`."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        self.conflicts = conflicts
        text = ngettext(
            "%(count)s similar deal stands before this one. Please look at it and say that it is another project.",
            "%(count)s similar deals stand before this one. Please look at them and say that they are other projects.",
            len(conflicts),
        )
        super().__init__(text % {"count": len(conflicts)})


@dataclass(frozen=True)
class Protection:
    """Until when a deal is to be protected: the first day without, and why somebody else's is no hindrance.

    `another`: conflicts of which the person says that they are other projects, by id; with the version of the other
    deal that they have read. Where that has changed since, they have to look once more.
    """

    until: date
    another: Mapping[int, int] = field(default_factory=dict)


def usual_protection(deal: Deal, today: date) -> date:
    """The first day without protection where nobody says otherwise. Source of 90 days: domain.md, German practice."""
    return today + timedelta(days=rules_of(deal.enrolment.program).protection_days)


def standing_before(deal: Deal, today: date) -> QuerySet[Conflict]:
    """Similar deals that keep this one from being protected: earlier ones that stand, and any that is protected."""
    others = standing(deal.vendor_id, today)
    first = Q(deal=deal, other__in=others)
    protected = Q(other=deal, deal__in=others.filter(state__in=[State.PROTECTED, State.WON]))
    return Conflict.objects.filter(first | protected).exclude(judged=Conflict.Judged.OTHER)


def approve(*, deal: Deal, protection: Protection, text: str, act: Act) -> Deal:
    """Protect it. What is found on the way is kept. Raises NotAllowed, NotPossible, ConflictsLeft, MovedOn."""
    _check_decider(act, deal)
    if not act.today < protection.until <= act.today + LONGEST:
        raise NotPossible(_("Please choose a day after today, within two years."))
    with transaction.atomic():
        _lock_vendor(deal)
        left = _conflicts_left(deal, protection, act)
        if not left:
            return move(
                deal, act, Step.APPROVED, states=OPEN, text=text, state=State.PROTECTED, due_on=None, **_decided(act),
                protected_from=act.today, protected_until=protection.until, reminded=0, reminded_on=None,
                update_due_on=update_due(deal, act.today, protection.until),
            )  # fmt: skip
    raise ConflictsLeft(left)


def _conflicts_left(deal: Deal, protection: Protection, act: Act) -> list[Conflict]:
    """Looked for in the vendor's lock: what somebody has committed a moment ago is among them."""
    if not Deal.objects.filter(pk=deal.pk, version=act.seen, state__in=OPEN).exists():
        return []
    as_read = _read_as_they_are(deal, protection.another)
    check(deal=deal, now=act.now, today=act.today)
    Conflict.objects.filter(pk__in=as_read).update(judged=Conflict.Judged.OTHER, judged_by_id=act.person)
    return list(standing_before(deal, act.today).select_related("other__partner", "deal__partner"))


def _read_as_they_are(deal: Deal, seen: Mapping[int, int]) -> list[int]:
    """The conflicts whose other deal still is as it was read, which stays so until the commit.

    Before anything else is locked, as whoever changes a deal does. Of this one, `move` says whether it was read.
    """
    concerning = Conflict.objects.filter(Q(deal=deal) | Q(other=deal), pk__in=seen)
    others = {each.pk: each.other_id if each.deal_id == deal.pk else each.deal_id for each in concerning}
    both = Deal.objects.filter(pk__in=[deal.pk, *others.values()]).order_by("pk").select_for_update(no_key=True)
    versions = dict(both.values_list("pk", "version"))
    return [pk for pk, other in others.items() if versions[other] == seen[pk]]


@transaction.atomic
def refuse(*, deal: Deal, text: str, act: Act) -> Deal:
    """Not protected, and the partner is told why. Raises NotAllowed, MovedOn."""
    _check_decider(act, deal)
    return move(deal, act, Step.REFUSED, states=OPEN, text=text, state=State.REFUSED, due_on=None, **_decided(act))


@transaction.atomic
def mark_duplicate(*, deal: Deal, other: Deal, act: Act) -> Deal:
    """The project is somebody else's already. The partner reads one fixed sentence and nothing about whose it is.

    Raises NotAllowed, NotPossible, MovedOn.
    """
    _check_decider(act, deal)
    _lock_vendor(deal)
    if other.vendor_id != deal.vendor_id or other.pk == deal.pk or other.partner_id == deal.partner_id:
        raise NotPossible(_("Please choose the deal of another partner."))
    if not standing(deal.vendor_id, act.today).filter(pk=other.pk).exists():
        raise NotPossible(_("The other deal is neither waiting nor protected any more."))
    decided = move(
        deal, act, Step.DUPLICATE, states=OPEN, state=State.DUPLICATE, due_on=None, duplicate_of=other, **_decided(act)
    )
    # After the deal's row, as wherever both are changed: else this and a change by the partner wait for each other.
    Conflict.objects.filter(Q(deal=deal, other=other) | Q(deal=other, other=deal)).update(
        judged=Conflict.Judged.SAME, judged_by_id=act.person
    )
    return decided


@transaction.atomic
def ask_back(*, deal: Deal, text: str, act: Act) -> Deal:
    """The vendor needs to know more; meanwhile its clock stands still. Raises NotAllowed, MovedOn."""
    _check_decider(act, deal)
    return move(deal, act, Step.ASKED_BACK, states=(State.SUBMITTED,), text=text, state=State.ASKED_BACK, due_on=None)


def _decided(act: Act) -> dict[str, Any]:
    return {"decided_by_id": act.person, "decided_at": act.now}


def _lock_vendor(deal: Deal) -> None:
    Vendor.objects.select_for_update(no_key=True).get(pk=deal.vendor_id)


def _check_decider(act: Act, deal: Deal) -> None:
    if not may_decide(act.actor, deal):
        raise NotAllowed(
            _("Channel managers and admins of the vendor decide, but not about what they entered or their own company.")
        )
