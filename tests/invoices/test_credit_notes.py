"""What comes back: devices that can be sold again, and credit notes of companies that go on as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from common.access import OWNER, Actor
from invoices import reviewing
from invoices.booking import SerialClaimed
from invoices.models import ClaimedSerial, Invoice
from partners.models import Partner
from sales.merging import Merge, merge_partners
from sales.models import Evidence, SaleLine
from sales.readers.invoices.record import Line, Party
from tests.invoices.bonus import Bonus
from tests.people import member_of
from tests.sales.invoices.samples import line
from tests.world import NOW, TODAY, enrol, make_partner

State = Invoice.State


def phones(count: int, serials: Sequence[str] = ()) -> Line:
    return line("1", str(count), "180.00", article="D785", name="Telefon", serials=tuple(serials))


def claimed() -> list[str]:
    return list(ClaimedSerial.objects.filter(released_at=None).order_by("serial").values_list("serial", flat=True))


def take_back(bonus: Bonus, invoice: Invoice) -> None:
    invoice.refresh_from_db()
    reviewing.take_back(invoice=invoice, actor=bonus.manager, seen=invoice.version, text="Wrong.", now=NOW)


# --- devices that are sold again -------------------------------------------------------------------------------------


def test_a_device_that_came_back_can_be_claimed_with_its_next_sale(bonus: Bonus) -> None:
    bonus.processed(bonus.record(phones(2, ["SN-1", "SN-2"])))
    again = bonus.record(phones(1, ["sn 1"]), number="RE-2")
    assert bonus.processed(again).state == State.REVIEW
    bonus.processed(bonus.credit_note(phones(1, ["SN-1"]), of="RE-1"))
    assert claimed() == ["SN2"]

    once_more = bonus.processed(bonus.record(phones(1, ["SN-1"]), number="RE-3"))
    assert (once_more.state, claimed()) == (State.ACCEPTED, ["SN1", "SN2"])
    third = bonus.processed(bonus.record(phones(1, ["SN-1"]), number="RE-4"))
    assert third.state == State.REVIEW


def test_where_all_of_an_article_comes_back_its_devices_need_not_be_named(bonus: Bonus) -> None:
    bonus.processed(bonus.record(phones(2, ["SN-1", "SN-2"])))
    bonus.processed(bonus.credit_note(phones(1), of="RE-1"))
    assert claimed() == ["SN1", "SN2"]
    bonus.processed(bonus.credit_note(phones(1), of="RE-1", number="GS-2"))
    assert claimed() == []


def test_a_credit_note_frees_no_device_of_another_invoice(bonus: Bonus) -> None:
    bonus.processed(bonus.record(phones(2, ["SN-1", "SN-2"])))
    bonus.processed(bonus.record(phones(2, ["SN-3", "SN-4"]), number="RE-2"))
    bonus.processed(bonus.credit_note(phones(1, ["SN-3"]), of="RE-1"))
    assert claimed() == ["SN1", "SN2", "SN3", "SN4"]


def test_a_credit_note_taken_back_claims_its_devices_as_before(bonus: Bonus) -> None:
    bonus.processed(bonus.record(phones(2, ["SN-1", "SN-2"])))
    credit = bonus.processed(bonus.credit_note(phones(1, ["SN-1"]), of="RE-1"))
    take_back(bonus, credit)
    assert claimed() == ["SN1", "SN2"]


def test_a_credit_note_whose_device_was_sold_again_is_not_taken_back_before_that_sale_is(bonus: Bonus) -> None:
    bonus.processed(bonus.record(phones(2, ["SN-1", "SN-2"])))
    credit = bonus.processed(bonus.credit_note(phones(1, ["SN-1"]), of="RE-1"))
    next_sale = bonus.processed(bonus.record(phones(1, ["SN-1"]), number="RE-2"))
    with pytest.raises(SerialClaimed, match="sold again"):
        take_back(bonus, credit)
    take_back(bonus, next_sale)
    take_back(bonus, credit)
    assert claimed() == ["SN1", "SN2"]


def test_an_invoice_taken_back_leaves_no_device_to_its_credit_note(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(phones(2, ["SN-1", "SN-2"])))
    credit = bonus.processed(bonus.credit_note(phones(1, ["SN-1"]), of="RE-1"))
    take_back(bonus, invoice)
    take_back(bonus, credit)
    assert claimed() == []


# --- companies that go on as one -------------------------------------------------------------------------------------


def merged(bonus: Bonus, on: date = date(2026, 10, 1)) -> tuple[Partner, Actor]:
    """Who goes on as the partner from the day on, and its owner."""
    successor = make_partner("Nachfolger GmbH", "ZZ2B3C4D")
    enrol(successor, bonus.world.program, tier="silver")
    owner = Actor.of(member_of(successor, "successor_owner", OWNER))
    merge = Merge(vendor=bonus.world.vendor, source=bonus.partner, target=successor, on=on)
    merge_partners(merge=merge, actor=Actor.of(bonus.world.platform_admin), now=NOW, today=TODAY)
    return successor, owner


def sold(partner: Partner) -> Decimal:
    lines = SaleLine.objects.filter(evidence=Evidence.INVOICE, partner=partner)
    return sum((each.quantity for each in lines), Decimal(0))


def test_what_came_back_before_a_merge_cannot_come_back_again_after_it(bonus: Bonus) -> None:
    bonus.processed(bonus.record(phones(3)))
    bonus.processed(bonus.credit_note(phones(2), of="RE-1"))
    successor, owner = merged(bonus)
    assert sold(successor) == 1
    buyer = Party(name=bonus.partner.name, vat_id=bonus.partner.vat_id, country="DE")

    too_much = bonus.credit_note(phones(2), of="RE-1", number="GS-2", buyer=buyer)
    refused = bonus.processed(too_much, by=owner, partner=successor)
    assert [each["outcome"] for each in refused.checks if each["key"] == "taken_back"] == ["failed"]
    rest = bonus.credit_note(phones(1), of="RE-1", number="GS-3", buyer=buyer)
    taken = bonus.processed(rest, by=owner, partner=successor)
    assert (taken.state, taken.value, sold(successor)) == (State.ACCEPTED, Decimal("-12.00"), 0)


def test_a_credit_note_that_came_first_is_taken_off_where_the_successor_claims_its_invoice(bonus: Bonus) -> None:
    waiting = bonus.processed(bonus.credit_note(phones(1), of="RE-1"))
    assert waiting.state == State.ACCEPTED
    successor, owner = merged(bonus)
    invoice = bonus.processed(bonus.record(phones(3)), by=owner, partner=successor)
    assert (invoice.state, invoice.value, sold(successor)) == (State.ACCEPTED, Decimal("24.00"), 2)
    assert sold(bonus.partner) == 0


def test_a_credit_note_of_the_successor_takes_back_where_the_sale_stayed(bonus: Bonus) -> None:
    bonus.processed(bonus.record(phones(3)))
    successor, owner = merged(bonus, on=date(2026, 11, 1))
    credit = bonus.processed(bonus.credit_note(phones(1), of="RE-1"), by=owner, partner=successor)
    assert (credit.state, credit.value) == (State.ACCEPTED, Decimal("-12.00"))
    assert (sold(bonus.partner), sold(successor)) == (2, 0)


def test_an_invoice_taken_back_after_a_merge_takes_the_successors_credit_notes_along(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(phones(3)))
    successor, owner = merged(bonus)
    bonus.processed(bonus.credit_note(phones(1), of="RE-1"), by=owner, partner=successor)
    assert sold(successor) == 2
    take_back(bonus, invoice)
    assert (sold(successor), sold(bonus.partner)) == (0, 0)
