"""Runs docs/tiers.md: what is earned with which figures, and what an assessment does on which day."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from programs import plain_yaml
from programs.criteria import Criterion, Measurement, kinds, parse
from programs.models import Program, Tier
from tests.docs.tables import Row, page, tables
from tiers.judging import judge, ladder_of
from tiers.planning import Open, State, plan

TEXT = page("tiers.md")
KINDS, EARNED, DAYS = tables(TEXT)


def number(cell: str) -> Decimal:
    return Decimal(cell.replace(",", ""))


@pytest.mark.parametrize("row", EARNED, ids=lambda row: " ".join(row.values()))
def test_what_is_earned_with_these_figures(row: Row) -> None:
    (asked,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    document: Any = plain_yaml.load(asked)
    tiers = [
        Tier(pk=rank, code=code, name=code, rank=rank, requirements=requirements)
        for rank, (code, requirements) in enumerate(document.items(), start=1)
    ]
    ladder = ladder_of(Program(), tiers)

    def measured(one: Criterion) -> Measurement:
        have = Decimal(1) if one.kind.key == "verified" else number(row[one.kind.key])
        return Measurement(have, one.kind.need(one.params))

    found = judge(ladder, {key: {1: measured(one)} for key, one in ladder.criteria().items()}, 1, tiers[0]).earned
    assert found is not None
    assert found.code == row["earned"]


@pytest.mark.parametrize("row", DAYS, ids=lambda row: " ".join(row.values()))
def test_what_happens_on_this_day(row: Row) -> None:
    to, _, on = row["open"].partition(" on ")
    waiting = None if to == "–" else Open(int(to), date.fromisoformat(on) if on else None)
    state = State(int(row["held"]), int(row["earned"]), 1, row["decided"] == "yes", waiting)
    today = date.fromisoformat(row["day"])
    found = plan(state, today=today, automatic=False, grace_days=90)
    said = str(found.step)
    if found.step in ("propose", "redirect", "announce", "fall"):
        said += f" {found.to}"
    if found.step in ("announce", "fall"):
        said += f" on {found.on}"
    assert said == row["what happens"]


def test_the_page_names_every_kind_and_each_of_its_fields() -> None:
    assert {row["kind"].strip("`") for row in KINDS} == {kind.key for kind in kinds}
    for row in KINDS:
        kind = next(one for one in kinds if one.key == row["kind"].strip("`"))
        named = set(re.findall(r"`(\w+)`", row["fields"]))
        assert named == set(kind.params.model_fields) - {"de", "en"}
    assert parse([])
