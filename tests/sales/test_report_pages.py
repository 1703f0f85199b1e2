"""Reports in the browser: uploading, what the page says about it, and who sees which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from common.models import User
from sales.models import SaleLine, SellOutReport
from tests.sales.sending import ROWS, counts, report, send
from tests.world import World, make_distributor

SignedIn = Callable[[User], Client]


def file(content: bytes, name: str = "november.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/csv")


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def reporting(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reporter)


def upload(client: Client, world: World, content: bytes, **data: str) -> Any:
    form = {"distributor": world.distributor.pk, "file": file(content), **data}
    return client.post("/vendor/lenovo/reports/upload/", form, follow=True)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_channel_manager_imports_a_report_and_sees_what_became_of_it(world: World, manager: Client) -> None:
    page = upload(manager, world, report(*ROWS, ROWS[0].replace("K-1", "K-99").replace("RE-1", "RE-9")))
    taken = SellOutReport.objects.get(file_name="november.csv")
    assert taken.uploaded_by == world.channel_manager
    assert page.request["PATH_INFO"] == f"/vendor/lenovo/reports/{taken.pk}/"
    assert "The report is in: 4 rows, 3 of them booked." in text(page)
    assert "RE-1" in text(page)
    assert "K-99" in text(page)


def test_every_waiting_row_says_why_it_waits(world: World, manager: Client) -> None:
    stranger = ROWS[0].replace("K-1", "K-99").replace("RE-1", "RE-9")
    page = text(upload(manager, world, report(stranger, ROWS[1].replace("4X40", "NEW"), ROWS[2].replace("EUR", "USD"))))
    for reason in ("unknown customer", "unknown article", "currency of no program"):
        assert page.count(f">{reason}<") == 1


def test_a_refused_file_is_answered_with_row_column_value_and_a_sentence(world: World, manager: Client) -> None:
    before = counts()
    page = upload(manager, world, report(ROWS[0], ROWS[1].replace(";2;", ";<b>zwei</b>;")), numbers="de")
    assert "“november.csv” was not imported" in text(page)
    assert 'data-label="Row">3<' in text(page)
    assert 'data-label="Column">Menge<' in text(page)
    assert "&lt;b&gt;zwei&lt;/b&gt;" in text(page)
    assert "is no number of the kind this file uses (1.234,56)" in text(page)
    assert f'value="{world.distributor.pk}" selected' in text(page)
    assert 'value="de" selected' in text(page)
    assert counts() == before


def test_the_same_file_twice_leads_to_the_first_report(world: World, manager: Client) -> None:
    first = upload(manager, world, report(*ROWS))
    again = upload(manager, world, report(*ROWS))
    assert "This file was imported before. Nothing was added." in text(again)
    assert first.request["PATH_INFO"] == again.request["PATH_INFO"]


def test_the_way_numbers_are_written_can_be_chosen(world: World, manager: Client) -> None:
    content = report("K-1;;R-1;1;02.11.2026;21HM;1;1.000;;")
    assert "can mean two different numbers" in text(upload(manager, world, content))
    assert "booked" in text(upload(manager, world, content, numbers="de"))
    assert SaleLine.objects.get(document_key="R1").net == 1000


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(world: World, manager: Client, settings: Any) -> None:
    settings.SELLOUT_MAX_BYTES = 100
    assert "The file is larger than 0 MB." in text(upload(manager, world, report(*ROWS)))


def test_only_distributors_of_the_vendor_are_offered(world: World, manager: Client) -> None:
    make_distributor("stranger", "Stranger")
    page = text(manager.get("/vendor/lenovo/reports/upload/"))
    assert "Allnet" in page
    assert "Stranger" not in page
    assert "Komsa" not in page


def test_a_distributor_uploads_for_vendors_that_authorise_it_and_for_no_other(world: World, reporting: Client) -> None:
    form = reporting.get("/distributor/allnet/upload/")
    assert {str(label) for _value, label in form.context["form"].fields["vendor"].choices} == {
        "Please choose", "Lenovo", "IBM",
    }  # fmt: skip
    page = reporting.post(
        "/distributor/allnet/upload/", {"vendor": world.vendor.pk, "file": file(report(*ROWS))}, follow=True
    )
    assert "The report is in: 3 rows, 3 of them booked." in text(page)
    assert page.request["PATH_INFO"].startswith("/distributor/allnet/reports/")


def test_a_distributor_does_not_see_whose_sales_its_rows_became(world: World, reporting: Client) -> None:
    result = send(world, report(*ROWS))
    page = text(reporting.get(f"/distributor/allnet/reports/{result.report.pk}/"))
    assert "november.csv" in page
    assert world.reseller.name not in page


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
