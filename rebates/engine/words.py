"""English for the engine's sentences: "3 more units by 31 December: +75.00 €". Other languages are made elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from common.money import shortest
from common.sentences import fill
from rebates.engine.result import Kind, Line, Param

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def english(line: Line, currency: str) -> str:
    """The sentence with its values written in English."""
    return fill(
        line.text,
        {name: _written(param, currency) for name, param in line.params.items()},
    )


def english_money(amount: Decimal, currency: str) -> str:
    """1234.5 -> "1,234.50 €"; further decimals are shown, not rounded away."""
    whole, _, decimals = shortest(amount).partition(".")
    return f"{_grouped(whole)}.{decimals:0<2} {_SYMBOLS.get(currency, currency)}"


def english_number(number: Decimal) -> str:
    """1234.50 -> "1,234.5"."""
    whole, point, decimals = shortest(number).partition(".")
    return f"{_grouped(whole)}{point}{decimals}"


def _written(param: Param, currency: str) -> str:
    match param.kind:
        case Kind.MONEY:
            return english_money(Decimal(param.value), currency)
        case Kind.NUMBER:
            return english_number(Decimal(param.value))
        case Kind.PERCENT:
            return f"{english_number(Decimal(param.value))} %"
        case Kind.DATE:
            day = date.fromisoformat(param.value)
            return f"{day.day} {_MONTHS[day.month - 1]}"
        case Kind.TEXT:
            return param.value


def _grouped(whole: str) -> str:
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}"
