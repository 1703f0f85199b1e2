"""While a deal is protected: updates every four weeks, and longer protection on request."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deals.models import Deal, DealStep, Extension
from deals.moving import Act, MovedOn, NotAllowed, NotPossible, fetched, move
from deals.rights import may_decide, may_register
from deals.rules import rules_of
from programs.office_days import DECIDED_WITHIN, office_day_after

State, Step = Deal.State, DealStep.Step
FIRST_REMINDER, SECOND_REMINDER = timedelta(days=7), timedelta(days=1)
"""Before the last day for an update."""


def update(*, deal: Deal, text: str, act: Act) -> Deal:
    """The partner says how it stands; the next update is due weeks later. Raises NotAllowed, NotPossible, MovedOn."""
    _check_partner(act, deal)
    return move(deal, act, Step.UPDATED, states=(State.PROTECTED,), text=text, **_clock_anew(deal, act))


def _clock_anew(deal: Deal, act: Act) -> dict[str, Any]:
    assert deal.protected_until is not None
    due_on = update_due(deal, act.today, deal.protected_until)
    if due_on == deal.update_due_on:
        return {}
    # Who writes in the last days is told once that the protection ends, the day before; else at once, too.
    told = due_on == deal.last_day and due_on - act.today < FIRST_REMINDER
    return {"update_due_on": due_on, "reminded": int(told), "reminded_on": act.today if told else None}


def update_due(deal: Deal, today: date, until: date) -> date:
    """The last day for the next update: weeks later, at most the last day of protection."""
    return min(today + timedelta(days=rules_of(deal.enrolment.program).update_days), until - timedelta(days=1))


@transaction.atomic
def ask_extension(*, deal: Deal, text: str, act: Act) -> Deal:
    """Ask for longer protection; it is an update too. Until it is decided, the protection does not end.

    Raises NotAllowed, NotPossible, MovedOn.
    """
    _check_partner(act, deal)
    rules = rules_of(deal.enrolment.program)
    values = {**_clock_anew(deal, act), "escalated_at": None}
    made = move(deal, act, Step.EXTENSION_ASKED, states=(State.PROTECTED,), text=text, **values)
    if made.extensions.filter(state=Extension.State.OPEN).exists():
        if made.extensions.filter(state=Extension.State.OPEN, reason=text, asked_by=act.person).exists():
            return made
        raise NotPossible(_("You have asked for longer protection already; the vendor has still to decide."))
    Extension.objects.create(
        deal=made, days=rules.extension_days, reason=text, asked_by_id=act.person, asked_at=act.now,
        due_on=office_day_after(deal.vendor, act.today, DECIDED_WITHIN),
    )  # fmt: skip
    return made


@transaction.atomic
def decide_extension(*, extension: Extension, granted: bool, text: str, act: Act) -> Deal:
    """Yes adds its days to the protection, and the next update is due weeks later; no leaves it as it is.

    Raises NotAllowed, NotPossible, MovedOn.

    The deal's row is what expiry changes too: whichever comes first, the other finds it.
    """
    deal = fetched(extension.deal_id)
    if not may_decide(act.actor, deal):
        raise NotAllowed(_("Channel managers and admins of the vendor decide, but not about their own."))
    if not granted and not text.strip():
        raise NotPossible(_("Please say why."))
    step = Step.EXTENDED if granted else Step.EXTENSION_REFUSED
    values = _longer(deal, extension, act) if granted else {}
    made = move(deal, act, step, states=(State.PROTECTED,), text=text, **values)
    state = Extension.State.GRANTED if granted else Extension.State.REFUSED
    decided = Extension.objects.filter(pk=extension.pk, state=Extension.State.OPEN).update(
        state=state, decided_by_id=act.person, decided_at=act.now, answer=text
    )
    if not decided and not Extension.objects.filter(pk=extension.pk, state=state, decided_by=act.person).exists():
        raise MovedOn(_("This request was decided meanwhile."))
    return made


def _longer(deal: Deal, extension: Extension, act: Act) -> dict[str, Any]:
    assert deal.protected_until is not None
    until = max(deal.protected_until, act.today) + timedelta(days=extension.days)
    due_on = update_due(deal, act.today, until)
    return {"protected_until": until, "update_due_on": due_on, "reminded": 0, "reminded_on": None}


def end_extensions(deal: Deal) -> None:
    """What was still asked for ends with the deal."""
    Extension.objects.filter(deal_id=deal.pk, state=Extension.State.OPEN).update(state=Extension.State.ENDED)


def _check_partner(act: Act, deal: Deal) -> None:
    if not may_register(act.actor, deal.partner_id):
        raise NotAllowed(_("Only owners and sales of the company do this."))
    if deal.state != State.PROTECTED:
        raise NotPossible(_("Only a protected deal needs this."))
