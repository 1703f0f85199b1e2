"""Imports, matches and freezes at the same time, as processes and threads that commit for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from sales.books import freeze
from sales.models import SaleLine, SellOutReport, WaitingRow
from tests.sales.sending import MANY, at_once, many_rows, send
from tests.world import World


def sending(world: World, content: bytes) -> Callable[[], object]:
    return lambda: send(world, content)


def test_the_same_file_in_four_processes_is_booked_once(committed: World, own_database: str, tmp_path: Path) -> None:
    before = SaleLine.objects.count()
    path = tmp_path / "report.csv"
    path.write_bytes(many_rows())
    command = [
        sys.executable,
        "manage.py",
        "import_sellout",
        str(path),
        "--vendor=lenovo",
        "--distributor=allnet",
        "--json",
    ]
    environment = {**os.environ, "DATABASE_URL": own_database}
    processes = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
        answers.append(json.loads(out))
    assert sorted(answer["matched"] for answer in answers) == [0, 0, 0, MANY]
    assert sorted(answer["duplicate"] for answer in answers) == [0, MANY, MANY, MANY]
    assert len({answer["report"] for answer in answers}) == 1
    assert SaleLine.objects.count() == before + MANY
    assert SellOutReport.objects.filter(vendor=committed.vendor, file_name="report.csv").count() == 1


def test_two_files_with_the_same_rows_at_once_book_each_row_once(committed: World) -> None:
    before = SaleLine.objects.count()
    results = at_once(*[sending(committed, many_rows() + b"\n" * extra) for extra in range(3)])
    assert sorted((result.matched, result.duplicate) for result in results) == [(0, MANY), (0, MANY), (MANY, 0)]  # type: ignore[attr-defined]
    assert SaleLine.objects.count() == before + MANY


def test_every_row_imported_while_books_are_frozen_is_in_this_cut_or_in_the_next(committed: World) -> None:
    for turn in range(8):
        frozen: list[int] = []
        seen: list[int] = []

        def close(frozen: list[int] = frozen, seen: list[int] = seen, turn: int = turn) -> None:
            with transaction.atomic():
                cut = freeze(vendor_id=committed.vendor.pk)
            frozen.append(cut)
            seen.append(SaleLine.objects.filter(document_key__startswith=f"T{turn}X", cut__lte=cut).count())

        results = at_once(sending(committed, many_rows(prefix=f"T{turn}X", count=50)), close)
        assert all(not isinstance(result, Exception) for result in results), results
        # Nothing arrives under a cut after it was frozen: what the closing saw is all it will ever have.
        booked = SaleLine.objects.filter(document_key__startswith=f"T{turn}X")
        assert booked.filter(cut__lte=frozen[0]).count() == seen[0]
        assert seen[0] in (0, 50)


def test_a_failed_import_leaves_nothing_and_holds_nothing(committed: World) -> None:
    content = many_rows()
    refused, taken = at_once(
        sending(committed, content.replace(b"1000,50", b"1000,5x", 1)), sending(committed, content)
    )
    assert isinstance(refused, Exception)
    assert taken.matched == MANY  # type: ignore[attr-defined]
    assert WaitingRow.objects.filter(vendor=committed.vendor).count() == 1
