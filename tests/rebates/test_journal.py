"""The journal in three formats: each read back, as the program it is for reads it, and compared with the ledger."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.access import Actor
from common.periods import Period
from partners.models import Partner
from rebates import accounts, closing
from rebates.journal import datev, hledger
from rebates.journal.exporting import change_settings, export, settings_of
from rebates.journal.reading import Account, Days, Journal, Side
from rebates.models import AccountingSettings, JournalExport, LedgerEntry, Posting
from rebates.rights import NotAllowed
from tests.rebates.booked import book, post
from tests.world import NOW, TODAY, World, make_partner

HLEDGER = shutil.which("hledger")
needs_hledger = pytest.mark.skipif(HLEDGER is None, reason="needs hledger, Debian's package of that name")
NOVEMBER = Days(date(2026, 11, 1), date(2026, 12, 1))
YEAR = Days(date(2026, 1, 1), date(2027, 1, 1))
DATEV_NUMBERS = {"consultant_number": 29098, "client_number": 55003}
NASTY = (
    "; not a comment", "=cmd|' /C calc'!A0", "one | two", "2026-01-01 * (code) nobody", "date:2020-13-45, [2020-13]",
    "line\r\n    expenses:rebates  1.00 EUR", "next\u2028line\u0085", 'a "quoted" text;with; fields', "Łódź Ω €",
    "@sum", "\ttab", "  ", "ü" * 90,
)  # fmt: skip
TEXTS = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


@dataclass(frozen=True)
class Made:
    """An entry to be booked: amounts in cents on some accounts, what is missing to zero on the last."""

    partner: int
    reason: str
    currency: str
    minutes: int
    amounts: Mapping[str, int]
    last: str

    @property
    def sides(self) -> dict[str, str]:
        cents = {**self.amounts, self.last: -sum(amount for key, amount in self.amounts.items() if key != self.last)}
        return {account: str(Decimal(amount) / 100) for account, amount in cents.items() if amount}


ENTRIES = st.builds(
    Made,
    partner=st.integers(0, 1),
    reason=TEXTS,
    currency=st.sampled_from(["EUR", "EUR", "CHF"]),
    minutes=st.integers(0, 500_000),
    amounts=st.dictionaries(
        st.sampled_from(Account.values), st.integers(-10_000_000, 10_000_000), min_size=1, max_size=4
    ),
    last=st.sampled_from(Account.values),
)
FIRST = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
with_entries = settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip


def write(world: World, fmt: str, days: Days = YEAR) -> tuple[bytes, str, JournalExport]:
    out = io.BytesIO()
    done = export(vendor=world.vendor, days=days, fmt=fmt, actor=Actor.system(), now=NOW, out=out)
    return out.getvalue(), done.file_name, done.record


def undone(check: Callable[[], None]) -> None:
    with transaction.atomic():
        check()
        transaction.set_rollback(True)


def post_all(world: World, made: Iterable[Made], names: Sequence[str]) -> None:
    partners = [make_partner(name or "?", f"NASTY{number}") for number, name in enumerate(names)]
    for each in made:
        if each.sides:
            post(
                world, each.sides, at=FIRST + timedelta(minutes=each.minutes), reason=each.reason,
                partner=partners[each.partner], currency=each.currency,
            )  # fmt: skip


def known_to_datev(world: World, **values: object) -> None:
    change_settings(actor=Actor.of(world.vendor_admin), vendor=world.vendor, values={**DATEV_NUMBERS, **values})


def debits_and_credits(world: World) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """What the ledger has, by account and currency, without the journal's own reading."""
    found: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for posting in Posting.objects.filter(entry__vendor=world.vendor).select_related("entry"):
        found[posting.account, posting.entry.currency][posting.amount < 0] += abs(posting.amount)
    return {key: (debit, credit) for key, (debit, credit) in found.items()}


# --- what is read -----------------------------------------------------------------------------------------------------


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


# --- hledger ----------------------------------------------------------------------------------------------------------


