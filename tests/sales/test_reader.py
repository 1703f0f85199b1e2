"""What a CSV report says, read in this process: values, keys, what is refused, and where it says so."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sales.readers.limits import Limits
from sales.readers.notations import Dates, Numbers
from sales.readers.problems import Problem, Unreadable
from tests.sales.reading_here import Options, Table, read_sellout

pytestmark = pytest.mark.usefixtures("readers_started_anew")

GERMAN_HEADER = "Kundennummer;Kunde;Belegnummer;Position;Belegdatum;Artikelnummer;Menge;Netto;Währung;Projekt"
ENGLISH_HEADER = "Customer no.,Customer,Invoice no.,Line,Date,Article,Quantity,Net,Currency,Project"
GERMAN = f"""{GERMAN_HEADER}
K-0815;Müller & Söhne GmbH;RE-2026/77;10;31.12.2026;D785;24;1.234,56;EUR;
0042;"Groß; Klein KG";RE-2026/78;1;01.10.2026;D865;-2;-99,90;;P-7
"""
ENGLISH = f"""{ENGLISH_HEADER}
K-0815,Müller & Söhne GmbH,RE-2026/77,10,2026-12-31,D785,24,"1,234.56",EUR,
0042,Groß; Klein KG,RE-2026/78,1,2026-10-01,D865,-2,-99.90,,P-7
"""


def read(text: str | bytes, encoding: str = "utf-8", **options: Any) -> Table:
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return read_sellout(content, Options(**options))


def refused(text: str | bytes, **options: Any) -> list[Problem]:
    with pytest.raises(Unreadable) as caught:
        read(text, **options)
    return caught.value.problems


def one_row(**cells: str) -> str:
    """A German file with a row that shows how numbers are written, and one row to look at."""
    values = {
        "Kundennummer": "1", "Belegnummer": "R2", "Position": "1", "Belegdatum": "01.10.2026", "Artikelnummer": "A",
        "Menge": "1", "Netto": "1,00", "Währung": "EUR",
    } | cells  # fmt: skip
    return ";".join(values) + "\n1;R1;1;02.10.2026;A;1;5,25;EUR\n" + ";".join(values.values()) + "\n"


@pytest.mark.parametrize("text", [GERMAN, ENGLISH], ids=["german", "english"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_german_and_an_english_file_mean_the_same(text: str, encoding: str) -> None:
    table = read(text, encoding)
    assert table.problems == []
    first, second = table.rows
    assert (first.row, second.row) == (2, 3)
    assert first.customer_name == "Müller & Söhne GmbH"
    assert (first.document_number, first.document_key, first.document_line) == ("RE-2026/77", "RE202677", "10")
    assert (first.document_date, first.quantity, first.net) == (date(2026, 12, 31), Decimal(24), Decimal("1234.56"))
    assert (second.customer_number, second.customer_name) == ("0042", "Groß; Klein KG")
    assert (second.quantity, second.net, second.currency, second.project_ref) == (
        Decimal(-2),
        Decimal("-99.90"),
        "EUR",
        "P-7",
    )


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found_out(delimiter: str, newline: str) -> None:
    lines = ["customer_number;document;line;date;article;quantity;net", "7;R1;1;2026-10-01;D785;3;30.50"]
    table = read(newline.join(lines).replace(";", delimiter) + newline)
    assert [(row.customer_number, row.quantity, row.net) for row in table.rows] == [("7", Decimal(3), Decimal("30.50"))]


def test_columns_may_stand_in_any_order_and_others_are_left_alone() -> None:
    table = read("Netto;Lager;Menge;Artikelnr.;Rechnungs-Nr.;Kd.-Nr.;Datum;Pos.\n9,99;Nord;1;D785;R1;K1;01.10.2026;1\n")
    assert [(row.net, row.article, row.customer_number) for row in table.rows] == [(Decimal("9.99"), "D785", "K1")]


def test_empty_net_means_no_value_and_empty_currency_the_default() -> None:
    row = read(one_row(Netto="", Währung=""), default_currency="CHF").rows[1]
    assert (row.net, row.currency) == (None, "CHF")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12,5-", "-12.5"),
        ("-12,5", "-12.5"),
        ("− 12,5", "-12.5"),
        ("+1.000", "1000"),
        (",5", "0.5"),
        ("0,500", "0.5"),
        ("12,50000", "12.5"),
        ("1.234.567,8", "1234567.8"),
        ("0", "0"),
        ("-0", "0"),
        ("1 234,5", "1234.5"),
        ("1\u202f234\u202f567,8", "1234567.8"),
        ("1'234", "1234"),
        ("(12,5)", "-12.5"),
        ("12,--", "12"),
    ],
)
def test_german_numbers(written: str, meant: str) -> None:
    assert read(one_row(Menge=written)).rows[1].quantity == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    ["12.5", "1,5 Stück", "1E+05", "1.23,4", "--1", "-1-", "٣", "NaN", "1 00", "5€", "1'000 000", "(5", "-(5)"],
)
def test_what_is_no_german_number_is_named_with_row_column_and_value(written: str) -> None:
    (problem,) = read(one_row(Menge=written)).problems
    assert (problem.row, problem.column, problem.value) == (3, "Menge", written)
    assert "1.234,56" in str(problem)


@pytest.mark.parametrize(
    ("column", "written", "word"),
    [
        ("Netto", "1,005", "2 decimal"),
        ("Menge", "1,0005", "3 decimal"),
        ("Menge", "9" * 12, "too large"),
        ("Netto", "9" * 80, "no number"),
        ("Netto", "5 € 6", "no number"),
        ("Menge", "", "empty"),
        ("Kundennummer", " ", "empty"),
        ("Position", "", "empty"),
        ("Belegnummer", "-/-", "letters or digits"),
        ("Belegnummer", "x" * 61, "60 characters"),
        ("Belegdatum", "31.02.2026", "no date"),
        ("Belegdatum", "2026-10-01", "no date"),
        ("Belegdatum", "01.10.126", "no date"),
        ("Belegdatum", "01.01.2207", "between 1990 and 2100"),
        ("Belegdatum", "31.12.1815", "between 1990 and 2100"),
        ("Belegdatum", "", "empty"),
        ("Währung", "Eurodollar", "no currency"),
        ("Artikelnummer", "4,01E+12", "shortened"),
        ("Artikelnummer", "a" * 100, "60 characters"),
    ],
)
def test_a_wrong_cell_is_a_problem_at_its_place(column: str, written: str, word: str) -> None:
    (problem,) = read(one_row(**{column: written})).problems
    assert (problem.row, problem.column) == (3, column)
    assert problem.value.rstrip("…") in written
    assert word in str(problem)


def test_all_problems_of_all_rows_are_told_at_once() -> None:
    text = GERMAN.replace("24;", "viele;").replace("31.12.2026", "gestern").replace(";-2;", ";;")
    assert [(problem.row, problem.column) for problem in read(text).problems] == [
        (2, "Belegdatum"),
        (2, "Menge"),
        (3, "Menge"),
    ]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    header = "customer,customer no,document,line,date,article,quantity,net"
    text = f'{header}\n\n"two\nlines",1,R,1,2026-10-01,A,1,1.5\n,,,,,,,\nx,1,R,2,2026-10-01,A,?,1.5\n'
    table = read(text)
    assert [(row.row, row.customer_name) for row in table.rows] == [(3, "two lines")]
    assert [problem.row for problem in table.problems] == [5]


def test_one_number_that_can_only_be_german_decides_for_the_others() -> None:
    assert [row.net for row in read(one_row(Netto="1.234")).rows] == [Decimal("5.25"), Decimal(1234)]


def test_numbers_that_can_be_read_both_ways_are_asked_about_not_guessed() -> None:
    text = one_row(Netto="1.234").replace("5,25", "5")
    (problem,) = refused(text)
    assert (problem.row, problem.column, problem.value) == (3, "Netto", "1.234")
    assert read(text, numbers=Numbers.GERMAN).rows[1].net == Decimal(1234)
    assert [problem.value for problem in read(text, numbers=Numbers.ENGLISH).problems] == ["1.234"]


def test_a_file_that_mixes_german_and_english_numbers_is_refused() -> None:
    problems = read(one_row(Netto="1,234.56")).problems
    assert [(problem.row, problem.value) for problem in problems] == [(3, "1,234.56")]


def test_a_file_that_mixes_ways_of_writing_dates_is_refused() -> None:
    assert [problem.value for problem in read(one_row(Belegdatum="2026-10-01")).problems] == ["2026-10-01"]


def test_dates_with_slashes_need_one_that_tells_day_from_month() -> None:
    text = "customer no,document,line,date,article,quantity,net\n1,R,1,05/06/2026,A,1,\n1,R,2,{},A,1,\n"
    (problem,) = refused(text.format("07/08/2026"))
    assert (problem.row, problem.column, problem.value) == (2, "date", "05/06/2026")
    assert read(text.format("06/06/2026").replace("05/06", "07/07")).rows[0].document_date == date(2026, 7, 7)
    assert read(text.format("13/06/2026")).rows[0].document_date == date(2026, 6, 5)
    assert read(text.format("06/13/2026")).rows[0].document_date == date(2026, 5, 6)
    assert read(text.format("07/08/2026"), dates=Dates.DAY_FIRST).rows[0].document_date == date(2026, 6, 5)


def test_a_file_without_line_numbers_counts_an_article_within_its_document() -> None:
    text = "customer no,document,date,article,quantity,net\n" + "".join(
        f"1,{document},2026-10-01,{article},1,\n"
        for document, article in [("R1", "A"), ("R1", "B"), ("r-1", "A"), ("R2", "A")]
    )
    assert [row.document_line for row in read(text).rows] == ["A#1", "B#1", "A#2", "A#1"]


def test_document_and_line_are_recognised_however_they_are_written() -> None:
    rows = [
        read(one_row(Belegnummer=number, Position=line)).rows[1]
        for number, line in [("re 20-7", "0010"), ("RE207", "10")]
    ]
    assert len({(row.document_key, row.document_line) for row in rows}) == 1


def test_formulas_are_text_like_any_other() -> None:
    row = read(one_row(Kundennummer="=1+1", Artikelnummer="@SUM(A1)")).rows[1]
    assert (row.customer_number, row.article) == ("=1+1", "@SUM(A1)")


def test_marks_that_nobody_sees_do_not_make_another_number() -> None:
    row = read(one_row(Kundennummer="\u200bK\u00a01\u202e", Artikelnummer="D\u00ad785")).rows[1]
    assert (row.customer_number, row.article) == ("K 1", "D785")


def test_an_amount_split_by_its_decimal_comma_is_noticed() -> None:
    text = "customer no,document,line,date,article,quantity,net\n1,R,1,01.10.2026,A,1,12,50\n"
    (problem,) = read(text).problems
    assert (problem.row, problem.value) == (2, "50")


def test_missing_columns_are_named() -> None:
    problems = refused("Kundenbetreuer;Belegnummer;Belegdatum;Menge;Netto\nA;1;2;3;4\nA;1;2;3;4\n")
    assert [problem.column for problem in problems] == ["Customer number", "Article number"]


def test_rows_of_a_file_that_lacks_a_column_are_counted() -> None:
    with pytest.raises(Unreadable) as caught:
        read("Kunde;Menge\nA;1\nB;2\n")
    assert caught.value.rows == 2


def test_two_columns_that_mean_the_same_are_refused_by_who_cannot_ask() -> None:
    (problem,) = refused(GERMAN.replace("Projekt\n", "Rechnungsnummer\n", 1))
    assert "“Belegnummer”, “Rechnungsnummer”" in str(problem)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (GERMAN_HEADER.encode(), "no rows"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "workbook"),
        (b"%PDF-1.7", "PDF"),
        (GERMAN.encode().replace(b"Projekt", b"Pro\x00jekt"), "zeros"),
        (GERMAN.encode().replace(b"ller", b"\x81\x8d"), "no character set that is usual"),
        (b"\xef\xbb\xbf" + GERMAN.encode("cp1252"), "neither"),
        (GERMAN.encode().replace(b'KG"', b"KG"), "Quotation"),
        (GERMAN.encode().replace(b'"Gro', b'"Gro"'), "Quotation"),
        (GERMAN.encode().replace(b"K-0815", b"x" * 200_000), "far too long"),
    ],
)
def test_what_is_no_readable_csv_is_refused_with_advice(content: bytes, word: str) -> None:
    (problem,) = refused(content)
    assert word in str(problem)


def test_limits_of_size_rows_and_columns() -> None:
    assert "larger than 0 MB" in str(refused(GERMAN, limits=Limits(size=100))[0])
    assert "more than 1 rows" in str(refused(GERMAN, limits=Limits(rows=1))[0])
    assert "more than 5 columns" in str(refused(GERMAN, limits=Limits(columns=5))[0])


@pytest.mark.parametrize(
    "junk", [b"\xff" * 50 + b"\x00", b'"', b";;;;", b",", b"\t\t\n\t", bytes(range(1, 256)), "𝟙𝟚".encode()]
)
def test_odd_bytes_are_refused_and_never_crash(junk: bytes) -> None:
    assert refused(junk)
    with contextlib.suppress(Unreadable):
        read(GERMAN.encode().replace(b"K-0815", junk))
