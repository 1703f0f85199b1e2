"""Imports, matches and freezes at the same time, as processes and threads that commit for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from sales.books import freeze
from sales.importing import import_sellout
from sales.models import SaleLine, SellOutReport, WaitingRow
from tests.sales.test_importing import report
from tests.world import NOW, TODAY, World, build_world

ROWS = 400


def many_rows(*, customer: str = "K-1", prefix: str = "RE", count: int = ROWS) -> bytes:
    return report(*[f"{customer};;{prefix}-{number};1;02.11.2026;21HM;1;10,50;;" for number in range(count)])


@pytest.fixture
def committed(own_database: str) -> World:
    """The small world, committed, on a database of the test's own."""
    with transaction.atomic():
        return build_world()


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run each action in a thread with a connection of its own, all starting together; their results or exceptions."""
    barrier = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def run(place: int) -> None:
        barrier.wait()
        try:
            results[place] = actions[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def send(world: World, content: bytes) -> Callable[[], object]:
    return lambda: import_sellout(
        vendor=world.vendor, distributor=world.distributor, file_name="x.csv", content=content, uploaded_by=None, now=NOW,
        today=TODAY,
    )  # fmt: skip


def test_the_same_file_in_four_processes_is_booked_once(committed: World, own_database: str, tmp_path: Path) -> None:
    before = SaleLine.objects.count()
    path = tmp_path / "report.csv"
    path.write_bytes(many_rows())
    command = [sys.executable, "manage.py", "import_sellout", str(path), "--vendor=lenovo", "--distributor=allnet", "--json"]
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
    assert sorted(answer["matched"] for answer in answers) == [0, 0, 0, ROWS]
    assert sorted(answer["duplicate"] for answer in answers) == [0, ROWS, ROWS, ROWS]
    assert len({answer["report"] for answer in answers}) == 1
    assert SaleLine.objects.count() == before + ROWS
    assert SellOutReport.objects.filter(vendor=committed.vendor, file_name="report.csv").count() == 1


def test_two_files_with_the_same_rows_at_once_book_each_row_once(committed: World) -> None:
    before = SaleLine.objects.count()
    results = at_once(*[send(committed, many_rows() + b"\n" * extra) for extra in range(3)])
    assert sorted((result.matched, result.duplicate) for result in results) == [(0, ROWS), (0, ROWS), (ROWS, 0)]  # type: ignore[attr-defined]
    assert SaleLine.objects.count() == before + ROWS


def test_every_row_imported_while_books_are_frozen_is_in_this_cut_or_in_the_next(committed: World) -> None:
    for turn in range(8):
        frozen: list[int] = []
        seen: list[int] = []

        def close(frozen: list[int] = frozen, seen: list[int] = seen, turn: int = turn) -> None:
            with transaction.atomic():
                cut = freeze(vendor_id=committed.vendor.pk)
            frozen.append(cut)
            seen.append(SaleLine.objects.filter(document_key__startswith=f"T{turn}X", cut__lte=cut).count())

        results = at_once(send(committed, many_rows(prefix=f"T{turn}X", count=50)), close)
        assert all(not isinstance(result, Exception) for result in results), results
        # Nothing arrives under a cut after it was frozen: what the closing saw is all it will ever have.
        booked = SaleLine.objects.filter(document_key__startswith=f"T{turn}X")
        assert booked.filter(cut__lte=frozen[0]).count() == seen[0]
        assert seen[0] in (0, 50)


def test_a_failed_import_leaves_nothing_and_holds_nothing(committed: World) -> None:
    content = many_rows()
    refused, taken = at_once(send(committed, content.replace(b"10,50", b"10,5x", 1)), send(committed, content))
    assert isinstance(refused, Exception)
    assert taken.matched == ROWS  # type: ignore[attr-defined]
    assert WaitingRow.objects.filter(vendor=committed.vendor).count() == 1