def run_hledger(path: Path, *arguments: str) -> str:
    assert HLEDGER is not None
    done = subprocess.run(
        [HLEDGER, "-f", str(path), *arguments],
        capture_output=True, check=False, encoding="utf-8", env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def hledger_balances(path: Path) -> dict[tuple[str, str], Decimal]:
    found = {}
    for account, balance in list(csv.reader(io.StringIO(run_hledger(path, "balance", "--flat", "-N", "-O", "csv"))))[
        1:
    ]:
        for amount in balance.split(", "):
            number, _space, currency = amount.partition(" ")
            if currency:
                found[account, currency] = Decimal(number)
    return found


@needs_hledger
@with_entries
@given(made=st.lists(ENTRIES, max_size=12), names=st.tuples(TEXTS, TEXTS))
def test_hledger_accepts_the_journal_and_has_the_balances_of_the_ledger(
    world: World, tmp_path: Path, made: list[Made], names: tuple[str, str]
) -> None:
    def check() -> None:
        post_all(world, made, names)
        path = tmp_path / "all.journal"
        path.write_bytes(write(world, "hledger")[0])
        run_hledger(path, "check", "--strict", "ordereddates")
        found = hledger_balances(path)

        def held(account: str, balance: accounts.Balance) -> Decimal:
            return found.get((f"{account}:{balance.partner.number}", balance.currency), Decimal(0))

        known = accounts.balances(vendor=world.vendor, actor=Actor.system())
        for balance in known:
            assert balance.net == -held("liabilities:owed", balance) - held("assets:carried", balance)
            assert balance.in_payment == -held("liabilities:in-payment", balance)
            assert balance.paid == -held("assets:paid", balance) - held("assets:returned", balance)
        assert run_hledger(path, "print").count("    ; ") == 0

    undone(check)


@needs_hledger
def test_hledger_shows_partner_and_cause_of_what_a_closing_booked(world: World, tmp_path: Path) -> None:
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q3"), today=TODAY, now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    path = tmp_path / "q3.journal"
    path.write_bytes(write(world, "hledger")[0])
    assert run_hledger(path, "payees") == "Elbtal Systemhaus GmbH\n"
    assert hledger_balances(path) == {
        ("expenses:rebates", "EUR"): Decimal("120.00"),
        ("liabilities:owed:2B3C4D5F", "EUR"): Decimal("-120.00"),
    }


# --- DATEV ------------------------------------------------------------------------------------------------------------


def rows_of(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a file, as a program reads them that knows the format."""
    text = content.decode("cp1252")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    header, heads, *rows = csv.reader(text.split("\r\n")[:-1], delimiter=";")
    assert (len(header), len(heads), {len(row) for row in rows} | {125}) == (31, 125, {125})
    return header, rows


def sums_of(rows: Iterable[list[str]]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    found: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for amount, side, currency, *_rates, account, contra in (row[:8] for row in rows):
        assert side == "S"
        value = Decimal(amount.replace(",", "."))
        found[account, currency][0] += value
        found[contra, currency][1] += value
    return {key: (debit, credit) for key, (debit, credit) in found.items()}


def files_of(content: bytes, name: str) -> dict[str, bytes]:
    if name.endswith(".csv"):
        return {name: content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


FIELDS = {
    0: r"(?!0{1,10},00)\d{1,10},\d{2}", 2: "[A-Z]{3}", 6: r"\d{4,9}", 7: r"\d{4,9}", 9: r"\d{4}",
    10: r"[\w$%/-]{1,36}", 13: ".{1,60}", 48: ".{0,210}", 113: "0",
}  # fmt: skip


@with_entries
@given(made=st.lists(ENTRIES, min_size=1, max_size=12), names=st.tuples(TEXTS, TEXTS))
def test_files_for_datev_have_the_sums_of_the_ledger_and_fields_as_datev_defines_them(
    world: World, made: list[Made], names: tuple[str, str]
) -> None:
    def check() -> None:
        known_to_datev(world)
        post_all(world, made, names)
        if not LedgerEntry.objects.exists():
            return
        found: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
        for name, content in files_of(*write(world, "datev")[:2]).items():
            assert re.fullmatch(r"EXTF_[\w-]+\.csv", name)
            header, rows = rows_of(content)
            assert {row[2] for row in rows} == {header[21]}
            for row in rows:
                for index, pattern in FIELDS.items():
                    assert re.fullmatch(pattern, row[index], re.ASCII if index == 10 else 0), (index, row[index])
                assert not any(cell[:1] in ("=", "+", "@") for cell in row)
            found |= sums_of(rows)
        accounts_by_number = {number: account for account, number in settings_of(world.vendor).numbers.items()}
        # A row has one debit and one credit; what an entry has on one account stays on its side.
        assert {(accounts_by_number[number], currency): sums for (number, currency), sums in found.items()} == (
            debits_and_credits(world)
        )

    undone(check)


def test_a_file_for_datev_names_its_client_its_year_and_each_booking(world: World) -> None:
    known_to_datev(world)
    entry = book(world, "119.50", reason='Messe "Herbst"; Łódź')
    content, name, record = write(world, "datev", NOVEMBER)
    lines = content.decode("cp1252").split("\r\n")
    assert name == "EXTF_Buchungsstapel_lenovo_20261101-20261130_EUR.csv"
    assert lines[0] == (
        '"EXTF";700;21;"Buchungsstapel";13;20261116120000000;;"PP";"";"";29098;55003;20260101;4;20261101;20261130;'
        '"Boni 20261101-20261130";"";1;0;0;"EUR";;"";;;"03";;;"";""'
    )
    assert lines[1].startswith("Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;")
    assert lines[1].endswith(";EU-Steuersatz (Ursprung);Abw. Skontokonto")
    assert lines[2].startswith(
        f'119,50;"S";"EUR";;;"";8769;1700;"";1611;"manual/{entry.adjustment_id}";"";;'
        '"Manuelle Korrektur 2B3C4D5F Elbtal Systemhaus GmbH";;"";;;;"";'
    )
    assert ';"Grund";"Messe ""Herbst""; ?ódz";' in lines[2]
    assert (record.entries, record.format, record.language) == (1, "datev", "de")


def test_years_of_account_and_currencies_are_files_of_their_own(world: World) -> None:
    known_to_datev(world, fiscal_year_begins=10)
    for at, currency in (("2026-09-30", "EUR"), ("2026-10-01", "EUR"), ("2026-10-02", "CHF"), ("2026-12-31", "EUR")):
        moment = datetime.fromisoformat(f"{at}T12:00:00+02:00")
        post(world, {"expense": "10.00", "owed": "-10.00"}, at=moment, currency=currency)
    content, name, record = write(world, "datev")
    assert (name, record.entries) == ("DATEV_lenovo_20260101-20261231.zip", 4)
    headers = {each: rows_of(file) for each, file in files_of(content, name).items()}
    found = {
        each: (header[12], header[14], header[15], header[21], [row[9] for row in rows])
        for each, (header, rows) in headers.items()
    }
    assert found == {
        "EXTF_Buchungsstapel_lenovo_20260101-20260930_EUR.csv": (
            "20251001", "20260101", "20260930", "EUR", ["3009"],
        ),
        "EXTF_Buchungsstapel_lenovo_20261001-20261231_CHF.csv": (
            "20261001", "20261001", "20261231", "CHF", ["0210"],
        ),
        "EXTF_Buchungsstapel_lenovo_20261001-20261231_EUR.csv": (
            "20261001", "20261001", "20261231", "EUR", ["0110", "3112"],
        ),
    }  # fmt: skip


def test_what_is_too_much_for_one_file_of_datev_becomes_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datev, "MOST_ROWS", 2)
    known_to_datev(world)
    for number in range(5):
        book(world, f"{number + 1}.00")
    files = files_of(*write(world, "datev", NOVEMBER)[:2])
    parts = [[row[0] for row in rows_of(content)[1]] for content in files.values()]
    assert parts == [["1,00", "2,00"], ["3,00", "4,00"], ["5,00"]]
    assert list(files)[1] == "EXTF_Buchungsstapel_lenovo_20261101-20261130_EUR_2.csv"


def test_an_entry_with_more_than_two_sides_becomes_rows_that_move_the_same(world: World) -> None:
    sides = [Side("a", Decimal(70)), Side("b", Decimal(30)), Side("c", Decimal(-60)), Side("d", Decimal(-40))]
    assert list(datev.pairs(sides)) == [("a", "c", Decimal(60)), ("a", "d", Decimal(10)), ("b", "d", Decimal(30))]


def test_the_document_is_the_key_where_datev_can_write_it_and_stands_for_it_elsewhere(world: World) -> None:
    entry = book(world, "10.00")
    post(world, {"owed": "10.00", "carried": "-10.00"}, key="carry:manualadjustment:1234567:12345:EUR")
    bookings = Journal(vendor=world.vendor, days=YEAR, actor=Actor.system()).read()
    short, long = (datev.document_of(booking) for booking in bookings)
    assert short == f"manual/{entry.adjustment_id}"
    assert re.fullmatch(r"manual/[0-9a-f]{20}", long)


def test_without_numbers_of_the_client_there_is_no_file_for_datev(world: World) -> None:
    book(world, "10.00")
    with pytest.raises(datev.NotSetUp, match="consultant number"):
        write(world, "datev")
    known_to_datev(world)
    with pytest.raises(datev.NothingBooked):
        write(world, "datev", Days(date(2025, 1, 1), date(2025, 2, 1)))
    assert not JournalExport.objects.exists()


# --- CSV --------------------------------------------------------------------------------------------------------------


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


# --- all formats ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", JournalExport.Format.values)
def test_the_same_days_give_the_same_file_again(world: World, fmt: str) -> None:
    known_to_datev(world)
    book(world, "10.00")
    post(world, {"expense": "5.00", "owed": "-5.00"}, currency="CHF")
    first, again = write(world, fmt), write(world, fmt)
    assert first[:2] == again[:2]
    assert first[2].sha256 == again[2].sha256
    assert JournalExport.objects.filter(sha256=first[2].sha256, entries=2).count() == 2


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


# --- the command ------------------------------------------------------------------------------------------------------


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
