"""What closings and the ledger say about a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.personal import section
from rebates.models import (
    AnswerLine,
    BankAnswer,
    Closing,
    ClosingItem,
    FileTaken,
    JournalExport,
    Ledger,
    ManualAdjustment,
    PaymentApproval,
    PaymentFile,
    PaymentHold,
    PaymentProposal,
    PaymentRun,
    RefusedStep,
    Statement,
    StatementTaken,
)

OF_CLOSING = ("program__name", "period")
OF_ITEM = ("closing__program__name", "closing__period", "enrolment__partner__name", "accepted", "comment")
OF_HOLD = ("vendor__name", "partner__name", "why", "text")
OF_FILE = ("run__vendor__name", "run__number", "message_id", "reason")
OF_ANSWER = ("vendor__name", "end_to_end_id", "said", "value_date")
OF_ADJUSTMENT = ("program__name", "partner__name", "amount", "currency", "reason")


def register() -> None:
    section("closings", _("Closings you started"), Closing, "requested_by", *OF_CLOSING, "opened_at", order=70)
    section("closings-commented", _("Totals you found right"), Closing, "commented_by", *OF_CLOSING, order=71)
    section("amounts-accepted", _("Amounts you found right"), ClosingItem, "accepted_by", *OF_ITEM, order=72)
    section(
        "adjustments", _("Manual adjustments you proposed"), ManualAdjustment, "requested_by", *OF_ADJUSTMENT,
        "requested_at", order=73,
    )  # fmt: skip
    section(
        "adjustments-decided", _("Manual adjustments you decided"), ManualAdjustment, "decided_by", *OF_ADJUSTMENT,
        "decided_at", "comment", order=74,
    )  # fmt: skip
    section(
        "ledgers-released", _("Ledgers you released"), Ledger, "released_by", "vendor__name", "released_comment",
        order=75,
    )  # fmt: skip
    section(
        "journal-exports", _("Journals you downloaded"), JournalExport, "made_by", "vendor__name", "format", "start",
        "end", "entries", "made_at", order=76,
    )  # fmt: skip
    _payments()


def _payments() -> None:
    section(
        "payments-proposed", _("Payments you proposed"), PaymentProposal, "requested_by", "vendor__name", "day",
        "requested_at", order=77,
    )  # fmt: skip
    section(
        "payments-approved", _("Payment runs you approved"), PaymentApproval, "person", "run__vendor__name",
        "run__number", "device", "warning", "at", order=78,
    )  # fmt: skip
    section(
        "payments-cancelled", _("Payment runs you cancelled"), PaymentRun, "cancelled_by", "vendor__name", "number",
        "cancelled_because", "cancelled_at", order=79,
    )  # fmt: skip
    section(
        "payments-refused", _("Steps of payments that were refused to you"), RefusedStep, "person",
        "run__vendor__name", "run__number", "hold__vendor__name", "hold__partner__name", "step", "why", "at", order=80,
    )  # fmt: skip
    section(
        "bank-files-taken", _("Files for the bank you downloaded"), FileTaken, "person", "file__message_id", "at",
        order=81,
    )  # fmt: skip
    section("bank-files-asked", _("Further files you asked for"), PaymentFile, "requested_by", *OF_FILE, order=82)
    section("bank-files-released", _("Further files you released"), PaymentFile, "released_by", *OF_FILE, order=83)
    section(
        "bank-answers", _("Answers of the bank you took"), BankAnswer, "taken_by", "vendor__name", "file_name",
        "taken_at", order=84,
    )  # fmt: skip
    section("bank-answers-said", _("Answers of the bank you entered"), AnswerLine, "said_by", *OF_ANSWER, order=85)
    section(
        "bank-answers-looked-at", _("Answers of the bank you looked at"), AnswerLine, "looked_at_by", *OF_ANSWER,
        "note", order=86,
    )  # fmt: skip
    section(
        "statements-corrected", _("Statements you corrected"), Statement, "made_by", "vendor__name", "partner__name",
        "number", "reason", "made_at", order=90,
    )  # fmt: skip
    section(
        "statements-taken", _("Statements you downloaded"), StatementTaken, "person", "statement__vendor__name",
        "statement__number", "at", order=91,
    )  # fmt: skip
    section("holds-placed", _("Payment holds you placed"), PaymentHold, "placed_by", *OF_HOLD, "placed_at", order=87)
    section(
        "holds-asked", _("Releases of payment holds you asked for"), PaymentHold, "release_asked_by", *OF_HOLD,
        "release_text", order=88,
    )  # fmt: skip
    section("holds-released", _("Payment holds you released"), PaymentHold, "released_by", *OF_HOLD, order=89)
