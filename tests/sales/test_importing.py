"""Importing reports: what is booked, what waits, what is known already, what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from programs.models import Authorisation, Product
from sales.importing import NotAuthorised, ReportRefused
from sales.models import Books, CustomerNumber, Evidence, SaleLine, SellOutReport, WaitingRow
from sales.readers.notations import Numbers
from sales.wording import complaint
from tests.sales.sending import ROWS, counts, figures, report, send
from tests.world import NOW, World


@pytest.fixture
def before(world: World) -> tuple[int, int, int]:
    return counts()


def test_known_customers_and_articles_become_sale_lines(world: World) -> None:
    result = send(world, report(*ROWS), by=world.channel_manager)
    assert figures(result) == (3, 3, 0, 0)
    first, second, third = SaleLine.objects.filter(report=result.report).order_by("report_row")
    assert (first.partner, first.product, first.evidence) == (world.reseller, world.topseller, Evidence.SELL_OUT)
    assert (first.quantity, first.net, first.currency, first.project_ref) == (
        Decimal(3),
        Decimal("3000.50"),
        "EUR",
        "P-1",
    )
    assert (first.document_number, first.document_key, first.document_line) == ("RE-1", "RE1", "10")
    assert first.document_date == first.counts_on == date(2026, 11, 2)
    assert (first.customer_number, first.article, first.report_row) == ("K-1", "21HM", 2)
    assert first.cut == Books.objects.get(vendor=world.vendor).cut
    assert first.booked_at == NOW
    assert (second.product, second.net) == (world.slow_seller, None)
    assert (third.quantity, third.net) == (Decimal(-1), Decimal("-1000.00"))
    assert result.report.uploaded_by == world.channel_manager
    assert bytes(SellOutReport.objects.get(pk=result.report.pk).content) == report(*ROWS)


def test_unknown_customers_and_articles_wait(world: World) -> None:
    stranger = ROWS[0].replace("K-1", "K-99").replace("Elbtal Systemhaus GmbH", "Fremd AG")
    article = ROWS[1].replace("4X40", "NEW")
    result = send(world, report(stranger, article, ROWS[2]))
    assert figures(result) == (3, 1, 2, 0)
    waiting = {row.report_row: row for row in WaitingRow.objects.filter(report=result.report)}
    assert (waiting[2].customer_number, waiting[2].customer_name, waiting[2].state) == ("K-99", "Fremd AG", "waiting")
    assert (waiting[3].customer_number, waiting[3].article, waiting[3].net) == ("K-1", "NEW", None)


def test_a_row_in_a_currency_of_no_program_waits(world: World) -> None:
    result = send(world, report(ROWS[0].replace("EUR", "USD")))
    assert figures(result) == (1, 0, 1, 0)


def test_customer_numbers_count_for_one_vendor_and_one_distributor_only(world: World) -> None:
    CustomerNumber.objects.create(
        vendor=world.rival_vendor, distributor=world.distributor, number="K-7", partner=world.reseller
    )
    Authorisation.objects.create(program=world.program, distributor=world.rival_distributor, valid="[2026-01-01,)")
    assert figures(send(world, report(ROWS[0].replace("K-1", "K-7")))) == (1, 0, 1, 0)
    other = send(world, report(ROWS[0]), distributor=world.rival_distributor)
    assert figures(other) == (1, 0, 1, 0)


def test_the_same_file_twice_adds_nothing_and_leads_to_the_first(world: World) -> None:
    first = send(world, report(*ROWS))
    before = counts()
    again = send(world, report(*ROWS), file_name="renamed.csv")
    assert again.known
    assert again.report == first.report
    assert figures(again) == (3, 0, 0, 3)
    assert counts() == before


def test_rows_known_from_another_file_are_duplicates(world: World) -> None:
    send(world, report(ROWS[0], ROWS[1].replace("K-1", "K-99")))
    again = send(world, report(*[row.replace("K-1", "K-99") if "4X40" in row else row for row in ROWS]))
    assert not again.known
    assert figures(again) == (3, 1, 0, 2)


def test_a_row_twice_in_one_file_is_booked_once(world: World) -> None:
    result = send(world, report(ROWS[0], ROWS[0].replace("RE-1;10", "re 1;0010").replace("3.000,50", "3000,5")))
    assert figures(result) == (2, 1, 0, 1)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [("K-1", "K-2", "Kundennummer"), ("02.11.2026", "03.11.2026", "Belegdatum"), ("21HM", "4X40", "Artikelnummer"),
     (";3;", ";4;", "Menge"), ("3.000,50", "3000,51", "Netto"), ("3.000,50", "", "Netto"),
     ("3.000,50", "8150,00", "Netto"), ("EUR", "CHF", "Währung"), ("P-1", "P-2", "Projekt")],
)  # fmt: skip
@pytest.mark.parametrize("waiting", [False, True], ids=["booked", "waiting"])
def test_a_known_row_with_another_value_is_refused_at_that_value(
    world: World, old: str, new: str, column: str, waiting: bool
) -> None:
    known = ROWS[0].replace("21HM", "4711") if waiting else ROWS[0]
    if waiting and old == "21HM":
        old = "4711"
    send(world, report(known))
    before = counts()
    with pytest.raises(ReportRefused) as refusal:
        send(world, report(ROWS[1], known.replace(old, new)))
    (problem,) = refusal.value.problems
    assert (problem.row, problem.column) == (3, column)
    assert problem.value == new.strip(";")
    assert "is known with another value" in complaint(problem).sentence
    assert counts() == before


def without_line_numbers(content: bytes) -> bytes:
    rows = [row.split(";") for row in content.decode().splitlines()]
    return "\n".join(";".join(cells[:3] + cells[4:]) for cells in rows).encode()


@pytest.mark.parametrize("waiting", [False, True], ids=["booked", "waiting"])
def test_a_document_reported_again_without_line_numbers_is_not_booked_twice(world: World, waiting: bool) -> None:
    content = report(*[row.replace("K-1", "K-99") if waiting else row for row in ROWS])
    send(world, content)
    before = counts()
    with pytest.raises(ReportRefused) as refusal:
        send(world, without_line_numbers(content))
    assert [(problem.row, problem.column, problem.value) for problem in refusal.value.problems] == [
        (2, "Belegnummer", "RE-1"),
        (4, "Belegnummer", "RE-2"),
    ]
    assert "Add the column “Line”" in complaint(refusal.value.problems[0]).sentence
    assert counts() == before


def test_a_document_reported_again_with_line_numbers_is_not_booked_twice(world: World) -> None:
    send(world, without_line_numbers(report(ROWS[0])))
    assert figures(send(world, without_line_numbers(report(*ROWS)))) == (3, 2, 0, 1)
    with pytest.raises(ReportRefused) as refusal:
        send(world, report(*ROWS))
    assert [(problem.row, problem.column) for problem in refusal.value.problems] == [(2, "Position"), (4, "Position")]


def test_a_row_that_contradicts_an_earlier_one_of_its_file_is_refused(world: World) -> None:
    with pytest.raises(ReportRefused) as refusal:
        send(world, report(ROWS[0], ROWS[1], ROWS[0].replace(";3;", ";5;")))
    (problem,) = refusal.value.problems
    assert (problem.row, problem.column, problem.value) == (4, "Menge", "5")
    assert "row 2 too, with another value: 3." in complaint(problem).sentence


def test_one_wrong_row_refuses_the_whole_file(world: World, before: tuple[int, int, int]) -> None:
    with pytest.raises(ReportRefused) as refusal:
        send(world, report(ROWS[0], ROWS[1].replace(";2;", ";zwei;"), ROWS[2].replace("03.11.2026", "31.11.2026")))
    assert [(problem.row, problem.column, problem.value) for problem in refusal.value.problems] == [
        (3, "Menge", "zwei"),
        (4, "Belegdatum", "31.11.2026"),
    ]
    assert refusal.value.read == 3
    assert counts() == before


def test_an_unreadable_file_is_refused(world: World, before: tuple[int, int, int]) -> None:
    with pytest.raises(ReportRefused) as refusal:
        send(world, b"PK\x03\x04")
    assert "workbook" in complaint(refusal.value.problems[0]).sentence
    assert counts() == before


def test_only_so_many_problems_are_listed(world: World) -> None:
    with pytest.raises(ReportRefused) as refusal:
        send(world, report(*[f"K-1;;R{number};1;02.11.2026;21HM;x;;;" for number in range(250)]))
    assert (len(refusal.value.problems), refusal.value.unlisted) == (200, 50)


def test_the_sender_can_say_how_numbers_are_written(world: World) -> None:
    content = report("K-1;;R-1;1;02.11.2026;21HM;1;1.000;;")
    with pytest.raises(ReportRefused):
        send(world, content)
    send(world, content, numbers=Numbers.GERMAN)
    assert SaleLine.objects.get(document_key="R1").net == Decimal(1000)


def test_a_distributor_without_authorisation_is_refused(world: World) -> None:
    with pytest.raises(NotAuthorised, match="Komsa is not authorised for any program of Lenovo"):
        send(world, report(*ROWS), distributor=world.rival_distributor)


def test_formulas_stay_text(world: World) -> None:
    result = send(world, report('"=HYPERLINK(""http://x"")";@x;RE-9;1;02.11.2026;=1+1;1;1,00;;'))
    row = WaitingRow.objects.get(report=result.report)
    assert (row.customer_number, row.customer_name, row.article) == ('=HYPERLINK("http://x")', "@x", "=1+1")


def test_the_file_name_is_kept_without_folders(world: World) -> None:
    assert send(world, report(*ROWS), file_name="C:\\Reports\\nov\x00ember.csv").report.file_name == "november.csv"


def test_a_new_product_does_not_change_what_is_known(world: World) -> None:
    send(world, report(ROWS[0].replace("21HM", "NEW")))
    Product.objects.create(vendor=world.vendor, article="NEW", name="New")
    assert figures(send(world, report(ROWS[0].replace("21HM", "NEW"), ROWS[1]))) == (2, 1, 0, 1)
