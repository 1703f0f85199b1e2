"""From a file to money: read, checked, accepted without a person, refused, or given to one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.access import Actor
from invoices.models import Invoice
from invoices.processing import in_sample
from invoices.wording import events
from partners.models import Partner
from sales.merging import Merge, StillOpen, check
from sales.models import Evidence, SaleLine
from sales.readers.invoices.record import Party
from tests.invoices.bonus import DAY, Bonus
from tests.sales.invoices.hybrid_samples import hybrid_pdf
from tests.sales.invoices.samples import cii, hybrid, line, totalled, ubl
from tests.sales.matching_world import make_other
from tests.world import TODAY, sell

State, Reason = Invoice.State, Invoice.Reason


def checks(invoice: Invoice) -> dict[str, str]:
    return {each["key"]: each["outcome"] for each in invoice.checks}


def test_an_invoice_whose_checks_all_pass_becomes_money_at_once(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record())
    assert (invoice.state, set(checks(invoice).values())) == (State.ACCEPTED, {"passed"})
    assert (invoice.automatic, invoice.value) == (True, Decimal("36.00"))
    [booked] = SaleLine.objects.filter(evidence=Evidence.INVOICE)
    assert (booked.product, booked.quantity, booked.net) == (bonus.d785, 3, Decimal("540.00"))
    assert (booked.counts_on, booked.document_number, booked.partner) == (DAY, "RE-1", bonus.partner)
    assert [event.step for event in invoice.events.all()] == ["uploaded", "read", "checked", "accepted"]


def test_a_pdf_with_data_says_the_same_as_its_page(bonus: Bonus) -> None:
    invoice = bonus.processed(hybrid(bonus.record()))
    assert (invoice.state, invoice.kind, invoice.comparison) == (State.ACCEPTED, "pdf", "agrees")


def test_what_is_seen_by_eye_and_what_the_data_say_must_agree(bonus: Bonus) -> None:
    shown = bonus.record()
    said = bonus.record(line("1", "30", "180.00", article="D785", name="Tischtelefon D785"))

    invoice = bonus.processed(hybrid_pdf(shown, xml=cii(said), name="factur-x.xml"))
    assert (invoice.state, checks(invoice)["text"]) == (State.REVIEW, "failed")
    assert not SaleLine.objects.filter(evidence=Evidence.INVOICE).exists()


def test_the_same_invoice_in_another_form_is_refused_as_the_same(bonus: Bonus) -> None:
    first = bonus.processed(bonus.record())
    for other in (cii(bonus.record()), hybrid(bonus.record()), ubl(bonus.record(number="re 1"))):
        again = bonus.processed(other)
        assert (again.state, again.reason, again.duplicate_of) == (State.REFUSED, Reason.DUPLICATE, first)
    assert SaleLine.objects.filter(evidence=Evidence.INVOICE).count() == 1


def test_the_very_same_file_is_the_first_one(bonus: Bonus) -> None:
    first = bonus.upload(bonus.record())
    assert bonus.upload(bonus.record()) == first
    assert Invoice.objects.count() == 1


def test_a_shop_that_is_no_authorised_distributor_is_refused_with_the_names_of_those_who_are(bonus: Bonus) -> None:
    shop = Party(name="Billigtelefone GmbH", vat_id="DE111111111")
    invoice = bonus.processed(bonus.record(seller=shop))
    assert (invoice.state, invoice.reason) == (State.REFUSED, Reason.NOT_AUTHORISED)
    said = invoice.events.get(step="refused").data
    assert said["params"] == {"name": "Billigtelefone GmbH", "others": bonus.world.distributor.name}


def test_a_seller_with_a_distributors_name_but_not_its_numbers_is_looked_at_by_a_person(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(seller=Party(name=bonus.world.distributor.name, vat_id="DE111111111")))
    assert (invoice.state, checks(invoice)["distributor"]) == (State.REVIEW, "failed")


def test_an_invoice_to_somebody_else_is_looked_at_by_a_person(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(buyer=Party(name="Ganz Andere AG", vat_id="DE555555555")))
    assert (invoice.state, checks(invoice)["buyer"]) == (State.REVIEW, "failed")


def test_an_invoice_is_refused_after_the_last_day_of_its_window_and_not_before(bonus: Bonus) -> None:
    in_time = bonus.record(number="RE-2", issue_date=TODAY - timedelta(days=90))
    too_late = bonus.record(number="RE-3", issue_date=TODAY - timedelta(days=91))
    assert bonus.processed(in_time).state == State.ACCEPTED
    assert bonus.processed(too_late).reason == Reason.TOO_LATE


def test_an_invoice_dated_tomorrow_is_looked_at_by_a_person(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(issue_date=TODAY + timedelta(days=1)))
    assert (invoice.state, checks(invoice)["time"]) == (State.REVIEW, "failed")


def test_articles_of_others_do_not_count_and_do_not_disturb(bonus: Bonus) -> None:
    mixed = bonus.record(
        line("1", "3", "180.00", article="D785", name="Tischtelefon"),
        line("2", "7", "20.00", article="KABEL-5", name="Netzwerkkabel"),
    )
    invoice = bonus.processed(mixed)
    assert (invoice.state, invoice.value) == (State.ACCEPTED, Decimal("36.00"))
    assert SaleLine.objects.filter(evidence=Evidence.INVOICE).count() == 1


def test_a_line_that_names_the_vendor_but_no_known_article_is_looked_at_by_a_person(bonus: Bonus) -> None:
    mixed = bonus.record(
        line("1", "3", "180.00", article="D785", name="Tischtelefon"),
        line("2", "7", "99.00", article="X-1", name=f"{bonus.world.vendor.name} Headset"),
    )
    invoice = bonus.processed(mixed)
    assert (invoice.state, checks(invoice)["articles"]) == (State.REVIEW, "failed")


def test_an_invoice_without_any_article_of_the_program_is_refused(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(line("1", "7", "20.00", article="KABEL-5", name="Netzwerkkabel")))
    assert (invoice.state, invoice.reason) == (State.REFUSED, Reason.NO_PRODUCTS)


def test_an_article_is_known_by_its_gtin_too(bonus: Bonus) -> None:
    by_gtin = bonus.record(line("1", "2", "180.00", article="ABC-99", gtin="4260059580014", name="Telefon"))
    assert bonus.processed(by_gtin).value == Decimal("24.00")


def test_a_pack_of_unknown_size_is_looked_at_by_a_person(bonus: Bonus) -> None:
    packed = bonus.record(replace(line("1", "2", "1800.00", article="D785", name="Telefon"), unit="XPK"))
    invoice = bonus.processed(packed)
    assert (invoice.state, checks(invoice)["units"]) == (State.REVIEW, "failed")


def test_a_serial_number_is_claimed_once_at_a_vendor(bonus: Bonus) -> None:
    phone = line("1", "1", "180.00", article="D785", name="Telefon", serials=("SN-1",))
    assert bonus.processed(bonus.record(phone)).state == State.ACCEPTED
    again = replace(phone, serials=("sn1",))
    invoice = bonus.processed(bonus.record(again, number="RE-2"))
    assert (invoice.state, checks(invoice)["serials"]) == (State.REVIEW, "failed")


def test_what_the_distributor_reports_otherwise_is_looked_at_by_a_person(bonus: Bonus) -> None:
    sell(bonus.partner, bonus.d785, DAY, "2", "360.00", distributor=bonus.world.distributor, document="RE-1")
    invoice = bonus.processed(bonus.record())
    assert (invoice.state, checks(invoice)["report"]) == (State.REVIEW, "failed")


def test_a_document_reported_for_another_customer_is_looked_at_by_a_person(bonus: Bonus) -> None:
    sell(bonus.world.rival, bonus.d785, DAY, "3", "540.00", distributor=bonus.world.distributor, document="RE-1")
    invoice = bonus.processed(bonus.record())
    assert (invoice.state, checks(invoice)["report"]) == (State.REVIEW, "failed")


# --- how far it goes without a person --------------------------------------------------------------------------------


def test_the_first_invoices_of_a_partner_are_accepted_by_a_person(bonus: Bonus) -> None:
    bonus.rules(accepted_before=1)
    assert bonus.processed(bonus.record()).state == State.REVIEW


def test_what_the_distributor_reports_too_needs_no_trust_and_knows_no_limit(bonus: Bonus) -> None:
    bonus.rules(accepted_before=1, per_invoice=Decimal(0))
    sell(bonus.partner, bonus.d785, DAY, "3", "540.00", distributor=bonus.world.distributor, document="RE-1")
    invoice = bonus.processed(bonus.record())
    assert (invoice.state, invoice.unreported) == (State.ACCEPTED, False)


def test_a_rebate_above_the_limit_of_an_invoice_is_looked_at_by_a_person(bonus: Bonus) -> None:
    bonus.rules(per_invoice=Decimal("35.99"))
    assert bonus.processed(bonus.record()).state == State.REVIEW
    assert not SaleLine.objects.filter(evidence=Evidence.INVOICE).exists()
    bonus.rules(per_invoice=Decimal("36.00"))
    assert bonus.processed(bonus.record(number="RE-2")).state == State.ACCEPTED


def test_rebates_of_a_partner_in_a_period_are_limited_together(bonus: Bonus) -> None:
    bonus.rules(per_period=Decimal("72.00"))
    states = [bonus.processed(bonus.record(number=f"RE-{number}")).state for number in (1, 2, 3)]
    assert states == [State.ACCEPTED, State.ACCEPTED, State.REVIEW]
    before = bonus.record(number="RE-9", issue_date=date(2026, 9, 30))
    assert bonus.processed(before).state == State.ACCEPTED


def test_a_share_goes_to_a_person_and_uploading_again_does_not_draw_again(bonus: Bonus) -> None:
    bonus.rules(sample=100)
    assert bonus.processed(bonus.record()).state == State.REVIEW
    drawn = [Invoice(vendor=bonus.world.vendor, seller_key="vat DE1", number_key=str(number)) for number in range(4000)]
    share = sum(in_sample(each, 5) for each in drawn) / len(drawn)
    assert 0.03 < share < 0.07
    assert [in_sample(each, 5) for each in drawn] == [in_sample(each, 5) for each in drawn]


def test_where_the_vendor_wants_it_every_invoice_is_looked_at_by_a_person(bonus: Bonus) -> None:
    bonus.rules(automatic=False)
    assert bonus.processed(bonus.record()).state == State.REVIEW


def test_what_cannot_be_read_is_refused_with_its_reason(bonus: Bonus) -> None:
    invoice = bonus.processed(b"<html>no invoice</html>")
    assert (invoice.state, invoice.reason) == (State.REFUSED, Reason.NOT_READABLE)
    assert invoice.events.get(step="refused").data["text"]


# --- credit notes ----------------------------------------------------------------------------------------------------


def test_a_credit_note_takes_back_what_it_names_on_the_day_on_which_that_counted(bonus: Bonus) -> None:
    bonus.processed(bonus.record())
    back = line("1", "1", "180.00", article="D785", name="Telefon")
    note = bonus.processed(bonus.credit_note(back, of="RE-1", issue_date=date(2026, 11, 10)))
    assert (note.state, note.value) == (State.ACCEPTED, Decimal("-12.00"))
    taken = SaleLine.objects.get(quantity__lt=0)
    assert (taken.quantity, taken.net, taken.counts_on) == (-1, Decimal("-180.00"), DAY)


def test_a_credit_note_that_comes_first_is_taken_off_as_soon_as_its_invoice_counts(bonus: Bonus) -> None:
    back = line("1", "1", "180.00", article="D785", name="Telefon")
    note = bonus.processed(bonus.credit_note(back, of="RE-1"))
    assert (note.state, note.value) == (State.ACCEPTED, Decimal("0.00"))
    invoice = bonus.processed(bonus.record())
    assert (invoice.state, invoice.value) == (State.ACCEPTED, Decimal("24.00"))
    assert sorted(SaleLine.objects.filter(product=bonus.d785).values_list("quantity", flat=True)) == [-1, 3]


def test_nobody_takes_back_more_than_was_claimed(bonus: Bonus) -> None:
    bonus.processed(bonus.record())
    two = line("1", "2", "180.00", article="D785", name="Telefon")
    assert bonus.processed(bonus.credit_note(two, of="RE-1")).state == State.ACCEPTED
    note = bonus.processed(bonus.credit_note(two, of="RE-1", number="GS-2"))
    assert (note.state, checks(note)["taken_back"]) == (State.REVIEW, "failed")


@pytest.mark.parametrize("written", ["ubl", "cii"])
def test_a_credit_note_may_come_in_any_syntax(bonus: Bonus, written: str) -> None:
    bonus.processed(bonus.record())
    back = bonus.credit_note(line("1", "3", "180.00", article="D785", name="Telefon"), of="RE-1")
    assert bonus.processed({"ubl": ubl, "cii": cii}[written](back)).value == Decimal("-36.00")


def test_a_discount_on_the_whole_lowers_what_was_paid_for_each_line(bonus: Bonus) -> None:
    two = bonus.record(
        line("1", "1", "200.00", article="D785", name="Telefon"),
        line("2", "1", "100.00", article="D735", name="Telefon"),
    )
    discounted = totalled(replace(two, totals=replace(two.totals, allowances=Decimal("10.00"))))
    assert bonus.processed(discounted).state == State.ACCEPTED
    booked = SaleLine.objects.filter(evidence=Evidence.INVOICE).order_by("document_line").values_list("net", flat=True)
    assert list(booked) == [Decimal("193.33"), Decimal("96.67")]


def test_an_article_that_cost_nothing_is_looked_at_by_a_person(bonus: Bonus) -> None:
    paid, free = line("1", "3", "180.00", article="D785"), line("2", "9", "0.00", article="D785")
    invoice = bonus.processed(bonus.record(paid, free))
    assert (invoice.state, checks(invoice)["arithmetic"]) == (State.REVIEW, "warning")


def test_a_buyers_name_alone_is_not_enough(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(buyer=Party(name=bonus.partner.name)))
    assert (invoice.state, checks(invoice)["buyer"]) == (State.REVIEW, "open")

    Partner.objects.filter(pk=bonus.partner.pk).update(postcode="01099")
    placed = Party(name=bonus.partner.name, postcode="01099")
    assert bonus.processed(bonus.record(number="RE-2", buyer=placed)).state == State.ACCEPTED


def test_a_number_without_letters_and_digits_is_none(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record(number="---"))
    assert (invoice.state, checks(invoice)["complete"]) == (State.REVIEW, "failed")


@pytest.mark.parametrize("quantity", ["999999999999999", "100000000000", "10000001"])
def test_quantities_that_nobody_sells_are_never_booked_and_stop_no_worker(bonus: Bonus, quantity: str) -> None:
    invoice = bonus.processed(bonus.record(line("1", quantity, "0.01", article="D785")))
    assert invoice.state in (State.REFUSED, State.REVIEW)
    assert invoice.attempts == 1
    assert not SaleLine.objects.filter(evidence=Evidence.INVOICE).exists()


def test_an_invoice_that_gives_no_rebate_but_would_count_as_revenue_is_looked_at_by_a_person(bonus: Bonus) -> None:
    server = bonus.world.slow_seller
    invoice = bonus.processed(bonus.record(line("1", "1", "9.00", article=server.article, name=server.name)))
    assert (invoice.state, set(checks(invoice).values())) == (State.REVIEW, {"passed"})


def test_a_price_far_above_the_list_price_is_looked_at_by_a_person(bonus: Bonus) -> None:
    type(bonus.d785).objects.filter(pk=bonus.d785.pk).update(list_price=Decimal("200.00"))
    assert bonus.processed(bonus.record()).state == State.ACCEPTED
    dear = bonus.record(line("1", "3", "401.00", article="D785", name="Tischtelefon"), number="RE-2")
    assert checks(bonus.processed(dear))["prices"] == "failed"


def test_a_partner_with_an_open_invoice_is_not_merged_away(bonus: Bonus) -> None:
    bonus.rules(automatic=False)
    bonus.processed(bonus.record())
    merge = Merge(bonus.world.vendor, bonus.partner, make_other(bonus.world), TODAY)
    with pytest.raises(StillOpen, match="1 invoice"):
        check(merge=merge, actor=Actor.of(bonus.world.platform_admin), today=TODAY)


def test_a_sentence_that_quotes_the_invoice_is_shown_as_it_stands(bonus: Bonus) -> None:
    many = line("1", "5", "180.00", article="D785", name="Telefon")
    assert bonus.processed(bonus.credit_note(many, of="RE-{1}")).state == State.ACCEPTED
    invoice = bonus.processed(bonus.record(number="RE-{1}"))
    assert invoice.state == State.REVIEW
    assert "RE-{1}" in events(invoice.events.all())[0].text
