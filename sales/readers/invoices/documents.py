"""Invoices as plain JSON and back, exactly: for the way from a child process, and for keeping what was read."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from sales.readers.invoices.record import Invoice, Line, LineKind, Party, Preceding, Refused, Remark, Totals
from sales.readers.problems import from_words, words


def to_document(invoice: Invoice) -> dict[str, Any]:
    """Amounts and days become text."""
    document: dict[str, Any] = _plain(invoice)
    return document


def from_document(document: dict[str, Any]) -> Invoice:
    return Invoice(
        **{
            **document,
            "issue_date": _day(document["issue_date"]),
            "seller": _party(document["seller"]),
            "buyer": _party(document["buyer"]),
            "totals": Totals(**{name: _number(text) for name, text in document["totals"].items()}),
            "lines": tuple(map(_line, document["lines"])),
            "warnings": tuple(map(remark_from, document["warnings"])),
            "preceding": tuple(Preceding(one["number"], _day(one["issue_date"])) for one in document["preceding"]),
        }
    )


def remark_to(remark: Remark) -> dict[str, Any]:
    return {"code": remark.code, "text": remark.text, "params": words(dict(remark.params))}


def remark_from(document: dict[str, Any]) -> Remark:
    return Remark(document["code"], document["text"], tuple(from_words(document["params"]).items()))


def refusal_to(refusal: Refused) -> dict[str, Any]:
    return {"code": refusal.code, "text": refusal.text, "params": words(refusal.params)}


def refusal_from(document: dict[str, Any]) -> Refused:
    return Refused(document["code"], document["text"], **from_words(document["params"]))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Remark):
        return remark_to(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, str):
        return value
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _party(document: dict[str, Any]) -> Party:
    return Party(**{**document, "ids": tuple(document["ids"])})


def _line(document: dict[str, Any]) -> Line:
    numbers = {name: _number(document[name]) for name in ("quantity", "net", "price", "price_base_quantity")}
    return Line(**{**document, **numbers, "kind": LineKind(document["kind"]), "serials": tuple(document["serials"])})
