"""The accounting pages: what a choice of days holds, its download and the record of it, and the account numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from common.access import Actor
from common.models import User
from rebates.journal.exporting import change_settings, settings_of
from rebates.models import JournalExport
from tests.rebates.booked import book, post
from tests.rendering import words
from tests.world import World

SignedIn = Callable[[User], Client]
PAGE = "/vendor/lenovo/accounting/"
EXPORT = f"{PAGE}export/"
SETTINGS = f"{PAGE}settings/"
NOVEMBER = {"first": "2026-11-01", "last": "2026-11-30", "format": "csv"}
OCTOBER = datetime(2026, 10, 12, 6, 0, tzinfo=UTC)
NUMBERS = {
    "chart": "04", "account_length": "4", "expense": "4769", "owed": "70001", "carried": "1300", "in_payment": "1460",
    "paid": "1800", "returned": "1370", "fiscal_year_begins": "7", "consultant_number": "29098",
    "client_number": "55003",
}  # fmt: skip


@pytest.fixture
def finance(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_finance)


def read(client: Client, **choice: str) -> str:
    page = client.get(PAGE, choice)
    assert page.status_code == 200
    return words(page.content.decode())


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_before_the_download_finance_sees_how_many_bookings_and_their_sums(world: World, finance: Client) -> None:
    book(world, "120.50")
    post(world, {"owed": "100.00", "in_payment": "-100.00"})
    text = read(finance, **NOVEMBER)
    assert "1 Nov 2026 – 30 Nov 2026 2 bookings" in text
    assert "Rebate expense 8769 120.50 0.00 Owed to partner 1700 100.00 120.50" in text
    assert "Total 220.50 220.50" in text
    assert "These days are not over" in text


def test_without_a_choice_it_shows_the_quarter_in_which_the_last_closing_was_booked(
    world: World, finance: Client
) -> None:
    page = finance.get(PAGE)
    assert page.context["form"].days.start == date(2026, 10, 1)
    assert [preset["label"] for preset in page.context["presets"]] == [
        "1 Oct 2026 – 31 Dec 2026", "1 Nov 2026 – 30 Nov 2026", "1 Jan 2026 – 31 Dec 2026",
    ]  # fmt: skip
    text = words(page.content.decode())
    assert "Quarter 1 Oct 2026 – 31 Dec 2026 · Month 1 Nov 2026" in text
    assert "Nothing was booked in these days." in text


def test_a_download_is_a_file_and_a_record_of_who_took_what(world: World, finance: Client) -> None:
    book(world, "10.00", at=OCTOBER)
    answer = finance.post(EXPORT, {**NOVEMBER, "first": "2026-10-01", "last": "2026-10-31"})
    assert answer["Content-Disposition"] == 'attachment; filename="journal_lenovo_20261001-20261031.csv"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    record = JournalExport.objects.get()
    assert record.sha256 == hashlib.sha256(content(answer)).hexdigest()
    assert (record.made_by, record.entries, record.end) == (world.vendor_finance, 1, date(2026, 11, 1))
    text = read(finance, first="2026-10-15", last="2026-10-31", format="csv")
    assert f"1 Oct 2026 – 31 Oct 2026 CSV 1 just now Vendor Finance {record.sha256[:12]}" in text
    # And again would be twice in somebody's books.
    assert "Bookings of these days were taken in this format before" not in text
    assert "Bookings of these days were taken in this format before" in read(
        finance, first="2026-10-01", last="2026-11-30", format="csv"
    )


def test_for_datev_the_numbers_of_the_client_come_first(world: World, finance: Client) -> None:
    book(world, "10.00")
    chosen = {**NOVEMBER, "format": "datev"}
    assert "Files for DATEV need your consultant number and client number." in read(finance, **chosen)
    refused = finance.post(EXPORT, chosen, follow=True)
    assert "Files for DATEV need your consultant number" in words(refused.content.decode())
    assert finance.post(SETTINGS, NUMBERS).status_code == 302
    answer = finance.post(EXPORT, chosen)
    assert answer["Content-Disposition"].startswith('attachment; filename="EXTF_Buchungsstapel_lenovo_20261101')
    assert b';4769;70001;"";1611;' in content(answer)


def test_days_that_cannot_be_are_refused(world: World, finance: Client) -> None:
    assert "Please choose days of this century." in read(finance, first="0001-01-01", last="9999-12-31")
    assert "Enter a valid date." in read(finance, first="yesterday")
    text = read(finance, first="2026-11-30", last="2026-11-01", format="csv")
    assert "The last day is before the first one." in text
    refused = finance.post(EXPORT, {**NOVEMBER, "last": "2026-10-01"})
    assert (refused.status_code, JournalExport.objects.count()) == (302, 0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"paid": "4769"}, "Two accounts have this number"),
        ({"paid": "18000"}, ""),
        ({"paid": "180000"}, "An account has 4 digits here"),
        ({"paid": "18O0"}, "Digits only"),
        ({"paid": "0000"}, "Digits only"),
        ({"account_length": "9"}, "less than or equal to 8"),
        ({"consultant_number": "1000"}, "greater than or equal to 1001"),
        ({"client_number": "100000"}, "less than or equal to 99999"),
        ({"consultant_number": "", "client_number": ""}, ""),
        ({"chart": "own"}, ""),
        ({"chart": "49"}, "Select a valid choice"),
    ],
)
def test_account_numbers_are_checked(finance: Client, changes: dict[str, str], says: str) -> None:
    answer = finance.post(SETTINGS, {**NUMBERS, **changes})
    assert answer.status_code == (422 if says else 302)
    assert says in words(answer.content.decode())


def test_numbers_of_a_chart_are_proposed_and_not_saved(world: World, finance: Client) -> None:
    form = finance.get(SETTINGS, {"chart": "04"}).context["form"]
    assert (form["chart"].value(), form["expense"].value(), form["paid"].value()) == ("04", "4769", "1800")
    assert settings_of(world.vendor).expense == "8769"


def test_only_finance_and_admins_are_let_in(world: World, signed_in: SignedIn) -> None:
    admin = signed_in(world.vendor_admin)
    assert [admin.get(page).status_code for page in (PAGE, SETTINGS)] == [200, 200]
    assert "Accounting" in words(admin.get("/vendor/lenovo/").content.decode())
    manager = signed_in(world.channel_manager)
    assert "Accounting" not in words(manager.get("/vendor/lenovo/").content.decode())
    for client, status in ((manager, 403), (signed_in(world.rival_vendor_finance), 404)):
        assert [client.get(page).status_code for page in (PAGE, SETTINGS)] == [status, status]
        assert client.post(EXPORT, NOVEMBER).status_code == status
        assert client.post(SETTINGS, NUMBERS).status_code == status


def test_the_records_of_one_vendor_are_nothing_of_another(world: World, finance: Client, signed_in: SignedIn) -> None:
    finance.post(EXPORT, NOVEMBER)
    change_settings(actor=Actor.of(world.vendor_finance), vendor=world.vendor, values={"client_number": 4711})
    rival = signed_in(world.rival_vendor_finance)
    page = rival.get("/vendor/ibm/accounting/")
    assert not page.context["table"].rows
    assert rival.get("/vendor/ibm/accounting/settings/").context["form"]["client_number"].value() is None
