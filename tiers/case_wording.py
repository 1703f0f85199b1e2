"""Case studies in words: whose turn it is, and what happened."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from common.ui import Event, Tone
from tiers.models import CaseStudy, CaseStudyStep

State, Step = CaseStudy.State, CaseStudyStep.Step
TONES: dict[str, Tone] = {
    State.DRAFT: "neutral",
    State.SUBMITTED: "info",
    State.RETURNED: "warning",
    State.ACCEPTED: "success",
}
_ICONS = {Step.SUBMITTED: "upload", Step.RETURNED: "chat-left-text", Step.ACCEPTED: "check2-circle"}


def state_for_partner(study: CaseStudy) -> str:
    return {
        State.DRAFT: _("Draft, not handed in yet"),
        State.SUBMITTED: _("Waits for %(name)s") % {"name": study.enrolment.program.vendor.name},
        State.RETURNED: _("Returned: waits for you"),
        State.ACCEPTED: _("Accepted"),
    }[State(study.state)]


def state_for_vendor(study: CaseStudy) -> str:
    if study.state == State.RETURNED:
        return _("Waits for %(name)s") % {"name": study.enrolment.partner.name}
    return _("Waits for your answer") if study.state == State.SUBMITTED else _("Accepted")


def events(steps: Iterable[CaseStudyStep]) -> list[Event]:
    """The history, the latest first."""
    titles = {Step.SUBMITTED: _("Handed in"), Step.RETURNED: _("Returned"), Step.ACCEPTED: _("Accepted")}
    return [
        Event(
            at=each.at,
            title=titles[Step(each.step)],
            text=each.text,
            actor=each.author.name,
            icon=_ICONS[Step(each.step)],
            tone=TONES[each.step],
        )
        for each in sorted(steps, key=lambda step: -step.pk)
    ]
