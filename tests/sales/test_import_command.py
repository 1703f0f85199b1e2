"""`import_sellout` as people and scripts call it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sales import layouts
from sales.models import SaleLine
from sales.readers.reading import guess
from tests.sales.sending import ROWS, counts, report, workbook
from tests.world import NOW, World


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "november.csv"
    path.write_bytes(report(*ROWS, ROWS[0].replace("K-1", "K-99").replace("RE-1", "RE-7"), ROWS[1]))
    return path


def run(path: Path | str, *options: str, vendor: str = "lenovo", distributor: str = "allnet") -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command(
            "import_sellout",
            str(path),
            f"--vendor={vendor}",
            f"--distributor={distributor}",
            *options,
            stdout=out,
            stderr=err,
        )
    except CommandError as error:
        err.write(f"{error}\n")
        err.write(f"exit {error.returncode}")
    return out.getvalue(), err.getvalue()


def test_it_tells_what_became_of_the_rows(world: World, file: Path) -> None:
    assert run(file) == ("read 5, matched 3, unmatched 1, duplicate 1, refused 0\n", "")


def test_it_tells_the_same_to_programs(world: World, file: Path) -> None:
    out, err = run(file, "--json")
    answer = json.loads(out)
    figures = {
        name: answer[name] for name in ("read", "matched", "unmatched", "duplicate", "refused", "known", "errors")
    }
    assert figures == {
        "read": 5, "matched": 3, "unmatched": 1, "duplicate": 1, "refused": 0, "known": False, "errors": [],
    }  # fmt: skip
    assert err == ""


def test_a_second_time_it_adds_nothing_and_says_so(world: World, file: Path) -> None:
    run(file)
    before = counts()
    out, err = run(file)
    assert out.startswith("read 5, matched 0, unmatched 0, duplicate 5, refused 0\nThis file was imported before")
    assert err == ""
    assert counts() == before


def test_errors_name_row_column_and_value_and_end_in_failure(world: World, file: Path) -> None:
    before = SaleLine.objects.count()
    file.write_bytes(report(ROWS[0], ROWS[1].replace(";2;", ";zwei;")))
    out, err = run(file, "--json")
    answer = json.loads(out)
    assert (answer["read"], answer["matched"], answer["refused"]) == (2, 0, 2)
    assert [(error["row"], error["column"], error["value"]) for error in answer["errors"]] == [(3, "Menge", "zwei")]
    assert err.startswith("row 3, column “Menge”, value “zwei”: ")
    assert err.endswith("exit 1")
    assert SaleLine.objects.count() == before


@pytest.mark.parametrize(
    ("options", "line"),
    [({"vendor": "acme"}, "There is no vendor “acme”. Known: ibm, lenovo."),
     ({"distributor": "acme"}, "There is no distributor “acme”. Known: allnet, komsa."),
     ({"distributor": "komsa"}, "Komsa is not authorised for any program of Lenovo.")],
)  # fmt: skip
def test_unknown_names_are_one_clear_line(world: World, file: Path, options: dict[str, str], line: str) -> None:
    assert run(file, **options) == ("", f"{line}\nexit 1")


def test_a_file_that_cannot_be_read_is_one_clear_line(world: World, tmp_path: Path, settings: object) -> None:
    assert (
        run(tmp_path / "nothing.csv")[1] == f"{tmp_path}/nothing.csv cannot be read: No such file or directory.\nexit 1"
    )
    assert run(tmp_path)[1] == f"{tmp_path} cannot be read: Is a directory.\nexit 1"
    (tmp_path / "large.csv").write_bytes(b"x" * 100)
    settings.SELLOUT_MAX_BYTES = 99  # type: ignore[attr-defined]
    assert "larger than" in run(tmp_path / "large.csv")[1]


def test_the_way_of_writing_can_be_named(world: World, file: Path) -> None:
    file.write_bytes(report("K-1;;R-1;1;02.11.2026;4X40;1;100.000;;"))
    assert "can mean two different numbers" in run(file)[1]
    assert run(file, "--numbers=en")[0].startswith("read 1, matched 1")


SHEET = [row.split(";") for row in report(*ROWS).decode().splitlines()]
OCTOBER = [[cell.replace("RE-", "RE-9") for cell in row] for row in SHEET]
COVER = [["Abverkauf", "ALLNET"]]


def remember(world: World, sheet: str) -> None:
    """The distributor's workbook of a month before was read from this sheet."""
    layout = guess(workbook(**{sheet: SHEET})).layout
    layouts.remember(vendor=world.vendor, distributor=world.distributor, layout=layout, user=None, now=NOW)


def test_it_says_which_sheet_was_read_and_which_was_not(world: World, tmp_path: Path) -> None:
    remember(world, "November")
    file = tmp_path / "2026.xlsx"
    file.write_bytes(workbook(Deckblatt=COVER, Oktober=OCTOBER, November=SHEET))
    out, err = run(file)
    assert out.splitlines() == [
        "read 3, matched 3, unmatched 0, duplicate 0, refused 0",
        "sheet “November” was read",
        "not read, though they look like sales: “Oktober”",
    ]
    assert err == ""
    answer = json.loads(run(file, "--json")[0])
    assert (answer["sheet"], answer["unread_sheets"], answer["known"]) == ("November", ["Oktober"], True)
    assert SaleLine.objects.filter(document_key="RE91").count() == 0


def test_a_missing_sheet_is_said_and_no_other_read_in_its_place(world: World, tmp_path: Path) -> None:
    remember(world, "Umsatz")
    before = counts()
    file = tmp_path / "2026.xlsx"
    file.write_bytes(workbook(Deckblatt=COVER, November=SHEET))
    missing = "The workbook has no sheet “Umsatz” with sales. It has the sheets “Deckblatt”, “November”"
    assert missing in run(file)[1]
    assert missing in run(file, "--sheet=Umsatz")[1]
    assert counts() == before
    assert run(file, "--sheet=November")[0].startswith("read 3, matched 3")


def test_which_of_several_sheets_is_meant_is_not_guessed_but_can_be_said(world: World, tmp_path: Path) -> None:
    file = tmp_path / "2026.xlsx"
    file.write_bytes(workbook(Oktober=OCTOBER, November=SHEET))
    assert "Several sheets of the workbook hold sales." in run(file)[1]
    remember(world, "Umsatz")
    assert "Several sheets of the workbook hold sales." in run(file)[1]
    assert "sheet “Oktober” was read" in run(file, "--sheet=Oktober")[0]


def test_the_only_sheet_may_have_the_name_of_another_month(world: World, tmp_path: Path) -> None:
    remember(world, "Oktober")
    file = tmp_path / "november.xlsx"
    file.write_bytes(workbook(November=SHEET))
    assert "sheet “November” was read" in run(file)[0]
