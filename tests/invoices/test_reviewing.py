"""What people do with an invoice: of two who act at once one wins, and nothing counts twice whoever decides."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from common.access import Actor
from common.models import OutboxMail
from invoices import mails, partner_steps, reviewing
from invoices.booking import NothingToBook, TakesBackTooMuch
from invoices.models import Invoice
from invoices.moving import Duplicate, MovedOn
from invoices.processing import scan_again
from invoices.reviewing import Corrections, HeldByAnother, NotAllowed, NotReady, TypedLine
from partners.models import Member
from sales.merging import Merge, merge_partners
from sales.models import Evidence, SaleLine
from sales.readers.invoices.record import Party
from tests.invoices.bonus import DAY, Bonus, make_bonus, worked_on
from tests.sales.invoices.hybrid_samples import page as paper
from tests.sales.invoices.samples import hybrid, line
from tests.world import NOW, TODAY, build_world, enrol, make_partner

State, Reason = Invoice.State, Invoice.Reason


@pytest.fixture
def waiting(bonus: Bonus) -> Invoice:
    """An invoice that a person has to look at."""
    bonus.rules(automatic=False)
    return bonus.processed(bonus.record())


def accept(bonus: Bonus, invoice: Invoice, *, by: Actor | None = None, seen: int | None = None) -> Decimal:
    value = reviewing.accept(
        invoice=invoice, actor=by or bonus.manager, seen=seen or invoice.version, now=NOW, today=TODAY
    )
    invoice.refresh_from_db()
    return value


def admin_of(bonus: Bonus) -> Actor:
    return Actor.of(bonus.world.vendor_admin)


def test_two_reviewers_never_hold_the_same_invoice(bonus: Bonus) -> None:
    bonus.rules(automatic=False)
    first, second = bonus.processed(bonus.record()), bonus.processed(bonus.record(number="RE-2"))
    vendor = bonus.world.vendor
    assert reviewing.hold_next(vendor=vendor, actor=bonus.manager, now=NOW) == first
    assert reviewing.hold_next(vendor=vendor, actor=admin_of(bonus), now=NOW) == second
    assert not reviewing.hold(invoice=first, actor=admin_of(bonus), now=NOW)
    assert reviewing.hold_next(vendor=vendor, actor=bonus.manager, now=NOW) == first


def test_an_abandoned_invoice_returns(bonus: Bonus, waiting: Invoice) -> None:
    reviewing.hold(invoice=waiting, actor=bonus.manager, now=NOW)
    with pytest.raises(HeldByAnother):
        accept(bonus, waiting, by=admin_of(bonus))
    later = NOW + reviewing.HELD_FOR + timedelta(seconds=1)
    assert reviewing.hold_next(vendor=waiting.vendor, actor=admin_of(bonus), now=later) == waiting


def test_an_invoice_given_back_is_free_at_once(bonus: Bonus, waiting: Invoice) -> None:
    reviewing.hold(invoice=waiting, actor=bonus.manager, now=NOW)
    reviewing.release(invoice=waiting, actor=bonus.manager)
    assert reviewing.hold(invoice=waiting, actor=admin_of(bonus), now=NOW)


def test_the_partner_decides_nothing(bonus: Bonus, waiting: Invoice) -> None:
    with pytest.raises(NotAllowed):
        accept(bonus, waiting, by=bonus.owner)
    with pytest.raises(NotAllowed):
        accept(bonus, waiting, by=Actor.of(bonus.world.vendor_finance))


def test_who_has_seen_an_older_version_is_told_and_nothing_happens(bonus: Bonus, waiting: Invoice) -> None:
    seen = waiting.version
    correct = Corrections(header={"buyer_name": "Somebody"})
    reviewing.correct(invoice=waiting, said=correct, actor=bonus.manager, seen=seen, now=NOW)
    with pytest.raises(MovedOn):
        accept(bonus, waiting, seen=seen)
    assert not SaleLine.objects.filter(evidence=Evidence.INVOICE).exists()


def test_an_accepted_invoice_counts_once_however_often_the_button_is_pressed(bonus: Bonus, waiting: Invoice) -> None:
    seen = waiting.version
    assert accept(bonus, waiting, seen=seen) == Decimal("36.00")
    with pytest.raises(MovedOn):
        accept(bonus, waiting, seen=seen)
    with pytest.raises(MovedOn):
        accept(bonus, waiting)
    assert SaleLine.objects.filter(evidence=Evidence.INVOICE).count() == 1


def test_nobody_can_overrule_that_the_seller_is_no_authorised_distributor(bonus: Bonus) -> None:
    alike = Party(name=bonus.world.distributor.name, vat_id="DE111111111")
    invoice = bonus.processed(bonus.record(seller=alike))
    with pytest.raises(NotReady, match="cannot be overruled"):
        accept(bonus, invoice)


def test_a_person_can_accept_an_invoice_to_a_company_that_only_a_person_knows(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(buyer=Party(name="Ganz Andere AG", vat_id="DE555555555")))
    assert accept(bonus, invoice) == Decimal("36.00")
    assert (invoice.automatic, invoice.decided_by) == (False, bonus.world.channel_manager)


def test_a_corrected_value_is_marked_and_counts(bonus: Bonus, waiting: Invoice) -> None:
    two = Corrections(lines=[TypedLine(1, {"quantity": Decimal(2)})])
    reviewing.correct(invoice=waiting, said=two, actor=bonus.manager, seen=waiting.version, now=NOW)
    waiting.refresh_from_db()
    assert waiting.lines.get().typed == ["quantity"]
    assert accept(bonus, waiting) == Decimal("24.00")
    assert (waiting.record or {})["lines"][0]["quantity"] in ("3", "3.000000")


def test_a_line_left_out_does_not_count(bonus: Bonus) -> None:
    bonus.rules(automatic=False)
    two_lines = bonus.record(line("1", "3", "180.00", article="D785"), line("2", "1", "150.00", article="D735"))
    invoice = bonus.processed(two_lines)
    without = Corrections(lines=[TypedLine(2, {"left_out": True})])
    reviewing.correct(invoice=invoice, said=without, actor=bonus.manager, seen=invoice.version, now=NOW)
    invoice.refresh_from_db()
    assert accept(bonus, invoice) == Decimal("36.00")


def test_an_article_that_only_a_person_knows_is_said_and_stays_said(bonus: Bonus) -> None:
    odd = bonus.record(line("1", "3", "180.00", article="SNOM-785", name=f"{bonus.world.vendor.name} phone"))
    invoice = bonus.processed(odd)
    means = Corrections(lines=[TypedLine(1, {}, product=bonus.d785)])
    reviewing.correct(invoice=invoice, said=means, actor=bonus.manager, seen=invoice.version, now=NOW)
    invoice.refresh_from_db()
    assert accept(bonus, invoice) == Decimal("36.00")


def test_a_scan_turns_out_to_be_an_invoice_that_is_here_already(bonus: Bonus) -> None:
    first = bonus.processed(bonus.record())
    scan = bonus.processed(paper(bonus.record()))
    typed = Corrections(header={"number": "RE 1", "issue_date": DAY}, distributor=bonus.world.distributor)
    with pytest.raises(Duplicate) as error:
        reviewing.correct(invoice=scan, said=typed, actor=bonus.manager, seen=scan.version, now=NOW)
    assert error.value.invoice == first


def test_an_acceptance_taken_back_reverses_what_counted_and_frees_serial_numbers(bonus: Bonus) -> None:
    phone = line("1", "1", "180.00", article="D785", name="Telefon", serials=("SN-1",))
    invoice = bonus.processed(bonus.record(phone))
    back = bonus.processed(bonus.credit_note(line("1", "1", "180.00", article="D785"), of="RE-1"))
    reviewing.take_back(
        invoice=invoice, actor=bonus.manager, seen=invoice.version, text="Ein Versehen.", now=NOW
    )  # fmt: skip
    invoice.refresh_from_db()
    assert (invoice.state, invoice.value) == (State.REVIEW, None)
    assert sum(SaleLine.objects.filter(product=bonus.d785).values_list("quantity", flat=True)) == 0
    assert not back.lines.filter(sale_line__isnull=False).exists()
    assert accept(bonus, invoice) == Decimal("0.00")
    quantities = SaleLine.objects.filter(product=bonus.d785).order_by("pk").values_list("quantity", flat=True)
    assert list(quantities) == [1, -1, -1, 1, 1, -1]


# --- the partner -----------------------------------------------------------------------------------------------------


def test_an_invoice_is_withdrawn_before_it_is_decided_and_not_after(bonus: Bonus, waiting: Invoice) -> None:
    partner_steps.withdraw(invoice=waiting, actor=bonus.owner, seen=waiting.version, now=NOW)
    waiting.refresh_from_db()
    assert waiting.state == State.WITHDRAWN
    bonus.rules(automatic=True)
    again = bonus.processed(bonus.record())
    assert again.state == State.ACCEPTED
    with pytest.raises(MovedOn):
        partner_steps.withdraw(invoice=again, actor=bonus.owner, seen=again.version, now=NOW)


def test_a_partner_objects_once(bonus: Bonus, waiting: Invoice) -> None:
    def refuse() -> None:
        waiting.refresh_from_db()
        reviewing.refuse_it(
            invoice=waiting, actor=bonus.manager, seen=waiting.version, reason=Reason.OTHER, text="No.", now=NOW
        )  # fmt: skip
        waiting.refresh_from_db()

    refuse()
    partner_steps.object_to(invoice=waiting, actor=bonus.owner, seen=waiting.version, text="But it is.", now=NOW)
    refuse()
    with pytest.raises(partner_steps.ObjectedBefore):
        partner_steps.object_to(invoice=waiting, actor=bonus.owner, seen=waiting.version, text="But!", now=NOW)


def test_a_partner_changes_nothing_that_the_data_say(bonus: Bonus, waiting: Invoice) -> None:
    more = Corrections(lines=[TypedLine(1, {"quantity": Decimal(99)})])
    with pytest.raises(MovedOn):
        partner_steps.fill_in(
            invoice=waiting, said=more, actor=bonus.owner, seen=waiting.version, now=NOW
        )  # fmt: skip


def test_others_of_the_company_do_nothing_with_its_invoices(bonus: Bonus, waiting: Invoice) -> None:
    for person in (bonus.world.reseller_technician, bonus.world.rival_owner):
        with pytest.raises(partner_steps.NotAllowed):
            partner_steps.withdraw(invoice=waiting, actor=Actor.of(person), seen=waiting.version, now=NOW)


# --- mails -----------------------------------------------------------------------------------------------------------


def test_decisions_of_some_minutes_are_told_in_one_mail_and_once(bonus: Bonus) -> None:
    bonus.processed(bonus.record())
    bonus.processed(bonus.record(number="RE-2", seller=Party(name="Billig GmbH", vat_id="DE111111111")))
    assert mails.tell_decided(now=NOW) == 0
    later = NOW + mails.GATHERED_FOR
    assert (mails.tell_decided(now=later), mails.tell_decided(now=later)) == (1, 0)
    mail = OutboxMail.objects.get(kind=mails.DECIDED)
    assert mail.recipient == bonus.world.reseller_owner
    assert "RE-1: accepted, €36.00 rebate." in mail.text
    assert "RE-2: refused. The seller is no authorised distributor." in mail.text


def test_who_works_with_invoices_no_more_gets_no_mail_about_them_and_the_owners_do(
    bonus: Bonus, waiting: Invoice
) -> None:
    seller = bonus.world.reseller_sales
    by_sales = bonus.processed(bonus.record(number="RE-2"), by=Actor.of(seller))
    assert mails.recipients_of(by_sales) == [seller]
    Member.objects.filter(user=seller).update(role=Member.Role.TECHNICIAN)
    assert mails.recipients_of(by_sales) == [bonus.world.reseller_owner]


def test_a_question_is_mailed_at_once(bonus: Bonus, waiting: Invoice) -> None:
    reviewing.ask(invoice=waiting, actor=bonus.manager, seen=waiting.version, text="Which project?", now=NOW)
    assert "Which project?" in OutboxMail.objects.get(kind=mails.ASKED).text


def test_what_was_uploaded_in_time_stays_in_time_however_long_the_review_takes(bonus: Bonus) -> None:
    bonus.rules(automatic=False, window_days=30)
    invoice = bonus.processed(bonus.record())
    later = NOW + timedelta(days=60)
    said = Corrections(header={"buyer_name": "Elbtal"})
    reviewing.correct(invoice=invoice, said=said, actor=bonus.manager, seen=invoice.version, now=later)
    invoice.refresh_from_db()
    assert {each["key"]: each["outcome"] for each in invoice.checks}["time"] == "passed"
    assert invoice.since == NOW


@pytest.mark.parametrize("missing", [{"currency": None}, {"number": "---"}])
def test_nothing_counts_without_what_says_whether_it_counts_already_and_in_what(
    bonus: Bonus, missing: dict[str, str | None]
) -> None:
    with pytest.raises(NothingToBook):
        accept(bonus, bonus.processed(bonus.record(**missing)))


def test_a_credit_note_counts_only_once_it_is_known_what_it_takes_back(bonus: Bonus) -> None:
    bonus.processed(bonus.record())
    credit = bonus.processed(bonus.record(line("1", "1", "180.00", article="D785"), number="GS-1", type_code="381"))
    with pytest.raises(NothingToBook):
        accept(bonus, credit)

    said = Corrections({"preceding_number": "RE-1"})
    reviewing.correct(invoice=credit, said=said, actor=bonus.manager, seen=credit.version, now=NOW)
    credit.refresh_from_db()
    assert accept(bonus, credit) == Decimal("-12.00")


def test_a_credit_note_that_writes_quantities_below_zero_takes_back_no_more_than_others(bonus: Bonus) -> None:
    def below_zero(number: str, quantity: str) -> Invoice:
        sold = line("1", quantity, "180.00", article="D785")
        return bonus.processed(bonus.credit_note(sold, of="RE-1", number=number))

    first, too_much = below_zero("GS-1", "-1"), below_zero("GS-2", "-4")
    assert accept(bonus, first) == 0
    bonus.processed(bonus.record())
    assert [each.quantity for each in SaleLine.objects.filter(document_number="GS-1")] == [-1]
    with pytest.raises(TakesBackTooMuch):
        accept(bonus, too_much)
    assert accept(bonus, below_zero("GS-3", "-2")) == Decimal("-24.00")


def test_a_day_far_off_is_looked_at_like_any_other(bonus: Bonus, waiting: Invoice) -> None:
    said = Corrections({"issue_date": date(9999, 12, 31)})
    reviewing.correct(invoice=waiting, said=said, actor=bonus.manager, seen=waiting.version, now=NOW)
    waiting.refresh_from_db()
    assert [each["outcome"] for each in waiting.checks if each["key"] == "time"] == ["failed"]


def test_nobody_accepts_an_invoice_before_its_date(bonus: Bonus) -> None:
    tomorrow = bonus.processed(bonus.record(issue_date=TODAY + timedelta(days=1)))
    assert tomorrow.state == State.REVIEW
    with pytest.raises(NotReady, match="dated in the future and cannot be accepted before 17 November 2026"):
        accept(bonus, tomorrow)
    then = TODAY + timedelta(days=1)
    value = reviewing.accept(invoice=tomorrow, actor=bonus.manager, seen=tomorrow.version, now=NOW, today=then)
    assert value == Decimal("36.00")


def test_an_upload_refused_as_the_same_is_read_when_the_first_is_gone_and_a_person_decides(bonus: Bonus) -> None:
    first = bonus.processed(bonus.record())
    again = bonus.processed(hybrid(bonus.record()))
    with pytest.raises(Duplicate):
        partner_steps.object_to(invoice=again, actor=bonus.owner, seen=again.version, text="?", now=NOW)

    reviewing.take_back(invoice=first, actor=bonus.manager, seen=first.version, text="Wrong file.", now=NOW)
    first.refresh_from_db()
    partner_steps.withdraw(invoice=first, actor=bonus.owner, seen=first.version, now=NOW)
    again.refresh_from_db()
    partner_steps.object_to(invoice=again, actor=bonus.owner, seen=again.version, text="This one.", now=NOW)
    again = worked_on(again)
    assert (again.state, again.lines.count(), again.pages) == (State.REVIEW, 1, 1)
    assert accept(bonus, again) == Decimal("36.00")


def test_a_scanner_that_comes_back_leaves_to_people_what_they_work_on(bonus: Bonus, settings: Any) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    late = bonus.record(number="RE-OLD", issue_date=DAY - timedelta(days=200))
    objected, asked, untouched = (
        bonus.processed(late),
        bonus.processed(bonus.record()),
        bonus.processed(bonus.record(number="RE-2")),
    )
    partner_steps.object_to(invoice=objected, actor=bonus.owner, seen=objected.version, text="Please.", now=NOW)
    reviewing.ask(invoice=asked, actor=bonus.manager, seen=asked.version, text="Whose?", now=NOW)
    asked.refresh_from_db()
    partner_steps.answer(invoice=asked, actor=bonus.owner, seen=asked.version, text="Ours.", now=NOW)

    settings.CLAMD_URL = ""
    scan_again(now=NOW)
    states = [worked_on(each).state for each in (objected, asked, untouched)]
    assert states == [State.REVIEW, State.REVIEW, State.ACCEPTED]
    assert not Invoice.objects.filter(scan=Invoice.Scan.WAITING).exists()


def test_who_takes_an_acceptance_back_waits_for_who_books_for_the_partner(own_database: str) -> None:
    with transaction.atomic():
        bonus = make_bonus(build_world())
    accepted = bonus.processed(bonus.record())
    other = connection.copy()
    try:
        other.ensure_connection()
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM partners_partner WHERE id = %s FOR NO KEY UPDATE", [bonus.partner.pk])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            with pytest.raises(OperationalError):
                reviewing.take_back(invoice=accepted, actor=bonus.manager, seen=accepted.version, text="?", now=NOW)
            transaction.set_rollback(True)
    finally:
        other.close()


def test_packs_of_a_long_name_are_remembered_and_those_beyond_measure_are_not_counted(
    bonus: Bonus, waiting: Invoice
) -> None:
    def type_in(quantity: str) -> Invoice:
        waiting.refresh_from_db()
        line = TypedLine(1, {"quantity": Decimal(quantity), "unit": "Verpackungseinheit"}, None, 10_000)
        said = Corrections(lines=[line])
        reviewing.correct(invoice=waiting, said=said, actor=bonus.manager, seen=waiting.version, now=NOW)
        waiting.refresh_from_db()
        return waiting

    assert type_in("2").lines.get().pieces == 20_000
    assert type_in("99999999999").lines.get().pieces is None
    with pytest.raises(NotReady):
        accept(bonus, waiting)


def test_an_acceptance_is_taken_back_from_the_company_that_goes_on_as_the_partner(bonus: Bonus) -> None:
    accepted = bonus.processed(bonus.record(issue_date=TODAY))
    successor = make_partner("Nachfolger GmbH", "ZZ2B3C4D")
    enrol(successor, bonus.world.program, tier="silver")
    merge = Merge(vendor=bonus.world.vendor, source=bonus.partner, target=successor, on=date(2026, 10, 1))
    merge_partners(merge=merge, actor=Actor.of(bonus.world.platform_admin), now=NOW, today=TODAY)
    of_successor = SaleLine.objects.filter(evidence=Evidence.INVOICE, partner=successor)
    assert [each.quantity for each in of_successor] == [3]

    reviewing.take_back(invoice=accepted, actor=bonus.manager, seen=accepted.version, text="Wrong.", now=NOW)
    assert sorted(each.quantity for each in of_successor.all()) == [-3, 3]
