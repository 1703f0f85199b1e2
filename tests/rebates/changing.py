"""What tests of an adjustment's causes share: real closings, each step in a commit of its own, as histories ask."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from common.periods import Period
from partners.models import Enrolment
from programs.models import Program
from rebates import change_wording, closing
from rebates.changes import Change, changes_of
from rebates.explained import Explained, explain_period
from rebates.models import Closing, Settlement
from sales.models import SaleLine
from tests.world import LOYALTY, NOW, TODAY, World, publish, sell

Q2, Q3, Q4 = (Period.parse(f"2026Q{number}") for number in (2, 3, 4))
LATER = date(2028, 1, 20)
AUGUST = date(2026, 8, 20)
RATES = """
code: device-bonus
period: quarter
counts: units
rates:
  silver: {21HM: 12.00}
  gold: {21HM: 15.00}
"""


def close(world: World, period: Period) -> None:
    program = Program.objects.get(pk=world.program.pk)
    opened = closing.open_closing(program=program, period=period, today=LATER, now=NOW)
    assert closing.run(closing_id=opened.pk, now=NOW, chunk=10).state == Closing.State.SEALED


@transaction.atomic
def sold(world: World, quantity: str, document: str, on: date = AUGUST, **fields: Any) -> SaleLine:
    net = fields.pop("net", f"{Decimal(quantity) * 1000}")
    return sell(
        world.reseller, world.topseller, on, quantity, net, distributor=world.distributor, document=document, **fields
    )


def more(world: World, code: str, clause: str) -> None:
    """Terms like those of the world, with one clause more."""
    with transaction.atomic():
        publish(world.program, f"{LOYALTY.replace('topseller-loyalty', code)}{clause}\n", code)


def rates(world: World) -> None:
    with transaction.atomic():
        publish(world.program, RATES, "Device bonus")


def explained(world: World, code: str = "topseller-loyalty") -> Explained:
    enrolment = Enrolment.objects.select_related("program__vendor").get(pk=world.enrolment.pk)
    return explain_period(enrolment=enrolment, code=code, period="2026Q3", today=TODAY)


def change(world: World, code: str = "topseller-loyalty") -> Change:
    """The one adjustment of the third quarter; what is said of it adds up to it."""
    (found,) = changes_of(explained(world, code))
    booked = Settlement.objects.get(
        terms__code=code, enrolment=world.enrolment, period="2026Q3", closing__period="2026Q4"
    )
    assert found.settlement == booked
    assert sum(part.amount for part in found.parts) == booked.amount
    assert found.after.amount - (found.before.amount if found.before else 0) == booked.amount
    return found


def parts(found: Change) -> list[tuple[str, Decimal]]:
    return [(str(part.cause), part.amount) for part in found.parts]


def said(world: World, found: Change, code: str = "topseller-loyalty") -> list[str]:
    (told,) = change_wording.tell(explained(world, code), [found], lambda line: f"/sales/{line.pk}/")
    assert sum(part.amount for part in told.parts) == found.settlement.amount
    return [sentence for part in told.parts for sentence in part.sentences]


def documents(world: World, found: Change, code: str = "topseller-loyalty") -> list[str]:
    (told,) = change_wording.tell(explained(world, code), [found], lambda line: f"/sales/{line.pk}/")
    return [f"{row.document} {row.text}" for part in told.parts for row in part.rows]
