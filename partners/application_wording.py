"""Applications in words people use: whose turn it is, and everything that happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from common import formats
from common.ui import Event, Fact, Tone
from partners.models import Application, ApplicationStep
from programs.texts import in_language

State, Step = Application.State, ApplicationStep.Step
TONES: Mapping[str, Tone] = {
    State.OPEN: "info",
    State.ASKED_BACK: "warning",
    State.APPROVED: "success",
    State.REFUSED: "danger",
    State.WITHDRAWN: "neutral",
}
_ICONS = {
    Step.APPLIED: "envelope",
    Step.ASKED_BACK: "chat-left-text",
    Step.REPLIED: "chat-left-text",
    Step.CHANGED: "pencil",
    Step.APPROVED: "person-check",
    Step.REFUSED: "x-lg",
    Step.WITHDRAWN: "x-lg",
}


def state_for_partner(application: Application) -> str:
    return {
        State.OPEN: _("%(vendor)s is checking") % {"vendor": application.program.vendor.name},
        State.ASKED_BACK: _("waits for your answer"),
        State.APPROVED: _("approved"),
        State.REFUSED: _("not accepted"),
        State.WITHDRAWN: _("withdrawn"),
    }[State(application.state)]


def state_for_vendor(application: Application) -> str:
    return {
        State.OPEN: _("to be decided"),
        State.ASKED_BACK: _("waits for the applicant"),
        State.APPROVED: _("approved"),
        State.REFUSED: _("refused"),
        State.WITHDRAWN: _("withdrawn"),
    }[State(application.state)]


def events(application: Application, steps: Sequence[ApplicationStep]) -> list[Event]:
    """The steps as a timeline, the latest first."""
    partner, vendor = application.partner.name, application.program.vendor.name
    titles = {
        Step.APPLIED: _("%(partner)s has applied") % {"partner": partner},
        Step.ASKED_BACK: _("%(vendor)s has asked back") % {"vendor": vendor},
        Step.REPLIED: _("%(partner)s has answered") % {"partner": partner},
        Step.CHANGED: _("%(partner)s has changed its company data") % {"partner": partner},
        Step.APPROVED: _("%(vendor)s has approved") % {"vendor": vendor},
        Step.REFUSED: _("%(vendor)s has refused") % {"vendor": vendor},
        Step.WITHDRAWN: _("%(partner)s has withdrawn the application") % {"partner": partner},
    }
    return [
        Event(step.at, titles[Step(step.step)], step.text, actor=step.author.name, icon=_ICONS[Step(step.step)])
        for step in reversed(steps)
    ]


def answers(application: Application) -> list[Fact]:
    """The program's questions with what was answered; a question that is gone meanwhile by its code."""
    texts = {question["code"]: in_language(question) for question in application.program.questions}
    return [
        Fact(texts.get(code, code), answer or formats.NOTHING) for code, answer in sorted(application.answers.items())
    ]


def accepted(application: Application) -> list[Fact]:
    """Which terms of participation were accepted, and when."""
    terms = application.participation_terms
    if terms is None:
        return []
    when = formats.datetime_short(application.applied_at)
    return [Fact(_("Terms of participation"), _("version %(version)s") % {"version": terms.version}, hint=when)]
