"""What people read about a payment: of whom a page is, how far it is, what came back and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from common.models import User
from rebates.models import AnswerLine, Payment, PaymentRun
from tests.rebates.payments.paying import (
    Finance,
    another_partner,
    exported,
    has_account,
    iban_of,
    owed_120,
    proposed,
    say,
)
from tests.rendering import read, words
from tests.world import TODAY, World

SignedIn = Callable[[User], Client]
BANK_ACCOUNT = "/partner/2B3C4D5F/bank-account/"


def test_the_page_of_the_bank_account_says_that_a_payment_came_back(
    world: World, finance: Finance, signed_in: SignedIn
) -> None:
    owed_120(world, finance)
    owner = signed_in(world.reseller_owner)
    run = exported(world, finance)
    assert "came back" not in read(owner, BANK_ACCOUNT)
    say(run.payments.get(), AnswerLine.Said.RETURNED, finance.first, code="AC04")
    text = "A payment of Lenovo came back: €120.00. Please name another bank account. Change the account"
    assert text in read(owner, BANK_ACCOUNT)


def test_a_planned_payment_is_not_under_way_before_its_run_is_at_the_bank(
    world: World, finance: Finance, signed_in: SignedIn
) -> None:
    owed_120(world, finance)
    payment = proposed(world, finance).payments.get()
    page = reverse("rebates:payment", args=["lenovo", payment.run.number, payment.pk])
    text = read(signed_in(finance.first), page)
    assert f"Payment to {payment.partner.name} planned" in text
    assert "under way" not in text


def test_why_a_payment_came_back_is_confirmed_and_kept_in_words(
    world: World, finance: Finance, signed_in: SignedIn
) -> None:
    owed_120(world, finance)
    payment = exported(world, finance).payments.get()
    page = reverse("rebates:payment", args=["lenovo", payment.run.number, payment.pk])
    client = signed_in(finance.first)
    values = {"said": "returned", "value_date": TODAY.isoformat(), "code": "AC04", "text": ""}
    text = words(client.post(page, values, follow=True).content.decode())
    assert "Entered as “came back: AC04 – account closed”: booked." in text
    assert text.count("came back: AC04 – account closed") == 2


def test_the_page_of_answers_says_where_one_is_entered_by_hand(finance: Finance, signed_in: SignedIn) -> None:
    text = read(signed_in(finance.first), reverse("rebates:payment-answers", args=["lenovo"]))
    assert "Without a file open the payment in its run" in text


def three_exported(world: World, finance: Finance) -> PaymentRun:
    for place, number in enumerate(("4D5E6F7G", "5E6F7G8H"), start=70):
        partner = another_partner(world, f"Partner {number}", number, "10")
        has_account(partner, world.vendor, finance.bookkeeper, iban=iban_of(place))
    owed_120(world, finance)
    return exported(world, finance)


def test_with_one_payment_the_others_of_its_run_are_entered_as_paid(
    world: World, finance: Finance, signed_in: SignedIn
) -> None:
    run = three_exported(world, finance)
    returned, first, other = run.payments.order_by("amount", "pk")
    say(returned, AnswerLine.Said.RETURNED, finance.first, code="AC04")
    client = signed_in(finance.first)
    page = reverse("rebates:payment", args=["lenovo", run.number, first.pk])
    assert "Paid on the same day: 1 other open payment" in read(client, page)
    values = {"said": "paid", "value_date": TODAY.isoformat(), "code": "", "text": "", "others": "on"}
    answer = client.post(page, values, follow=True)
    assert "The other payments of the run were entered as paid." in answer.text
    assert [Payment.objects.get(pk=each.pk).state for each in (returned, first, other)] == ["returned", "paid", "paid"]
    run.refresh_from_db()
    assert run.state == PaymentRun.State.SETTLED


def test_what_came_back_is_entered_for_one_payment_alone(world: World, finance: Finance, signed_in: SignedIn) -> None:
    run = three_exported(world, finance)
    page = reverse("rebates:payment", args=["lenovo", run.number, run.payments.first().pk])  # type: ignore[union-attr]
    values = {"said": "returned", "value_date": TODAY.isoformat(), "code": "AC04", "text": "", "others": "on"}
    answer = signed_in(finance.first).post(page, values)
    assert answer.status_code == 422
    assert "Only payments that were paid are entered together." in answer.text
    assert run.payments.filter(state=Payment.State.OPEN).count() == 3
