"""Imports and replacements whose worker is killed at every commit: nothing lost, nothing twice."""

from __future__ import annotations

import hashlib
import json
import signal
import sys
from collections.abc import Iterable
from datetime import date

import pytest
from django.db import connection

from common.access import Actor
from partners.models import Partner
from programs.models import Distributor, Program
from sales import uploads
from sales.models import CustomerNumber, SaleLine, SellOutReport, Upload, WaitingRow
from tests.faults.world import NOW, make_world
from tests.services import run

TODAY = date(2026, 11, 22)
HEADER = "customer no,document,line,date,article,quantity,net"
ROWS = 30


def sheet(rows: Iterable[int], quantity: int = 1) -> bytes:
    """Ten documents; every fifth row is of a customer nobody knows."""
    lines = [
        f"{'X' if row % 5 == 0 else 'K'}{row % 10},D{row % 10},{row},2026-10-{row % 28 + 1:02},X1,{quantity},100.00"
        for row in rows
    ]
    return "\n".join([HEADER, *lines, ""]).encode()


FIRST = sheet(range(ROWS))
SECOND = (
    sheet(range(10)) + sheet(range(10, 20), quantity=2).split(b"\n", 1)[1] + sheet(range(40, 45)).split(b"\n", 1)[1]
)


@pytest.fixture
def program(own_database: str) -> Program:
    program = make_world(partners=10)
    CustomerNumber.objects.bulk_create(
        CustomerNumber(
            vendor=program.vendor, distributor=Distributor.objects.get(), number=f"K{place}", partner=partner
        )
        for place, partner in enumerate(Partner.objects.order_by("number"))
    )
    return program


def queue(program: Program, content: bytes, replaces: SellOutReport | None = None) -> Upload:
    upload, _found = uploads.hand_in(
        actor=Actor.system(),
        vendor=program.vendor,
        distributor=Distributor.objects.get(),
        file_name="october.csv",
        content=content,
        user=None,
        now=NOW,
        replaces=replaces,
    )
    return upload


def digest() -> str:
    """Everything an import leaves, without the numbers that a sequence gives."""
    lines = SaleLine.objects.filter(report__isnull=False)
    line = ("document_key", "document_line", "generation", "reverses__quantity", "partner__number", "quantity", "net")
    row = ("document_key", "document_line", "quantity", "state")
    report = ("rows", "matched", "unmatched", "duplicates", "unchanged", "taken_back")
    shown = [
        sorted(str(found) for found in lines.values_list(*line, "counts_on")),
        sorted(str(found) for found in WaitingRow.objects.values_list(*row)),
        sorted(str(found) for found in SellOutReport.objects.values_list(*report)),
        sorted(Upload.objects.values_list("state", flat=True)),
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def killed_at(database_url: str, file: int, commit: int, moment: str, kind: str = "reports") -> bool:
    """Whether there was such a commit at which the worker died."""
    asked = (kind, str(file), str(commit), moment)
    process = run(sys.executable, "-m", "tests.faults.dying", *asked, database_url=database_url)
    _output, errors = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGKILL), errors
    connection.close()
    return process.returncode == -signal.SIGKILL


def finish(upload: Upload) -> None:
    """What the next tick does: hand what is queued to a worker."""
    for pk in uploads.sweep(now=NOW):
        uploads.run(upload_id=pk, now=NOW, today=TODAY)
    upload.refresh_from_db()
    assert upload.state == Upload.State.IMPORTED


def import_both(program: Program) -> tuple[str, str]:
    first = queue(program, FIRST)
    finish(first)
    after_first = digest()
    second = queue(program, SECOND, first.report)
    finish(second)
    return after_first, digest()


COMMITS = [(number, moment) for number in (1, 2) for moment in ("before", "after")]


@pytest.fixture
def undisturbed(program: Program, own_database: str) -> tuple[str, str]:
    """The digests that a quiet import and its quiet replacement leave; the database is as before again."""
    found = import_both(program)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sales_upload, sales_selloutreport, sales_waitingrow, sales_saleline CASCADE")
    assert not Upload.objects.exists()
    return found


@pytest.mark.parametrize(("commit", "moment"), COMMITS, ids=str)
def test_an_import_and_its_replacement_killed_at_a_commit_end_as_undisturbed_ones(
    own_database: str, undisturbed: tuple[str, str], program: Program, commit: int, moment: str
) -> None:
    first = queue(program, FIRST)
    assert killed_at(own_database, first.pk, commit, moment)
    finish(first)
    assert digest() == undisturbed[0]

    second = queue(program, SECOND, first.report)
    assert killed_at(own_database, second.pk, commit, moment)
    finish(second)
    assert digest() == undisturbed[1]


def test_there_is_no_commit_that_is_not_visited(own_database: str, program: Program) -> None:
    upload = queue(program, FIRST)
    assert not killed_at(own_database, upload.pk, len(COMMITS) // 2 + 1, "before")
    upload.refresh_from_db()
    assert upload.state == Upload.State.IMPORTED
