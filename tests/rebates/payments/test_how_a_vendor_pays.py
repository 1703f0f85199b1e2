"""The page on which a vendor says from which account it pays."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partners.ibans import masked
from rebates.models import AnswerLine, PaymentSettings
from rebates.payments import deciding, exporting
from tests.people import signed_in
from tests.rebates.payments.paying import Finance, exported, further, iban_of, owed_120, pays, proposed, say
from tests.rendering import words
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
OLD = "DE02120300000000202051"
SENT = {"holder": "Lenovo GmbH", "minimum": "10", "most": "5000", "days_after_closing": "14", "lead_days": "5"}


def send(world: World, **data: str) -> int:
    url = reverse("rebates:payment-settings", args=[world.vendor.slug])
    return signed_in(world.vendor_finance).post(url, {**SENT, **data}).status_code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("DE02 1203 0000 0000 2020 51", "DE02120300000000202051"),
        ("mt84 malt 0110 0001 2345 mtlc ast0 01s", "MT84MALT011000012345MTLCAST001S"),
    ],
)
def test_the_account_is_stored_as_its_number_says_however_it_is_typed(world: World, typed: str, stored: str) -> None:
    assert send(world, iban=typed) == 302
    assert PaymentSettings.objects.values_list("vendor", "iban").get() == (world.vendor.pk, stored)


@pytest.mark.parametrize("iban", ["DE03120300000000202051", "Lenovo", ""])
def test_a_number_that_is_none_changes_nothing(world: World, iban: str) -> None:
    assert send(world, iban=iban) == 422
    assert not PaymentSettings.objects.exists()


def test_who_approves_a_run_reads_from_which_account_it_is_paid_and_whether_that_is_another_one(
    world: World, finance: Finance
) -> None:
    def page(number: int) -> str:
        url = reverse("rebates:payment-run", args=[world.vendor.slug, number])
        return words(signed_in(finance.first).get(url).content.decode())

    owed_120(world, finance)
    first = proposed(world, finance)
    assert f"Paid from {masked(OLD)}" in page(first.number)
    deciding.cancel(run_id=first.pk, actor=finance.asking, reason="Wrong day", now=NOW)
    pays(world.vendor, iban=iban_of(77))
    assert f"Paid from {masked(OLD)}" in page(first.number)
    warning = f"Another account than last time: {masked(OLD)}"
    second = proposed(world, finance)
    assert warning in page(second.number)
    # Until money has left from it, it is another one.
    deciding.cancel(run_id=second.pk, actor=finance.asking, reason="Wrong day", now=NOW)
    third = exported(world, finance)
    assert warning in page(third.number)
    say(third.payments.get(), AnswerLine.Said.RETURNED, finance.first, code="AM04", stays=True)
    fourth = proposed(world, finance)
    assert f"Paid from {masked(iban_of(77))}" in page(fourth.number)
    assert warning not in page(fourth.number)


def test_no_further_file_pays_from_another_account_than_was_approved(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    pays(world.vendor, iban=iban_of(77))
    with pytest.raises(exporting.NoFile, match="another account"):
        further(run, finance)
