"""Bounds within which a closing goes through by itself; above them a person has to say why the amount is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from common.access import Actor
from common.money import ZERO
from programs.models import Program
from rebates.models import Closing, ClosingBounds, ClosingItem, Settlement
from rebates.rights import check_handles_money

LAST = 4
"""So many closings of a partner its amount is compared with."""


class Beyond(StrEnum):
    """What about the total of a closing is out of bounds."""

    TOTAL = "total"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A total that is above a bound."""

    kind: Beyond
    total: Decimal
    bound: Decimal
    before: Decimal | None = None
    """The total of the closing before, for `TIMES`."""


@dataclass(frozen=True, slots=True)
class Held:
    """Why an item is held back: what its partner would get, and the bound that this is above."""

    cause: ClosingItem.Cause
    found: Decimal
    bound: Decimal


def bounds_of(program: Program) -> ClosingBounds:
    """The program's bounds, or the defaults where nobody has set any."""
    return ClosingBounds.objects.filter(program=program).first() or ClosingBounds(program=program)


def change_bounds(*, program: Program, actor: Actor, values: Mapping[str, Any]) -> ClosingBounds:
    """Set the program's bounds; they hold for what is calculated from now on. Raises NotAllowed."""
    check_handles_money(actor, program.vendor_id, _("Only finance and vendor admins change the bounds."))
    bounds, _made = ClosingBounds.objects.update_or_create(program=program, defaults=dict(values))
    return bounds


def held_back(*, closing: Closing, items: Iterable[ClosingItem], settlements: Iterable[Settlement]) -> dict[int, Held]:
    """Which of these items are held back, by id of the enrolment.

    Judged is what the closing would settle for the enrolment in all, corrections of earlier periods included; down as
    well as up, since a sudden large claim against a partner is as odd. What a person has accepted passes.
    """
    bounds = bounds_of(closing.program)
    accepted = {item.enrolment_id: item.accepted for item in items}
    amounts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for settlement in settlements:
        amounts[settlement.enrolment_id] += settlement.amount
    open_ones = {pk: amount for pk, amount in amounts.items() if amount and accepted.get(pk) != amount}
    found = {
        pk: Held(ClosingItem.Cause.BOUND, amount, bounds.partner)
        for pk, amount in open_ones.items()
        if bounds.partner is not None and abs(amount) > bounds.partner
    }
    large = [pk for pk, amount in open_ones.items() if pk not in found and abs(amount) >= bounds.partner_from]
    for pk, best in _best_before(closing, large).items():
        if abs(open_ones[pk]) > (bound := best * bounds.partner_times):
            found[pk] = Held(ClosingItem.Cause.JUMP, open_ones[pk], bound)
    return found


def _best_before(closing: Closing, enrolments: Iterable[int]) -> Mapping[int, Decimal]:
    """The largest amount that one of the last closings settled for each; those without any are left out."""
    last = list(_sealed_before(closing).values_list("pk", flat=True)[:LAST])
    sums = Settlement.objects.filter(closing__in=last, enrolment__in=list(enrolments)).order_by()
    best: dict[int, Decimal] = {}
    for pk, _closing, amount in sums.values_list("enrolment", "closing").annotate(total=Sum("amount")):
        if amount:
            best[pk] = max(best.get(pk, ZERO), abs(amount))
    return best


def _sealed_before(closing: Closing) -> QuerySet[Closing]:
    """Closings of the same program and length of period, the latest first."""
    sealed = Closing.objects.filter(program=closing.program_id, kind=closing.kind, state=Closing.State.SEALED)
    return sealed.filter(ends_on__lt=closing.ends_on).order_by("-ends_on")


def too_much(*, closing: Closing, total: Decimal) -> list[TooMuch]:
    """What about the total needs a person's comment before the closing is sealed."""
    bounds = bounds_of(closing.program)
    found = []
    if bounds.total is not None and abs(total) > bounds.total:
        found.append(TooMuch(Beyond.TOTAL, total, bounds.total))
    before = _sealed_before(closing).values_list("total", flat=True).first()
    if before and abs(total) >= bounds.total_from and abs(total) > (bound := abs(before) * bounds.total_times):
        found.append(TooMuch(Beyond.TIMES, total, bound, before))
    return found
