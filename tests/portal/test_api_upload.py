"""Uploading sell-out reports over the HTTP API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from common.models import User
from common.tokens import Scope
from sales import uploads
from sales.models import SaleLine, SellOutReport
from tests.people import token_client
from tests.portal.test_api import ROOT, refused
from tests.sales.sending import workbook
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db


def report(*rows: str) -> SimpleUploadedFile:
    head = "document_number;document_line;document_date;customer_number;article;quantity;net"
    return SimpleUploadedFile("report.csv", "\n".join([head, *rows, ""]).encode())


def upload(client: Client, file: SimpleUploadedFile, vendor: str = "lenovo", distributor: str = "allnet") -> Any:
    return client.post(f"{ROOT}/reports", {"vendor": vendor, "distributor": distributor, "file": file})


def test_a_distributors_system_uploads_a_report_and_the_same_file_twice_adds_nothing(world: World) -> None:
    client = token_client(world.reporter, Scope.REPORTS_WRITE)
    row = "R-77;1;2026-11-02;K-1;21HM;3;3000.00"
    first = upload(client, report(row))
    assert first.status_code == 201, first.content
    assert (first.json()["booked"], first.json()["waiting"]) == (1, 0)
    again = upload(client, report(row))
    assert (again.status_code, again.json()) == (200, first.json())
    line = SaleLine.objects.get(document_number="R-77")
    assert (line.partner, line.quantity, line.counts_on) == (world.reseller, Decimal(3), date(2026, 11, 2))
    assert SellOutReport.objects.get(pk=first.json()["id"]).uploaded_by == world.reporter


def test_a_refused_report_names_row_column_and_value_and_books_nothing(world: World) -> None:
    before = SaleLine.objects.count()
    client = token_client(world.channel_manager, Scope.REPORTS_WRITE)
    answer = upload(client, report("R-77;1;2026-11-02;K-1;21HM;3;3000.00", "R-78;1;2026-11-02;K-1;21HM;three;1.00"))
    refused(answer, 422)
    [error] = answer.json()["errors"]
    assert (error["row"], error["column"], error["value"]) == (3, "quantity", "three")
    assert SaleLine.objects.count() == before


def test_a_file_that_is_too_large_is_not_read(world: World, settings: Settings) -> None:
    settings.SELLOUT_MAX_BYTES = 10
    client = token_client(world.channel_manager, Scope.REPORTS_WRITE)
    refused(upload(client, report("R-77;1;2026-11-02;K-1;21HM;3;3000.00")), 413)


def test_only_those_who_may_upload_do(world: World) -> None:
    def status(user: User, **names: str) -> int:
        return int(upload(token_client(user, Scope.REPORTS_WRITE), report("x"), **names).status_code)

    assert status(world.vendor_finance) == 403
    assert status(world.reseller_owner) == 404
    assert status(world.rival_channel_manager) == 404
    assert status(world.rival_reporter) == 404
    assert status(world.rival_reporter, distributor="komsa") == 404  # sells nothing of this vendor
    assert status(world.reporter, vendor="unknown") == 404
    assert status(world.platform_admin) == 403
    assert not SellOutReport.objects.exclude(pk__in=[world.report.pk, world.rival_report.pk]).exists()


def test_a_token_that_only_reads_uploads_nothing(world: World) -> None:
    refused(upload(token_client(world.channel_manager, Scope.REPORTS), report("x")), 403)


def test_a_request_sent_again_with_its_key_gets_the_first_answer_and_another_one_a_conflict(world: World) -> None:
    client = token_client(world.reporter, Scope.REPORTS_WRITE)

    def sent(row: str, key: str) -> Any:
        about = {"vendor": "lenovo", "distributor": "allnet", "file": report(row)}
        return client.post(f"{ROOT}/reports", about, headers={"Idempotency-Key": key})

    first, again = (sent("R-77;1;2026-11-02;K-1;21HM;3;3000.00", "key-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    refused(sent("R-78;1;2026-11-02;K-1;21HM;3;3000.00", "key-1"), 409)
    refused(sent("R-78;1;2026-11-02;K-1;21HM;3;3000.00", "no spaces"), 422)
    assert SaleLine.objects.filter(document_key__in=["R77", "R78"]).count() == 1
    wrong = [sent("R-79;1;2026-11-02;K-1;21HM;x;1.00", "key-2") for _ in range(2)]
    assert [answer.status_code for answer in wrong] == [422, 422]
    assert wrong[0].json() == wrong[1].json()


def test_a_large_file_is_taken_at_once_and_imported_by_a_worker(
    world: World, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    settings.SELLOUT_ROWS_AT_ONCE = 1
    client = token_client(world.reporter, Scope.REPORTS_WRITE, Scope.REPORTS)
    rows = [f"R-{number};1;2026-11-02;K-1;21HM;1;1000.00" for number in (77, 78)]
    with django_capture_on_commit_callbacks() as callbacks:
        taken = upload(client, report(*rows))
    assert (taken.status_code, taken.json()["state"], len(callbacks)) == (202, "queued", 1)
    address = f"{ROOT}/uploads/{taken.json()['id']}"
    assert client.get(address).json()["report"] is None
    uploads.run(upload_id=taken.json()["id"], now=NOW, today=TODAY)
    done = client.get(address).json()
    assert (done["state"], done["errors"]) == ("imported", [])
    assert client.get(f"{ROOT}/reports/{done['report']}").json()["booked"] == 2
    assert token_client(world.rival_reporter, Scope.REPORTS).get(address).status_code == 404


def test_the_answer_says_which_sheet_was_read_and_which_was_not(world: World) -> None:
    head = ["document_number", "document_line", "document_date", "customer_number", "article", "quantity", "net"]
    tables: dict[str, list[list[Any]]] = {
        name: [head, [name, "1", TODAY, "K-1", "21HM", 1, 1000]] for name in ("October", "November")
    }
    file = SimpleUploadedFile("2026.xlsx", workbook(**tables))
    client = token_client(world.reporter, Scope.REPORTS_WRITE)
    refused(upload(client, file), 422)
    file.seek(0)
    about = {"vendor": "lenovo", "distributor": "allnet", "file": file, "sheet": "November"}
    answer = client.post(f"{ROOT}/reports", about)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["sheet"], answer.json()["unread_sheets"]) == ("November", ["October"])


def test_a_report_is_replaced_by_naming_it(world: World) -> None:
    client = token_client(world.reporter, Scope.REPORTS_WRITE)
    first = upload(client, report("R-77;1;2026-11-02;K-1;21HM;3;3000.00")).json()
    refused(upload(client, report("R-77;1;2026-11-02;K-1;21HM;4;4000.00")), 422)
    about = {"vendor": "lenovo", "distributor": "allnet", "replaces": first["id"]}
    second = client.post(f"{ROOT}/reports", {**about, "file": report("R-77;1;2026-11-02;K-1;21HM;4;4000.00")})
    assert second.status_code == 201, second.content
    assert (second.json()["replaces"], second.json()["taken_back"]) == (first["id"], 1)
    foreign = client.post(f"{ROOT}/reports", {**about, "replaces": world.rival_report.pk, "file": report("x")})
    assert foreign.status_code == 404
