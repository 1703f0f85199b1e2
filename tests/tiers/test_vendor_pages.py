"""A vendor's pages about tiers: the list, one partner's tier, and what people decide there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from common.access import Actor
from common.models import User
from tests.rendering import dashboard, read, words
from tests.tiers.ladder import GOLD, SILVER, ask, moves, revenue, run, tier_on
from tests.world import NOW, TODAY, World, publish
from tiers import deciding
from tiers.models import ManualCheck, TierDecision, TierMove

LIST = "/vendor/lenovo/tiers/"
SignedIn = Callable[[User], Client]


@pytest.fixture
def ladder(world: World) -> World:
    """The reseller is Silver since January; what it sold in the third quarter is far from enough for it."""
    ask(world.program, silver=SILVER, gold=GOLD)
    return world


@pytest.fixture
def proposed(ladder: World) -> World:
    """It has earned Gold."""
    revenue(ladder, "200000.00", TODAY - timedelta(days=1), "R-9001")
    showroom(ladder)
    run(ladder, TODAY)
    return ladder


def showroom(world: World) -> None:
    deciding.check(
        enrolment=world.enrolment, code="showroom", evidence="Visited in March", until=None,
        actor=Actor.of(world.channel_manager), today=TODAY, now=NOW,
    )  # fmt: skip


def page_of(world: World, rest: str = "") -> str:
    return f"/vendor/{world.vendor.slug}/partners/{world.reseller.number}/tiers/{world.program.slug}/{rest}"


# --- the list --------------------------------------------------------------------------------------------------------


def test_a_proposed_rise_is_listed_first_among_those_about_to_rise(proposed: World, signed_in: SignedIn) -> None:
    text = read(signed_in(proposed.channel_manager), f"{LIST}?group=rise")
    assert "About to rise 1 At risk 0 Decided by hand 0 Unchanged 0" in text
    assert "Elbtal Systemhaus GmbH 2B3C4D5F Silver Gold proposed – 246,120.00" in text


def test_a_fall_is_listed_with_its_day_the_days_left_and_what_is_missing(ladder: World, signed_in: SignedIn) -> None:
    run(ladder, TODAY)
    text = read(signed_in(ladder.channel_manager), f"{LIST}?group=risk")
    assert "Silver Registered from 14 Feb 2027, 90 days left" in text
    assert "€100,000.00 annual revenue with the vendor&#x27;s products: €46,120.00 of €100,000.00" in text
    assert "Elbtal" not in read(signed_in(ladder.channel_manager), f"{LIST}?group=rise")


def test_a_tier_whose_evidence_ends_soon_is_at_risk_although_nothing_is_announced(
    ladder: World, signed_in: SignedIn
) -> None:
    contract = {"kind": "manual", "code": "contract", "de": "Vertrag", "en": "A contract"}
    ask(ladder.program, silver=[contract])
    deciding.check(
        enrolment=ladder.enrolment, code="contract", evidence="Signed", until=TODAY + timedelta(days=30),
        actor=Actor.of(ladder.channel_manager), today=TODAY, now=NOW,
    )  # fmt: skip
    run(ladder, TODAY)
    text = read(signed_in(ladder.channel_manager), f"{LIST}?group=risk")
    assert "met until before 16 Dec 2026, 30 days left A contract: until before 16 Dec 2026" in text


GOLD_BONUS = """
code: gold-bonus
period: quarter
counts: revenue
mode: whole_volume
eligible: {tiers: [gold]}
steps:
  - {from: 0, percent: 1}
