"""The project in docs/deals.md, taken through the portal step by step."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from deals import deciding, lapsing, protecting, writing
from deals.limits import most_open
from deals.models import Deal, DealRules, DealStep
from deals.moving import fetched
from tests.deals.projects import NOW, act, approve, asked_for_longer, drafted, open_deals, won
from tests.world import TODAY, World

PAGE = (Path(__file__).resolve().parents[2] / "docs/deals.md").read_text()
ROWS = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| ([^|]+) \| (\w+) \| ([^|]*)\| ([^|]*)\| ([^|]*)\|$", PAGE, re.MULTILINE)


def sends(world: World, deal: Deal, day: date) -> None:
    writing.submit(deal=deal, act=act(world.reseller_sales, deal, day=day))


def asks_back(world: World, deal: Deal, day: date) -> None:
    deciding.ask_back(deal=deal, text="Which floor?", act=act(world.channel_manager, deal, day=day))


def answers(world: World, deal: Deal, day: date) -> None:
    writing.reply(deal=deal, text="The third.", act=act(world.reseller_owner, deal, day=day))


def protects(world: World, deal: Deal, day: date) -> None:
    approve(world, deal, day=day, until=deciding.usual_protection(deal, day))


def reminds(world: World, deal: Deal, day: date) -> None:
    before = deal.steps.filter(step=DealStep.Step.REMINDED).count()
    lapsing.look_after(today=day, now=NOW + (day - TODAY))
    assert deal.steps.filter(step=DealStep.Step.REMINDED).count() == before + 1


def updates(world: World, deal: Deal, day: date) -> None:
    protecting.update(deal=deal, text="Offer sent.", act=act(world.reseller_sales, deal, day=day))


def asks_longer(world: World, deal: Deal, day: date) -> None:
    asked_for_longer(world, deal, day=day)


def grants(world: World, deal: Deal, day: date) -> None:
    protecting.decide_extension(
        extension=deal.extensions.get(), granted=True, text="", act=act(world.channel_manager, deal, day=day)
    )


def wins(world: World, deal: Deal, day: date) -> None:
    won(world, deal, day=day)


HAPPENINGS: dict[str, Callable[[World, Deal, date], None]] = {
    "the partner sends it": sends,
    "the vendor asks back": asks_back,
    "the partner answers": answers,
    "the vendor protects it": protects,
    "the portal reminds": reminds,
    "the partner writes an update": updates,
    "the partner asks for longer protection": asks_longer,
    "the vendor grants it": grants,
    "the partner wins it": wins,
}


@pytest.mark.django_db
def test_the_project_goes_as_the_table_says(world: World) -> None:
    open_deals(world)
    deal = drafted(world)
    assert len(ROWS) == 10
    for day, happening, *expected in ROWS:
        today = date.fromisoformat(day)
        lapsing.look_after(today=date.fromordinal(today.toordinal() - 1), now=NOW + (today - TODAY))
        HAPPENINGS[happening.strip()](world, fetched(deal.pk), today)
        deal = fetched(deal.pk)
        dates = [deal.due_on, deal.protected_until, deal.update_due_on]
        assert [deal.state, *(each.isoformat() if each else "" for each in dates)] == [
            each.strip() for each in expected
        ], (day, happening)


@pytest.mark.django_db
def test_without_the_update_it_would_have_lapsed_the_day_after(world: World) -> None:
    open_deals(world)
    deal = drafted(world)
    for day, happening, *_expected in ROWS[:6]:
        HAPPENINGS[happening.strip()](world, fetched(deal.pk), date.fromisoformat(day))
    for day, state in ((date(2026, 12, 21), "protected"), (date(2026, 12, 22), "lapsed")):
        lapsing.look_after(today=day, now=NOW + (day - TODAY))
        assert fetched(deal.pk).state == state


@pytest.mark.django_db
def test_the_usual_numbers_are_those_of_the_tables(world: World) -> None:
    rules = open_deals(world)
    table = dict(re.findall(r"^\| ([^|]+) \| (?:every )?(\d+)(?: business days[^|]*)? \|$", PAGE, re.MULTILINE))
    said = (rules.protection_days, rules.update_days, rules.extension_days, rules.follow_up_days)
    names = (
        "protection",
        "update",
        "longer protection, when granted",
        "follow-up business, after the day of the order",
    )
    assert tuple(int(table[name]) for name in names) == said
    assert int(table["first reminder, before the last day for an update"]) == protecting.FIRST_REMINDER.days
    assert int(table["second reminder"]) == protecting.SECOND_REMINDER.days
    assert most_open(world.enrolment, DealRules.objects.get(), TODAY) == 20
    assert f"| fixed | {writing.MOST_DRAFTS} |" in PAGE
    assert f"| fixed | {writing.MOST_FILES} |" in PAGE
