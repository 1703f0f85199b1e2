"""The journal as DATEV's file, read back and compared with the ledger."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.access import Actor
from rebates.journal import datev
from rebates.journal.exporting import settings_of
from rebates.journal.reading import Days, Journal, Side
from rebates.models import JournalExport, LedgerEntry
from tests.rebates.booked import book, post
from tests.rebates.journals import (
    ENTRIES,
    NOVEMBER,
    TEXTS,
    YEAR,
    Made,
    debits_and_credits,
    known_to_datev,
    post_all,
    with_entries,
    write,
)
from tests.undone import undone
from tests.world import World


def rows_of(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a file, as a program reads them that knows the format."""
    text = content.decode("cp1252")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    header, heads, *rows = csv.reader(text.split("\r\n")[:-1], delimiter=";")
    assert (len(header), len(heads), {len(row) for row in rows} | {125}) == (31, 125, {125})
    return header, rows


def sums_of(rows: Iterable[list[str]]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    found: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for amount, side, currency, *_rates, account, contra in (row[:8] for row in rows):
        assert side == "S"
        value = Decimal(amount.replace(",", "."))
        found[account, currency][0] += value
        found[contra, currency][1] += value
    return {key: (debit, credit) for key, (debit, credit) in found.items()}


def files_of(content: bytes, name: str) -> dict[str, bytes]:
    if name.endswith(".csv"):
        return {name: content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


FIELDS = {
    0: r"(?!0{1,10},00)\d{1,10},\d{2}", 2: "[A-Z]{3}", 6: r"\d{4,9}", 7: r"\d{4,9}", 9: r"\d{4}",
    10: r"[\w$%/-]{1,36}", 13: ".{1,60}", 48: ".{0,210}", 113: "0",
}  # fmt: skip


@with_entries
@given(made=st.lists(ENTRIES, min_size=1, max_size=12), names=st.tuples(TEXTS, TEXTS))
def test_files_for_datev_have_the_sums_of_the_ledger_and_fields_as_datev_defines_them(
    world: World, made: list[Made], names: tuple[str, str]
) -> None:
    with undone():
        known_to_datev(world)
        post_all(world, made, names)
        if not LedgerEntry.objects.exists():
            return
        found: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
        for name, content in files_of(*write(world, "datev")[:2]).items():
            assert re.fullmatch(r"EXTF_[\w-]+\.csv", name)
            header, rows = rows_of(content)
            assert {row[2] for row in rows} == {header[21]}
            for row in rows:
                for index, pattern in FIELDS.items():
                    assert re.fullmatch(pattern, row[index], re.ASCII if index == 10 else 0), (index, row[index])
                assert not any(cell[:1] in ("=", "+", "@") for cell in row)
            found |= sums_of(rows)
        accounts_by_number = {number: account for account, number in settings_of(world.vendor).numbers.items()}
        # A row has one debit and one credit; what an entry has on one account stays on its side.
        assert {(accounts_by_number[number], currency): sums for (number, currency), sums in found.items()} == (
            debits_and_credits(world)
        )


def test_a_file_for_datev_names_its_client_its_year_and_each_booking(world: World) -> None:
    known_to_datev(world)
    entry = book(world, "119.50", reason='Messe "Herbst"; Łódź')
    content, name, record = write(world, "datev", NOVEMBER)
    lines = content.decode("cp1252").split("\r\n")
    assert name == "EXTF_Buchungsstapel_lenovo_20261101-20261130_EUR.csv"
    assert lines[0] == (
        '"EXTF";700;21;"Buchungsstapel";13;20261116120000000;;"PP";"";"";29098;55003;20260101;4;20261101;20261130;'
        '"Boni 20261101-20261130";"";1;0;0;"EUR";;"";;;"03";;;"";""'
    )
    assert lines[1].startswith("Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;")
    assert lines[1].endswith(";EU-Steuersatz (Ursprung);Abw. Skontokonto")
    assert lines[2].startswith(
        f'119,50;"S";"EUR";;;"";8769;1700;"";1611;"manual/{entry.adjustment_id}";"";;'
        '"Manuelle Korrektur 2B3C4D5F Elbtal Systemhaus GmbH";;"";;;;"";'
    )
    assert ';"Grund";"Messe ""Herbst""; ?ódz";' in lines[2]
    assert (record.entries, record.format, record.language) == (1, "datev", "de")


def test_years_of_account_and_currencies_are_files_of_their_own(world: World) -> None:
    known_to_datev(world, fiscal_year_begins=10)
    for at, currency in (("2026-09-30", "EUR"), ("2026-10-01", "EUR"), ("2026-10-02", "CHF"), ("2026-12-31", "EUR")):
        moment = datetime.fromisoformat(f"{at}T12:00:00+02:00")
        post(world, {"expense": "10.00", "owed": "-10.00"}, at=moment, currency=currency)
    content, name, record = write(world, "datev")
    assert (name, record.entries) == ("DATEV_lenovo_20260101-20261231.zip", 4)
    headers = {each: rows_of(file) for each, file in files_of(content, name).items()}
    found = {
        each: (header[12], header[14], header[15], header[21], [row[9] for row in rows])
        for each, (header, rows) in headers.items()
    }
    assert found == {
        "EXTF_Buchungsstapel_lenovo_20260101-20260930_EUR.csv": (
            "20251001", "20260101", "20260930", "EUR", ["3009"],
        ),
        "EXTF_Buchungsstapel_lenovo_20261001-20261231_CHF.csv": (
            "20261001", "20261001", "20261231", "CHF", ["0210"],
        ),
        "EXTF_Buchungsstapel_lenovo_20261001-20261231_EUR.csv": (
            "20261001", "20261001", "20261231", "EUR", ["0110", "3112"],
        ),
    }  # fmt: skip


def test_what_is_too_much_for_one_file_of_datev_becomes_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datev, "MOST_ROWS", 2)
    known_to_datev(world)
    for number in range(5):
        book(world, f"{number + 1}.00")
    files = files_of(*write(world, "datev", NOVEMBER)[:2])
    parts = [[row[0] for row in rows_of(content)[1]] for content in files.values()]
    assert parts == [["1,00", "2,00"], ["3,00", "4,00"], ["5,00"]]
    assert list(files)[1] == "EXTF_Buchungsstapel_lenovo_20261101-20261130_EUR_2.csv"


def test_an_entry_with_more_than_two_sides_becomes_rows_that_move_the_same(world: World) -> None:
    sides = [Side("a", Decimal(70)), Side("b", Decimal(30)), Side("c", Decimal(-60)), Side("d", Decimal(-40))]
    assert list(datev.pairs(sides)) == [("a", "c", Decimal(60)), ("a", "d", Decimal(10)), ("b", "d", Decimal(30))]


def test_the_document_is_the_key_where_datev_can_write_it_and_stands_for_it_elsewhere(world: World) -> None:
    entry = book(world, "10.00")
    post(world, {"owed": "10.00", "carried": "-10.00"}, key="carry:manualadjustment:1234567:12345:EUR")
    bookings = Journal(vendor=world.vendor, days=YEAR, actor=Actor.system()).read()
    short, long = (datev.document_of(booking) for booking in bookings)
    assert short == f"manual/{entry.adjustment_id}"
    assert re.fullmatch(r"manual/[0-9a-f]{20}", long)


def test_without_numbers_of_the_client_there_is_no_file_for_datev(world: World) -> None:
    book(world, "10.00")
    with pytest.raises(datev.NotSetUp, match="consultant number"):
        write(world, "datev")
    known_to_datev(world)
    with pytest.raises(datev.NothingBooked):
        write(world, "datev", Days(date(2025, 1, 1), date(2025, 2, 1)))
    assert not JournalExport.objects.exists()
