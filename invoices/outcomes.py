"""How a check of an invoice came out, and how that is kept. Knows no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sales.readers.problems import from_words, words


class Outcome(StrEnum):
    """OPEN: cannot be told yet. Only an invoice whose checks all PASSED is accepted without a person."""

    PASSED = "passed"
    WARNING = "warning"
    OPEN = "open"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """How one check came out. `refuses`: a reason (`Invoice.Reason`) for which no person need look at the invoice."""

    key: str
    outcome: Outcome
    text: str
    params: Mapping[str, str | date] = field(default_factory=dict)
    refuses: str = ""

    def to_document(self) -> dict[str, Any]:
        params = params_to(self.params)
        return {"key": self.key, "outcome": self.outcome, "text": self.text, "params": params, "refuses": self.refuses}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Check:
        params = params_from(document["params"])
        return cls(document["key"], Outcome(document["outcome"]), document["text"], params, document["refuses"])


def params_to(params: Mapping[str, str | date]) -> dict[str, Any]:
    """As plain JSON: days and words of ours can be told from what the invoice says. `params_from` takes it back."""
    return {
        name: {"date": value.isoformat()} if isinstance(value, date) else words({name: value})[name]
        for name, value in params.items()
    }


def params_from(document: Mapping[str, Any]) -> dict[str, str | date]:
    return {
        name: date.fromisoformat(value["date"])
        if isinstance(value, dict) and "date" in value
        else from_words({name: value})[name]
        for name, value in document.items()
    }
