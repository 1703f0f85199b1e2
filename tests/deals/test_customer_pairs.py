"""The comparison of customers against labelled pairs, a third of which was never looked at while it was made."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path

import pytest

from common.customers import Customer, compare_customers, keys
from common.customers.matching import prepared, weigh

PAIRS = Path(__file__).parent / "customers.csv"
COLUMNS = [field.name for field in fields(Customer)]
RECALL, PRECISION = 0.95, 0.9

Row = dict[str, str]


def rows(*, held_out: bool) -> list[Row]:
    with PAIRS.open(encoding="utf-8-sig", newline="") as lines:
        return [row for row in csv.DictReader(lines) if (row["held_out"] == "1") is held_out]


def pair(row: Row) -> tuple[Customer, Customer]:
    one, other = (Customer(*(row[f"{column}_{side}"] for column in COLUMNS)) for side in "ab")
    return one, other


def test_of_the_pairs_held_out_nearly_all_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    told = [(row["same"] == "1", compare_customers(*pair(row)).same) for row in rows(held_out=True)]
    right = told.count((True, True))
    recall = right / (right + told.count((True, False)))
    precision = right / (right + told.count((False, True)))
    with capsys.disabled():
        print(f"\n{len(told)} pairs held out: recall {recall:.3f}, precision {precision:.3f}")  # noqa: T201
    assert recall >= RECALL
    assert precision >= PRECISION


def test_the_keys_of_a_search_lose_no_pair_of_the_tuning() -> None:
    for row in rows(held_out=False):
        one, other = pair(row)
        if weigh(prepared(one), prepared(other)).same:
            assert keys(one) & keys(other), (one, other)
