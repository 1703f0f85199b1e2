"""Deals for tests: the steps of a project, by the people of the small world."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from common.access import Actor
from common.models import User
from deals import checking, deciding, ending, protecting, writing
from deals.deciding import Protection
from deals.ending import Order
from deals.models import Conflict, Deal, DealRules, Extension
from deals.moving import Act, fetched
from deals.writing import Written
from partners.models import Enrolment
from tests.world import TODAY, World, enrol

NOW = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)


def open_deals(world: World, **rules: Any) -> DealRules:
    """The vendor's program registers deals."""
    return DealRules.objects.update_or_create(program=world.program, defaults=rules)[0]


def competitor(world: World) -> Enrolment:
    """The rival takes part in the vendor's program too."""
    found = Enrolment.objects.filter(partner=world.rival, program=world.program).first()
    return found or enrol(world.rival, world.program)


def act(by: User, deal: Deal | None = None, *, seen: int = 0, day: date = TODAY) -> Act:
    """The person acts on this day, having read the deal as it is given."""
    now = NOW + (day - TODAY)
    return Act(Actor.of(by), now, day, seen or (deal.version if deal is not None else 0))


def hospital(world: World, **changed: Any) -> Written:
    """A complete registration."""
    given: dict[str, Any] = {
        "customer_name": "Klinikum Elbtal gGmbH", "customer_street": "Klinikweg 4", "customer_postcode": "01796",
        "customer_city": "Pirna", "customer_domain": "klinikum-elbtal.example", "contact_name": "Frau Dr. Lindner",
        "expected_value": Decimal("24000.00"), "expected_on": date(2027, 2, 15), "title": "Telefonie Haus B",
        "done": "Zwei Termine vor Ort, Bedarf aufgenommen.", "products": {world.topseller.pk: 40},
    }  # fmt: skip
    return Written(**{**given, **changed})


def drafted(world: World, *, by: User | None = None, enrolment: Enrolment | None = None, **changed: Any) -> Deal:
    by = by or world.reseller_sales
    return writing.begin(enrolment=enrolment or world.enrolment, written=hospital(world, **changed), act=act(by))


def submitted(world: World, *, by: User | None = None, day: date = TODAY, **given: Any) -> Deal:
    by = by or world.reseller_sales
    deal = drafted(world, by=by, **given)
    return writing.submit(deal=deal, act=act(by, deal, day=day))


def of_competitor(world: World, **given: Any) -> Deal:
    """The same project, sent by the rival."""
    return submitted(world, by=world.rival_owner, enrolment=competitor(world), **given)


def checked(deal: Deal, day: date = TODAY) -> Deal:
    checking.check(deal=deal, now=NOW, today=day)
    return fetched(deal.pk)


def looked_at(deal: Deal) -> dict[int, int]:
    """All that is similar to the deal, ticked as other projects, each as it is now."""
    found = Conflict.objects.filter(Q(deal=deal) | Q(other=deal)).select_related("deal", "other")
    return {each.pk: (each.other if each.deal_id == deal.pk else each.deal).version for each in found}


def approve(world: World, deal: Deal, *, by: User | None = None, day: date = TODAY, **given: Any) -> Deal:
    protection = Protection(given.pop("until", day + timedelta(days=90)), given.pop("another", {}))
    by = by or world.channel_manager
    return deciding.approve(deal=deal, protection=protection, text=given.pop("text", ""), act=act(by, deal, day=day))


def protected(world: World, **given: Any) -> Deal:
    return approve(world, submitted(world, **given))


def won(world: World, deal: Deal, *, day: date = TODAY, lines: tuple[int, ...] | None = None) -> Deal:
    """The sale of the small world shows it."""
    found = tuple(ending.lines_for(deal).values_list("pk", flat=True)[:1]) if lines is None else lines
    order = Order(on=day, value=Decimal("23500.00"), lines=found)
    return ending.win(deal=deal, order=order, text="", act=act(world.reseller_sales, deal, day=day))


def asked_for_longer(world: World, deal: Deal, *, day: date = TODAY) -> Extension:
    protecting.ask_extension(deal=deal, text="The board meets in June.", act=act(world.reseller_sales, deal, day=day))
    return Extension.objects.get(deal=deal, state=Extension.State.OPEN)
