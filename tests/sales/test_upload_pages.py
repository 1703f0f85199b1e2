"""The way of a report's file through the pages: received, checked, put right, imported, refused, replaced."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from common.models import User
from sales import layouts, uploads
from sales.models import ReportMapping, SaleLine, SellOutReport, Upload, WaitingRow
from sales.readers.reading import guess
from tests.sales.sending import HEADER, ROWS, counts, report, workbook
from tests.world import NOW, World, make_distributor

SignedIn = Callable[[User], Client]
State = Upload.State
STRANGE = """\
Abverkauf November 2026

Kd-Nr;Firma;Beleg;Pos;Datum;Hersteller-Nr;Anzahl;VE;Wert netto;Netto EUR
K-1;Elbtal Systemhaus GmbH;RE-1;10;02.11.2026;21HM;3;VE;1.500,00;3.000,50
K-1;Elbtal Systemhaus GmbH;RE-1;20;13.11.2026;4X40;2;Stk;40,00;80,00
Summe;;;;;;;;;3.080,50
""".encode("cp1252")


def file(content: bytes, name: str = "november.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/csv")


def text(response: Any) -> str:
    return str(response.content.decode())


def path(response: Any) -> str:
    return str(response.request["PATH_INFO"])


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def reporting(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reporter)


def send(client: Client, world: World, content: bytes, name: str = "november.csv", query: str = "") -> Any:
    form = {"distributor": world.distributor.pk, "file": file(content, name)}
    return client.post(f"/vendor/lenovo/reports/upload/{query}", form, follow=True)


def fields(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the page's form, with some fields filled in otherwise."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    for name in ("units", "packs"):
        values[name] = form.fields[name].prepare_value(values[name])
    values |= {"replaces": page.context["replaces"].pk} if page.context["replaces"] else {}
    values |= {name.replace("_", "-") if name.replace("_", "-") in values else name: x for name, x in changes.items()}
    return {name: value for name, value in values.items() if value not in (None, False)}


def named(page: Any, column: str) -> str:
    """The field that says what a column of the file is read as."""
    return next(one.field.html_name for one in page.context["form"].columns if one.name == column)


def answer(page: Any, key: str) -> str:
    """The field in which a question is answered."""
    return next(name for name, question in page.context["form"]._asked.items() if question.key == key)


def press(client: Client, page: Any, button: str, **changes: Any) -> Any:
    address = path(page).removesuffix("layout/").removesuffix("start/")
    return client.post(f"{address}{button}/", fields(page, **changes), follow=True)


def test_a_report_is_in_after_two_pages(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    upload = Upload.objects.get()
    assert path(page) == f"/vendor/lenovo/reports/upload/{upload.pk}/"
    assert "CSV, 3 rows, separated by semicolons, UTF-8, German numbers (1.234,56), dates like 31.12.2026" in text(page)
    assert "Import 3 rows" in text(page)
    assert not SellOutReport.objects.filter(file_name="november.csv").exists()

    done = press(manager, page, "start")
    taken = SellOutReport.objects.get(file_name="november.csv")
    assert path(done) == f"/vendor/lenovo/reports/{taken.pk}/"
    assert "The report is in: 3 rows, 3 of them booked." in text(done)
    assert taken.uploaded_by == world.channel_manager
    assert manager.get(path(page), follow=True).request["PATH_INFO"] == path(done)


@pytest.mark.parametrize("of_vendor", [True, False])
def test_what_one_side_has_not_handed_in_yet_is_not_shown_to_the_other(
    world: World, manager: Client, reporting: Client, of_vendor: bool
) -> None:
    begun = (
        {"distributor": world.distributor.pk, "file": file(report(*ROWS))},
        {"vendor": world.vendor.pk, "file": file(report(*ROWS))},
    )
    if of_vendor:
        manager.post("/vendor/lenovo/reports/upload/", begun[0])
    else:
        reporting.post("/distributor/allnet/upload/", begun[1])
    shown = {
        "vendor": len(manager.get("/vendor/lenovo/reports/").context["uploads"].rows),
        "distributor": len(reporting.get("/distributor/allnet/").context["uploads"].rows),
    }
    assert shown == {"vendor": int(of_vendor), "distributor": int(not of_vendor)}
    assert ("to be checked" in text(manager.get("/vendor/lenovo/panels/waiting/"))) == of_vendor
    Upload.objects.update(state="refused")
    assert len(manager.get("/vendor/lenovo/reports/").context["uploads"].rows) == 1


def test_a_file_is_guessed_once_for_all_looks_at_it(
    world: World, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def counted(*args: Any, **options: Any) -> Any:
        asked.append(args)
        return guess(*args, **options)

    monkeypatch.setattr(layouts, "guess", counted)
    page = send(manager, world, report(*ROWS, ROWS[0].replace("RE-1", "ONCE")))
    # As it came, and by the layout that was found.
    assert len(asked) == 2
    manager.get(path(page))
    assert len(asked) == 2
    other = send(manager, world, report(*ROWS, ROWS[0].replace("RE-1", "TWICE")))
    assert path(other) != path(page)
    assert len(asked) == 4


def test_a_strange_layout_is_asked_about_corrected_and_remembered(world: World, reporting: Client) -> None:
    page = reporting.post(
        "/distributor/allnet/upload/", {"vendor": world.vendor.pk, "file": file(STRANGE)}, follow=True
    )
    upload = Upload.objects.get()
    assert path(page) == f"/distributor/allnet/upload/{upload.pk}/"
    assert "How many pieces is one “VE”?" in text(page)
    assert "Import" not in text(page)
    for said in ("Abverkauf November 2026", "Summe"):
        assert said in text(page)

    unanswered = press(reporting, page, "layout")
    assert "Please answer this question." in text(unanswered)
    page = press(reporting, page, "layout", **{answer(page, "unit:VE"): "10"})
    assert "30" in text(page)
    assert "Import" in text(page)
    done = press(reporting, page, "start")
    assert path(done).startswith("/distributor/allnet/reports/")
    assert SaleLine.objects.get(document_key="RE1", document_line="10").quantity == 30

    second = STRANGE.replace(b"RE-1", b"RE-2")
    page = reporting.post(
        "/distributor/allnet/upload/", {"vendor": world.vendor.pk, "file": file(second, "dezember.csv")}, follow=True
    )
    assert not page.context["found"].questions
    assert "As your files before (layout version 1)." in text(page)
    press(reporting, page, "start")
    assert SaleLine.objects.get(document_key="RE2", document_line="10").quantity == 30
    assert ReportMapping.objects.count() == 1


# --- the file is sent ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "This is an old Excel workbook. Save it as XLSX or CSV and send that file."),
        (b"%PDF-1.7 ...", "This is a PDF. Send the report as a CSV file or an Excel workbook."),
        (b"\x89PNG\r\n", "This is a picture."),
    ],
    ids=["XLS", "PDF", "PNG"],
)
def test_what_is_no_table_is_refused_at_the_field_with_advice(
    world: World, manager: Client, content: bytes, advice: str
) -> None:
    page = send(manager, world, content, "november.xls")
    assert advice in str(page.context["form"].errors["file"])
    assert f'value="{world.distributor.pk}" selected' in text(page)
    assert not Upload.objects.exists()


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(world: World, manager: Client, settings: Any) -> None:
    settings.SELLOUT_MAX_BYTES = 100
    assert "The file is larger than 0 MB." in text(send(manager, world, report(*ROWS)))


def test_only_distributors_of_the_vendor_are_offered(world: World, manager: Client) -> None:
    make_distributor("stranger", "Stranger")
    page = text(manager.get("/vendor/lenovo/reports/upload/"))
    assert "Allnet" in page
    assert "Stranger" not in page
    assert "Komsa" not in page


def test_a_distributor_uploads_for_vendors_that_authorise_it_and_for_no_other(world: World, reporting: Client) -> None:
    form = reporting.get("/distributor/allnet/upload/").context["form"]
    labels = {str(label) for _value, label in form.fields["vendor"].choices}
    assert labels == {"Please choose", "Lenovo", "IBM"}


# --- it is checked ---------------------------------------------------------------------------------------------------


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


# --- it is imported --------------------------------------------------------------------------------------------------


def test_the_same_file_twice_leads_to_the_first_report(world: World, manager: Client) -> None:
    first = press(manager, send(manager, world, report(*ROWS)), "start")
    again = press(manager, send(manager, world, report(*ROWS)), "start")
    assert "This file was imported before. Nothing was added." in text(again)
    assert path(first) == path(again)


def test_whoever_confirms_second_is_led_to_the_report_in_words(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    first = press(manager, page, "start")
    before = counts()
    second = press(manager, page, "start")
    assert "Somebody has imported or discarded this file meanwhile." in text(second)
    assert path(second) == path(first)
    assert counts() == before


def test_a_large_file_is_left_to_a_worker_and_followed(
    world: World, manager: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.SELLOUT_ROWS_AT_ONCE = 2
    page = send(manager, world, report(*ROWS))
    with django_capture_on_commit_callbacks() as told:
        waiting = press(manager, page, "start")
    assert len(told) == 1
    upload = Upload.objects.get()
    assert path(waiting) == path(page)
    assert "3 rows wait for their turn." in text(waiting)
    assert 'hx-trigger="every 1s"' in text(waiting)
    asked = manager.get(path(page), headers={"hx-request": "true"})
    assert "HX-Redirect" not in asked.headers

    uploads.run(upload_id=upload.pk, now=NOW, today=NOW.date())
    ended = manager.get(path(page), headers={"hx-request": "true"})
    upload.refresh_from_db()
    assert ended["HX-Redirect"] == f"/vendor/lenovo/reports/{upload.report_id}/"
    assert "The report is in: 3 rows, 3 of them booked." in text(manager.get(ended["HX-Redirect"]))
    assert manager.get(path(page), follow=True).request["PATH_INFO"] == ended["HX-Redirect"]


def test_a_large_file_that_is_refused_says_so_where_one_waited(world: World, manager: Client, settings: Any) -> None:
    settings.SELLOUT_ROWS_AT_ONCE = 0
    page = send(manager, world, report(ROWS[0], ROWS[1].replace(";2;", ";zwei;")))
    press(manager, page, "start")
    uploads.run(upload_id=Upload.objects.get().pk, now=NOW, today=NOW.date())
    assert manager.get(path(page), headers={"hx-request": "true"})["HX-Refresh"] == "true"
    assert "“november.csv” was not imported" in text(manager.get(path(page)))


# --- it is refused ---------------------------------------------------------------------------------------------------


def refused(manager: Client, world: World) -> Any:
    return press(manager, send(manager, world, report(ROWS[0], ROWS[1].replace(";2;", ";<b>zwei</b>;"))), "start")


def test_a_refused_file_says_row_column_value_and_what_is_wrong(world: World, manager: Client) -> None:
    before = counts()
    page = refused(manager, world)
    assert "“november.csv” was not imported" in text(page)
    assert 'data-label="Row">3<' in text(page)
    assert 'data-label="Column">Menge<' in text(page)
    assert "&lt;b&gt;zwei&lt;/b&gt;" in text(page)
    assert counts() == before


def test_the_file_comes_back_with_a_column_that_says_what_is_wrong(world: World, manager: Client) -> None:
    page = refused(manager, world)
    answered = manager.get(f"{path(page)}errors/")
    assert answered["Content-Disposition"] == 'attachment; filename="november-errors.csv"'
    head, good, bad = answered.content.decode("utf-8-sig").splitlines()
    assert head == f"{HEADER};What is wrong"
    assert good.rstrip(";") == ROWS[0].rstrip(";")
    assert "Menge: “<b>zwei</b>” is no number" in bad


def test_errors_of_a_workbook_come_back_as_one(world: World, manager: Client) -> None:
    row = ["K-1", "Elbtal", "RE-1", "10", NOW.date(), "21HM", "zwei", 3000.5, "EUR", ""]
    page = press(manager, send(manager, world, workbook(November=[HEADER.split(";"), row]), "2026.xlsx"), "start")
    answered = manager.get(f"{path(page)}errors/")
    assert answered["Content-Disposition"] == 'attachment; filename="2026-errors.xlsx"'
    rows = list(load_workbook(io.BytesIO(answered.content)).active.iter_rows(values_only=True))
    assert rows[0][-1] == "What is wrong"
    assert "“zwei” is no number" in str(rows[1][-1])


def test_a_refused_file_can_be_read_otherwise_and_imported(world: World, manager: Client) -> None:
    page = refused(manager, world)
    check = manager.get(f"{path(page)}layout/")
    changed = press(manager, check, "layout", **{named(check, "Menge"): "", named(check, "Position"): "quantity"})
    assert path(changed) == path(page)
    assert Upload.objects.get().state == State.DRAFT
    done = press(manager, changed, "start")
    assert path(done).startswith("/vendor/lenovo/reports/")
    assert SaleLine.objects.filter(document_key="RE1", quantity=20).exists()


def test_only_refused_files_have_errors_to_download(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    assert manager.get(f"{path(page)}errors/").status_code == 404


# --- it replaces another ---------------------------------------------------------------------------------------------


def test_a_file_that_puts_a_report_right_offers_to_replace_it(world: World, manager: Client) -> None:
    first = press(manager, send(manager, world, report(*ROWS), "first.csv"), "start")
    old = SellOutReport.objects.get(file_name="first.csv")
    corrected = report(ROWS[0].replace("3.000,50", "3.100,50"), ROWS[2])
    page = press(manager, send(manager, world, corrected, "second.csv"), "start")
    assert "Does this file put the report “first.csv”" in text(page)
    done = manager.post(f"{path(page)}replace/", follow=True)
    new = SellOutReport.objects.get(file_name="second.csv")
    assert path(done) == f"/vendor/lenovo/reports/{new.pk}/"
    assert (new.replaces, new.unchanged, new.taken_back) == (old, 1, 2)
    assert "This report replaces “first.csv”" in text(done)
    before = text(manager.get(path(first)))
    assert "This report was replaced by “second.csv”" in before
    listed = text(manager.get("/vendor/lenovo/reports/"))
    assert "replaced by “second.csv”" in listed
    assert "replaces “first.csv”" in listed


def test_every_row_of_a_replaced_report_ends_somewhere(world: World, manager: Client) -> None:
    rows = [*ROWS, ROWS[0].replace("K-1", "K-99").replace("RE-1", "RE-9"), ROWS[0].replace("RE-1", "RE-8")]
    press(manager, send(manager, world, report(*rows), "first.csv"), "start")
    press(manager, send(manager, world, report(rows[0], rows[2]), "third.csv", ""), "start")
    old = SellOutReport.objects.get(file_name="first.csv")
    page = send(manager, world, report(rows[0], rows[1].replace(";2;", ";4;")), "second.csv", f"?replaces={old.pk}")
    assert "This file replaces the report “first.csv”" in text(page)
    press(manager, page, "start")
    page = manager.get(f"/vendor/lenovo/reports/{old.pk}/")
    shown = page.context["report"]
    assert (page.context["booked_rows"], page.context["replaced_rows"]) == (1, 4)
    parts = (shown.waiting_now, shown.dismissed_now, shown.rejected_now, shown.duplicates, shown.unchanged)
    assert page.context["booked_rows"] + page.context["replaced_rows"] + sum(parts) == shown.rows == 5


def test_replacing_begins_at_the_report_and_is_carried_through(world: World, manager: Client) -> None:
    first = press(manager, send(manager, world, report(*ROWS), "first.csv"), "start")
    old = SellOutReport.objects.get(file_name="first.csv")
    assert f"/vendor/lenovo/reports/upload/?replaces={old.pk}" in text(first)
    asked = manager.get(f"/vendor/lenovo/reports/upload/?replaces={old.pk}")
    assert "This file replaces the report “first.csv”" in text(asked)
    assert f'value="{world.distributor.pk}" selected' in text(asked)
    page = send(manager, world, report(ROWS[0]), "second.csv", f"?replaces={old.pk}")
    page = press(manager, page, "layout", packs="4X40 = 2")
    assert "This file replaces the report “first.csv”" in text(page)
    press(manager, page, "start")
    assert SellOutReport.objects.get(file_name="second.csv").replaces == old


@pytest.mark.parametrize("said", ["nothing", "99999999999999999999", "-1", "0"])
def test_a_report_that_is_not_there_cannot_be_replaced(world: World, manager: Client, said: str) -> None:
    assert manager.get(f"/vendor/lenovo/reports/upload/?replaces={said}").status_code == 404


def test_a_foreign_report_cannot_be_replaced(world: World, manager: Client) -> None:
    assert manager.get(f"/vendor/lenovo/reports/upload/?replaces={world.rival_report.pk}").status_code == 404


# --- lists and what waits --------------------------------------------------------------------------------------------


def test_files_that_are_not_imported_stand_above_the_reports_with_their_state(
    world: World, manager: Client, reporting: Client
) -> None:
    send(manager, world, report(*ROWS), "draft.csv")
    refused(manager, world)
    said_of_refused = '<span class="badge tone-warning">refused</span>'
    said_of_draft = '<span class="badge tone-info">to be checked</span>'
    for client, address, states in (
        (manager, "/vendor/lenovo/reports/", [said_of_refused, said_of_draft]),
        (reporting, "/distributor/allnet/", [said_of_refused]),
    ):
        page = client.get(address)
        assert [str(row.get_cell("state")) for row in page.context["uploads"].rows] == states
        assert "Files that are not imported yet" in text(page)


def test_a_report_to_be_checked_waits_on_the_dashboard(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    tasks = [task for task in manager.get("/vendor/lenovo/panels/waiting/").context["tasks"] if "checked" in task.title]
    assert [(task.title, task.url) for task in tasks] == [("A report is to be checked", path(page))]
    send(manager, world, report(ROWS[0]), "second.csv")
    tasks = [task for task in manager.get("/vendor/lenovo/panels/waiting/").context["tasks"] if "checked" in task.title]
    assert [(task.title, task.url) for task in tasks] == [("2 reports are to be checked", "/vendor/lenovo/reports/")]


def test_finance_uploads_nothing_and_does_not_see_what_is_on_its_way(
    world: World, manager: Client, signed_in: SignedIn
) -> None:
    page = send(manager, world, report(*ROWS))
    finance = signed_in(world.vendor_finance)
    listed = text(finance.get("/vendor/lenovo/reports/"))
    assert "Upload" not in listed
    assert "Not imported yet" not in listed
    assert finance.get("/vendor/lenovo/reports/upload/").status_code == 403
    assert finance.get(path(page)).status_code == 403


@pytest.mark.parametrize("step", ["", "layout/", "errors/"])
def test_an_upload_of_others_is_missing(world: World, manager: Client, signed_in: SignedIn, step: str) -> None:
    own = path(refused(manager, world))
    assert manager.get(f"{own}{step}").status_code == 200
    pk = own.rstrip("/").rpartition("/")[2]
    for stranger, area in (
        (world.rival_channel_manager, "vendor/ibm/reports"),
        (world.rival_reporter, "distributor/komsa"),
    ):
        assert signed_in(stranger).get(f"/{area}/upload/{pk}/{step}").status_code == 404


def test_a_forgotten_file_leads_to_the_list(world: World, manager: Client) -> None:
    page = send(manager, world, report(*ROWS))
    uploads.sweep(now=Upload.objects.get().uploaded_at + uploads.KEPT + timedelta(days=1))
    assert path(manager.get(path(page), follow=True)) == "/vendor/lenovo/reports/"


def test_pieces_are_counted_per_article_where_the_file_counts_packs(world: World, manager: Client) -> None:
    page = press(manager, send(manager, world, report(*ROWS)), "layout", packs="4X40 = 0,5")
    press(manager, page, "start")
    assert SaleLine.objects.get(document_key="RE1", document_line="20").quantity == Decimal(1)
