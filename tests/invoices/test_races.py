"""People and workers at the same moment, by connections that commit for real: one claim, one decision, one owner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from common.access import OWNER, Actor
from invoices import booking, partner_steps, processing, reviewing
from invoices.models import ClaimedSerial, Invoice
from partners.models import Partner
from sales.models import Evidence, SaleLine
from sales.readers.invoices import limited
from sales.readers.invoices.opening import kind_of
from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Party
from tests.invoices.bonus import Bonus, make_bonus, worked_on
from tests.people import member_of
from tests.sales.invoices.samples import cii, hybrid, line, ubl
from tests.sales.matching_world import make_other
from tests.sales.sending import at_once
from tests.world import NOW, TODAY, World

State, Reason = Invoice.State, Invoice.Reason
ROUNDS = 20
SERIALS = tuple(f"SN-{number:03}" for number in range(30))


@pytest.fixture
def bonus(committed: World) -> Bonus:
    return make_bonus(committed)


@pytest.fixture
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader without its child process, so that there is time for many rounds: reading is not what races."""
    opened = limited.Opened
    monkeypatch.setattr(limited, "open_file", lambda xml: opened(kind_of(xml), invoice=read_xml(xml)))


def sold() -> list[Decimal]:
    lines = SaleLine.objects.filter(evidence=Evidence.INVOICE)
    return list(lines.order_by("pk").values_list("quantity", flat=True))


def kinds(found: list[object]) -> list[str]:
    return sorted(type(each).__name__ for each in found)


def work(invoice: Invoice) -> Callable[[], object]:
    return lambda: processing.process(invoice_id=invoice.pk, now=NOW, today=TODAY)


def accepting(bonus: Bonus, invoice: Invoice, by: Actor | None = None) -> Callable[[], object]:
    given = Invoice.objects.get(pk=invoice.pk)
    return lambda: reviewing.accept(
        invoice=given, actor=by or bonus.manager, seen=given.version, now=NOW, today=TODAY
    )  # fmt: skip


def at_another_company(bonus: Bonus) -> tuple[Partner, Actor]:
    other = make_other(bonus.world)
    return other, Actor.of(member_of(other, "other_owner", OWNER))


# --- the same invoice ------------------------------------------------------------------------------------------------


def test_two_people_of_a_company_upload_the_same_file_in_the_same_second_and_it_is_one(bonus: Bonus) -> None:
    sales = Actor.of(bonus.world.reseller_sales)
    bonus.rules(per_day=1000)
    for number in range(ROUNDS):
        content = ubl(bonus.record(number=f"RE-{number}"))
        first, second = at_once(lambda: bonus.upload(content), lambda: bonus.upload(content, by=sales))  # noqa: B023
        assert first == second, (first, second)
    assert Invoice.objects.count() == ROUNDS


