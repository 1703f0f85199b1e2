"""Money: closings and their items, settlements, the ledger. Facts here are append-only by trigger."""

from rebates.models.adjustments import ManualAdjustment
from rebates.models.closings import Closing, ClosingBounds, ClosingItem, Settlement
from rebates.models.ledger import Breach, Ledger, LedgerEntry, Posting
from rebates.models.running import Outdated, RunningFigure

__all__ = [
    "Breach",
    "Closing",
    "ClosingBounds",
    "ClosingItem",
    "Ledger",
    "LedgerEntry",
    "ManualAdjustment",
    "Outdated",
    "Posting",
    "RunningFigure",
    "Settlement",
]
