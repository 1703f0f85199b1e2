"""`compare_customers`: pairs of customers from a CSV file, without a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from common.customers.pairs import BadPairs, read_pairs

HEADER = "name_a,postcode_a,name_b,postcode_b\n"
ELBTAL = "Elbtal Anlagenbau GmbH,01067,ELBTAL ANLAGENBAU,01067\n"
MÜLLER = "Autohaus Müller,01067,Autohaus Müller,20095\n"


def command(file: Path, *arguments: str) -> list[str]:
    out = StringIO()
    call_command("compare_customers", str(file), *arguments, stdout=out)
    return out.getvalue().splitlines()


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "pairs.csv"
    file.write_text(text, encoding=encoding)
    return file


def test_each_row_gives_one_object_in_order(tmp_path: Path) -> None:
    first, second = map(json.loads, command(written(tmp_path, HEADER + ELBTAL + MÜLLER), "--json"))
    assert list(first) == ["same", "score", "reasons"]
    assert (first["same"], first["reasons"]) == (True, ["same name", "same postcode"])
    assert (second["same"], second["reasons"][-1]) == (False, "against: another place")
    assert first["score"] > second["score"]


def test_a_person_gets_a_line_for_each_row(tmp_path: Path) -> None:
    assert command(written(tmp_path, HEADER + ELBTAL)) == [
        "same 95 (same name; same postcode): Elbtal Anlagenbau GmbH | ELBTAL ANLAGENBAU"
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_reads_what_spreadsheets_write(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    text = (HEADER + ELBTAL + MÜLLER).replace(",", delimiter).replace("\n", end)
    file = tmp_path / "pairs.csv"
    file.write_bytes(text.encode(encoding))
    assert [json.loads(line)["same"] for line in command(file, "--json")] == [True, False]


def test_other_columns_are_left_out_and_known_ones_may_be_missing(tmp_path: Path) -> None:
    text = 'id,Domain_B,note,DOMAIN_A\n1,www.elbtal.example,"a, b\nc",info@elbtal.example\n2,,,\n\n3,a.example\n'
    assert [json.loads(line)["same"] for line in command(written(tmp_path, text), "--json")] == [True, False, False]


def test_a_table_without_rows_says_nothing(tmp_path: Path) -> None:
    assert command(written(tmp_path, HEADER), "--json") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column is called name_a"),
        ("name,city\nElbtal,Dresden\n", "no column is called name_a"),
        ("name_a,name_a\n", "two columns are called name_a"),
        (HEADER + "Elbtal,01067,Elbtal,01067,more\n", "line 2: 5 cells, but 4 columns"),
        (HEADER + f"{'x' * 200_000},,,\n", "this is not CSV"),
    ],
)
def test_what_is_no_table_of_pairs_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CommandError, match=said) as caught:
        command(written(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 1


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    latin = written(tmp_path, HEADER + MÜLLER, encoding="latin-1")
    for file, said in (
        (tmp_path / "none.csv", "none.csv: No such file"),
        (tmp_path, "Is a directory"),
        (latin, "this is not UTF-8 text"),
    ):
        with pytest.raises(CommandError, match=said):
            command(file)


def test_the_command_needs_no_database_and_fails_in_one_line(tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
    start = [sys.executable, str(Path(__file__).parents[2] / "manage.py"), "compare_customers"]
    file = written(tmp_path, HEADER + ELBTAL)
    good = subprocess.run(
        [*start, str(file), "--json"], capture_output=True, text=True, env=os.environ | nowhere, check=True
    )
    assert json.loads(good.stdout)["same"] is True
    bad = subprocess.run([*start, "none.csv"], capture_output=True, text=True, env=os.environ | nowhere, check=False)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert bad.stderr == "CommandError: none.csv: No such file or directory\n"


def test_a_long_file_is_read_row_by_row(tmp_path: Path) -> None:
    file = written(tmp_path, HEADER + ELBTAL * 50_000)
    tracemalloc.start()
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            assert sum(1 for _ in read_pairs(lines)) == 50_000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_row_that_is_cut_off_in_a_quoted_cell_is_no_endless_one() -> None:
    with pytest.raises(BadPairs, match="this is not CSV"):
        list(read_pairs(StringIO(HEADER + '"' + "x,\n" * 100_000)))
