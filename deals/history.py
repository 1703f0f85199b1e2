"""What happened to a deal, as entries of a timeline: the same for both sides, but for what only the vendor reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from common import formats
from common.ui import Event, Tone
from deals.models import Deal, DealStep
from deals.wording import ALREADY_PROTECTED, step_in_words

Step = DealStep.Step
ICONS: Mapping[str, tuple[str, Tone]] = {
    Step.SUBMITTED: ("upload", "info"),
    Step.CHANGED: ("pencil", "neutral"),
    Step.ASKED_BACK: ("question-circle", "warning"),
    Step.REPLIED: ("chat-left-text", "info"),
    Step.APPROVED: ("check2-circle", "success"),
    Step.REFUSED: ("x-circle", "danger"),
    Step.DUPLICATE: ("x-circle", "danger"),
    Step.UPDATED: ("chat-left-text", "neutral"),
    Step.REMINDED: ("bell", "warning"),
    Step.EXTENSION_ASKED: ("calendar-check", "info"),
    Step.EXTENDED: ("calendar-check", "success"),
    Step.EXTENSION_REFUSED: ("calendar-check", "danger"),
    Step.WON: ("check2-circle", "success"),
    Step.PROVEN: ("file-earmark-text", "neutral"),
    Step.LOST: ("x-lg", "neutral"),
    Step.WITHDRAWN: ("x-lg", "neutral"),
    Step.LAPSED: ("clock-history", "warning"),
    Step.ESCALATED: ("exclamation-triangle", "warning"),
}
_LONG = ("need", "done")


def events(deal: Deal, steps: Sequence[DealStep], *, for_partner: bool) -> list[Event]:
    """The latest first. Of somebody else's deal the partner reads the fixed sentence, and not who said it."""
    return [_event(deal, step, for_partner) for step in reversed(steps)]


def _event(deal: Deal, step: DealStep, for_partner: bool) -> Event:
    icon, tone = ICONS[step.step]
    if for_partner and step.step == Step.DUPLICATE:
        return Event(at=step.at, title=str(ALREADY_PROTECTED), icon=icon, tone=tone)
    text = "\n".join(filter(None, [step.text, *changes_in_words(deal, step)]))
    return Event(at=step.at, title=step_in_words(step), text=text, icon=icon, tone=tone)


def changes_in_words(deal: Deal, step: DealStep) -> list[str]:
    """What was written anew: what it was called, said before, and says now. Of a contact and long texts only that."""
    return [_change(deal, name, *values) for name, *values in step.changes]


def _change(deal: Deal, name: str, *values: str) -> str:
    label = _("products") if name == "products" else str(getattr(Deal._meta.get_field(name), "verbose_name", name))
    label = label[:1].upper() + label[1:]
    if not values or name in _LONG:
        return _("%(what)s: changed") % {"what": label}
    before, after = (_shown(deal, name, value) for value in values)
    if not before:
        return _("%(what)s: %(after)s") % {"what": label, "after": after}
    if not after:
        return _("%(what)s: %(before)s taken out") % {"what": label, "before": before}
    return _("%(what)s: %(after)s instead of %(before)s") % {"what": label, "after": after, "before": before}


def _shown(deal: Deal, name: str, value: str) -> str:
    """A value of the history, which keeps it as text."""
    if name == "expected_on":
        return formats.date_short(date.fromisoformat(value)) if value else ""
    if name == "expected_value":
        return formats.money(Decimal(value), deal.currency) if value else ""
    return value
