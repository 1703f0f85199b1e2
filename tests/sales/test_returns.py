"""Returns: negative lines that count when the sale counted which they name, or on their own day."""

from __future__ import annotations

from datetime import date

from sales.models import SaleLine, WaitingRow
from tests.sales.sending import send
from tests.world import World

HEADER = "Kundennummer;Belegnummer;Position;Belegdatum;Artikelnummer;Menge;Netto;Ursprungsbeleg;Ursprungsposition"


def sheet(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def counts_on(document: str) -> date:
    return SaleLine.objects.get(document_number=document).counts_on


def test_a_return_that_names_its_sale_counts_when_the_sale_counted(world: World) -> None:
    """R-1001 is a sale of the third quarter, of 12 August."""
    send(world, sheet("K-1;GS-1;1;02.11.2026;21HM;-2;-2000,00;R-1001;1", "K-1;RE-5;1;02.11.2026;21HM;1;1000,00;;"))
    assert counts_on("GS-1") == date(2026, 8, 12)
    assert SaleLine.objects.get(document_number="GS-1").document_date == date(2026, 11, 2)
    assert counts_on("RE-5") == date(2026, 11, 2)


def test_the_document_alone_is_enough(world: World) -> None:
    send(world, sheet("K-1;GS-1;1;02.11.2026;21HM;-2;-2000,00;r 1001;"))
    assert counts_on("GS-1") == date(2026, 8, 12)


def test_a_return_of_something_else_or_of_an_unknown_sale_counts_on_its_own_day(world: World) -> None:
    send(
        world,
        sheet(
            "K-1;GS-1;1;02.11.2026;4X40;-2;-80,00;R-1001;",
            "K-1;GS-2;1;02.11.2026;21HM;-2;-2000,00;R-9999;",
            "K-1;GS-3;1;02.11.2026;21HM;-2;-2000,00;R-1001;7",
        ),
    )
    assert {counts_on("GS-1"), counts_on("GS-2"), counts_on("GS-3")} == {date(2026, 11, 2)}


def test_the_sale_may_stand_in_the_same_file_or_wait(world: World) -> None:
    send(
        world,
        sheet(
            "K-1;RE-7;1;20.09.2026;21HM;5;5000,00;;",
            "K-1;GS-7;1;02.11.2026;21HM;-1;-1000,00;RE-7;1",
            "K-404;GS-8;1;02.11.2026;21HM;-1;-600,00;R-1004;1",
        ),
    )
    assert counts_on("GS-7") == date(2026, 9, 20)
    assert WaitingRow.objects.get(document_number="GS-8").counts_on == world.waiting.counts_on


def test_a_positive_row_that_names_a_document_is_no_return(world: World) -> None:
    send(world, sheet("K-1;RE-8;1;02.11.2026;21HM;2;2000,00;R-1001;1"))
    assert counts_on("RE-8") == date(2026, 11, 2)
