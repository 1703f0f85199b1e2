"""What documents are made of: their parts, and the kinds of values in them, checked one by one.

Numbers come from text, never through a float.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainValidator, model_validator

from common.money import NotANumber, exact_decimal, plain
from common.sentences import _n
from programs.document_errors import refuse


class Part(BaseModel):
    """A part of a document: immutable, knows all its fields, and null says the same as leaving a field out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        # Unknown names stay and are refused: in {from: 10, per_unit: 1,5} the 5 is a name without a value.
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: value for key, value in data.items() if value is not None or key not in known}


def _number(value: object) -> Decimal:
    """A number from text, zero or more."""
    try:
        number = exact_decimal(value)
    except NotANumber as error:
        raise refuse(error.text, value=error.value) from error
    if number < 0:
        raise refuse(_n("must not be negative (“{value}”)"), value=plain(number))
    return number


def _percent(value: object) -> Decimal:
    number = _number(value)
    if number > 100:
        raise refuse(_n("must not be more than 100 (“{value}”)"), value=plain(number))
    return number


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise refuse(_n("must be text"))
    text = value.strip()
    if not text or len(text) > 80 or not text.isprintable():
        raise refuse(_n("must be a text of 1 to 80 characters"))
    return text


def _country(value: object) -> str:
    text = value.strip().upper() if isinstance(value, str) else ""
    if not re.fullmatch("[A-Z]{2}", text):
        raise refuse(_n("“{value}” is not a country code of two letters"), value=str(value)[:40])
    return text


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false", "yes", "no"):
        return value.lower() in ("true", "yes")
    raise refuse(_n("must be true or false"))


def _count(value: object) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch("[0-9]{1,3}", text) or int(text) < 1:
        raise refuse(_n("must be a whole number of periods, 1 or more (“{value}”)"), value=text[:40])
    return int(text)


def some(value: object) -> object:
    """A list or mapping that names something: empty would be read as nothing by one and as everything by another."""
    if isinstance(value, (list, tuple, dict)) and not value:
        raise refuse(_n("names nothing: give at least one entry or leave it out"))
    return value


def no_repeats(values: Iterable[str]) -> tuple[str, ...]:
    found = tuple(values)
    for position, value in enumerate(found):
        if value in found[:position]:
            raise refuse(_n("“{value}” is given twice"), value=value)
    return found


Number = Annotated[Decimal, PlainValidator(_number)]
Percent = Annotated[Decimal, PlainValidator(_percent)]
Name = Annotated[str, PlainValidator(_name)]
Country = Annotated[str, PlainValidator(_country)]
Flag = Annotated[bool, PlainValidator(_flag)]
PeriodCount = Annotated[int, PlainValidator(_count)]
