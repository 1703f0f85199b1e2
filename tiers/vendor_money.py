"""What another tier would mean in money: the rebates of the running periods, the sales so far judged by each tier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from partners.models import Enrolment
from programs.models import Program, Tier
from rebates.aggregates import aggregates_of
from rebates.engine import Facts, settle
from rebates.live import published_terms, running_versions

Change = tuple[Tier | None, Tier | None]
"""From which tier to which."""


def rebate_changes(*, program: Program, changes: Mapping[int, Change], today: date) -> Mapping[int, Decimal]:
    """How much more (or less) the sales of the running periods earn with the second tier than with the first one.

    By the enrolment's id; in a number of queries that depends on the program's terms alone. As if each tier had held
    for all of the period, so that it says what the tier is worth, not what a change today would pay.
    """
    found: dict[int, Decimal] = defaultdict(Decimal)
    if not changes:
        return found
    since = dict(Enrolment.objects.filter(pk__in=list(changes)).values_list("pk", "enrolled_on"))
    for terms, period in running_versions(published_terms(programs=[program]), today=today):
        (sums,) = aggregates_of(versions=[terms], period=period, enrolments=list(changes))
        for pk, tiers in changes.items():
            facts = Facts(period=period, currency=program.currency, today=today, first_enrolled_on=since[pk])
            before, after = (
                settle(
                    terms.terms,
                    facts,
                    [replace(row, tier=tier.code if tier is not None else None) for row in sums.get(pk, ())],
                ).amount
                for tier in tiers
            )
            found[pk] += after - before
    return found
