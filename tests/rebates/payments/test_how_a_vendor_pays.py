"""The page on which a vendor says from which account it pays."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rebates.models import PaymentSettings
from tests.people import signed_in
from tests.world import World

pytestmark = pytest.mark.django_db
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
