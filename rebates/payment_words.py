"""Payment runs and payments in a person's words: where a run is, whose turn it is, what a partner has to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats
from common.ui import Stage, Tone
from rebates.models import AnswerLine, LeftOut, Payment, PaymentApproval, PaymentRun
from rebates.payments.deciding import NEEDED
from rebates.payments.standing import Promise

State, Why = PaymentRun.State, LeftOut.Why

RUN_TONES: Mapping[str, Tone] = {
    State.PROPOSED: "warning",
    State.APPROVED: "info",
    State.EXPORTED: "info",
    State.SETTLED: "success",
    State.CANCELLED: "neutral",
}
PAYMENT_TONES: Mapping[str, Tone] = {
    Payment.State.OPEN: "info",
    Payment.State.PAID: "success",
    Payment.State.RETURNED: "danger",
    Payment.State.CANCELLED: "neutral",
}
OUTCOME_TONES: Mapping[str, Tone] = {
    AnswerLine.Outcome.BOOKED: "success",
    AnswerLine.Outcome.KNOWN: "neutral",
    AnswerLine.Outcome.NOTED: "neutral",
    AnswerLine.Outcome.CONTRADICTS: "danger",
    AnswerLine.Outcome.TWICE: "danger",
    AnswerLine.Outcome.UNKNOWN: "danger",
}

TO_PARTNER: Mapping[str, Any] = {
    Why.IN_PAYMENT: gettext_lazy("It is paid when the payment before it has arrived."),
    Why.UNCLEAR: gettext_lazy("What became of an earlier payment is being asked at the bank."),
    Why.HOLD: gettext_lazy("Payments are on hold. Please ask your contact there."),
    Why.NO_ACCOUNT: gettext_lazy("Please name a bank account, so that it can be paid."),
    Why.WAITING: gettext_lazy("Your bank account is being checked; nothing is left for you to do."),
    Why.COOLING: gettext_lazy("Your bank account was changed lately; it is paid to after a few days."),
    Why.REFUSED: gettext_lazy("Your bank account was refused. Please name another one."),
    Why.CAME_BACK: gettext_lazy("The last payment to your bank account came back. Please name another account."),
    Why.MINIMUM: gettext_lazy("It is below the smallest amount that is paid, and stays yours until it is enough."),
    Why.TOO_MUCH: gettext_lazy("It is being checked, because it is a large amount."),
}
"""Why something owed is not paid, as the partner reads it."""
CODES: Mapping[str, Any] = {
    "AC01": gettext_lazy("AC01 – wrong account number"),
    "AC04": gettext_lazy("AC04 – account closed"),
    "AC06": gettext_lazy("AC06 – account blocked"),
    "BE01": gettext_lazy("BE01 – name and account do not fit"),
    "MD07": gettext_lazy("MD07 – account holder has died"),
    "MS02": gettext_lazy("MS02 – refused by the account holder"),
    "MS03": gettext_lazy("MS03 – no reason given by the bank"),
    "RR04": gettext_lazy("RR04 – legal reasons"),
    "AM04": gettext_lazy("AM04 – our account was not covered"),
}
"""What banks write on statements: codes of ISO 20022's ExternalStatusReason1Code that come up with transfers."""
NAME_AN_ACCOUNT = (Why.NO_ACCOUNT, Why.REFUSED, Why.CAME_BACK)
"""Reasons that the partner does away with by naming an account."""


def run_in_words(run: PaymentRun, approvals: int) -> str:
    """The state of a run, with what is missing."""
    if run.state == State.PROPOSED:
        missing = NEEDED - approvals
        text = ngettext("waits for %(count)s approval", "waits for %(count)s approvals", missing)
        return text % {"count": formats.number(missing)}
    return run.get_state_display()


def stages_of(run: PaymentRun, approvals: list[PaymentApproval], answered: int) -> list[Stage]:
    """The line of states: what is done, where the run is, what comes."""
    stages = [Stage(_("Proposed"), "done", run.proposed_at)]
    if run.state == State.CANCELLED:
        return [*stages, Stage(_("Cancelled"), "failed", run.cancelled_at, run.cancelled_because)]

    def add(label: str, at: Any, *, done: bool, hint: str = "") -> None:
        reached = all(stage.state == "done" for stage in stages)
        stages.append(Stage(label, "done" if done else "current" if reached else "ahead", at, hint))

    names = ", ".join(each.person.name for each in approvals)
    add(_("Approved by two"), run.approved_at, done=run.approved_at is not None, hint=names)
    add(_("Given to the bank"), run.exported_at, done=run.exported_at is not None)
    count = {"done": formats.number(answered), "all": formats.number(run.count)}
    hint = _("%(done)s of %(all)s payments") % count if run.exported_at else ""
    add(_("Answered by the bank"), run.settled_at, done=run.settled_at is not None, hint=hint)
    return stages


def payment_to_finance(payment: Payment) -> str:
    """The state of a payment; what is open is under way once its run was given to the bank."""
    if payment.state == Payment.State.OPEN and payment.run.exported_at is None:
        return _("planned")
    return payment.get_state_display()


def said_in_words(line: AnswerLine) -> str:
    """What the bank said of a payment, with its reason: in words where the code is one that people know."""
    said = str(line.get_said_display())
    reason = str(CODES.get(line.code, line.code))
    return f"{said}: {reason}" if reason else said


def payment_to_partner(payment: Payment) -> tuple[str, Tone]:
    """Where a payment is, as the partner reads it."""
    day = formats.date_long(payment.run.pay_on)
    if payment.state == Payment.State.PAID:
        when = formats.date_long(payment.value_date) if payment.value_date else day
        return _("paid on %(day)s") % {"day": when}, "success"
    if payment.state == Payment.State.RETURNED:
        return _("came back"), "danger"
    if payment.run.exported_at is not None:
        return _("given to the bank, for %(day)s") % {"day": day}, "info"
    return _("being prepared, for %(day)s") % {"day": day}, "info"


def promise_in_words(promise: Promise, *, to_partner: bool) -> str:
    """When something owed is paid, or what keeps it from being paid."""
    values = {"amount": formats.money(promise.amount, promise.currency)}
    if promise.why is not None:
        why = str(TO_PARTNER[promise.why] if to_partner else promise.why.label)
        return _("%(amount)s are not paid yet. %(why)s") % {**values, "why": why[:1].upper() + why[1:]}
    if promise.day is None:
        return _("%(amount)s are paid with the next payment run.") % values
    return _("%(amount)s are promised for %(day)s.") % {**values, "day": formats.date_long(promise.day)}
