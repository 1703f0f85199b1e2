"""The rebate calculation: pure, exact, explained. docs/rebate-rules.md says what it does, with worked tables."""

from rebates.engine.facts import Aggregate, Facts, SaleLine, Standing
from rebates.engine.result import (
    Kind,
    LeftOut,
    Line,
    NextStep,
    Param,
    Part,
    Reason,
    Settlement,
    Stop,
    Totals,
)
from rebates.engine.settle import settle, settle_unless, what_if
from rebates.engine.sharing import LinesDoNotMatch, shares
from rebates.engine.words import english, english_money, english_number

__all__ = [
    "Aggregate",
    "Facts",
    "Kind",
    "LeftOut",
    "Line",
    "LinesDoNotMatch",
    "NextStep",
    "Param",
    "Part",
    "Reason",
    "SaleLine",
    "Settlement",
    "Standing",
    "Stop",
    "Totals",
    "english",
    "english_money",
    "english_number",
    "settle",
    "settle_unless",
    "shares",
    "what_if",
]
