"""The card of tiers on a partner's dashboard."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from common.models import User
from partners.models import EnrolmentStatus
from tests.rendering import dashboard, words
from tests.tiers.ladder import ask, run
from tests.world import TODAY, World


def test_the_tier_card_says_what_the_next_tier_also_takes(world: World, signed_in: Callable[[User], Client]) -> None:
    owner = signed_in(world.reseller_owner)
    verified = {"kind": "verified", "de": "Geprüft", "en": "Verified"}
    revenue = {"kind": "revenue", "amount": "20000.00", "de": "20.000 € Umsatz", "en": "€20,000 revenue"}
    ask(world.program, silver=[verified], gold=[verified, revenue])
    text = words(dashboard(owner, "/partner/2B3C4D5F/"))
    told = "For Gold it also takes: €20,000 revenue"
    assert f"Silver Top-Seller Loyalty since 1 Jan 2026 {told}" in text
    run(world, TODAY)
    text = words(dashboard(owner, "/partner/2B3C4D5F/"))
    assert "since 1 Jan 2026 For Gold 2 of 2 requirements are met." in text
    ask(world.program, gold=[verified, {"kind": "revenue", "amount": "50000.00"}, {"kind": "case_study"}])
    run(world, TODAY)
    text = words(dashboard(owner, "/partner/2B3C4D5F/"))
    assert "For Gold 1 of 3 requirements are met." in text
    assert "annual revenue with the vendor&#x27;s products: €46,120.00 of €50,000.00" in text
    assert "1 case study supplied to the vendor: 0 of 1" in text
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="suspended")
    text = words(dashboard(owner, "/partner/2B3C4D5F/"))
    assert "Silver suspended Top-Seller Loyalty" in text
    assert "For Gold" not in text
