"""The journal: which entries are read, CSV read back and compared with the ledger, all formats, and the command."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common.access import Actor
from common.periods import Period
from partners.models import Partner
from rebates import closing
from rebates.journal import hledger
from rebates.journal.exporting import StillBooking, export
from rebates.journal.reading import Account, Journal, Side
from rebates.models import AccountingSettings, JournalExport
from rebates.rights import NotAllowed
from tests.rebates.booked import book, post
from tests.rebates.journals import NOVEMBER, YEAR, debits_and_credits, known_to_datev, write
from tests.world import NOW, TODAY, World

# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_day_of_booking_is_a_day_in_berlin(world: World) -> None:
    before, first, last, after = (
        book(world, "10.00", at=at)
        for at in (
            datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 10, 31, 23, 0, tzinfo=UTC),
            datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 11, 30, 23, 0, tzinfo=UTC),
        )
    )
    journal = Journal(vendor=world.vendor, days=NOVEMBER, actor=Actor.system())
    bookings = list(journal.read())
    assert [(booking.entry, booking.day) for booking in bookings] == [
        (first, date(2026, 11, 1)),
        (last, date(2026, 11, 30)),
    ]
    assert journal.given == 2
    assert {before.pk, after.pk}.isdisjoint({booking.entry.pk for booking in bookings})


def test_what_a_closing_booked_says_of_which_period_and_terms_it_is(world: World) -> None:
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q3"), today=TODAY, now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    (booking,) = Journal(vendor=world.vendor, days=NOVEMBER, actor=Actor.system()).read()
    assert (booking.text, booking.terms, booking.program) == ("Rebate Q3 2026", "Top-seller rebate", world.program)
    assert booking.sides == (Side("expense", Decimal("120.00")), Side("owed", Decimal("-120.00")))


def test_many_bookings_take_few_queries_and_few_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rebates.journal.reading.AT_ONCE", 10)
    for number in range(25):
        book(world, f"{number + 1}.00")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert len(list(Journal(vendor=world.vendor, days=YEAR, actor=Actor.system()).read())) == 25
    # One for the entries, one for the sides of each ten.
    assert len(captured) == 4


def test_the_summary_is_the_sum_of_the_ledger_and_both_sides_are_equal(world: World) -> None:
    post(world, {"expense": "250.00", "owed": "-250.00"})
    post(world, {"owed": "200.00", "in_payment": "-200.00"})
    post(world, {"expense": "7.50", "owed": "-7.50"}, currency="CHF")
    summary = Journal(vendor=world.vendor, days=YEAR, actor=Actor.system()).summary()
    assert {(each.account, each.currency): (each.debit, each.credit) for each in summary.sums} == debits_and_credits(
        world
    )
    assert summary.entries == 3
    assert summary.totals == {
        "CHF": (Decimal("7.50"), Decimal("7.50")),
        "EUR": (Decimal("450.00"), Decimal("450.00")),
    }


def test_staff_of_another_vendor_read_nothing(world: World) -> None:
    book(world, "10.00")
    journal = Journal(vendor=world.vendor, days=YEAR, actor=Actor.of(world.rival_vendor_finance))
    assert (list(journal.read()), journal.summary().entries) == ([], 0)


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_a_spreadsheet_finds_no_formula_in_the_csv(world: World) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(name="+49 Systemhaus")
    book(world, "-10.00", reason='=HYPERLINK("http://x")')
    content = write(world, "csv")[0]
    assert content.startswith(b"\xef\xbb\xbf")
    heads, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    first = dict(zip(heads, rows[0], strict=True))
    assert (first["Partner"], first["Reason"]) == ("'+49 Systemhaus", '\'=HYPERLINK("http://x")')
    # Minus ten owed, which is carried: four sides.
    assert [(row[9], row[11], row[12]) for row in rows] == [
        ("rebate expense", "", "10.00"),
        ("owed to partner", "10.00", ""),
        ("carried forward", "10.00", ""),
        ("owed to partner", "", "10.00"),
    ]


def test_heads_are_in_the_language_of_the_person(world: World) -> None:
    with translation.override("de"):
        content, _name, record = write(world, "csv")
    assert content.decode("utf-8-sig").startswith("Tag,Buchung,Art,Partnernummer,")
    assert (record.language, record.entries) == ("de", 0)


# --- all formats -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", JournalExport.Format.values)
def test_the_same_days_give_the_same_file_again(world: World, fmt: str) -> None:
    known_to_datev(world)
    book(world, "10.00")
    post(world, {"expense": "5.00", "owed": "-5.00"}, currency="CHF")
    first, again = write(world, fmt), write(world, fmt)
    assert first[:2] == again[:2]
    assert first[2].sha256 == again[2].sha256
    assert JournalExport.objects.filter(sha256=first[2].sha256, entries=2).count() == 2


def test_days_are_given_out_when_nothing_dated_with_them_can_commit_any_more(world: World) -> None:
    """A worker that began before midnight commits after it: in no later days would its bookings be."""
    midnight = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)

    def take(now: datetime) -> int:
        made = export(vendor=world.vendor, days=NOVEMBER, fmt="csv", actor=Actor.system(), now=now, out=io.BytesIO())
        return made.record.entries

    assert take(midnight - timedelta(hours=1)) == 0  # the page says that this day is not over
    with pytest.raises(StillBooking, match="30 November 2026"):
        take(midnight + timedelta(seconds=10))
    book(world, "10.00", at=midnight - timedelta(seconds=2))
    assert take(midnight + timedelta(minutes=5)) == 1


def test_every_account_of_the_ledger_is_known_to_every_format() -> None:
    assert set(hledger.ACCOUNTS) == set(Account)
    assert set(AccountingSettings().numbers) == set(Account.values)


def test_only_finance_and_admins_take_the_journal(world: World) -> None:
    for user in (world.channel_manager, world.rival_vendor_finance, world.reseller_owner, world.platform_admin):
        with pytest.raises(NotAllowed):
            export(vendor=world.vendor, days=YEAR, fmt="csv", actor=Actor.of(user), now=NOW, out=io.BytesIO())


def test_an_export_is_never_changed_or_removed(world: World) -> None:
    record = write(world, "csv")[2]
    for change in (lambda: JournalExport.objects.update(entries=7), record.delete):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            change()


def test_numbers_that_datev_does_not_know_are_refused_by_the_database(world: World) -> None:
    for values in ({"account_length": 9}, {"consultant_number": 12}, {"client_number": 100_000}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountingSettings.objects.create(vendor=world.vendor, **values)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_writes_the_file_that_the_page_gives(world: World, tmp_path: Path) -> None:
    book(world, "10.00")
    path = tmp_path / "november.csv"
    said = io.StringIO()
    call_command(
        "export_journal", "lenovo", "--from=2026-11-01", "--to=2026-11-30", f"--output={path}", stderr=said
    )  # fmt: skip
    assert path.read_bytes() == write(world, "csv", NOVEMBER)[0]
    record = JournalExport.objects.order_by("pk")[0]
    assert (record.made_by, record.start, record.end) == (None, NOVEMBER.start, NOVEMBER.end)
    assert said.getvalue() == f"journal_lenovo_20261101-20261130.csv: 1 bookings, sha256 {record.sha256}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody", "--from=2026-11-01", "--to=2026-11-30"], "There is no vendor “nobody”. Known: ibm, lenovo."),
        (["lenovo", "--from=1.11.2026", "--to=2026-11-30"], "--from: 1.11.2026 is no day; write 2026-01-01."),
        (["lenovo", "--from=2026-11-30", "--to=2026-11-01"], "The last day is before the first one."),
        (["lenovo", "--from=2026-11-01", "--to=9999-12-31"], "Please choose days of this century."),
        (["lenovo", "--from=2026-11-01", "--to=2026-11-30", "--format=datev"], "Files for DATEV need your consultant"),
        (["lenovo", "--from=2026-11-01", "--to=2026-11-30", "--output=/nowhere/x.csv"], "/nowhere/x.csv cannot be"),
    ],
)
def test_the_command_says_in_one_line_what_is_in_its_way(world: World, arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError) as error:
        call_command("export_journal", *arguments)
    assert str(error.value).startswith(says)
    assert "\n" not in str(error.value)
    assert not JournalExport.objects.exists()
