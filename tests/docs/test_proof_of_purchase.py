"""The examples of docs/proof-of-purchase.md, run as they stand there."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from invoices import checks
from invoices.models import Invoice
from invoices.valuing import rebate_by_invoices
from sales.readers.invoices.record import Invoice as Record
from tests.invoices.bonus import DAY, Bonus, make_bonus
from tests.sales.invoices.samples import hybrid, line
from tests.world import TODAY, World

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "proof-of-purchase.md").read_text()


def table(heading: str) -> list[list[str]]:
    """The rows below the table's head that begins with `heading`."""
    rows = TEXT.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_state_is_in_the_table() -> None:
    assert [row[0].strip("`") for row in table("state")] == sorted(
        Invoice.State.values, key=[row[0].strip("`") for row in table("state")].index
    )
    assert {row[0].strip("`") for row in table("state")} == set(Invoice.State.values)


def test_every_check_is_in_the_table_in_its_order() -> None:
    source = Path(checks.__file__).read_text()
    bodies = {each: source.split(f"def {each.__name__}(")[1].split("\ndef ")[0] for each in checks.CHECKS}
    keys = [re.findall(r'(?:Check|_passed)\("(\w+)"', bodies[each])[0] for each in checks.CHECKS]
    assert [row[0].strip("`") for row in table("check")] == keys


@pytest.fixture
def bonus(world: World) -> Bonus:
    return make_bonus(world)


def test_the_example_gives_what_it_says(bonus: Bonus) -> None:
    def sold(quantity: str) -> Record:
        return bonus.record(line("1", quantity, "180.00", article="D785", name="Tischtelefon D785"))

    for place, (document, quantity, then, total) in enumerate(table("document")):
        pieces = str(abs(int(quantity)))
        if document.startswith("credit note"):
            of = re.findall(r"RE-\d", document)[0]
            record = bonus.credit_note(*sold(pieces).lines, of=of, number=f"GS-{place}")
        else:
            record = bonus.record(*sold(pieces).lines, number=document.split()[0])
        invoice = bonus.processed(hybrid(record) if "PDF" in document else record)
        if then == "refused":
            assert invoice.state == Invoice.State.REFUSED
        else:
            assert (invoice.state, invoice.value) == (Invoice.State.ACCEPTED, Decimal(then)), document
        given = rebate_by_invoices(vendor=bonus.world.vendor, partner=bonus.partner, days=[DAY], today=TODAY)
        assert given == Decimal(total)