"""


def test_the_list_says_what_the_other_tier_is_worth_in_rebates(proposed: World, signed_in: SignedIn) -> None:
    publish(proposed.program, GOLD_BONUS, "Gold bonus")  # 1% of 222,120.00 in the fourth quarter
    text = read(signed_in(proposed.channel_manager), LIST)
    assert "Gold proposed – 246,120.00 +2,221.20" in text
    assert "Rebate as Gold +€2,221.20" in read(signed_in(proposed.channel_manager), page_of(proposed))


def test_the_list_is_searched_filtered_sorted_and_exported(proposed: World, signed_in: SignedIn) -> None:
    client = signed_in(proposed.channel_manager)
    assert "Elbtal" in read(client, f"{LIST}?q=elbtal&sort=-revenue")
    assert "Elbtal" not in read(client, f"{LIST}?q=nobody")
    silver = proposed.program.tiers.get(code="silver")
    gold = proposed.program.tiers.get(code="gold")
    assert "Elbtal" in read(client, f"{LIST}?tier={silver.pk}")
    assert "Elbtal" not in read(client, f"{LIST}?tier={gold.pk}")
    exported = b"".join(client.get(f"{LIST}?export=csv")).decode("utf-8-sig")
    assert exported.splitlines()[1].startswith("Elbtal Systemhaus GmbH,2B3C4D5F,Silver,Gold proposed,")


# --- a proposed rise -------------------------------------------------------------------------------------------------


def raise_to(client: Client, world: World, code: str = "gold") -> str:
    tier = world.program.tiers.get(code=code)
    page = client.post(page_of(world, f"moves/{TierMove.objects.get().pk}/accept/"), {"tier": tier.pk}, follow=True)
    return words(page.content.decode())


def test_the_page_shows_the_evidence_and_the_button_raises_the_partner(proposed: World, signed_in: SignedIn) -> None:
    client = signed_in(proposed.channel_manager)
    text = read(client, page_of(proposed))
    assert "Rise to Gold proposed" in text
    assert "A showroom checked Visited in March" in text
    assert "Elbtal Systemhaus GmbH is Gold from today" in raise_to(client, proposed)
    assert tier_on(proposed.enrolment, TODAY) == "gold"


def test_the_button_pressed_twice_raises_once_and_says_so_twice(proposed: World, signed_in: SignedIn) -> None:
    client = signed_in(proposed.channel_manager)
    for _press in range(2):
        assert "Elbtal Systemhaus GmbH is Gold from today" in raise_to(client, proposed)
    assert moves(proposed.enrolment) == [("rise", "gold", "done")]


def test_who_comes_second_is_told_that_somebody_was_faster(proposed: World, signed_in: SignedIn) -> None:
    raise_to(signed_in(proposed.channel_manager), proposed)
    assert "This proposal has changed meanwhile" in raise_to(signed_in(proposed.vendor_admin), proposed)
    assert moves(proposed.enrolment) == [("rise", "gold", "done")]


def test_a_button_that_showed_another_tier_does_nothing(proposed: World, signed_in: SignedIn) -> None:
    assert "has changed meanwhile" in raise_to(signed_in(proposed.channel_manager), proposed, "registered")
    assert moves(proposed.enrolment) == [("rise", "gold", "open")]


def test_a_rise_is_declined_with_a_reason_that_stands_in_the_history(proposed: World, signed_in: SignedIn) -> None:
    client, move = signed_in(proposed.channel_manager), TierMove.objects.get()
    path = page_of(proposed, f"moves/{move.pk}/decline/")
    page = client.post(path, {"decline-tier": move.to_tier_id, "decline-reason": ""})
    assert page.status_code == 422
    for _press in range(2):
        page = client.post(path, {"decline-tier": move.to_tier_id, "decline-reason": "Next year"}, follow=True)
        text = words(page.content.decode())
        assert "Declined: the tier stays as it is." in text
        assert "Rise to Gold declined Next year" in text
    assert moves(proposed.enrolment) == [("rise", "gold", "declined")]


def test_proposals_and_falls_wait_for_the_vendor_with_their_clocks(proposed: World, signed_in: SignedIn) -> None:
    client = signed_in(proposed.channel_manager)
    assert "1 proposed rise to decide" in words(dashboard(client, "/vendor/lenovo/"))
    TierMove.objects.all().delete()
    revenue(proposed, "-200000.00", TODAY - timedelta(days=1), "R-9002")
    run(proposed, TODAY)
    assert "loses its tier" not in words(dashboard(client, "/vendor/lenovo/"))
    TierMove.objects.filter(state="open").update(due_on=TODAY + timedelta(days=14))
    assert "1 partner loses its tier within 14 days" in words(dashboard(client, "/vendor/lenovo/"))


# --- by hand ---------------------------------------------------------------------------------------------------------


def by_hand(world: World, code: str, **more: str) -> dict[str, str]:
    tier = world.program.tiers.get(code=code)
    return {"tier": str(tier.pk), "until": "2027-03-31", "reason": "As agreed", **more}


def confirmed(page: str) -> str:
    found = re.search(r'name="confirmed" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_tier_by_hand_is_shown_before_it_is_done(ladder: World, signed_in: SignedIn) -> None:
    run(ladder, TODAY)
    client, path = signed_in(ladder.channel_manager), page_of(ladder, "decide/")
    shown = client.post(path, by_hand(ladder, "gold")).content.decode()
    text = words(shown)
    assert "From today Gold instead of Silver, until 31 March 2027 whatever the requirements say." in text
    assert "The announced fall to Registered ends." in text
    assert "a fall to Registered is announced, which follows 90 days later" in text
    assert not TierDecision.objects.exists()
    for _press in range(2):
        done = client.post(path, by_hand(ladder, "gold", confirmed=confirmed(shown)), follow=True)
        assert "Decided." in words(done.content.decode())
    decision = TierDecision.objects.get()
    assert (decision.tier.code, decision.valid.upper) == ("gold", TODAY.replace(year=2027, month=4, day=1))
    assert tier_on(ladder.enrolment, TODAY) == "gold"


def test_what_was_shown_and_is_no_longer_so_is_shown_anew(ladder: World, signed_in: SignedIn) -> None:
    client, path = signed_in(ladder.channel_manager), page_of(ladder, "decide/")
    shown = client.post(path, by_hand(ladder, "gold")).content.decode()
    other = signed_in(ladder.vendor_admin)
    first = other.post(path, by_hand(ladder, "registered")).content.decode()
    other.post(path, by_hand(ladder, "registered", confirmed=confirmed(first)))
    again = client.post(path, by_hand(ladder, "gold", confirmed=confirmed(shown)))
    assert "ends." in words(again.content.decode())
    assert TierDecision.objects.get().tier.code == "registered"


def test_a_decision_is_ended_and_the_requirements_hold_again(ladder: World, signed_in: SignedIn) -> None:
    client, path = signed_in(ladder.channel_manager), page_of(ladder, "decide/")
    shown = client.post(path, by_hand(ladder, "gold")).content.decode()
    client.post(path, by_hand(ladder, "gold", confirmed=confirmed(shown)))
    assert "Gold decided by hand until 31 March 2027" in read(client, page_of(ladder))
    end = page_of(ladder, f"decisions/{TierDecision.objects.get().pk}/end/")
    assert "The decision has ended" in words(client.post(end, follow=True).content.decode())
    run(ladder, TODAY)
    assert moves(ladder.enrolment)[-1] == ("fall", "registered", "open")


def test_a_day_that_is_over_is_refused_and_what_was_typed_stays(ladder: World, signed_in: SignedIn) -> None:
    page = signed_in(ladder.channel_manager).post(
        page_of(ladder, "decide/"), by_hand(ladder, "gold", until="2026-11-15")
    )
    assert page.status_code == 422
    assert "As agreed" in page.content.decode()


# --- checks ----------------------------------------------------------------------------------------------------------


def test_a_check_is_recorded_once_with_its_evidence_and_taken_back(ladder: World, signed_in: SignedIn) -> None:
    client, path = signed_in(ladder.channel_manager), page_of(ladder, "checks/showroom/")
    assert "A showroom" in read(client, path)
    for _press in range(2):
        page = client.post(path, {"evidence": "Seen it", "until": "2027-06-30"}, follow=True)
        assert "A showroom checked Seen it, until 30 June 2027" in words(page.content.decode())
    check = ManualCheck.objects.get()
    assert check.valid.upper == TODAY.replace(year=2027, month=7, day=1)
    assert "Taken back: A showroom" in words(client.post(f"{path}end/", follow=True).content.decode())
    assert not ManualCheck.objects.exists()
    assert client.get(page_of(ladder, "checks/made-up/")).status_code == 404


# --- who may ---------------------------------------------------------------------------------------------------------


def test_finance_sees_the_page_and_decides_nothing(proposed: World, signed_in: SignedIn) -> None:
    client = signed_in(proposed.vendor_finance)
    text = read(client, page_of(proposed))
    assert "Rise to Gold proposed" in text
    assert "Raise to Gold today" not in text
    assert client.post(page_of(proposed, f"moves/{TierMove.objects.get().pk}/accept/")).status_code == 403
    assert client.get(page_of(proposed, "decide/")).status_code == 403


def test_the_move_of_another_partner_is_missing(proposed: World, signed_in: SignedIn) -> None:
    TierMove.objects.update(enrolment=proposed.rival_enrolment)
    path = page_of(proposed, f"moves/{TierMove.objects.get().pk}/accept/")
    assert signed_in(proposed.channel_manager).post(path).status_code == 404


def test_the_partners_page_leads_to_its_tier(proposed: World, signed_in: SignedIn) -> None:
    page = signed_in(proposed.channel_manager).get(f"/vendor/lenovo/partners/{proposed.reseller.number}/")
    assert page_of(proposed) in page.content.decode()
    assert "Gold proposed" in words(page.content.decode())