@pytest.mark.usefixtures("_read_here")
def test_of_two_companies_that_upload_the_same_file_in_the_same_second_at_most_one_claims_it(bonus: Bonus) -> None:
    other, owner = at_another_company(bonus)
    for number in range(ROUNDS // 2):
        content = ubl(bonus.record(number=f"RE-{number}"))
        two = at_once(
            lambda: bonus.upload(content),  # noqa: B023
            lambda: bonus.upload(content, by=owner, partner=other),  # noqa: B023
        )
        at_most_one_of(two, number)


def at_most_one_of(two: list[Any], number: int) -> None:
    """The other one waits for a person, or both do when each has seen the other in time."""
    found = at_once(*map(work, two))
    assert not any(isinstance(each, Exception) for each in found), found
    states = sorted(Invoice.objects.filter(pk__in=[each.pk for each in two]).values_list("state", flat=True))
    assert states in ([State.ACCEPTED, State.REVIEW], [State.REVIEW, State.REVIEW])
    assert SaleLine.objects.filter(document_number=f"RE-{number}").count() <= 1


def one_claim_of(two: list[Invoice], before: int) -> None:
    found = at_once(*map(work, two))
    assert not any(isinstance(each, Exception) for each in found), found
    states = sorted(Invoice.objects.filter(pk__in=[each.pk for each in two]).values_list("state", "reason"))
    assert states == [(State.ACCEPTED, ""), (State.REFUSED, Reason.DUPLICATE)]
    assert len(sold()) == before + 1


@pytest.mark.usefixtures("_read_here")
def test_the_same_invoice_in_two_syntaxes_at_once_is_claimed_once(bonus: Bonus) -> None:
    for number in range(ROUNDS // 2):
        record = bonus.record(number=f"RE-{number}")
        one_claim_of([bonus.upload(ubl(record)), bonus.upload(cii(record))], number)


@pytest.mark.usefixtures("_read_here")
def test_the_same_invoice_of_two_companies_at_once_counts_at_most_once(bonus: Bonus) -> None:
    other, owner = at_another_company(bonus)
    for number in range(ROUNDS // 2):
        record = bonus.record(number=f"RE-{number}")
        at_most_one_of([bonus.upload(ubl(record)), bonus.upload(cii(record), by=owner, partner=other)], number)


def test_the_same_invoice_as_xml_and_as_pdf_at_once_is_claimed_once(bonus: Bonus) -> None:
    for number in range(3):
        record = bonus.record(number=f"RE-{number}")
        one_claim_of([bonus.upload(ubl(record)), bonus.upload(hybrid(record))], number)


@pytest.mark.usefixtures("_read_here")
def test_two_workers_on_one_invoice_book_it_once(bonus: Bonus) -> None:
    for number in range(ROUNDS):
        invoice = bonus.upload(bonus.record(number=f"RE-{number}"))
        at_once(*[work(invoice)] * 3)
        assert worked_on(invoice).state == State.ACCEPTED
        assert len(sold()) == number + 1
        assert [each.step for each in invoice.events.all()] == ["uploaded", "read", "checked", "accepted"]


# --- people ----------------------------------------------------------------------------------------------------------


def both_choose_before_either_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    barrier, hold = threading.Barrier(2), reviewing._hold

    def together(*given: Any) -> None:
        barrier.wait(20)
        hold(*given)

    monkeypatch.setattr(reviewing, "_hold", together)


def next_of_both(bonus: Bonus) -> list[object]:
    people = (bonus.manager, Actor.of(bonus.world.vendor_admin))
    vendor = bonus.world.vendor
    return at_once(*[lambda who=who: reviewing.hold_next(vendor=vendor, actor=who, now=NOW) for who in people])


@pytest.fixture
def two_waiting(bonus: Bonus, _read_here: None) -> list[Invoice]:
    bonus.rules(automatic=False)
    return [bonus.processed(bonus.record(number=f"RE-{number}")) for number in (1, 2)]


def test_two_reviewers_who_take_the_next_at_once_get_different_ones(
    bonus: Bonus, two_waiting: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    both_choose_before_either_holds(monkeypatch)
    for _ in range(ROUNDS):
        found = next_of_both(bonus)
        assert {getattr(each, "pk", each) for each in found} == {each.pk for each in two_waiting}
        Invoice.objects.update(held_by=None, held_until=None)


def test_without_the_lock_two_reviewers_get_the_same_one(
    bonus: Bonus, two_waiting: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    both_choose_before_either_holds(monkeypatch)
    monkeypatch.setattr(type(Invoice.objects.all()), "select_for_update", lambda rows, **_how: rows)
    assert next_of_both(bonus) == [two_waiting[0]] * 2


@pytest.mark.usefixtures("_read_here")
def test_what_is_accepted_and_withdrawn_at_once_is_one_of_both(bonus: Bonus) -> None:
    bonus.rules(automatic=False)
    for number in range(ROUNDS):
        invoice = bonus.processed(bonus.record(number=f"RE-{number}"))
        before, seen = len(sold()), invoice.version
        found = at_once(
            accepting(bonus, invoice),
            lambda: partner_steps.withdraw(invoice=invoice, actor=bonus.owner, seen=seen, now=NOW),  # noqa: B023
        )
        invoice.refresh_from_db()
        if invoice.state == State.ACCEPTED:
            assert (kinds(found), len(sold())) == (["Decimal", "MovedOn"], before + 1)
        else:
            assert (invoice.state, kinds(found), len(sold())) == (State.WITHDRAWN, ["MovedOn", "NoneType"], before)


@pytest.mark.usefixtures("_read_here")
def test_two_reviewers_who_accept_one_invoice_at_once_accept_it_once(bonus: Bonus) -> None:
    bonus.rules(automatic=False)
    for number in range(10):
        invoice = bonus.processed(bonus.record(number=f"RE-{number}"))
        both = [accepting(bonus, invoice), accepting(bonus, invoice, Actor.of(bonus.world.vendor_admin))]
        assert kinds(at_once(*both)) == ["Decimal", "MovedOn"]
        assert len(sold()) == number + 1


@pytest.mark.usefixtures("_read_here")
@pytest.mark.parametrize("of_two_companies", [False, True], ids=["one company", "two companies"])
def test_of_two_invoices_with_the_same_devices_accepted_at_once_one_counts(
    bonus: Bonus, of_two_companies: bool
) -> None:
    bonus.rules(automatic=False)
    other, owner = at_another_company(bonus) if of_two_companies else (bonus.partner, bonus.owner)
    buyer = Party(name=other.name, vat_id=other.vat_id, country="DE")
    for number in range(20 if of_two_companies else 10):
        serials = tuple(f"{serial}-{number}" for serial in SERIALS)
        phones = line("1", str(len(serials)), "180.00", article="D785", name="Telefon", serials=serials)
        first = bonus.processed(bonus.record(phones, number=f"RE-{number}"))
        backwards = replace(phones, serials=serials[::-1])
        second = bonus.processed(
            bonus.record(backwards, number=f"RX-{number}", buyer=buyer), by=owner, partner=other
        )  # fmt: skip
        found = at_once(accepting(bonus, first), accepting(bonus, second))
        assert kinds(found) in (["Decimal", "NotReady"], ["Decimal", "SerialClaimed"]), found
        assert len(sold()) == number + 1
        assert ClaimedSerial.objects.count() == len(SERIALS) * (number + 1)


@pytest.mark.usefixtures("_read_here")
def test_of_two_sales_at_once_of_a_device_that_came_back_one_counts(bonus: Bonus) -> None:
    for number in range(10):
        bonus.rules(automatic=True)
        phone = line("1", "1", "180.00", article="D785", name="Telefon", serials=(f"BACK-{number}",))
        bonus.processed(bonus.record(phone, number=f"RE-{number}"))
        bonus.processed(bonus.credit_note(phone, of=f"RE-{number}", number=f"GS-{number}"))
        bonus.rules(automatic=False)
        two = [bonus.processed(bonus.record(phone, number=f"{name}-{number}")) for name in ("RA", "RB")]
        found = at_once(*[accepting(bonus, each) for each in two])
        assert kinds(found) in (["Decimal", "NotReady"], ["Decimal", "SerialClaimed"]), found
        assert ClaimedSerial.objects.filter(serial=f"BACK{number}", released_at=None).count() == 1
        assert sum(sold()) == number + 1


# --- how much is given without a person ------------------------------------------------------------------------------


@pytest.mark.usefixtures("_read_here")
def test_two_invoices_near_the_limit_of_a_period_at_once_keep_it(bonus: Bonus) -> None:
    for number in range(20):
        bonus.rules(per_period=Decimal(36) * (number + 1))
        two = [bonus.upload(bonus.record(number=f"{name}-{number}")) for name in ("RA", "RB")]
        at_once(*map(work, two))
        states = sorted(Invoice.objects.filter(pk__in=[each.pk for each in two]).values_list("state", flat=True))
        assert states == [State.ACCEPTED, State.REVIEW]
        assert len(sold()) == number + 1


def states_of_two(bonus: Bonus, monkeypatch: pytest.MonkeyPatch, patience: float) -> list[str]:
    """What becomes of two invoices at once of which only one is within the limit.

    Whoever knows how much was given by now waits for the other one: no longer than `patience`, as a lock keeps it away.
    """
    bonus.rules(per_period=Decimal(36))
    barrier, given = threading.Barrier(2), processing._accepted_unseen

    def slow(*asked: Any) -> Decimal:
        found = given(*asked)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(patience)
        return found

    monkeypatch.setattr(processing, "_accepted_unseen", slow)
    at_once(*[work(bonus.upload(bonus.record(number=name))) for name in ("RA", "RB")])
    return sorted(Invoice.objects.values_list("state", flat=True))


@pytest.mark.usefixtures("_read_here")
def test_of_two_invoices_at_once_the_second_knows_what_the_first_gives(
    bonus: Bonus, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert states_of_two(bonus, monkeypatch, 1) == [State.ACCEPTED, State.REVIEW]


@pytest.mark.usefixtures("_read_here")
def test_without_the_lock_on_the_partner_both_are_accepted(bonus: Bonus, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(booking, "one_at_a_time", lambda _invoice: None)
    assert states_of_two(bonus, monkeypatch, 20) == [State.ACCEPTED, State.ACCEPTED]


# --- what is taken back ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_read_here")
@pytest.mark.parametrize("slow", ["the credit note", "taking back"])
def test_a_credit_note_accepted_while_its_invoice_is_taken_back_leaves_nothing(
    bonus: Bonus, slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = bonus.processed(bonus.record())
    bonus.rules(automatic=False)
    back = line("1", "1", "180.00", article="D785", name="Telefon")
    credit = bonus.processed(bonus.credit_note(back, of="RE-1"))
    assert (invoice.state, credit.state) == (State.ACCEPTED, State.REVIEW)
    other_is_through = threading.Event()
    step = {"the credit note": "_book", "taking back": "take_back_lines"}[slow]
    unhurried = getattr(booking, step)

    def waiting(*given: Any, **named: Any) -> Any:
        other_is_through.wait(1.5)  # as long as a lock keeps the other one away
        return unhurried(*given, **named)

    monkeypatch.setattr(booking, step, waiting)

    def take_back() -> None:
        reviewing.take_back(invoice=invoice, actor=bonus.manager, seen=invoice.version, text="Ein Versehen.", now=NOW)

    def then(action: Callable[[], object], *, first: bool) -> object:
        if not first:
            threading.Event().wait(0.4)
        try:
            return action()
        finally:
            other_is_through.set()

    accept = accepting(bonus, credit)
    found = at_once(
        lambda: then(accept, first=slow == "the credit note"), lambda: then(take_back, first=slow == "taking back")
    )
    assert not any(isinstance(each, Exception) for each in found), found
    assert sum(sold()) == 0
