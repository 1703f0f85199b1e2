"""The way of a report's file through the pages: received and imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.models import User
from sales import layouts, uploads
from sales.models import ReportMapping, SaleLine, SellOutReport, Upload
from sales.readers.reading import guess
from tests.sales.sending import ROWS, counts, report
from tests.world import NOW, World, make_distributor

SignedIn = Callable[[User], Client]

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
