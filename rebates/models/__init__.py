"""Money: closings and their items, settlements, the ledger, payments. Facts here are append-only by trigger."""

from rebates.models.accounting import AccountingSettings, JournalExport
from rebates.models.adjustments import ManualAdjustment
from rebates.models.approvals import PaymentApproval
from rebates.models.bank import AnswerLine, BankAnswer, FileTaken, PaymentFile
from rebates.models.closings import Closing, ClosingBounds, ClosingItem, Settlement
from rebates.models.holds import PaymentHold
from rebates.models.ledger import Breach, Ledger, LedgerEntry, Posting
from rebates.models.payments import (
    LeftOut,
    Payment,
    PaymentProposal,
    PaymentRun,
    PaymentSettings,
)
from rebates.models.refused import RefusedStep
from rebates.models.running import Outdated, RunningFigure
from rebates.models.statements import Letterhead, Statement, StatementFailure, StatementTaken
from rebates.models.status import WeeklyStatus

__all__ = [
    "AccountingSettings",
    "AnswerLine",
    "BankAnswer",
    "Breach",
    "Closing",
    "ClosingBounds",
    "ClosingItem",
    "FileTaken",
    "JournalExport",
    "Ledger",
    "LedgerEntry",
    "LeftOut",
    "Letterhead",
    "ManualAdjustment",
    "Outdated",
    "Payment",
    "PaymentApproval",
    "PaymentFile",
    "PaymentHold",
    "PaymentProposal",
    "PaymentRun",
    "PaymentSettings",
    "Posting",
    "RefusedStep",
    "RunningFigure",
    "Settlement",
    "Statement",
    "StatementFailure",
    "StatementTaken",
    "WeeklyStatus",
]
