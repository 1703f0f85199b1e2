"""Terms tried out on a table of sales, without a database: who would have got what in which period.

The table is CSV with the columns partner, tier, country, article, group, date, quantity, net. A row counts on its
date, its partner is enrolled and active, has no individual agreement, and sold nothing under project conditions. The
period of a partner's first row is its period of first enrolment. `products` is matched with the column `group`.
"""

from __future__ import annotations

import csv
import decimal
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.errors import MarkedError
from common.money import EXACT, NotANumber, exact_decimal, plain
from common.periods import NotAPeriod, Period
from common.sentences import _n
from programs.terms import Terms
from rebates.engine.facts import Aggregate, Facts
from rebates.engine.result import Settlement
from rebates.engine.settle import settle
from rebates.engine.words import english

COLUMNS = ("partner", "tier", "country", "article", "group", "date", "quantity", "net")


class BadTable(MarkedError, ValueError):
    """The table cannot be read; names row (the header is row 1), column and value. Nothing has been calculated."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sale of the table. `tier` and `country` are None where empty, `net` is None where no value is stated."""

    partner: str
    tier: str | None
    country: str | None
    article: str
    group: str
    day: date
    quantity: Decimal
    net: Decimal | None


def simulate(terms: Terms, table: str) -> Iterator[tuple[str, Settlement]]:
    """Partner and settlement for each partner and period that has rows, ordered by both. Raises `BadTable`."""
    rows: dict[str, dict[Period, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in read_table(table, terms):
        rows[row.partner][Period.containing(terms.period, row.day)].append(row)
    return _settled(terms, rows)


def as_object(partner: str, settlement: Settlement) -> dict[str, object]:
    """What the command prints for one partner and period; numbers as text, the amount with two decimals."""
    sentences = [*settlement.explanation]
    if settlement.next_step is not None:
        sentences.append(settlement.next_step.sentence)
    return {
        "partner": partner,
        "period": str(settlement.period),
        "attainment": plain(settlement.attainment),
        "amount": plain(settlement.amount),
        "step": None if settlement.step is None else plain(settlement.step),
        "explanation": [english(line, settlement.currency) for line in sentences],
    }


def read_table(table: str, terms: Terms) -> list[Row]:
    """All rows; blank lines are skipped. Raises `BadTable` at the first thing wrong."""
    text = table.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    columns: list[str] | None = None
    number = 0
    try:
        for number, fields in enumerate(lines, start=1):
            if not any(field.strip() for field in fields):
                continue
            if columns is None:
                columns = _header(fields)
            elif len(fields) != len(columns):
                text = _n("row {row}: {found} columns instead of {expected}")
                raise BadTable(text, row=number, found=len(fields), expected=len(columns))
            else:
                rows.append(_row(number, dict(zip(columns, map(str.strip, fields), strict=True)), terms))
    except csv.Error as error:
        raise BadTable(_n("row {row}: {problem}"), row=number + 1, problem=error) from error
    if columns is None:
        raise BadTable(_n("row 1: the header is missing ({columns})"), columns=",".join(COLUMNS))
    return rows


def _header(fields: list[str]) -> list[str]:
    columns = [field.strip().lower() for field in fields]
    for name in COLUMNS:
        if columns.count(name) != 1:
            text = _n("row 1: the column “{column}” must be there once ({columns})")
            raise BadTable(text, column=name, columns=",".join(COLUMNS))
    return columns


def _row(number: int, values: Mapping[str, str], terms: Terms) -> Row:
    if not values["partner"]:
        raise BadTable(_n("row {row}, column partner: is empty"), row=number)
    return Row(
        partner=values["partner"],
        tier=values["tier"] or None,
        country=values["country"].upper() or None,
        article=values["article"],
        group=values["group"],
        day=_day(number, values["date"], terms),
        quantity=_number(number, "quantity", values["quantity"]),
        net=_number(number, "net", values["net"]) if values["net"] else None,
    )


def _day(number: int, value: str, terms: Terms) -> date:
    text = _n("row {row}, column date: “{value}” is not a date like 2026-12-31")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise BadTable(text, row=number, value=value[:40])
    try:
        day = date.fromisoformat(value)
        Period.containing(terms.period, day)
    except (ValueError, NotAPeriod) as error:
        raise BadTable(text, row=number, value=value) from error
    return day


def _number(number: int, column: str, value: str) -> Decimal:
    try:
        return exact_decimal(value)
    except NotANumber as error:
        raise BadTable(_n("row {row}, column {column}: {problem}"), row=number, column=column, problem=error) from error


def _settled(terms: Terms, rows: Mapping[str, Mapping[Period, list[Row]]]) -> Iterator[tuple[str, Settlement]]:
    for partner in sorted(rows):
        first = min(row.day for of_period in rows[partner].values() for row in of_period)
        for period in sorted(rows[partner]):
            facts = Facts(period, first_enrolled_on=first)
            yield partner, settle(terms, facts, _aggregates(terms, rows[partner][period]))


def _aggregates(terms: Terms, rows: Iterable[Row]) -> list[Aggregate]:
    alike: dict[tuple[str | None, str | None, str, bool], list[Row]] = defaultdict(list)
    for row in rows:
        in_group = terms.products in (Terms.ALL_PRODUCTS, row.group)
        alike[row.tier, row.country, row.article, in_group].append(row)
    return [_aggregate(*circumstances, found) for circumstances, found in alike.items()]


def _aggregate(tier: str | None, country: str | None, article: str, in_group: bool, rows: list[Row]) -> Aggregate:
    without_value = [row for row in rows if row.net is None]
    with decimal.localcontext(EXACT):
        return Aggregate(
            tier=tier,
            country=country,
            active=True,
            agreement=False,
            article=article,
            in_group=in_group,
            project=False,
            units=sum((row.quantity for row in rows), Decimal(0)),
            net=sum((row.net for row in rows if row.net is not None), Decimal(0)),
            lines=len(rows),
            lines_without_value=len(without_value),
            units_without_value=sum((row.quantity for row in without_value), Decimal(0)),
        )
