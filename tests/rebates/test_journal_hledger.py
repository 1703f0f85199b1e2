"""The journal as hledger reads it, compared with the ledger."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.access import Actor
from common.periods import Period
from rebates import accounts, closing
from tests.rebates.journals import ENTRIES, TEXTS, Made, post_all, with_entries, write
from tests.undone import undone
from tests.world import NOW, TODAY, World

HLEDGER = shutil.which("hledger")
needs_hledger = pytest.mark.skipif(HLEDGER is None, reason="needs hledger, Debian's package of that name")


def run_hledger(path: Path, *arguments: str) -> str:
    assert HLEDGER is not None
    done = subprocess.run(
        [HLEDGER, "-f", str(path), *arguments],
        capture_output=True, check=False, encoding="utf-8", env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def hledger_balances(path: Path) -> dict[tuple[str, str], Decimal]:
    found = {}
    for account, balance in list(csv.reader(io.StringIO(run_hledger(path, "balance", "--flat", "-N", "-O", "csv"))))[
        1:
    ]:
        for amount in balance.split(", "):
            number, _space, currency = amount.partition(" ")
            if currency:
                found[account, currency] = Decimal(number)
    return found


@needs_hledger
@with_entries
@given(made=st.lists(ENTRIES, max_size=12), names=st.tuples(TEXTS, TEXTS))
def test_hledger_accepts_the_journal_and_has_the_balances_of_the_ledger(
    world: World, tmp_path: Path, made: list[Made], names: tuple[str, str]
) -> None:
    with undone():
        post_all(world, made, names)
        path = tmp_path / "all.journal"
        path.write_bytes(write(world, "hledger")[0])
        run_hledger(path, "check", "--strict", "ordereddates")
        found = hledger_balances(path)

        def held(account: str, balance: accounts.Balance) -> Decimal:
            return found.get((f"{account}:{balance.partner.number}", balance.currency), Decimal(0))

        known = accounts.balances(vendor=world.vendor, actor=Actor.system())
        for balance in known:
            assert balance.net == -held("liabilities:owed", balance) - held("assets:carried", balance)
            assert balance.in_payment == -held("liabilities:in-payment", balance)
            assert balance.paid == -held("assets:paid", balance) - held("assets:returned", balance)
        assert run_hledger(path, "print").count("    ; ") == 0


@needs_hledger
def test_hledger_shows_partner_and_cause_of_what_a_closing_booked(world: World, tmp_path: Path) -> None:
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q3"), today=TODAY, now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    path = tmp_path / "q3.journal"
    path.write_bytes(write(world, "hledger")[0])
    assert run_hledger(path, "payees") == "Elbtal Systemhaus GmbH\n"
    assert hledger_balances(path) == {
        ("expenses:rebates", "EUR"): Decimal("120.00"),
        ("liabilities:owed:2B3C4D5F", "EUR"): Decimal("-120.00"),
    }
