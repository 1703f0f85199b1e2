"""The way of a report's file through the pages: refused, replaced, and in the lists."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook

from sales import uploads
from sales.models import SaleLine, SellOutReport, Upload
from tests.sales.sending import HEADER, ROWS, counts, report, workbook
from tests.sales.test_upload_pages import SignedIn, named, path, press, refused, send, text
from tests.world import NOW, World

State = Upload.State


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def reporting(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reporter)


# --- it is refused ---------------------------------------------------------------------------------------------------


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
