"""Invoices in words: what state they are in and who is next, how checks came out, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.sentences import fill
from common.ui import Event, Tone
from invoices.models import Invoice, InvoiceEvent
from invoices.outcomes import Check, Outcome, params_from
from sales.readers.invoices.record import CREDIT_NOTE_TYPES
from sales.wording import shown

State, Step, Reason = Invoice.State, InvoiceEvent.Step, Invoice.Reason
TONES: dict[str, Tone] = {
    State.RECEIVED: "neutral",
    State.READ: "neutral",
    State.CHECKED: "neutral",
    State.REVIEW: "info",
    State.ASKED: "warning",
    State.ACCEPTED: "success",
    State.REFUSED: "danger",
    State.WITHDRAWN: "neutral",
}
OUTCOMES: dict[Outcome, tuple[str, Tone]] = {
    Outcome.PASSED: ("check-circle", "success"),
    Outcome.WARNING: ("exclamation-triangle", "warning"),
    Outcome.OPEN: ("question-circle", "warning"),
    Outcome.FAILED: ("x-circle", "danger"),
}


def state_for_partner(invoice: Invoice) -> str:
    vendor = {"name": invoice.vendor.name}
    return {
        State.RECEIVED: _("Being read"),
        State.READ: _("Being checked"),
        State.CHECKED: _("Being checked"),
        State.REVIEW: _("%(name)s is looking at it") % vendor,
        State.ASKED: _("Waits for your answer"),
        State.ACCEPTED: _("Accepted"),
        State.REFUSED: _("Refused"),
        State.WITHDRAWN: _("Withdrawn"),
    }[State(invoice.state)]


def state_for_vendor(invoice: Invoice) -> str:
    if invoice.state == State.REVIEW:
        return _("Waits for review")
    if invoice.state == State.ASKED:
        return _("Waits for %(name)s") % {"name": invoice.partner.name}
    if invoice.state == State.ACCEPTED and invoice.automatic:
        return _("Accepted automatically")
    return state_for_partner(invoice)


def title_of(invoice: Invoice) -> str:
    if not invoice.number:
        return invoice.file_name
    if invoice.type_code in CREDIT_NOTE_TYPES:
        return _("Credit note %(number)s") % {"number": invoice.number}
    return _("Invoice %(number)s") % {"number": invoice.number}


def result_of(invoice: Invoice, pieces: Decimal) -> str:
    """What came out, in a sentence. `pieces`: of the program's articles, as they are booked or would be."""
    if invoice.state == State.ACCEPTED:
        counted = (
            ngettext("%(count)s device is taken back", "%(count)s devices are taken back", ceil(abs(pieces)))
            if invoice.type_code in CREDIT_NOTE_TYPES
            else ngettext("%(count)s device counts", "%(count)s devices count", ceil(abs(pieces)))
        )
        said = counted % {"count": formats.number(abs(pieces))}
        if invoice.value:
            return _("%(counted)s, %(amount)s rebate.") % {
                "counted": said, "amount": formats.money(invoice.value, invoice.currency)
            }  # fmt: skip
        return f"{said}."
    if invoice.state == State.REFUSED:
        return str(Reason(invoice.reason).label)
    if invoice.state == State.REVIEW and pieces:
        found = ngettext("%(count)s device was recognised.", "%(count)s devices were recognised.", ceil(pieces))
        return found % {"count": formats.number(pieces)}
    if invoice.state == State.REVIEW and not invoice.number:
        return _("The file has pages only: number, date and lines are still to be typed.")
    return ""


def refusal_in_words(invoice: Invoice, steps: Sequence[InvoiceEvent]) -> str:
    """Why it was refused: what the portal found, or the reason a person gave with its words; empty for others."""
    if invoice.state != State.REFUSED:
        return ""
    last = next((each for each in reversed(steps) if each.step == Step.REFUSED), None)
    found = said(last.data) if last is not None else ""
    words = last.text if last is not None else ""
    return found or f"{Reason(invoice.reason).label} {words}".strip()


def said_by_partner(invoice: Invoice, steps: Sequence[InvoiceEvent]) -> str:
    """What the partner has answered or objected, while the vendor has to look at it; empty where it said nothing."""
    if invoice.state != State.REVIEW:
        return ""
    return next((each.text for each in reversed(steps) if each.step in (Step.ANSWERED, Step.OBJECTED)), "")


# --- sentences -------------------------------------------------------------------------------------------------------


def sentence(check: Check) -> str:
    """The check's sentence in the reader's language."""
    return _filled(check.text, check.params)


def said(document: Mapping[str, Any]) -> str:
    """The sentence that the portal wrote down with a step; empty where it wrote none."""
    if not document.get("text"):
        return ""
    return _filled(document["text"], params_from(document.get("params", {})))


def _filled(text: str, params: Mapping[str, str | date]) -> str:
    values = {
        name: formats.date_long(value) if isinstance(value, date) else shown(value) for name, value in params.items()
    }
    return fill(_(text), values)


# --- what happened ---------------------------------------------------------------------------------------------------

_ICONS = {
    Step.UPLOADED: "upload",
    Step.READ: "file-earmark-text",
    Step.CHECKED: "list-check",
    Step.TO_REVIEW: "person",
    Step.CORRECTED: "pencil",
    Step.ASKED: "chat-left-text",
    Step.ANSWERED: "chat-left-text",
    Step.ACCEPTED: "check2-circle",
    Step.REFUSED: "x-circle",
    Step.OBJECTED: "chat-left-text",
    Step.WITHDRAWN: "arrow-counterclockwise",
    Step.TAKEN_BACK: "arrow-counterclockwise",
}
_TONES: dict[str, Tone] = {Step.ACCEPTED: "success", Step.REFUSED: "danger", Step.ASKED: "warning"}


def events(steps: Iterable[InvoiceEvent]) -> list[Event]:
    """The history, the latest first."""
    return [
        Event(
            at=each.at,
            title=_title(each),
            text=each.text or said(each.data),
            actor=each.by.name if each.by else _("the portal"),
            icon=_ICONS[Step(each.step)],
            tone=_TONES.get(each.step, "neutral"),
        )
        for each in sorted(steps, key=lambda step: -step.pk)
    ]


def _title(event: InvoiceEvent) -> str:
    label = str(event.get_step_display())
    return label[:1].upper() + label[1:]
