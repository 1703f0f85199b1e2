"""What happened to a deal, as entries of a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from common import formats
from common.ui import Event, Tone
from deals.models import Deal, DealStep
from deals.wording import step_in_words

Step = DealStep.Step
ICONS: Mapping[str, tuple[str, Tone]] = {
    Step.SUBMITTED: ("inbox", "info"),
    Step.ASKED_BACK: ("question-circle", "warning"),
    Step.REPLIED: ("chat-left-text", "info"),
    Step.APPROVED: ("shield-lock", "success"),
    Step.REFUSED: ("x-circle", "danger"),
    Step.DUPLICATE: ("x-circle", "danger"),
    Step.CHANGED: ("pencil", "neutral"),
    Step.UPDATED: ("chat-left-text", "neutral"),
    Step.REMINDED: ("bell", "neutral"),
    Step.EXTENSION_ASKED: ("clock-history", "info"),
    Step.EXTENDED: ("clock-history", "success"),
    Step.EXTENSION_REFUSED: ("clock-history", "danger"),
    Step.WON: ("award", "success"),
    Step.LAPSED: ("clock-history", "warning"),
    Step.ESCALATED: ("exclamation-triangle", "warning"),
}


def events(steps: Iterable[DealStep]) -> list[Event]:
    """The latest first."""
    found = []
    for step in steps:
        icon, tone = ICONS.get(step.step, ("circle", "neutral"))
        said = [step.text, *changes_in_words(step)]
        found.append(Event(step.at, step_in_words(step), " · ".join(filter(None, said)), icon=icon, tone=tone))
    return found[::-1]


def changes_in_words(step: DealStep) -> list[str]:
    """A sentence for each thing that was written anew."""
    return [_change(*each) for each in step.changes]


def _change(name: str, *values: str) -> str:
    label = _("products") if name == "products" else str(getattr(Deal._meta.get_field(name), "verbose_name", name))
    if not values:
        return _("%(what)s changed") % {"what": label}
    before, after = (_day(value) if name == "expected_on" else value or formats.NOTHING for value in values)
    return _("%(what)s: %(before)s → %(after)s") % {"what": label, "before": before, "after": after}


def _day(value: str) -> str:
    return formats.date_short(date.fromisoformat(value)) if value else formats.NOTHING
