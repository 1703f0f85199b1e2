"""Money: closings and their items, settlements, the ledger. Facts here are append-only by trigger."""

from rebates.models.accounting import AccountingSettings, JournalExport
from rebates.models.adjustments import ManualAdjustment
from rebates.models.closings import Closing, ClosingBounds, ClosingItem, Settlement
from rebates.models.ledger import Breach, Ledger, LedgerEntry, Posting
from rebates.models.running import Outdated, RunningFigure

__all__ = [
    "AccountingSettings",
    "Breach",
    "Closing",
    "ClosingBounds",
    "ClosingItem",
    "JournalExport",
    "Ledger",
    "LedgerEntry",
    "ManualAdjustment",
    "Outdated",
    "Posting",
    "RunningFigure",
    "Settlement",
]
