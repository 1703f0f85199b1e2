"""The figures of docs/statements.md, compared with the code."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from rebates.documents.statement_pdf import MOST_TAGGED
from rebates.statements import vat
from rebates.statements.derivations import MOST_LINES
from rebates.statements.making import PREFIXES, TRY_AGAIN_AFTER
from rebates.tasks import STATEMENT_WORKERS

PAGE = " ".join((Path(__file__).resolve().parents[2] / "docs/statements.md").read_text().split())


def test_bounds_are_those_of_the_code() -> None:
    assert f"at most {MOST_LINES:,} lines a document" in PAGE
    assert f"Up to {MOST_TAGGED} lines tell their structure" in PAGE
    assert "Up to four workers" in PAGE
    assert STATEMENT_WORKERS == 4
    assert "tried again every hour" in PAGE
    assert timedelta(hours=1) == TRY_AGAIN_AFTER


def test_the_vat_of_the_example_is_contained() -> None:
    assert vat.contained(Decimal("120.00"), vat.rate_on(date(2026, 9, 30))) == Decimal("19.16")
    assert "120.00 € at 19 % contain 19.16 €" in PAGE


def test_numbers_are_written_as_they_are() -> None:
    assert f"`{PREFIXES['bonus_statement']}-3-2B3C4D5F`" in PAGE  # type: ignore[index]
