"""Reports in the browser: what the page says about one, and who sees which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from common.models import User
from sales.importing import ImportResult
from sales.models import SaleLine
from tests.sales.sending import ROWS, report, send
from tests.world import World

SignedIn = Callable[[User], Client]


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def reporting(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reporter)


def text(response: Any) -> str:
    return str(response.content.decode())


def page_of(client: Client, result: ImportResult) -> str:
    return text(client.get(f"/vendor/lenovo/reports/{result.report.pk}/"))


def test_a_report_shows_what_became_of_it(world: World, manager: Client) -> None:
    stranger = ROWS[0].replace("K-1", "K-99").replace("RE-1", "RE-9")
    page = page_of(manager, send(world, report(*ROWS, stranger), by=world.channel_manager))
    for shown in ("RE-1", "K-99", world.channel_manager.name, "German numbers (1.234,56)"):
        assert shown in page


def test_every_waiting_row_says_why_it_waits(world: World, manager: Client) -> None:
    stranger = ROWS[0].replace("K-1", "K-99").replace("RE-1", "RE-9")
    future = ROWS[0].replace("02.11.2026", "02.12.2026").replace("RE-1", "RE-8")
    rows = [stranger, ROWS[1].replace("4X40", "NEW"), ROWS[2].replace("EUR", "USD"), future]
    page = page_of(manager, send(world, report(*rows)))
    for reason in ("unknown customer", "unknown article", "currency of no program", "dated in the future"):
        assert page.count(f">{reason}<") == 1


def test_a_distributor_does_not_see_whose_sales_its_rows_became(world: World, reporting: Client) -> None:
    result = send(world, report(*ROWS))
    page = text(reporting.get(f"/distributor/allnet/reports/{result.report.pk}/"))
    assert "november.csv" in page
    assert world.reseller.name not in page


def test_a_distributor_sees_which_of_its_rows_are_not_booked_and_why(world: World, reporting: Client) -> None:
    stranger = ROWS[0].replace("K-1", "K-99").replace("Elbtal", "Weser").replace("RE-1", "RE-9")
    result = send(world, report(*ROWS, stranger))
    page = reporting.get(f"/distributor/allnet/reports/{result.report.pk}/")
    (row,) = page.context["waiting"].data.data
    assert (row.customer_number, row.document_number) == ("K-99", "RE-9")
    assert "Weser Systemhaus GmbH" in text(page)
    assert text(page).count(">unknown customer<") == 1
    assert "/vendor/" not in text(page)


def test_the_list_tells_how_many_rows_wait_by_now(world: World, manager: Client) -> None:
    page = manager.get("/vendor/lenovo/reports/")
    (listed,) = page.context["table"].data.data
    assert (listed.rows, listed.booked_now, listed.waiting_now, listed.duplicates) == (4, 3, 1, 0)
    assert "allnet-lenovo.csv" in text(page)
    assert len(manager.get("/vendor/lenovo/reports/?state=waiting").context["table"].data.data) == 1
    export = manager.get("/vendor/lenovo/reports/?export=csv").content.decode("utf-8-sig")
    assert export.splitlines()[1].startswith("allnet-lenovo.csv,")


def test_the_original_is_a_download_and_nothing_a_browser_would_run(
    world: World, manager: Client, reporting: Client
) -> None:
    result = send(world, report(*ROWS), file_name="nov<ember>.csv")
    for client, place in ((manager, "vendor/lenovo"), (reporting, "distributor/allnet")):
        response = client.get(f"/{place}/reports/{result.report.pk}/file/")
        assert response.content == report(*ROWS)
        assert response["Content-Disposition"].startswith("attachment; filename=")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Type"] == "application/octet-stream"


def test_finance_sees_reports_and_uploads_none(world: World, signed_in: SignedIn) -> None:
    finance = signed_in(world.vendor_finance)
    assert "Upload" not in text(finance.get("/vendor/lenovo/reports/"))
    assert finance.get("/vendor/lenovo/reports/upload/").status_code == 403


@pytest.mark.parametrize("name", ["vendor-report", "vendor-report-file", "vendor-sale"])
def test_a_report_or_sale_of_another_vendor_is_missing(world: World, signed_in: SignedIn, name: str) -> None:
    line = SaleLine.objects.filter(vendor=world.vendor).first()
    assert line is not None
    pk = line.pk if name == "vendor-sale" else world.report.pk
    rival = signed_in(world.rival_channel_manager)
    assert rival.get(reverse(f"sales:{name}", args=["ibm", pk])).status_code == 404
    assert rival.get(reverse(f"sales:{name}", args=["lenovo", pk])).status_code == 404
    assert signed_in(world.channel_manager).get(reverse(f"sales:{name}", args=["lenovo", pk])).status_code == 200


@pytest.mark.parametrize("name", ["distributor-report", "distributor-report-file"])
def test_a_report_of_another_distributor_is_missing(world: World, signed_in: SignedIn, name: str) -> None:
    rival = signed_in(world.rival_reporter)
    assert rival.get(reverse(f"sales:{name}", args=["komsa", world.report.pk])).status_code == 404
    assert rival.get(reverse(f"sales:{name}", args=["allnet", world.report.pk])).status_code == 404
    assert rival.get(reverse(f"sales:{name}", args=["komsa", world.rival_report.pk])).status_code == 200
