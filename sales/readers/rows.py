"""Rows of a sell-out report: blocks of cells into checked values, or all that is wrong with them.

A block is worked on column by column, which spares most of the work for what repeats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from common.sentences import _n
from sales.keys import document_key, line_key, occurrence_key, undocumented_key
from sales.readers.columns import LABELS, Column, amount_and_currency, plain
from sales.readers.layout import Layout, places_of
from sales.readers.notations import Dates, Numbers
from sales.readers.problems import Problem, Unreadable
from sales.readers.sellout import ReadBlock
from sales.readers.sieve import Block
from sales.readers.source import Cell, Source, written
from sales.readers.units import PIECES
from sales.readers.values import (
    Refusal,
    Values,
    currency_beside,
    currency_code,
    day,
    gtin,
    identifier,
    in_bounds,
    number,
    short_text,
    vat_id,
)

DECIMALS = {Column.QUANTITY: 3, Column.NET: 2}
WHOLE_DIGITS = {Column.QUANTITY: 11, Column.NET: 12}
LONGEST_KEY = 80
_IDENTIFIERS = {
    Column.CUSTOMER_NUMBER: 60,
    Column.DOCUMENT: 60,
    Column.LINE: 60,
    Column.ARTICLE: 60,
    Column.DISTRIBUTOR_ARTICLE: 60,
    Column.PROJECT: 60,
    Column.ORIGINAL_DOCUMENT: 60,
    Column.ORIGINAL_LINE: 60,
}
_TEXTS = {
    Column.CUSTOMER_NAME: 200,
    Column.CUSTOMER_POSTCODE: 12,
    Column.CUSTOMER_CITY: 120,
    Column.ARTICLE_NAME: 200,
    Column.UNIT: 60,
}
_LONGEST_NUMBER = 60


@dataclass
class _Reading:
    """A block while it is read."""

    block: Block
    cells: list[tuple[Cell, ...]]
    problems: dict[int, list[Problem]] = field(default_factory=dict)

    def refuse(self, place: int, problem: Problem) -> None:
        self.problems.setdefault(place, []).append(problem)


class RowReader:
    """Reads the rows of one file; it remembers how often an article stood in a document, so blocks come in order.

    `header`: the texts of the header; `currency`: that of files that name none. Raises `Unreadable` when the layout
    does not fit the header, or leaves open what has to be known.
    """

    def __init__(self, layout: Layout, header: Sequence[str], source: Source, currency: str) -> None:
        self.layout = layout
        self.header = [" ".join(name.split()) for name in header]
        self.places = _places(layout, header)
        numbers, dates = layout.numbers or Numbers.ENGLISH, layout.dates or Dates.ISO
        self._currency = currency
        if Column.NET in self.places:
            self._currency = amount_and_currency(header[self.places[Column.NET]])[1] or currency
        self._factors = {plain(word): pieces for word, pieces in layout.units.items()}
        self._packs = {" ".join(article.split()): pieces for article, pieces in layout.packs.items()}
        self._occurrences: dict[tuple[str, str], int] = {}
        self._values: dict[Column, Values] = {
            **{column: Values(identifier(limit)) for column, limit in _IDENTIFIERS.items()},
            **{column: Values(short_text(limit)) for column, limit in _TEXTS.items()},
            Column.CUSTOMER_VAT_ID: Values(vat_id),
            Column.GTIN: Values(gtin),
            Column.CURRENCY: Values(currency_code),
            Column.DATE: Values(day(dates, source)),
            Column.QUANTITY: Values(number(numbers, WHOLE_DIGITS[Column.QUANTITY], 3, money=False)),
            Column.NET: Values(number(numbers, WHOLE_DIGITS[Column.NET], 2, money=True)),
        }
        self._document_keys = Values(lambda cell: document_key(str(cell)))
        self._line_keys = Values(lambda cell: line_key(str(cell)))
        self._currencies_beside = Values(currency_beside)
        self._pieces: dict[tuple[str, Decimal], str | Refusal] = {}

    def name_of(self, column: Column) -> str:
        """The column as the header names it; ours where there is none."""
        place = self.places.get(column)
        return LABELS[column] if place is None or not self.header[place] else self.header[place]

    def read(self, block: Block) -> ReadBlock:
        length = len(block.rows)
        reading = _Reading(block, list(zip(*block.rows, strict=True)))
        self._check_length(reading)
        texts: dict[Column, list[str] | None] = {
            column: self._take(reading, column) for column in self._values if column is not Column.NET
        }
        blank = [""] * length

        def get(column: Column) -> list[str]:
            return texts[column] or blank

        customer = self._customers(reading, texts, blank)
        article = self._articles(reading, texts, blank)
        days = get(Column.DATE)
        keys = self._keys(reading, get(Column.DOCUMENT), days, customer)
        lines = self._lines(reading, get(Column.DOCUMENT), keys, texts[Column.LINE], article)
        quantity = self._quantities(reading, get(Column.QUANTITY), texts[Column.UNIT], article)
        net, currency = self._amounts(reading, texts[Column.CURRENCY])
        columns: list[list[str] | list[str | None]] = [
            list(map(str, block.numbers)),
            customer,
            get(Column.CUSTOMER_NAME),
            get(Column.DOCUMENT),
            keys,
            lines,
            days,
            article,
            quantity,
            net,
            currency,
            get(Column.PROJECT),
            get(Column.CUSTOMER_VAT_ID),
            get(Column.CUSTOMER_POSTCODE),
            get(Column.CUSTOMER_CITY),
            get(Column.GTIN),
            get(Column.DISTRIBUTOR_ARTICLE),
            get(Column.ARTICLE_NAME),
            _keyed(self._document_keys, get(Column.ORIGINAL_DOCUMENT)),
            [line and line_key(line) for line in get(Column.ORIGINAL_LINE)],
        ]
        return ReadBlock(columns, reading.problems, length)

    # --- one column -----------------------------------------------------------------------------------------

    def _take(self, reading: _Reading, column: Column) -> list[str] | None:
        """The column's values, "" where one is refused; None when the file has no such column."""
        place = self.places.get(column)
        if place is None:
            return None
        values, refused = self._values[column].of(reading.cells[place])
        return self._accepted(reading, column, values) if refused else values  # type: ignore[return-value]

    def _accepted(self, reading: _Reading, column: Column, values: Sequence[str | Refusal]) -> list[str]:
        accepted = []
        for place, value in enumerate(values):
            if isinstance(value, Refusal):
                reading.refuse(place, value.at(reading.block.numbers[place], self.name_of(column)))
            accepted.append("" if isinstance(value, Refusal) else value)
        return accepted

    def _refuse(self, reading: _Reading, place: int, column: Column, text: str, **params: str) -> None:
        position = self.places.get(column)
        value = "" if position is None else " ".join(written(reading.cells[position][place]).split())
        reading.refuse(place, Problem.at(reading.block.numbers[place], self.name_of(column), value, text, **params))

    def _check_length(self, reading: _Reading) -> None:
        """More cells than columns: mostly an amount with a decimal comma, unquoted, in a file with commas between."""
        columns = len(self.header)
        for place, cells in reading.block.surplus.items():
            value = next(text for cell in cells[columns:] if (text := written(cell).strip()))
            sentence = _n(
                "The row has {cells} cells, the header only {columns}. Text with the separator in it needs quotes."
            )
            found = {"cells": str(len(cells)), "columns": str(columns)}
            reading.refuse(place, Problem.at(reading.block.numbers[place], "", value, sentence, **found))

    # --- what is made of several columns ----------------------------------------------------------------------

    def _customers(self, reading: _Reading, texts: Mapping[Column, list[str] | None], blank: list[str]) -> list[str]:
        numbers = texts[Column.CUSTOMER_NUMBER] or blank
        if "" not in numbers:
            return numbers
        vat, name = texts[Column.CUSTOMER_VAT_ID] or blank, texts[Column.CUSTOMER_NAME] or blank
        postcode = texts[Column.CUSTOMER_POSTCODE] or blank
        found = [
            number or vat_id or (f"{called} {code}".strip().upper()[:_LONGEST_NUMBER].strip() if called else "")
            for number, vat_id, called, code in zip(numbers, vat, name, postcode, strict=True)
        ]
        self._require(reading, found, (Column.CUSTOMER_NUMBER, Column.CUSTOMER_VAT_ID, Column.CUSTOMER_NAME))
        return found

    def _articles(self, reading: _Reading, texts: Mapping[Column, list[str] | None], blank: list[str]) -> list[str]:
        numbers = texts[Column.ARTICLE] or blank
        if "" not in numbers:
            return numbers
        gtins, own = texts[Column.GTIN] or blank, texts[Column.DISTRIBUTOR_ARTICLE] or blank
        found = [number or code or other for number, code, other in zip(numbers, gtins, own, strict=True)]
        self._require(reading, found, (Column.ARTICLE, Column.GTIN, Column.DISTRIBUTOR_ARTICLE))
        return found

    def _require(self, reading: _Reading, values: list[str], columns: Sequence[Column]) -> None:
        """Refuse rows without a value, at the first of `columns` that the file has, unless it was refused already."""
        if "" not in values:
            return
        present = [column for column in columns if column in self.places]
        for place, value in enumerate(values):
            if not value:
                self._miss(reading, place, present)

    def _miss(self, reading: _Reading, place: int, columns: Sequence[Column]) -> None:
        names = {self.name_of(column) for column in columns}
        if not any(problem.column in names for problem in reading.problems.get(place, ())):
            self._refuse(reading, place, columns[0], _n("This must not be empty."))

    def _keys(self, reading: _Reading, documents: list[str], days: list[str], customers: list[str]) -> list[str]:
        keys = _keyed(self._document_keys, documents)
        if "" not in keys:
            return self._checked_keys(reading, keys)
        for place, (key, document) in enumerate(zip(keys, documents, strict=True)):
            if document and not key:
                self._refuse(reading, place, Column.DOCUMENT, _n("A document number has letters or digits."))
            elif not document:
                keys[place] = undocumented_key(days[place], customers[place])
        return self._checked_keys(reading, keys)

    def _checked_keys(self, reading: _Reading, keys: list[str]) -> list[str]:
        # Some signs become several letters in a key.
        if max(map(len, keys)) > LONGEST_KEY:
            for place, key in enumerate(keys):
                if len(key) > LONGEST_KEY:
                    sentence, limit = _n("This is longer than {limit} characters."), str(LONGEST_KEY)
                    self._refuse(reading, place, Column.DOCUMENT, sentence, limit=limit)
        return keys

    def _lines(
        self,
        reading: _Reading,
        documents: list[str],
        keys: list[str],
        lines: list[str] | None,
        articles: list[str],
    ) -> list[str]:
        if lines is not None and "" not in lines and "" not in documents:
            return _keyed(self._line_keys, lines)
        found = []
        for place, (document, key, article) in enumerate(zip(documents, keys, articles, strict=True)):
            if lines is not None and document:
                if not lines[place]:
                    self._miss(reading, place, [Column.LINE])
                found.append(line_key(lines[place]))
                continue
            occurrence = self._occurrences.get((key, article), 0) + 1
            self._occurrences[key, article] = occurrence
            found.append(occurrence_key(article, occurrence))
        return found

    def _quantities(
        self, reading: _Reading, quantities: list[str], units: list[str] | None, articles: list[str]
    ) -> list[str]:
        if "" in quantities:
            self._require(reading, quantities, (Column.QUANTITY,))
        if units is None and not self._packs:
            return quantities
        found = []
        for place, (quantity, article) in enumerate(zip(quantities, articles, strict=True)):
            factor = self._packs.get(article, _ONE)
            if units is not None and (word := units[place]):
                pieces = self._pieces_in(word)
                if pieces is None:
                    self._refuse(reading, place, Column.UNIT, _n("How many pieces is one “{value}”?"))
                factor *= pieces or _ONE
            found.append(quantity if factor == _ONE or not quantity else self._times(reading, place, quantity, factor))
        return found

    def _pieces_in(self, word: str) -> Decimal | None:
        key = plain(word)
        return self._factors.get(key) or (_ONE if key in PIECES else None)

    def _times(self, reading: _Reading, place: int, quantity: str, factor: Decimal) -> str:
        result = self._pieces.get((quantity, factor))
        if result is None:
            value = Decimal(quantity) * factor
            result = in_bounds(value, f"{value.normalize():f}", WHOLE_DIGITS[Column.QUANTITY], 3)
            self._pieces[quantity, factor] = result
        if isinstance(result, Refusal):
            reading.refuse(place, result.at(reading.block.numbers[place], self.name_of(Column.QUANTITY)))
            return ""
        return result

    def _amounts(self, reading: _Reading, currencies: list[str] | None) -> tuple[list[str | None], list[str]]:
        """Net amounts and their currencies: that of the row, that beside the amount, that of the head, the default."""
        amounts = self._take(reading, Column.NET)
        length = len(reading.block.rows)
        beside: list[str] | None = None
        if amounts is not None:
            beside = _keyed(self._currencies_beside, reading.cells[self.places[Column.NET]])
        if currencies is not None and beside is not None and any(beside):
            for place, (said, sign) in enumerate(zip(currencies, beside, strict=True)):
                if said and sign and said != sign:
                    sentence = _n("The amount is in {beside}, the row says {currency}.")
                    self._refuse(reading, place, Column.NET, sentence, beside=sign, currency=said)
        default = self._currency
        if currencies is None and (beside is None or not any(beside)):
            found = [default] * length
        else:
            blank = [""] * length
            found = [said or sign or default for said, sign in zip(currencies or blank, beside or blank, strict=True)]
        return [amount or None for amount in amounts] if amounts is not None else [None] * length, found


_ONE = Decimal(1)


def _keyed(values: Values, cells: Sequence[Cell]) -> list[str]:
    return values.of(cells)[0]  # type: ignore[return-value]


def _places(layout: Layout, header: Sequence[str]) -> dict[Column, int]:
    places, missing = places_of(layout.columns, header)
    if missing:
        sentence = _n("The column “{column}” is missing. The header of the file says: {names}")
        names = ", ".join(f"“{' '.join(name.split())}”" for name in header)[:300]
        row = layout.header_row
        raise Unreadable(
            [
                Problem.at(row, layout.name_of(column), "", sentence, column=layout.name_of(column), names=names)
                for column in missing
            ]
        )
    return places
