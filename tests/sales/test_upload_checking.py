"""The way of a report's file through the pages: checked and put right."""

from __future__ import annotations

import pytest
from django.test import Client

from sales.models import ReportMapping, SaleLine, Upload, WaitingRow
from tests.sales.sending import HEADER, ROWS, report, workbook
from tests.sales.test_upload_pages import STRANGE, SignedIn, answer, named, path, press, send, text
from tests.world import NOW, World


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


def test_the_first_rows_stand_there_as_they_are_and_as_they_will_be_read(world: World, manager: Client) -> None:
    preview = send(manager, world, STRANGE).context["preview"]
    assert not preview.known
    page = send(manager, world, report(ROWS[0], ROWS[2]))
    preview = page.context["preview"]
    assert [(cell.name, cell.meaning) for cell in preview.head][:2] == [
        ("Kundennummer", "Customer number"),
        ("Kunde", "Customer"),
    ]
    first, second = preview.rows
    assert (first.number, first.cells[6:8]) == (2, ["3", "3.000,50"])
    assert (first.read.article, first.read.quantity, first.read.net) == ("21HM", "3", "€3,000.50")
    assert second.read.quantity == "−1"
    assert "€3,000.50" in text(page)


def test_rows_that_are_left_out_are_counted_with_their_reason(world: World, manager: Client) -> None:
    page = send(manager, world, STRANGE)
    assert page.context["left_out"] == [
        "1 row left out: title above the header (row 1 “Abverkauf November 2026”)",
        "1 row left out: empty row",
        "1 row left out: total (row 6 “Summe · 3.080,50”)",
    ]


def test_a_row_that_cannot_be_read_says_why_at_its_place(world: World, manager: Client) -> None:
    page = send(manager, world, report(ROWS[0], ROWS[1].replace(";2;", ";<b>zwei</b>;")))
    assert "One of these rows cannot be read like this." in text(page)
    assert "is no number of the kind this file uses (1.234,56)" in text(page)
    assert "&lt;b&gt;zwei&lt;/b&gt;" in text(page)
    assert "<b>zwei</b>" not in text(page)


@pytest.mark.parametrize("answered", ["de", "en"])
def test_numbers_that_can_mean_two_are_asked_and_read_as_answered(world: World, manager: Client, answered: str) -> None:
    page = send(manager, world, report("K-1;;R-1;1;02.11.2026;21HM;1;1.000;;"))
    (question,) = page.context["found"].questions
    place = next(str(number) for number, one in enumerate(question.choices) if one.value == answered)
    page = press(manager, page, "layout", **{answer(page, "numbers"): place})
    assert not page.context["found"].questions
    assert page.context["preview"].rows[0].read.net == {"de": "€1,000.00", "en": "€1.00"}[answered]
    press(manager, page, "start")
    booked = [*SaleLine.objects.filter(document_key="R1"), *WaitingRow.objects.filter(document_key="R1")]
    assert [row.net for row in booked] == [{"de": 1000, "en": 1}[answered]]


def test_a_file_without_amounts_is_asked_about_once(world: World, manager: Client) -> None:
    content = b"Kundennummer;Belegnummer;Datum;Herstellernummer;Menge\nK-1;R-1;02.11.2026;21HM;2\n"
    page = send(manager, world, content)
    (question,) = page.context["found"].questions
    assert question.key == "column:net"
    none = next(str(number) for number, one in enumerate(question.choices) if one.value == "")
    page = press(manager, page, "layout", **{answer(page, "column:net"): none})
    assert "without amounts" in text(page)
    press(manager, page, "start")
    assert SaleLine.objects.get(document_key="R1").net is None
    page = send(manager, world, content.replace(b"R-1", b"R-2"))
    assert not page.context["found"].questions


