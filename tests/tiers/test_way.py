"""My way to the next tier: what is held and open, the checklist, the forecast in words, and what it gives."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from common.access import Actor
from common.dated import since
from common.models import User
from partners.models import EnrolmentStatus, EnrolmentTier
from programs.models import Tier
from tests.rendering import dashboard, words
from tests.tiers.ladder import GOLD, SILVER, ask, revenue, run
from tests.tiers.studies import accept, handed_in
from tests.world import NOW, TODAY, World, publish
from tiers import deciding
from tiers.models import TierMove
from tiers.way import way_of

SignedIn = Callable[[User], Client]
PAGE = "/partner/2B3C4D5F/tiers/topseller/"
RATES = """
code: device-bonus
period: quarter
counts: units
rates:
  silver: {21HM: 4.00}
  gold: {21HM: 6.50, 4X40: 1.00}
"""


@pytest.fixture
def owner(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_owner)


def read(client: Client, path: str = PAGE) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return html.unescape(words(page.content.decode()))


def test_the_next_tier_is_a_checklist_with_what_is_missing_and_who_can_do_it(world: World, owner: Client) -> None:
    ask(world.program, gold=[*GOLD, {"kind": "case_study", "count": 2}])
    accept(world, handed_in(world))
    text = read(owner)
    assert "My way to Gold Silver in Top-Seller Loyalty since 1 January 2026" in text
    assert "What Gold takes 3 requirements are still open." in text
    # 24,000.00 of August, 22,120.00 of October.
    assert "€200,000.00 annual revenue with the vendor's products €46,120.00 of €200,000.00" in text
    assert "A showroom not checked yet The vendor checks this." in text
    assert "2 case studies supplied to the vendor 1 of 2 Telephones for the town hall Hand in 1 case study" in text
    rows = owner.get(PAGE).context["asked"]
    assert [(row.met, row.share) for row in rows] == [(True, 100), (False, 23), (False, 0), (False, 50)]
    assert rows[3].link[0] == "/partner/2B3C4D5F/case-studies/new/?program=topseller"


def test_groups_are_shown_as_such(world: World, owner: Client) -> None:
    showroom = GOLD[2]
    two = {"n_of": 2, "of": [showroom, {"kind": "case_study"}, {"kind": "revenue", "amount": "1.00"}]}
    ask(world.program, gold=[{"any_of": [showroom, {"kind": "case_study"}]}, two])
    any_of, some = owner.get(PAGE).context["asked"]
    assert (any_of.text, any_of.met, len(any_of.rows)) == ("One of these is enough:", False, 2)
    assert (some.text, some.met, [row.met for row in some.rows]) == (
        "2 of these are needed:", False, [False, False, True],
    )  # fmt: skip
    accept(world, handed_in(world))
    any_of, some = owner.get(PAGE).context["asked"]
    assert (any_of.met, some.met) == (True, True)
    assert [row.advice for row in any_of.rows] == ["", ""], "what is no longer needed is not asked for"


def test_the_forecast_is_what_is_worked_out_by_hand(world: World, owner: Client) -> None:
    ask(world.program, silver=SILVER, gold=GOLD)
    # 46,120 € in 319 days of 2026 are 144.58 € a day. The best day is the last one with August in the window,
    # 12 August 2027, 269 days ahead: 46,120 + 269 × 46,120 / 319 = 85,011.16 €.
    assert "At this year's pace you come to at most €85,011.16 within 12 months:" in read(owner)
    assert "€114,988.84 are missing to €200,000.00." in read(owner)
    ask(world.program, gold=[{"kind": "revenue", "amount": "60000.00"}])
    # 13,880 € are missing: 13,880 × 319 / 46,120 = 96.003…, so on the 97th day.
    day = TODAY + timedelta(days=97)
    assert day == date(2027, 2, 21)
    assert "At this year's pace you reach €60,000.00 on 21 February 2027." in read(owner)
    ask(world.program, gold=[{"kind": "revenue", "amount": "46120.00"}])
    assert "You have reached the €46,120.00." in read(owner)


def test_the_forecast_says_when_the_tier_held_would_be_lost(world: World, owner: Client) -> None:
    ask(world.program, silver=[{"kind": "revenue", "amount": "75000.00"}], gold=[])
    revenue(world, "40000.00", date(2025, 12, 1), "R-0001")
    # 86,120 € now. On 2 December 2026 the 40,000 € leave the window: 46,120 + 16 × 144.58 € are left.
    assert "At this year's pace you are below the €75,000.00 that Silver asks for from 2 December 2026 on." in read(
        owner
    )


def test_revenue_is_measured_and_forecast_from_the_same_sales(world: World) -> None:
    ask(world.program, silver=SILVER, gold=GOLD)
    found = way_of(enrolment=world.enrolment, actor=Actor.of(world.reseller_owner), today=TODAY)
    assert found.revenue is not None
    (criterion,) = [each for each in found.ladder.criteria().values() if each.kind.key == "revenue"][:1]
    assert found.revenue.before[-1].revenue == found.look_up(criterion).have
    assert found.revenue.before[-1].day == TODAY
    assert len(found.revenue.after) == 12


def test_an_open_fall_says_until_when_what_is_needed(world: World, owner: Client) -> None:
    ask(world.program, silver=SILVER, gold=GOLD)
    run(world, TODAY)
    text = read(owner)
    assert "Your tier Silver ends on 14 February 2027 unless everything it asks for is met again" in text
    assert "From that day on it would be Registered." in text
    assert "€53,880.00 more revenue within 12 months is missing. by 13 February 2027" in text
    assert text.index("What Silver asks for") < text.index("What Gold takes"), "what is at risk comes first"


def test_a_proposed_rise_is_with_the_channel_manager(world: World, owner: Client) -> None:
    ask(world.program, silver=[{"kind": "verified"}], gold=[{"kind": "revenue", "amount": "1000.00"}])
    run(world, TODAY)
    text = read(owner)
    assert (
        "Your rise to Gold is proposed It has been with your channel manager at Lenovo since 16 November 2026" in text
    )
    deciding.decline(move=TierMove.objects.get(), reason="Not yet", actor=Actor.of(world.channel_manager), today=TODAY)
    assert "is proposed" not in read(owner)


def test_a_decision_says_until_when_it_holds_and_why(world: World, owner: Client) -> None:
    gold = Tier.objects.get(program=world.program, code="gold")
    deciding.decide(
        enrolment=world.enrolment, tier=gold, until=date(2027, 1, 1), reason="Takeover.",
        actor=Actor.of(world.channel_manager), today=TODAY, now=NOW,
    )  # fmt: skip
    text = read(owner)
    assert "Lenovo has set your tier to Gold until 31 December 2026 Takeover. After that it follows the" in text
    assert "Your tiers until now Gold" in text


def test_what_the_next_tier_gives_is_said_in_words_and_in_money(world: World, owner: Client) -> None:
    more = [{"kind": "listing", "de": "Eintrag", "en": "Listed"}]
    Tier.objects.filter(program=world.program, code="silver").update(benefits=more)
    both = [*more, {"kind": "support", "de": "Betreuung", "en": "Personal contact"}]
    Tier.objects.filter(program=world.program, code="gold").update(benefits=both)
    publish(world.program, RATES, "Device bonus")
    found = owner.get(PAGE).context
    assert found["benefits"] == ["Personal contact"]
    # 24 + 22 top-sellers at 2.50 € more, 3 backpacks at 1.00 € instead of nothing.
    assert [words(text) for text in found["gains"]] == [
        "Device bonus: with your 49 units of the last 12 months, Gold would have brought +€118.00."
    ]
    (gain,) = found["way"].gains
    assert gain.amount == Decimal("118.00")


def test_what_expires_next_is_said(world: World, owner: Client) -> None:
    ask(world.program, silver=[{"kind": "case_study", "count": 1, "months": 12}], gold=[])
    accept(world, handed_in(world))
    text = read(owner)
    assert "From 16 November 2027 on something is missing, unless it is renewed before." in text
    assert "Telephones for the town hall, until 15 November 2027" in text


def test_who_is_suspended_is_told_so_and_gets_no_forecast(world: World, owner: Client) -> None:
    ask(world.program, silver=SILVER, gold=GOLD)
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="suspended")
    text = read(owner)
    assert "Your participation: suspended" in text
    assert "At this year's pace" not in text


def test_without_a_tier_the_way_leads_to_the_first_one(world: World, owner: Client) -> None:
    EnrolmentTier.objects.filter(enrolment=world.enrolment).delete()
    ask(world.program, registered=[{"kind": "verified"}])
    text = read(owner)
    assert "My way to Registered No tier in Top-Seller Loyalty yet" in text
    assert "Everything that Registered asks for is met." in text


def test_at_the_top_there_is_no_next_tier(world: World, owner: Client) -> None:
    gold = Tier.objects.get(program=world.program, code="gold")
    EnrolmentTier.objects.filter(enrolment=world.enrolment).update(tier=gold, valid=since(date(2026, 1, 1)))
    ask(world.program, gold=[{"kind": "revenue", "amount": "1000.00"}])
    text = read(owner)
    assert "My way to" not in text
    assert "What Gold asks for All of it is met." in text


def test_several_programs_are_chosen_from_and_one_is_gone_to(world: World, owner: Client, signed_in: SignedIn) -> None:
    text = read(owner, "/partner/2B3C4D5F/tiers/")
    assert "10hoch4" in text
    assert "Top-Seller Loyalty" in text
    assert PAGE in dashboard(owner, "/partner/2B3C4D5F/")
    one = signed_in(world.rival_owner).get("/partner/6G7H8J9K/tiers/")
    assert one.url == "/partner/6G7H8J9K/tiers/10hoch4/"  # type: ignore[attr-defined]


def test_the_way_of_others_does_not_exist(world: World, owner: Client, signed_in: SignedIn) -> None:
    rival = signed_in(world.rival_owner)
    for client, path in (
        (rival, PAGE),
        (owner, "/partner/6G7H8J9K/tiers/10hoch4/"),
        (rival, "/partner/6G7H8J9K/tiers/topseller/"),
    ):
        assert client.get(path).status_code == 404
