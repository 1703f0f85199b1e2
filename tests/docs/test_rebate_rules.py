"""Runs docs/rebate-rules.md: each table under a YAML block is calculated by the engine and compared, row by row.

A table with the column `line` is one settlement of all its rows, its last row the sum; in any other table each row is
a settlement of its own. A column nobody knows fails, so that no figure stands there unchecked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from common.periods import Period
from programs.terms import Counts, Terms
from rebates.engine import Aggregate, Facts, Reason, SaleLine, Settlement, english, settle, shares

RULES = Path(__file__).parents[2] / "docs" / "rebate-rules.md"
ROW_COLUMNS = {"units", "revenue", "step reached", "rebate", "next step", "because", "effective", "exactly",
               "enrolled on", "period"}  # fmt: skip
LINE_COLUMNS = {"line", "tier", "country", "group", "article", "units", "net", "left out", "share"}
LAST_QUARTER = Period.parse("2026Q4")

Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    yaml: str
    line: int
    rows: list[Row]

    @property
    def terms(self) -> Terms:
        return Terms.from_yaml(self.yaml)


def tables() -> list[Table]:
    """Every YAML block with the table below it. A block without one is an error of the page."""
    text = RULES.read_text(encoding="utf-8")
    found = []
    for block in re.finditer(r"```yaml\n(.*?)```\n\n((?:\|[^\n]*\n)+)?", text, re.DOTALL):
        assert block[2], f"no table below the terms {block[1][:60]!r}"
        head, _, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in block[2].splitlines())
        rows = [dict(zip(head, cells, strict=True)) for cells in body]
        found.append(Table(block[1], text[: block.start()].count("\n") + 1, rows))
    return found


TABLES = tables()


def number(cell: str) -> Decimal:
    return Decimal(cell.strip("*").replace(",", ""))


def period_of(terms: Terms) -> Period:
    return Period.containing(terms.period, LAST_QUARTER.start)


@pytest.mark.parametrize(
    "table", [table for table in TABLES if "line" not in table.rows[0]], ids=lambda t: f"line {t.line}"
)
def test_every_row_is_what_the_engine_says(table: Table) -> None:
    for row in table.rows:
        assert set(row) <= ROW_COLUMNS
        check_row(row, settled_row(table.terms, row))


def settled_row(terms: Terms, row: Row) -> Settlement:
    facts = Facts(
        Period.parse(row["period"]) if "period" in row else period_of(terms),
        first_enrolled_on=date.fromisoformat(row["enrolled on"]) if "enrolled on" in row else None,
    )
    units, net = number(row.get("units", "1")), number(row.get("revenue", "0"))
    one = Aggregate("silver", "DE", active=True, agreement=False, article="D785", in_group=True, project=False,
                    units=units, net=net, lines=1)  # fmt: skip
    return settle(terms, facts, [one])


def check_row(row: Row, found: Settlement) -> None:
    assert f"{found.amount:,.2f}" == row["rebate"], row
    assert f"{found.amount}" == row["rebate"].replace(",", ""), row
    if "step reached" in row:
        assert ("–" if found.step is None else f"{found.step:f}") == row["step reached"], row
    if "next step" in row:
        said = english(found.next_step.sentence, found.currency) if found.next_step else "–"
        assert said == row["next step"], row
    if row.get("effective"):
        assert found.amount / found.attainment * 100 == number(row["effective"].removesuffix(" %")), row
    if "exactly" in row:
        assert found.exact == number(row["exactly"]), row


@pytest.mark.parametrize(
    "table", [table for table in TABLES if "line" in table.rows[0]], ids=lambda t: f"line {t.line}"
)
def test_every_line_counts_and_shares_as_it_says(table: Table) -> None:
    *rows, total = table.rows
    terms = table.terms
    assert total["line"] == "**sum**"
    assert set(total) <= LINE_COLUMNS
    lines = [line_of(terms, row) for row in rows]
    found = settle(terms, Facts(period_of(terms)), [aggregate_of(line) for line in lines])
    assert number(total["share"]) == found.amount
    assert number(total["units" if terms.counts is Counts.UNITS else "net"]) == found.attainment
    shared = shares(terms, found, lines)
    for row, line in zip(rows, lines, strict=True):
        alone = settle(terms, Facts(period_of(terms)), [aggregate_of(line)])
        assert [reason_of(row)] * bool(reason_of(row)) == [group.reason for group in alone.left_out], row
        assert str(shared[line.id]) == row["share"], row


def reason_of(row: Row) -> Reason | None:
    cell = row.get("left out", "").strip("`")
    return Reason(cell) if cell else None


def line_of(terms: Terms, row: Row) -> SaleLine:
    return SaleLine(
        id=int(row["line"]),
        tier=row.get("tier") or None,
        country=row.get("country") or None,
        active=True,
        agreement=False,
        article=row.get("article", ""),
        in_group=terms.products in ("all", row.get("group")),
        project=False,
        units=number(row["units"]),
        net=number(row["net"]) if row.get("net") else None,
    )


def aggregate_of(line: SaleLine) -> Aggregate:
    return Aggregate(
        tier=line.tier,
        country=line.country,
        active=line.active,
        agreement=line.agreement,
        article=line.article,
        in_group=line.in_group,
        project=line.project,
        units=line.units,
        net=line.net or Decimal(0),
        lines=1,
        lines_without_value=int(line.net is None),
        units_without_value=line.units if line.net is None else Decimal(0),
    )


def test_the_page_names_every_reason_and_every_field() -> None:
    text = RULES.read_text(encoding="utf-8")
    for reason in Reason:
        assert f"`{reason}`" in text
    for name in Terms.model_fields:
        assert f"`{name}`" in text


def test_the_page_has_tables_of_both_kinds() -> None:
    assert len(TABLES) == text_blocks()
    assert {"line" in table.rows[0] for table in TABLES} == {True, False}


def text_blocks() -> int:
    return RULES.read_text(encoding="utf-8").count("```yaml")
