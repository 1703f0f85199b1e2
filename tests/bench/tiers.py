"""The assessment of all enrolments of a program, against its floor: asking the database for what is measured."""

from __future__ import annotations

import time
from collections.abc import Collection

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Enrolment
from programs.models import Program, Tier
from tests.bench.results import at_most, give, told
from tiers.assessing import assess, held_on
from tiers.judging import ladder_of, measure, taking_part

LIMIT = 4
SECONDS = 30
GOLD = [
    {"kind": "verified"},
    {"kind": "certificate", "trainings": ["technical"]},
    {"kind": "case_study"},
    {"kind": "revenue", "amount": "10000.00"},
]


def measure_assessment() -> None:
    """Silver asks for revenue alone, so some rise; Gold for what nobody has, so that all of it is measured."""
    program = Program.objects.get(slug="volume")
    registered = program.tiers.get()
    asked = [{"kind": "revenue", "amount": "200000.00"}]
    Tier.objects.create(program=program, code="silver", name="Silver", rank=registered.rank + 1, requirements=asked)
    Tier.objects.create(program=program, code="gold", name="Gold", rank=registered.rank + 2, requirements=GOLD)
    today = timezone.localdate()
    begun = time.perf_counter()
    first = assess(program=program, today=today)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    assess(program=program, today=today)
    again = time.perf_counter() - begun
    floor = _floor(program)
    everybody = list(Enrolment.objects.filter(program=program).order_by("pk").values_list("pk", flat=True))
    many, few = _queries(program, everybody[:1500]), _queries(program, everybody[:10])
    what = f"assessment of {first.looked_at:,} enrolments with {sum(first.steps.values()):,} steps"
    give(
        at_most(f"{what}, against the measuring queries alone", seconds / floor, LIMIT),
        at_most("the same the night after, with nothing to do", again / floor, LIMIT),
        at_most(f"{what}, against {SECONDS} s", seconds / SECONDS, 1),
        told("queries of an assessment of 1,500 enrolments and of 10", f"{many} and {few}"),
    )


def _floor(program: Program) -> float:
    today, begun = timezone.localdate(), time.perf_counter()
    partners = taking_part(program, today)
    measure(ladder_of(program), partners, today)
    held_on(partners, today)
    return time.perf_counter() - begun


def _queries(program: Program, only: Collection[int]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assess(program=program, today=timezone.localdate(), only=only)
    return len(captured)
