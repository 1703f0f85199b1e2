"""What docs/accounting.md says about accounts and about the text for hledger."""

from __future__ import annotations

import io
import re
from pathlib import Path

from common.access import Actor
from common.periods import Period
from rebates import closing
from rebates.journal import hledger
from rebates.journal.exporting import export
from rebates.journal.reading import Account, Days
from rebates.models.accounting import DEFAULTS, Chart
from tests.world import NOW, TODAY, World

TEXT = (Path(__file__).parents[2] / "docs" / "accounting.md").read_text(encoding="utf-8")


def test_the_accounts_and_their_numbers_are_in_the_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\d+) \| (\d+) \| `([^`]+)` \|$", TEXT, re.MULTILINE)
    assert rows == [
        (
            account.value,
            DEFAULTS[Chart.SKR03][account],
            DEFAULTS[Chart.SKR04][account],
            hledger.ACCOUNTS[account].format(partner="PARTNER"),
        )
        for account in Account
    ]


def test_the_example_for_hledger_is_what_is_written(world: World) -> None:
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q3"), today=TODAY, now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    out = io.BytesIO()
    days = Days.through(TODAY, TODAY)
    export(vendor=world.vendor, days=days, fmt="hledger", actor=Actor.system(), now=NOW, out=out)
    written = re.sub(r"\(settlement:[^)]+\)", "(KEY)", out.getvalue().decode()).replace(TODAY.isoformat(), "DAY")
    (example,) = re.findall(r"```\n(commodity.*?)```", TEXT, re.DOTALL)
    assert re.sub(r"2026-10-11 \([^)]+\)", "DAY (KEY)", example).strip() in written
