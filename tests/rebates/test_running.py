"""Running rebates that are kept for all partners at once: never other than what the engine gives at that moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.dated import since
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, IndividualAgreement, Seat
from programs.models import Authorisation, GroupMembership, Product, Program, RebateTerms, Tier
from rebates.live import live_figures
from rebates.models import Outdated, RunningFigure
from rebates.running import running, running_by_partner, up_to_date
from rebates.tasks import keep_figures_of
from tests.world import LOYALTY, START, TODAY, World, enrol, make_partner, make_program, publish, sell

HALF = date(2026, 11, 1)


def kept(world: World, today: date = TODAY) -> dict[tuple[int, int, str], Decimal]:
    found = {}
    for vendor in (world.vendor, world.rival_vendor):
        for row in up_to_date(vendor_id=vendor.pk, today=today):
            found[row.enrolment_id, row.terms_id, row.period] = row.amount
    return found


def engine(today: date = TODAY) -> dict[tuple[int, int, str], Decimal]:
    found = live_figures(enrolments=list(Enrolment.objects.select_related("partner")), today=today)
    return {(figure.enrolment.pk, figure.terms.pk, str(figure.period)): figure.settlement.amount for figure in found}


def _sale(world: World) -> None:
    sell(world.reseller, world.topseller, TODAY, "30", "9000.00", distributor=world.distributor, document="N-1")


def _other_tier(world: World) -> None:
    EnrolmentTier.objects.filter(enrolment=world.enrolment).update(valid=since(START, HALF))


CHANGES: dict[str, Callable[[World], object]] = {
    "a sale": _sale,
    "a suspension": lambda world: EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="suspended"),
    "the end of a status": lambda world: EnrolmentStatus.objects.filter(enrolment=world.enrolment).delete(),
    "the end of a tier": _other_tier,
    "an agreement": lambda world: IndividualAgreement.objects.create(
        enrolment=world.second_enrolment, valid=since(START)
    ),
    "another country": lambda world: Seat.objects.filter(partner=world.reseller).update(country="US"),
    "a new partner": lambda world: enrol(make_partner("Neu", "N0000001"), world.program, tier="gold"),
    "another day of enrolment": lambda world: Enrolment.objects.filter(pk=world.enrolment.pk).update(enrolled_on=TODAY),
    "an authorisation that ends": lambda world: Authorisation.objects.filter(program=world.program).update(
        valid=since(START, HALF)
    ),
    "a product that leaves its group": lambda world: GroupMembership.objects.all().delete(),
    "a program's end": lambda world: Program.objects.filter(pk=world.program.pk).update(ends_on=HALF),
    "new terms": lambda world: publish(world.program, LOYALTY.replace("topseller-loyalty", "second"), "Second"),
    "another name of a tier": lambda world: Tier.objects.filter(program=world.program).update(name="New"),
    "another article": lambda world: Product.objects.filter(pk=world.topseller.pk).update(article="OTHER"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_any_change_the_next_request_has_what_the_engine_gives(
    world: World, change: Callable[[World], object]
) -> None:
    assert kept(world) == engine()
    change(world)
    assert Outdated.objects.exists()
    assert kept(world) == engine()
    assert not Outdated.objects.exists()


def test_only_partners_whom_a_change_concerns_are_calculated_anew(world: World) -> None:
    kept(world)
    before = {row.pk for row in RunningFigure.objects.exclude(partner=world.reseller)}
    assert before
    _sale(world)
    kept(world)
    assert {row.pk for row in RunningFigure.objects.exclude(partner=world.reseller)} == before


def test_without_a_change_nothing_is_calculated(world: World) -> None:
    kept(world)
    with CaptureQueriesContext(connection) as captured:
        up_to_date(vendor_id=world.vendor.pk, today=TODAY).count()
    assert not any("sales_saleline" in query["sql"] for query in captured)


def test_the_planner_is_told_of_new_figures_and_not_where_nobody_takes_part(world: World) -> None:
    def told() -> bool:
        with CaptureQueriesContext(connection) as captured:
            up_to_date(vendor_id=world.vendor.pk, today=TODAY).count()
        return any("ANALYZE" in query["sql"] for query in captured)

    assert told()
    publish(make_program(world.vendor, "nobodys", "Nobody’s", ("silver",)), LOYALTY, "Nobody’s")
    assert [told(), told()] == [True, False]


def test_a_worker_calculates_before_anybody_asks(world: World) -> None:
    kept(world)
    _sale(world)
    keep_figures_of(world.vendor.pk)
    assert not Outdated.objects.exists()
    with CaptureQueriesContext(connection) as captured:
        found = kept(world)
    assert not any("sales_saleline" in query["sql"] for query in captured)
    assert found == engine()


def test_the_next_quarter_begins_with_figures_of_its_own(world: World) -> None:
    kept(world)
    later = date(2027, 1, 2)
    assert kept(world, later) == engine(later)
    assert set(RunningFigure.objects.values_list("period", flat=True)) == {"2027Q1"}


def test_a_vendor_reads_sums_and_the_largest(world: World) -> None:
    found = running(vendor=world.vendor, today=TODAY, largest=5)
    amounts = [amount for (enrolment, *_rest), amount in engine().items() if enrolment == world.enrolment.pk]
    assert found.amounts == {"EUR": sum(amounts)}
    assert [(row.partner, row.amount) for row in found.largest] == [(world.reseller, Decimal("110.00"))]
    assert found.earning == 1
    partners = [world.reseller.pk, world.rival.pk]
    assert running_by_partner(vendor=world.vendor, currency="EUR", today=TODAY, partners=partners) == {
        world.reseller.pk: Decimal("110.00")
    }
    assert RebateTerms.objects.count() == 2