def test_a_column_that_two_names_can_mean_is_asked_until_it_is_answered(world: World, manager: Client) -> None:
    content = (
        b"Kundennummer;Belegnummer;Rechnungsdatum;Belegdatum;Herstellernummer;Menge;Netto\n"
        b"K-1;R-1;02.11.2026;13.11.2026;21HM;2;2.000,00\n"
    )
    page = send(manager, world, content)
    again = manager.get(path(page))
    (question,) = again.context["found"].questions
    assert question.key == "column:date"
    blind = manager.post(f"{path(page)}start/", {}, follow=True)
    assert path(blind).startswith("/vendor/lenovo/reports/upload/")
    assert not SaleLine.objects.filter(document_key="R1").exists()
    other = next(str(number) for number, one in enumerate(question.choices) if one.value == "Belegdatum")
    page = press(manager, again, "layout", **{answer(again, "column:date"): other})
    assert not page.context["found"].questions
    press(manager, page, "start")
    assert SaleLine.objects.get(document_key="R1").document_date.day == 13


def test_a_header_that_names_nothing_is_read_as_a_person_says(world: World, manager: Client) -> None:
    content = b"Wer;Was;Wann;Wieviel;Wert\nK-1;21HM;13.11.2026;2;2.000,00\n"
    page = send(manager, world, content)
    asked = {question.key for question in page.context["found"].questions}
    assert {"column:date", "column:quantity", "column:customer_number", "column:article"} <= asked
    chosen = {"Wer": "customer_number", "Was": "article", "Wann": "date", "Wieviel": "quantity", "Wert": "net"}
    page = press(manager, page, "layout", **{named(page, name): value for name, value in chosen.items()})
    assert not page.context["found"].questions
    press(manager, page, "start")
    assert SaleLine.objects.get(document_date="2026-11-13").net == 2000


def test_a_column_chosen_twice_comes_back_as_one_line_at_it_and_loses_nothing(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    again = press(manager, page, "layout", **{named(page, "Projekt"): "net", "packs": "21HM = 5"})
    field = named(page, "Projekt")
    assert list(again.context["form"].errors) == [field]
    assert "“Net amount” is chosen twice: the column “Netto” is read as that already." in text(again)
    assert again.context["form"][field].value() == "net"
    assert "21HM = 5" in text(again)
    assert again.context["form"].unfolded


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"header_row": "70"}, "header_row", "Row 70 holds no header."),
        ({"header_row": "0"}, "header_row", "greater than or equal to 1"),
        ({"packs": "21HM: 5"}, "packs", "“21HM: 5” is not written like “VE = 10”."),
        ({"packs": "21HM = 1.000"}, "packs", "Please write “1.000” without the sign inside it."),
        ({"units": "VE = viele"}, "units", "“viele” is no number of pieces."),
        ({"units": "VE = 0"}, "units", "“0” is no number of pieces."),
    ],
)
def test_a_wrong_layout_comes_back_as_one_line_at_the_field(
    world: World, manager: Client, changes: dict[str, str], field: str, sentence: str
) -> None:
    page = send(manager, world, report(*ROWS))
    again = press(manager, page, "layout", **changes)
    assert list(again.context["form"].errors) == [field]
    assert sentence in str(again.context["form"].errors[field])
    assert again.context["form"][field].value() == changes[field]


