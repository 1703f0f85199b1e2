"""What a row of a sell-out report says once it is read: as a record, and as PostgreSQL's COPY takes a block of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from sales.readers.problems import Problem


@dataclass(frozen=True, slots=True)
class SellOutRow:
    """One row as the distributor means it. `row` as a spreadsheet counts; `net` None: no value; `quantity` in pieces.

    `customer_number` and `article` are what the row is recognised by: where it has no such number, its VAT id or else
    name and postcode; its GTIN or else the distributor's own number. `original_*`: the document and line that a return
    or credit takes back. "" is what the row does not say.
    """

    row: int
    customer_number: str
    customer_name: str
    document_number: str
    document_key: str
    document_line: str
    document_date: date
    article: str
    quantity: Decimal
    net: Decimal | None
    currency: str
    project_ref: str
    customer_vat_id: str
    customer_postcode: str
    customer_city: str
    gtin: str
    distributor_article: str
    article_name: str
    original_document_key: str
    original_line: str

    @classmethod
    def of(cls, texts: Sequence[str | None]) -> Self:
        """From texts in the order of the fields; None: no value."""
        row, *others = texts
        known = dict(zip(cls.__slots__[1:], others, strict=True))
        return cls(
            row=int(row or 0),
            document_date=date.fromisoformat(known.pop("document_date") or ""),
            quantity=Decimal(known.pop("quantity") or 0),
            net=None if (net := known.pop("net")) is None else Decimal(net),
            **{name: text or "" for name, text in known.items()},
        )


@dataclass
class ReadBlock:
    """`columns` in the order of `SellOutRow`, None for no value; `problems` by place in the block."""

    columns: list[list[str] | list[str | None]]
    problems: dict[int, list[Problem]]
    length: int

    def results(self) -> Iterator[SellOutRow | list[Problem]]:
        for place, texts in enumerate(zip(*self.columns, strict=True)):
            yield self.problems.get(place) or SellOutRow.of(texts)

    def copy_text(self) -> bytes:
        """The sound rows as PostgreSQL's COPY reads them in its text format."""
        columns = [_escaped(column) for column in self.columns]
        lines = list(map("\t".join, zip(*columns, strict=True)))
        if self.problems:
            lines = [line for place, line in enumerate(lines) if place not in self.problems]
        lines.append("")
        return "\n".join(lines).encode()


def _escaped(column: list[str] | list[str | None]) -> list[str]:
    # Tabs and line ends are gone with the white space; the backslash is what remains.
    try:
        texts: list[str] = column  # type: ignore[assignment]
        return [text.replace("\\", "\\\\") for text in texts] if "\\" in "".join(texts) else texts
    except TypeError:
        return ["\\N" if text is None else text.replace("\\", "\\\\") for text in column]
