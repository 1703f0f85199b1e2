"""A program whose tiers ask for something, for tests of assessments: revenue for silver, more and a check for gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from partners.models import Enrolment, EnrolmentTier
from programs.models import Program, Tier
from sales.models import SaleLine
from tests.world import World, sell
from tiers.assessing import Assessment, assess
from tiers.models import TierMove

SILVER = [{"kind": "verified"}, {"kind": "revenue", "amount": "100000.00"}]
GOLD = [
    {"kind": "verified"},
    {"kind": "revenue", "amount": "200000.00"},
    {"kind": "manual", "code": "showroom", "de": "Ausstellung", "en": "A showroom"},
]


def ask(program: Program, **requirements: Sequence[Mapping[str, object]]) -> None:
    """Set what the tiers ask for, by code."""
    for code, asked in requirements.items():
        Tier.objects.filter(program=program, code=code).update(requirements=asked)


def tier_on(enrolment: Enrolment, day: date) -> str | None:
    held = EnrolmentTier.objects.filter(enrolment=enrolment, valid__contains=day).select_related("tier").first()
    return held.tier.code if held is not None else None


def moves(enrolment: Enrolment) -> list[tuple[str, str, str]]:
    """Direction, tier and state of every move, the first one first."""
    rows = TierMove.objects.filter(enrolment=enrolment).order_by("id")
    return [(move.direction, move.to_tier.code, move.state) for move in rows.select_related("to_tier")]


def revenue(world: World, amount: str, on: date, number: str) -> SaleLine:
    """A reported sale of one slow-seller that costs `amount`."""
    return sell(
        world.reseller, world.slow_seller, on, "1", amount, distributor=world.distributor, document=number,
        report=world.report,
    )  # fmt: skip


def run(world: World, today: date) -> Assessment:
    return assess(program=Program.objects.get(pk=world.program.pk), today=today)
