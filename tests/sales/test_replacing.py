"""A report that puts an earlier one right: what is the same stays, what differs is taken back and added anew."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.access import Actor
from partners.models import Partner
from sales.importing import CannotReplace, ReportRefused, settled_guess
from sales.matching import dismiss_customer
from sales.models import SaleLine, SellOutReport, WaitingRow
from tests.sales.sending import ROWS, counts, figures, report, send
from tests.world import World


def live() -> dict[tuple[str, str], Decimal]:
    """Quantities of the lines that count, by document and line."""
    lines = SaleLine.objects.filter(reverses=None, reversed_by=None, report__isnull=False).exclude(
        document_number__startswith="R-"
    )
    return {(line.document_number, line.document_line): line.quantity for line in lines}


def units(partner: Partner) -> Decimal:
    return sum((line.quantity for line in SaleLine.objects.filter(partner=partner)), Decimal(0))


def test_rows_that_are_the_same_stay_and_others_are_taken_back_and_added_anew(world: World) -> None:
    first = send(world, report(*ROWS)).report
    kept = SaleLine.objects.get(report=first, document_line="20")
    before = units(world.reseller)

    result = send(world, report(ROWS[0].replace(";3;", ";5;"), ROWS[1], *new_rows(1)), replaces=first)

    assert figures(result) == (3, 2, 0, 0)
    assert (result.unchanged, result.taken_back) == (1, 2)
    assert live() == {("RE-1", "10"): 5, ("RE-1", "20"): 2, ("NEW-1", "1"): 1}
    assert not hasattr(kept, "reversed_by")
    assert units(world.reseller) == before - 3 + 5 + 1 + 1
    report_row = SellOutReport.objects.get(pk=result.report.pk)
    assert (report_row.replaces, report_row.unchanged, report_row.taken_back) == (first, 1, 2)


def new_rows(count: int) -> list[str]:
    return [f"K-1;;NEW-{number};1;04.11.2026;4X40;1;40,00;EUR;" for number in range(1, count + 1)]


def test_a_line_taken_back_counts_where_it_counted_and_its_successor_says_so(world: World) -> None:
    first = send(world, report(ROWS[0])).report
    send(world, report(ROWS[0].replace(";3;", ";5;")), replaces=first)
    old = SaleLine.objects.get(report=first, reverses=None)
    reversal = old.reversed_by
    new = SaleLine.objects.get(document_key="RE1", generation=1, reverses=None)
    assert (reversal.quantity, reversal.net, reversal.counts_on) == (-3, Decimal("-3000.50"), old.counts_on)
    assert (reversal.partner, reversal.product) == (old.partner, old.product)
    assert (new.quantity, new.report_row) == (5, 2)


def test_a_report_that_was_replaced_cannot_be_replaced_again_but_its_successor_can(world: World) -> None:
    first = send(world, report(*ROWS)).report
    second = send(world, report(ROWS[0]), replaces=first).report
    with pytest.raises(CannotReplace, match=r"replaced by “november\.csv” already"):
        send(world, report(ROWS[1]), replaces=first)
    third = send(world, report(*ROWS, *new_rows(1)), replaces=second)
    assert (third.unchanged, third.taken_back, third.matched) == (1, 0, 3)
    assert live() == {("RE-1", "10"): 3, ("RE-1", "20"): 2, ("RE-2", "10"): -1, ("NEW-1", "1"): 1}


def test_rows_of_a_first_report_that_stand_unchanged_in_the_second_go_with_the_third(world: World) -> None:
    first = send(world, report(*ROWS)).report
    second = send(world, report(*ROWS, *new_rows(1)), replaces=first).report
    third = send(world, report(*new_rows(1)), replaces=second)
    assert (third.unchanged, third.taken_back) == (1, 3)
    assert live() == {("NEW-1", "1"): 1}


def test_a_row_with_other_values_offers_to_replace_the_report_it_stands_in(world: World) -> None:
    first = send(world, report(*ROWS)).report
    send(world, report(*new_rows(2)))
    before = counts()
    with pytest.raises(ReportRefused) as refusal:
        send(world, report(ROWS[0].replace(";3;", ";4;"), ROWS[1]))
    assert refusal.value.replaceable == first
    assert counts() == before


def test_a_row_with_other_values_in_a_third_report_is_refused_even_in_a_replacement(world: World) -> None:
    first = send(world, report(*ROWS)).report
    send(world, report(*new_rows(1)))
    before = counts()
    with pytest.raises(ReportRefused) as refusal:
        send(world, report(*ROWS, new_rows(1)[0].replace(";1;40", ";2;40")), replaces=first)
    assert [problem.row for problem in refusal.value.problems] == [5]
    assert counts() == before


def test_rows_of_another_report_are_duplicates_in_a_replacement_too(world: World) -> None:
    first = send(world, report(*ROWS)).report
    send(world, report(*new_rows(1)))
    result = send(world, report(*ROWS, *new_rows(1)), replaces=first)
    assert (result.unchanged, result.duplicate, result.matched, result.taken_back) == (3, 1, 0, 0)


def test_waiting_rows_are_replaced_like_booked_ones(world: World) -> None:
    unknown = [row.replace("K-1", "K-99") for row in ROWS]
    first = send(world, report(*unknown)).report
    result = send(world, report(unknown[0].replace(";3;", ";5;"), unknown[1]), replaces=first)
    assert (result.unmatched, result.unchanged, result.taken_back) == (1, 1, 2)
    rows = WaitingRow.objects.filter(customer_number="K-99")
    assert Counter(rows.values_list("state", flat=True)) == {"waiting": 2, "superseded": 2}
    assert sorted(rows.filter(state="waiting").values_list("quantity", flat=True)) == [2, 5]


def test_a_dismissed_customer_stays_dismissed_in_the_replacement(world: World) -> None:
    first = send(world, report(ROWS[0].replace("K-1", "K-99"))).report
    dismiss_customer(
        actor=Actor.of(world.channel_manager), vendor=world.vendor, distributor=world.distributor, number="K-99"
    )
    send(world, report(ROWS[0].replace("K-1", "K-99").replace(";3;", ";4;")), replaces=first)
    assert WaitingRow.objects.get(customer_number="K-99", quantity=4).state == "dismissed"


def test_a_row_taken_back_and_reported_once_more_is_booked_again(world: World) -> None:
    first = send(world, report(*ROWS)).report
    send(world, report(ROWS[0]), replaces=first)
    again = send(world, report(ROWS[1]))
    assert (again.matched, again.duplicate) == (1, 0)
    assert SaleLine.objects.get(report=again.report).generation == 1


def test_documents_may_be_numbered_otherwise_in_the_replacement(world: World) -> None:
    first = send(world, report(*ROWS)).report
    cells = [row.split(";") for row in report(*ROWS).decode().splitlines()]
    unnumbered = "\n".join(";".join(row[:3] + row[4:]) for row in cells).encode()
    result = send(world, unnumbered, replaces=first)
    assert (result.matched, result.unchanged, result.taken_back) == (3, 0, 3)


def test_reports_of_others_cannot_be_replaced(world: World) -> None:
    with pytest.raises(CannotReplace, match="none of Allnet's"):
        send(world, report(*ROWS), replaces=world.rival_report)


ROW = st.tuples(
    st.sampled_from(["K-1", "K-1", "K-77"]), st.sampled_from(["A", "B", "C"]), st.integers(1, 2), st.integers(-3, 4)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(ROW, unique_by=lambda row: row[1:3], max_size=5), min_size=1, max_size=4))
def test_after_any_chain_of_replacements_exactly_the_last_report_counts(
    world: World, tables: list[list[tuple[str, str, int, int]]]
) -> None:
    """Each replaces the one before; at the end the live rows are those of the last, and the sums agree."""
    layout = settled_guess(vendor=world.vendor, distributor=world.distributor, content=report(*ROWS)).layout
    with transaction.atomic():
        before = units(world.reseller)
        last = None
        for number, table in enumerate(tables):
            # A row of its own makes every file a different one.
            rows = [f"K-1;;MARK;1;02.11.2026;4X40;{number + 1};40,00;;"]
            rows += [f"{who};;D{doc};{line};02.11.2026;4X40;{quantity};;;" for who, doc, line, quantity in table]
            last = send(world, report(*rows), layout=layout, replaces=last).report
        wanted = {(f"D{doc}", str(line)): Decimal(quantity) for who, doc, line, quantity in tables[-1] if who == "K-1"}
        assert live() == {**wanted, ("MARK", "1"): Decimal(len(tables))}
        waiting = WaitingRow.objects.filter(state="waiting", customer_number="K-77")
        assert sorted(waiting.values_list("document_number", "document_line", "quantity")) == sorted(
            (f"D{doc}", str(line), Decimal(quantity)) for who, doc, line, quantity in tables[-1] if who == "K-77"
        )
        assert units(world.reseller) == before + sum(wanted.values()) + len(tables)
        transaction.set_rollback(True)
