"""Invoices as plain JSON and back, exactly: for the way from a child process, and for keeping what was read."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from sales.readers.invoices.record import Invoice, Refused, Remark
from sales.readers.problems import from_words, words


def to_document(invoice: Invoice) -> dict[str, Any]:
    """Amounts and days become text, whatever fields the record has."""
    document: dict[str, Any] = _plain(invoice)
    return document


def from_document(document: dict[str, Any]) -> Invoice:
    invoice: Invoice = _again(Invoice, document)
    return invoice


def remark_to(remark: Remark) -> dict[str, Any]:
    params = [words({"name": name, "text": text}) for name, text in remark.params]
    return {"code": remark.code, "text": remark.text, "params": params}


def remark_from(document: dict[str, Any]) -> Remark:
    params = [from_words(param) for param in document["params"]]
    return Remark(document["code"], document["text"], tuple((param["name"], param["text"]) for param in params))


def refusal_to(refusal: Refused) -> dict[str, Any]:
    return {"code": refusal.code, "text": refusal.text, "params": words(refusal.params)}


def refusal_from(document: dict[str, Any]) -> Refused:
    return Refused(document["code"], document["text"], **from_words(document["params"]))


def _plain(value: Any) -> Any:
    if isinstance(value, Remark):
        return remark_to(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _again(kind: Any, value: Any) -> Any:
    """`value` as what a field of type `kind` holds."""
    if value is None:
        return None
    if get_origin(kind) is tuple:
        return tuple(_again(get_args(kind)[0], part) for part in value)
    if type(None) in get_args(kind):
        kind = get_args(kind)[0]
    if kind is Remark:
        return remark_from(value)
    if kind is date:
        return date.fromisoformat(value)
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**{name: _again(hint, value[name]) for name, hint in _hints(kind).items()})
    return kind(value)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
