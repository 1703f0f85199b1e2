"""What happened to one partner's tier, as one timeline: tiers, moves, decisions and checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.formats import date_long
from common.registry import Text
from common.ui import Event, Tone, latest_first
from partners.models import Enrolment, EnrolmentTier
from tiers.models import ManualCheck, TierDecision, TierMove

Direction, State = TierMove.Direction, TierMove.State
OPENED: dict[str, Text] = {
    Direction.RISE: gettext_lazy("%(tier)s proposed"),
    Direction.FALL: gettext_lazy("Announced: %(tier)s from %(day)s"),
}
CLOSED: dict[tuple[str, str], Text] = {
    (Direction.RISE, State.DONE): gettext_lazy("Rise to %(tier)s carried out"),
    (Direction.RISE, State.DECLINED): gettext_lazy("Rise to %(tier)s declined"),
    (Direction.RISE, State.WITHDRAWN): gettext_lazy("Proposal withdrawn: %(tier)s is no longer earned"),
    (Direction.RISE, State.OVERRULED): gettext_lazy("Proposal ended by a decision"),
    (Direction.FALL, State.DONE): gettext_lazy("Changed to %(tier)s as announced"),
    (Direction.FALL, State.WITHDRAWN): gettext_lazy("Notice withdrawn: everything is met again"),
    (Direction.FALL, State.OVERRULED): gettext_lazy("Notice ended by a decision"),
}
TONES: dict[str, Tone] = {Direction.RISE: "info", Direction.FALL: "warning"}


def timeline_of(enrolment: Enrolment) -> list[Event]:
    return latest_first([*_tiers(enrolment), *_moves(enrolment), *_decisions(enrolment), *_checks(enrolment)])


def _tiers(enrolment: Enrolment) -> Iterator[Event]:
    for held in EnrolmentTier.objects.filter(enrolment=enrolment).select_related("tier").order_by("valid"):
        if held.valid_from is not None:
            title = _("Tier: %(tier)s") % {"tier": held.tier.name}
            yield Event(held.valid_from, title, held.reason, icon="award", tone="success")


def _moves(enrolment: Enrolment) -> Iterator[Event]:
    moves = TierMove.objects.filter(enrolment=enrolment).select_related("to_tier", "closed_by").order_by("id")
    for move in moves:
        values = {"tier": move.to_tier.name, "day": date_long(move.due_on) if move.due_on else ""}
        if move.opened_on != move.closed_on or move.closed_by_id is not None:
            yield Event(move.opened_on, OPENED[move.direction] % values, icon="flag", tone=TONES[move.direction])
        if move.closed_on is not None:
            title = CLOSED[move.direction, move.state] % values
            actor = move.closed_by.name if move.closed_by is not None else ""
            yield Event(move.closed_on, title, move.note, actor=actor, icon="flag")


def _decisions(enrolment: Enrolment) -> Iterator[Event]:
    rows = TierDecision.objects.filter(enrolment=enrolment).select_related("tier", "decided_by").order_by("id")
    for row in rows:
        title = _("%(tier)s decided by hand until %(day)s") % {
            "tier": row.tier.name,
            "day": date_long(row.valid.upper - timedelta(days=1)),
        }
        yield Event(row.decided_at, title, row.reason, actor=row.decided_by.name, icon="person-check", tone="info")


def _checks(enrolment: Enrolment) -> Iterator[Event]:
    rows = ManualCheck.objects.filter(enrolment=enrolment).select_related("checked_by").order_by("id")
    for row in rows:
        title = _("Checked: %(check)s") % {"check": row.code}
        yield Event(row.checked_at, title, row.evidence, actor=row.checked_by.name, icon="check-circle")
