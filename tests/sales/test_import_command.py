"""`import_sellout` as people and scripts call it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sales.models import SaleLine
from tests.sales.sending import ROWS, counts, report
from tests.world import World


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
