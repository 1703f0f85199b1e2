"""`simulate`: terms on a CSV file, without a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from programs.terms import Terms
from rebates.engine.simulation import BadTable, as_object, simulate
from tests.rebates.engine.given import LENOVO, SNOM, TEN_TO_THE_FOUR, terms_of

HEADER = "partner,tier,country,article,group,date,quantity,net\n"


def run(terms: Terms | str, table: str) -> list[dict[str, Any]]:
    terms = terms if isinstance(terms, Terms) else Terms.from_yaml(terms)
    return [as_object(partner, settlement) for partner, settlement in simulate(terms, table)]


def figures(terms: Terms | str, *rows: str) -> list[tuple[Any, ...]]:
    found = run(terms, HEADER + "\n".join(rows))
    return [tuple(each[name] for name in ("partner", "period", "attainment", "amount", "step")) for each in found]


def test_one_object_is_made_per_partner_and_period_in_order() -> None:
    assert figures(
        LENOVO,
        "B,silver,DE,L14,top,2027-01-01,10,1.00",
        "B,silver,DE,L14,top,2026-12-31,30,1.00",
        "A,silver,DE,L14,top,2026-10-01,20,1.00",
        "A,gold,DE,L15,top,2026-11-15,4,",
    ) == [
        ("A", "2026Q4", "24", "120.00", "10"),
        ("B", "2026Q4", "30", "300.00", "25"),
        ("B", "2027Q1", "10", "50.00", "10"),
    ]


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("month", ["2026-01", "2026-03", "2026-12", "2027-01"]),
        ("quarter", ["2026Q1", "2026Q4", "2027Q1"]),
        ("half-year", ["2026H1", "2026H2", "2027H1"]),
        ("year", ["2026", "2027"]),
    ],
)
def test_rows_fall_into_the_periods_of_the_terms(kind: str, codes: list[str]) -> None:
    days = ("2026-01-01", "2026-03-31", "2026-12-31", "2027-01-01")
    rows = [f"A,silver,DE,L14,top,{day},1,1" for day in days]
    assert [found[1] for found in figures(LENOVO.replace("quarter", kind), *rows)] == codes


def test_products_are_matched_with_the_column_group() -> None:
    rows = [
        "A,,DE,L14,topsellers,2026-10-01,10,1",
        "A,,DE,X,other,2026-10-01,10,1",
        "A,,DE,Y,,2026-10-01,10,1",
    ]
    assert figures(terms_of(LENOVO, products="topsellers"), *rows) == [("A", "2026Q4", "10", "50.00", "10")]
    assert figures(LENOVO, *rows) == [("A", "2026Q4", "30", "300.00", "25")]


def test_a_partner_with_nothing_that_counts_is_there_with_zero() -> None:
    terms = terms_of(LENOVO, eligible="{tiers: [gold], countries: [AT]}")
    assert figures(terms, "A,,AT,L14,top,2026-10-01,99,1", "B,gold,,L14,top,2026-10-01,99,1") == [
        ("A", "2026Q4", "0", "0.00", None),
        ("B", "2026Q4", "0", "0.00", None),
    ]


def test_the_tier_of_the_row_decides_its_rate() -> None:
    rows = [
        "A,silver,DE,D785,,2026-07-01,3,300",
        "A,gold,DE,D785,,2026-08-01,2,200",
        "A,,DE,D785,,2026-09-01,1,100",
    ]
    assert figures(SNOM, *rows) == [("A", "2026Q3", "6", "66.00", None)]


def test_newcomers_start_with_the_period_of_their_first_row() -> None:
    terms = terms_of(LENOVO, eligible="{newcomers_for: 2, tiers: [gold]}")
    days = ("2026-09-30", "2026-10-01", "2027-01-01")
    rows = [f"A,{'silver' if number == 0 else 'gold'},DE,L14,,{day},10,1" for number, day in enumerate(days)]
    assert [found[3] for found in figures(terms, *rows)] == ["0.00", "50.00", "0.00"]


def test_returns_and_fractions_and_exponents_are_numbers() -> None:
    rows = ["A,,DE,L14,,2026-10-01,1.2e1,", "A,,DE,L14,,2026-10-02,-2.5,-10.00", "A,,DE,L14,,2026-10-02,0,0"]
    assert figures(LENOVO, *rows) == [("A", "2026Q4", "9.5", "0.00", None)]


def test_the_explanation_is_english_and_ends_with_the_next_step() -> None:
    (found,) = run(TEN_TO_THE_FOUR, HEADER + "A,,DE,X,,2026-10-01,1,40000.00\n")
    assert found["attainment"] == "40000.00"
    assert found["explanation"][-1] == "10,000.00 € more revenue by 31 December: +1,000.00 €"
    assert "Part from 0.00 €: 40,000.00 € × 10 % = 4,000.00 €" in found["explanation"]


def test_the_table_may_have_a_byte_order_mark_blanks_quotes_other_columns_and_another_order() -> None:
    table = (
        "\N{ZERO WIDTH NO-BREAK SPACE}Partner, net ,quantity,date,group,article,country,tier,remark\r\n"
        '\r\n"Müller, Söhne & Co",1.00, 10 ,2026-10-01, ,L14,de,silver,"a\nb"\r\n,,,,,,,,\r\n'
    )
    (found,) = run(terms_of(LENOVO, eligible="{countries: [DE]}"), table)
    assert (found["partner"], found["amount"]) == ("Müller, Söhne & Co", "50.00")


def test_a_table_without_rows_makes_no_results() -> None:
    assert run(LENOVO, HEADER) == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "row 1: the header is missing (partner,tier,country,article,group,date,quantity,net)"),
        ("partner;tier;country\n", "row 1: the column “partner” must be there once"),
        (HEADER.replace(",net", ""), "row 1: the column “net” must be there once"),
        (HEADER.replace(",net", ",net,net"), "row 1: the column “net” must be there once"),
        (HEADER + "A,,DE,X,,2026-10-01,1,1\n\nA,,DE,X,,2026-10-01,1\n", "row 4: 7 columns instead of 8"),
        (HEADER + "A,,DE,X,,2026-10-01,1,1,50\n", "row 2: 9 columns instead of 8"),
        (HEADER + " ,,DE,X,,2026-10-01,1,1\n", "row 2, column partner: is empty"),
        (HEADER + "A,,DE,X,,,1,1\n", "row 2, column date: “” is not a date"),
        (
            HEADER + "A,,DE,X,,01.10.2026,1,1\n",
            "row 2, column date: “01.10.2026” is not a date like 2026-12-31",
        ),
        (HEADER + "A,,DE,X,,2026-02-30,1,1\n", "row 2, column date: “2026-02-30” is not a date"),
        (HEADER + "A,,DE,X,,20261001,1,1\n", "row 2, column date: “20261001” is not a date"),
        (HEADER + "A,,DE,X,,9999-12-31,1,1\n", "row 2, column date: “9999-12-31” is not a date"),
        (HEADER + "A,,DE,X,,2026-10-01,,1\n", "row 2, column quantity: “” is not a number"),
        (HEADER + "A,,DE,X,,2026-10-01,two,1\n", "row 2, column quantity: “two” is not a number"),
        (HEADER + "A,,DE,X,,2026-10-01,NaN,1\n", "row 2, column quantity: “NaN” is not a number"),
        (HEADER + 'A,,DE,X,,2026-10-01,1,"1,50"\n', "row 2, column net: “1,50” is not a number"),
        (HEADER + "A,,DE,X,,2026-10-01,1,1e99\n", "row 2, column net: “1e99” is too large"),
        (HEADER + 'A,,DE,X,,2026-10-01,1,"1\n', "row 2: unexpected end of data"),
    ],
)
def test_a_bad_row_is_named_with_column_and_value(table: str, said: str) -> None:
    with pytest.raises(BadTable) as caught:
        run(LENOVO, table)
    assert str(caught.value).startswith(said)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    terms, table = tmp_path / "terms.yaml", tmp_path / "sales.csv"
    terms.write_text(LENOVO, encoding="utf-8")
    table.write_text(
        HEADER + "A,silver,DE,L14,top,2026-10-01,24,1.00\nÄ,,DE,L14,top,2026-10-01,9,\n", encoding="utf-8-sig"
    )
    return terms, table


def command(*arguments: object) -> str:
    out = StringIO()
    call_command("simulate", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_command_prints_one_object_a_line(files: tuple[Path, Path]) -> None:
    first, second = map(json.loads, command(*files, "--json").splitlines())
    assert list(first) == ["partner", "period", "attainment", "amount", "step", "explanation"]
    assert (first["partner"], first["amount"], first["step"]) == ("A", "120.00", "10")
    assert (second["partner"], second["amount"], second["step"]) == ("Ä", "0.00", None)


def test_the_command_prints_a_table_for_people(files: tuple[Path, Path]) -> None:
    assert command(*files).splitlines() == [
        "partner  period  attainment  step  amount",
        "-------  ------  ----------  ----  ------",
        "A        2026Q4          24    10  120.00",
        "Ä        2026Q4           9     –    0.00",
    ]


def test_files_that_cannot_be_read_are_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    terms, table = files
    latin = tmp_path / "latin.csv"
    latin.write_bytes((HEADER + "Müller,,DE,X,,2026-10-01,1,1\n").encode("latin-1"))
    for arguments, said in (
        ((tmp_path / "none.yaml", table), "none.yaml: No such file"),
        ((terms, tmp_path), "Is a directory"),
        ((terms, latin), "latin.csv: this is not UTF-8 text"),
        ((table, table), "sales.csv: "),
        ((terms, terms), "terms.yaml: row 1"),
    ):
        with pytest.raises(CommandError, match=said) as caught:
            command(*arguments)
        assert len(str(caught.value).splitlines()) == 1


def test_the_command_needs_no_database_and_fails_in_one_line(files: tuple[Path, Path]) -> None:
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
    start = [sys.executable, str(Path(__file__).parents[3] / "manage.py"), "simulate"]
    environment = os.environ | nowhere
    good = subprocess.run(
        [*start, *map(str, files), "--json"], capture_output=True, text=True, env=environment, check=True
    )
    assert json.loads(good.stdout.splitlines()[0])["amount"] == "120.00"
    files[1].write_text(HEADER + "A,silver,DE,L14,top,2026-10-01,two,1\n", encoding="utf-8")
    bad = subprocess.run([*start, *map(str, files)], capture_output=True, text=True, env=environment, check=False)
    assert (bad.returncode, bad.stdout) == (1, "")
    problem = "“two” is not a number (digits with a decimal point, like 1234.56)"
    assert bad.stderr == f"CommandError: {files[1]}: row 2, column quantity: {problem}\n"
