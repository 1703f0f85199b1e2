"""How a distributor's file is read: everything that is guessed from it, or put right by a person and remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self, TypeVar

from common.money import NotANumber, exact_decimal, shortest
from sales.readers.columns import LABELS, Column, plain
from sales.readers.notations import Dates, Numbers

ENCODINGS: Mapping[str, str] = MappingProxyType(
    {
        "utf-8": "UTF-8",
        "utf-8-sig": "UTF-8",
        "cp1252": "Windows-1252",
        "cp1250": "Windows-1250",
        "iso8859-15": "ISO 8859-15",
        "cp850": "DOS 850",
        "mac-roman": "Mac Roman",
        "utf-16": "UTF-16",
        "utf-16-le": "UTF-16 LE",
        "utf-16-be": "UTF-16 BE",
    }
)
"""What a CSV may be written in, with the name that people know it by."""
ONE_BYTE = ("cp1252", "cp1250", "iso8859-15", "cp850", "mac-roman")
"""Those in which a byte is a character, so that no file shows by itself which of them it is."""
DELIMITERS = (";", ",", "\t", "|")
MOST_WORDS = 20_000
"""Unit words or pack factors of one layout."""
_PLACE = re.compile("#([0-9]{1,5})")
_NOTHING: Mapping[str, Decimal] = MappingProxyType({})


class Kind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Layout:
    """`encoding` ("" while it is asked for) and `delimiter` are those of a CSV, `sheet` that of a workbook, else "".

    `header_row` as a spreadsheet counts. `columns`: the header's text above each; "#3" is the third column, where the
    header says nothing or the same twice; none at all: still to be found, in the sheet, by the separator and from the
    row that are said ("" and 0 say nothing). `numbers`, `dates`: None is not decided. `units`: pieces in what the
    distributor counts in, by its word ("VE": 10); `packs`: pieces in one of an article as the file names it. A row has
    quantity × unit × pack pieces. `net` False: the file has no amounts, and a person has said so.
    """

    kind: Kind
    encoding: str
    delimiter: str
    sheet: str
    header_row: int
    columns: Mapping[Column, str]
    numbers: Numbers | None = None
    dates: Dates | None = None
    units: Mapping[str, Decimal] = field(default_factory=lambda: _NOTHING)
    packs: Mapping[str, Decimal] = field(default_factory=lambda: _NOTHING)
    net: bool = True

    def name_of(self, column: Column) -> str:
        """The column as the file's header names it; ours where the file has none or gives it no name."""
        name = self.columns.get(column, "")
        return LABELS[column] if not name or _PLACE.fullmatch(name) else name

    def to_document(self) -> dict[str, Any]:
        """As plain JSON; `from_document` takes it back."""
        return {
            "kind": self.kind.value,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "header_row": self.header_row,
            "columns": {column.value: name for column, name in self.columns.items()},
            "numbers": self.numbers.value if self.numbers else None,
            "dates": self.dates.value if self.dates else None,
            "units": {word: shortest(pieces) for word, pieces in self.units.items()},
            "packs": {article: shortest(pieces) for article, pieces in self.packs.items()},
            "net": self.net,
        }

    @classmethod
    def from_document(cls, document: object) -> Self:
        """Raises `ValueError` with one sentence when `document` is none that `to_document` makes."""
        if not isinstance(document, Mapping) or document.keys() != _FIELDS.keys():
            raise ValueError(f"A layout has the fields {', '.join(_FIELDS)}.")
        for name, kinds in _FIELDS.items():
            if not isinstance(document[name], kinds) or (name == "header_row" and isinstance(document[name], bool)):
                raise ValueError(f"The field “{name}” of the layout has a value of another kind than expected.")
        if not all(isinstance(text, str) and text.strip() for text in document["columns"].values()):
            raise ValueError("Each column of a layout is named by a text.")
        layout = cls(
            kind=_one_of(Kind, document["kind"], "kind"),
            encoding=document["encoding"],
            delimiter=document["delimiter"],
            sheet=document["sheet"],
            header_row=document["header_row"],
            columns={_one_of(Column, name, "columns"): text for name, text in document["columns"].items()},
            numbers=None if document["numbers"] is None else _one_of(Numbers, document["numbers"], "numbers"),
            dates=None if document["dates"] is None else _one_of(Dates, document["dates"], "dates"),
            units=_factors(document["units"], "units"),
            packs=_factors(document["packs"], "packs"),
            net=document["net"],
        )
        layout._check()
        return layout

    def _check(self) -> None:
        if self.kind is Kind.CSV and not (self.encoding in ("", *ENCODINGS) and self.delimiter in DELIMITERS):
            raise ValueError(f"A CSV is written in one of {', '.join(ENCODINGS)} with a separator that is known.")
        if self.header_row < (1 if self.columns else 0):
            raise ValueError("The header’s row is counted from 1.")


_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "kind": str,
    "encoding": str,
    "delimiter": str,
    "sheet": str,
    "header_row": int,
    "columns": Mapping,
    "numbers": (str, type(None)),
    "dates": (str, type(None)),
    "units": Mapping,
    "packs": Mapping,
    "net": bool,
}
Choice = TypeVar("Choice", bound=StrEnum)


def _one_of(choices: type[Choice], value: str, name: str) -> Choice:
    try:
        return choices(value)
    except ValueError as error:
        known = ", ".join(choices)
        raise ValueError(f"“{value}” is unknown in the field “{name}” of the layout; known: {known}.") from error


def _factors(document: Mapping[object, object], name: str) -> dict[str, Decimal]:
    if len(document) > MOST_WORDS:
        raise ValueError(f"The field “{name}” of the layout has more than {MOST_WORDS} entries.")
    factors = {}
    for word, text in document.items():
        try:
            pieces = exact_decimal(text) if isinstance(text, str) else None
        except NotANumber:
            pieces = None
        if not isinstance(word, str) or pieces is None or not 0 < pieces < 1_000_000:
            raise ValueError(f"“{text}” for “{word}” in the field “{name}” of the layout is no number of pieces.")
        factors[word] = pieces
    return factors


# --- where the columns stand --------------------------------------------------------------------------------


def name_at(header: Sequence[str], place: int) -> str:
    """How a layout names the column at `place`: by the header's text, by its number where that is not enough."""
    name = " ".join(header[place].split())
    key = plain(name)
    return name if key and sum(plain(other) == key for other in header) == 1 else f"#{place + 1}"


def places_of(columns: Mapping[Column, str], header: Sequence[str]) -> tuple[dict[Column, int], list[Column]]:
    """Where the named columns stand in `header`, and those that are not found there or stand there twice.

    Case, spaces and punctuation make no other name.
    """
    keys: dict[str, list[int]] = {}
    for place, text in enumerate(header):
        keys.setdefault(plain(text), []).append(place)
    places, missing = {}, []
    for column, name in columns.items():
        numbered = _PLACE.fullmatch(name)
        found = [int(numbered[1]) - 1] if numbered else keys.get(plain(name), [])
        if len(found) == 1 and 0 <= found[0] < len(header):
            places[column] = found[0]
        else:
            missing.append(column)
    return places, missing
