"""Runs the examples of customers in docs/deals.md."""

from __future__ import annotations

import re

import pytest

from common.customers import SAME, Customer, compare_customers
from common.customers.matching import Comparison
from tests.docs.tables import Row, page, table

TEXT = page("deals.md")


def customer(text: str) -> Customer:
    """Name; street; postcode and town; domain; VAT id: whatever of it stands there, known by its looks."""
    name, *others = (cell.strip() for cell in text.split(";"))
    known = {"name": name}
    for cell in others:
        if re.fullmatch(r"(?i)de[ \d]{9,}", cell):
            known["vat_id"] = cell
        elif "." in cell:
            known["domain"] = cell
        elif place := re.fullmatch(r"(\d{5}) (.+)", cell):
            known |= {"postcode": place[1], "city": place[2]}
        else:
            known["street" if re.search(r"\d", cell) else "city"] = cell
    return Customer(**known)


def why(found: Comparison) -> str:
    return "; ".join(f"against: {reason.text}" if reason.against else reason.text for reason in found.reasons)


@pytest.mark.parametrize("row", table(TEXT, "one"), ids=lambda row: row["one"])
def test_an_example_is_weighed_as_it_says(row: Row) -> None:
    found = compare_customers(customer(row["one"]), customer(row["the other"]))
    verdict = f"**{found.score}**" if found.same else str(found.score)
    assert (verdict, why(found)) == (row["score"], row["why"])


def test_the_page_says_from_which_score_on_two_are_the_same() -> None:
    assert f"from {SAME} on two customers are taken as **the same**" in TEXT
