"""A day of deals on which the tick has something of each kind to do, prepared in a database of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction

from common.models import OutboxMail
from deals import lapsing, tasks
from deals.models import Conflict, Deal, DealStep, Probe
from tests.deals.projects import approve, asked_for_longer, checked, competitor, open_deals, submitted
from tests.world import World, build_world

FRIDAY = date(2027, 2, 19)
TABLES = ("deals_conflict", "deals_dealstep", "deals_probe", "deals_deal", "common_outboxmail")
COMMITS = Counter({"checking.check": 3, "lapsing.look_after": 10})
"""Each deal is compared, told about or ended in a commit of its own: 2 overdue, 4 lapse, 4 are reminded of."""


def moment_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def before(days: int) -> date:
    return FRIDAY - timedelta(days=days)


def work() -> None:
    tick(FRIDAY)


def tick(day: date) -> None:
    """The task of the scheduler, at noon of this day."""
    with time_machine.travel(moment_of(day), tick=False):
        tasks.look_after()


@dataclass(frozen=True)
class Stage:
    work: Callable[[], None]


STAGES = {"look_after": Stage(work)}


def prepare() -> World:
    """Thirteen deals to which something happens on Friday, and two to which nothing does."""
    with transaction.atomic():
        world = build_world()
    _expiring(world)
    open_deals(world, update_days=28)
    for number in range(2):
        made(world, f"Unanswered {number}", 29)
    looked_at(8)
    made(world, "Reminded once", 27)
    looked_at(6)
    for number in range(3):
        made(world, f"Remind {number}", 21)
    made(world, "Nothing to do", 20)
    for number in range(2):
        checked(submitted(world, day=before(4), **customer(f"Overdue {number}")), before(4))
    looked_at(2)
    competitor(world)
    submitted(world, day=before(1), **customer("Hospital"))
    submitted(world, day=before(1), by=world.rival_owner, enrolment=competitor(world), **customer("Hospital"))
    submitted(world, day=before(1), **customer("Somebody"))
    OutboxMail.objects.all().delete()
    return world


def _expiring(world: World) -> None:
    """Two end on Friday; of a third one the vendor has still to decide whether it is protected for longer."""
    open_deals(world, most_open=100, most_a_day=100, update_days=365)
    for name in ("Expires 0", "Expires 1", "Asked for longer"):
        deal = made(world, name, 90)
    asked_for_longer(world, deal, day=before(20))


def made(world: World, name: str, days: int) -> Deal:
    """Protected so many days before Friday, and compared."""
    sent = submitted(world, day=before(days), **customer(name))
    return approve(world, sent, day=before(days))


def customer(name: str) -> dict[str, Any]:
    """Nobody's name is like another's."""
    domain = "".join(filter(str.isalnum, name.lower()))
    return {"customer_name": f"{name} AG", "customer_domain": f"{domain}.example", "title": name}


def looked_at(days: int) -> None:
    """What the portal did so many days before Friday."""
    lapsing.look_after(today=before(days), now=moment_of(before(days)))


def digest() -> list[list[str]]:
    """Everything the tick leaves, without the numbers that a sequence gives."""
    of = ("partner__number", "number")
    rows = [
        Deal.objects.values_list(
            *of, "state", "version", "since", "lapse", "ended_on", "reminded", "reminded_on", "update_due_on",
            "escalated_at", "checked_at",
        ),
        DealStep.objects.values_list("deal__partner__number", "deal__number", "step", "at"),
        Conflict.objects.values_list("deal__title", "deal__partner", "other__partner", "score", "found_at", "judged"),
        Probe.objects.values_list("deal__title", "kind", "enrolment__partner__number"),
        OutboxMail.objects.values_list("kind", "address", "subject", "state"),
    ]  # fmt: skip
    return [sorted(map(str, found)) for found in rows]
