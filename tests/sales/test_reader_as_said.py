"""A layout that says where the table is, and leaves its columns to be found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sales.readers.columns import Column
from sales.readers.problems import Unreadable
from sales.readers.reading import guess

pytestmark = pytest.mark.usefixtures("readers_started_anew")

HEADER = "Kundennummer;Belegnummer;Belegdatum;Herstellernummer;Menge;Netto"
ROW = "K-1;RE-1;13.11.2026;21HM;3;3.000,50"
TWO_HEADERS = "\n".join(["Kunde;Netto;Datum", HEADER, ROW, ROW.replace("RE-1", "RE-2")]).encode()
DOUBTFUL = "\n".join(
    [HEADER.replace("Netto", "Rechnungsdatum;Netto"), ROW.replace(";3.000", ";14.11.2026;3.000")]
).encode()


def test_the_header_is_taken_from_the_row_that_is_said() -> None:
    found = guess(TWO_HEADERS)
    assert found.layout.header_row == 2
    first = guess(TWO_HEADERS, replace(found.layout, header_row=1, columns={}))
    assert (first.layout.header_row, first.header, first.rows) == (1, ["Kunde", "Netto", "Datum"], 3)
    assert guess(TWO_HEADERS, replace(first.layout, header_row=2, columns={})).layout == found.layout


@pytest.mark.parametrize("row", [5, 70])
def test_a_row_without_a_header_is_refused(row: int) -> None:
    layout = guess(TWO_HEADERS).layout
    with pytest.raises(Unreadable, match=f"Row {row} holds no header"):
        guess(TWO_HEADERS, replace(layout, header_row=row, columns={}))


def test_another_separator_looks_for_the_header_anew() -> None:
    layout = guess(TWO_HEADERS).layout
    found = guess(TWO_HEADERS, replace(layout, delimiter=",", header_row=0, columns={}))
    assert found.layout.delimiter == ","
    assert guess(TWO_HEADERS, replace(found.layout, delimiter=";", header_row=0, columns={})).layout == layout


def test_what_is_asked_about_columns_is_asked_until_it_is_answered() -> None:
    found = guess(DOUBTFUL)
    assert [question.key for question in found.questions] == ["column:date"]
    assert found.kept.columns == {}
    assert guess(DOUBTFUL, found.kept) == found
    answered = replace(found.layout, columns={**found.layout.columns, Column.DATE: "Rechnungsdatum"})
    again = guess(DOUBTFUL, answered)
    assert (again.questions, again.kept) == ([], again.layout)


UMLAUT = TWO_HEADERS.decode().replace("K-1", "Bär-1")


def test_a_remembered_character_set_holds_where_a_file_does_not_show_its_own() -> None:
    known = guess(UMLAUT.encode("cp850"), replace(guess(UMLAUT.encode("cp850")).layout, encoding="cp850"), own=True)
    assert known.preview[1][0] == "Bär-1"
    for content in (UMLAUT.encode("cp850"), TWO_HEADERS):
        assert guess(content, known.layout).layout.encoding == "cp850"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
        found = guess(UMLAUT.encode(encoding), known.layout)
        assert (found.layout.encoding, found.preview[1][0]) == (encoding, "Bär-1")


def test_for_its_own_file_a_character_set_holds_whatever_the_file_looks_like() -> None:
    layout = guess(UMLAUT.encode()).layout
    found = guess(UMLAUT.encode(), replace(layout, encoding="cp1252"), own=True)
    assert (found.layout.encoding, found.preview[1][0]) == ("cp1252", "BÃ¤r-1")
    marked = guess(UMLAUT.encode("utf-8-sig"), replace(layout, encoding="utf-8"), own=True)
    assert marked.layout.encoding == "utf-8-sig"