def test_a_layout_without_a_date_says_so(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    again = press(manager, page, "layout", **{named(page, "Belegdatum"): ""})
    assert "No column is read as “Document date”. Please choose one below." in text(again)


def test_a_layout_without_amounts_needs_a_word(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    without = {named(page, "Netto"): ""}
    again = press(manager, page, "layout", **without)
    assert list(again.context["form"].errors) == ["no_amounts"]
    again = press(manager, page, "layout", **without, no_amounts="on")
    assert "without amounts" in text(again)


def test_another_header_row_finds_the_columns_anew(world: World, manager: Client) -> None:
    content = "\n".join(["Kunde;Netto", HEADER, *ROWS]).encode()
    page = send(manager, world, content)
    assert page.context["found"].layout.header_row == 2
    first = press(manager, page, "layout", header_row="1")
    assert first.context["found"].layout.header_row == 1
    back = press(manager, first, "layout", header_row="2")
    assert back.context["found"].rows == 3
    assert "Import 3 rows" in text(back)


def test_the_sheet_of_a_workbook_is_asked_where_several_hold_sales(world: World, manager: Client) -> None:
    head = HEADER.split(";")
    row = ["K-1", "Elbtal", "RE-1", "10", NOW.date(), "21HM", 3, 3000.5, "EUR", ""]
    content = workbook(Oktober=[head, row, [*row[:2], "RE-7", *row[3:]]], November=[head, [*row[:2], "RE-8", *row[3:]]])
    page = send(manager, world, content, "2026.xlsx")
    assert "Several sheets of the workbook hold sales." in text(page)
    (question,) = page.context["found"].questions
    november = next(str(number) for number, one in enumerate(question.choices) if one.value == "November")
    page = press(manager, page, "layout", **{answer(page, "sheet"): november})
    assert "Sheet “November”, 1 row" in text(page)
    assert "Only the sheet “November” is read. “Oktober” holds sales too" in text(page)
    page = press(manager, page, "layout", sheet="Oktober")
    assert "Sheet “Oktober”, 2 rows" in text(page)
    press(manager, page, "start")
    assert {line.document_key for line in SaleLine.objects.filter(document_key__in=["RE1", "RE7", "RE8"])} == {
        "RE1", "RE7",
    }  # fmt: skip


DOS = report("K-1;Bäckerei Elbtal;RE-1;10;02.11.2026;21HM;3;3.000,50;EUR;").decode().encode("cp850")


def test_a_character_set_that_was_guessed_wrong_is_put_right_and_remembered(world: World, manager: Client) -> None:
    page = send(manager, world, DOS)
    assert "Windows-1252" in page.context["summary"]
    assert "B„ckerei Elbtal" in text(page)
    page = press(manager, page, "layout", encoding="cp850")
    assert "DOS 850" in page.context["summary"]
    assert "Bäckerei Elbtal" in text(page)
    press(manager, page, "start")
    assert ReportMapping.objects.get().layout["encoding"] == "cp850"

    second = DOS.replace(b"RE-1", b"RE-2").replace(b"K-1", b"K-9")
    page = send(manager, world, second, "dezember.csv")
    assert "As your files before (layout version 1)." in text(page)
    press(manager, page, "start")
    assert WaitingRow.objects.get(document_number="RE-2").customer_name == "Bäckerei Elbtal"


def test_a_character_set_in_which_the_file_cannot_be_is_one_line_at_the_field(world: World, manager: Client) -> None:
    page = press(manager, send(manager, world, DOS), "layout", encoding="utf-8")
    assert list(page.context["form"].errors) == ["encoding"]
    assert "neither UTF-8" in page.context["form"].errors["encoding"][0]
    assert "Windows-1252" in page.context["summary"]


def test_a_character_set_that_no_usual_one_is_is_asked_by_a_word_of_the_file(world: World, manager: Client) -> None:
    page = send(manager, world, DOS.replace("Bäck".encode("cp850"), "Küch".encode("cp850")))
    assert "DOS 850: “Währung”" in text(page)
    assert "Mac Roman: “WÑhrung”" in text(page)
    assert "Please answer this question." in text(press(manager, page, "layout"))
    page = press(manager, page, "layout", **{answer(page, "encoding"): "0"})
    assert not page.context["found"].questions
    assert "Import 1 row" in text(page)
    again = press(manager, page, "layout", encoding="mac-roman")
    assert "Mac Roman" in again.context["summary"]


def test_what_was_changed_since_it_was_shown_is_shown_before_it_is_imported(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    again = press(manager, page, "start", packs="21HM = 2")
    assert "You have changed how the file is read. Please look at its rows once more." in text(again)
    assert again.context["preview"].rows[0].read.quantity == "6"
    press(manager, again, "start")
    assert SaleLine.objects.get(document_key="RE1", document_line="10").quantity == 6


def test_a_discarded_file_is_gone_and_its_address_leads_to_the_list(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    gone = manager.post(f"{path(page)}discard/", follow=True)
    assert path(gone) == "/vendor/lenovo/reports/"
    assert "“november.csv” was discarded." in text(gone)
    assert bytes(Upload.objects.get().content) == b""
