"""Files with partners whose worker is killed at every commit, while it checks and while it imports."""

from __future__ import annotations

from typing import Any

import pytest

from common.access import Actor
from partners.models import BroughtContact, DataCheck, Enrolment, EnrolmentStatus, EnrolmentTier, Partner, Seat
from programs.models import Program
from sales.golive import files
from sales.models import CustomerNumber, PartnerImport
from tests.faults.test_imports import COMMITS, TODAY, killed_at
from tests.faults.world import NOW, make_world

State = PartnerImport.State
ROWS = 700
"""More than are written at a time."""
HEADER = "Firma;PLZ;Ort;Land;Partnernummer;Stufe;E-Mail;Distributor;Kundennummer"
FILE = "\n".join(
    [HEADER, *(f"Haus {row} GmbH;{10000 + row};Ort;DE;V-{row};Registered;p{row}@example.org;Komsa;C-{row}"
               for row in range(ROWS)), ""]
).encode()  # fmt: skip
MADE = (Partner, Seat, DataCheck, Enrolment, EnrolmentStatus, EnrolmentTier, BroughtContact, CustomerNumber)


@pytest.fixture
def program(own_database: str, settings: Any) -> Program:
    settings.PARTNER_ROWS_AT_ONCE = 0
    return make_world(partners=2)


def receive(program: Program) -> PartnerImport:
    sent: dict[str, Any] = {"file_name": "partners.csv", "content": FILE, "user": None, "now": NOW, "today": TODAY}
    return files.receive(actor=Actor.system(), vendor=program.vendor, program=program, **sent)


def finish(file: PartnerImport, state: str) -> None:
    """What the next tick does: hand what waits to a worker."""
    for pk in files.sweep(now=NOW):
        files.run(file_id=pk, now=NOW, today=TODAY)
    file.refresh_from_db()
    assert file.state == state


def counts() -> list[int]:
    return [model._default_manager.count() for model in MADE]


@pytest.mark.parametrize(("commit", "moment"), COMMITS, ids=str)
def test_killed_at_any_commit_the_file_is_checked_and_imported_once(
    own_database: str, program: Program, commit: int, moment: str
) -> None:
    before = counts()
    file = receive(program)
    assert file.state == State.CHECKING
    assert killed_at(own_database, file.pk, commit, moment, "partners")
    finish(file, State.DRAFT)
    assert (file.figures["new"], counts()) == (ROWS, before)

    files.start(actor=Actor.system(), file=file, now=NOW)
    assert killed_at(own_database, file.pk, commit, moment, "partners")
    assert counts() in (before, [number + ROWS for number in before])
    finish(file, State.IMPORTED)
    assert counts() == [number + ROWS for number in before]
    assert bytes(file.content) == b""


def test_there_is_no_commit_that_is_not_visited(own_database: str, program: Program) -> None:
    file = receive(program)
    for state in (State.DRAFT, State.IMPORTED):
        assert not killed_at(own_database, file.pk, len(COMMITS) // 2 + 1, "before", "partners")
        file.refresh_from_db()
        assert file.state == state
        if state == State.DRAFT:
            files.start(actor=Actor.system(), file=file, now=NOW)
