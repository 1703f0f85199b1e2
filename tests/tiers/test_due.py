"""Whatever tiers depend on says, in its own transaction, whom it concerns; the triggers of migrations 0002 and 0005."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.models import F

from common.dated import since
from deals.models import DealProof
from invoices.models import Invoice
from partners.models import EnrolmentStatus, EnrolmentTier, Member
from programs.models import Program, Tier
from tests.deals.projects import open_deals, protected, submitted, won
from tests.invoices.populated import uploaded
from tests.tiers.ladder import revenue
from tests.trainings.teaching import certified, training
from tests.world import NOW, TODAY, World
from tiers.models import CaseStudy, Due, ManualCheck, TierDecision
from trainings.models import Certificate, Training


def member(world: World) -> None:
    Member.objects.create(partner=world.reseller, user=world.rival_owner, role="sales")


def status(world: World) -> None:
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="suspended")


def tier(world: World) -> None:
    EnrolmentTier.objects.filter(enrolment=world.enrolment).update(reason="x")


def certificate(world: World) -> None:
    taught = Training.objects.get(program=world.program)
    certified(taught, world.reseller_technician, world.reseller, TODAY, world.channel_manager)


def case_study(world: World) -> None:
    CaseStudy.objects.create(enrolment=world.enrolment, title="x", written_by=world.reseller_sales)


def check(world: World) -> None:
    ManualCheck.objects.create(
        enrolment=world.enrolment, code="x", evidence="x", valid=since(TODAY), checked_by=world.channel_manager,
        checked_at=NOW,
    )  # fmt: skip


def decision(world: World) -> None:
    TierDecision.objects.create(
        enrolment=world.enrolment, tier=Tier.objects.get(program=world.program, code="gold"), reason="x",
        valid=since(TODAY, TODAY + timedelta(days=1)), decided_by=world.channel_manager, decided_at=NOW,
    )  # fmt: skip


def sale(world: World) -> None:
    revenue(world, "1.00", TODAY, "Z-1")


def deal(world: World) -> None:
    open_deals(world)
    submitted(world)


def proof(world: World) -> None:
    open_deals(world)
    done = won(world, protected(world))
    Due.objects.all().delete()
    DealProof.objects.create(deal=done, invoice=uploaded(world)[0], added_by=world.reseller_sales, at=NOW)


def invoice(world: World) -> None:
    proof(world)
    Due.objects.all().delete()
    Invoice.objects.filter(pk__in=DealProof.objects.values("invoice")).update(state=F("state"))


def taught(world: World) -> None:
    Training.objects.filter(program=world.program).update(name="x")


def of_tier(world: World) -> None:
    Tier.objects.filter(program=world.program, code="gold").update(requirements=[{"kind": "verified"}])


def program(world: World) -> None:
    Program.objects.filter(pk=world.program.pk).update(tier_grace_days=30)


ONE: dict[str, Callable[[World], None]] = {
    "partners_member": member,
    "partners_enrolmentstatus": status,
    "partners_enrolmenttier": tier,
    "trainings_certificate": certificate,
    "tiers_casestudy": case_study,
    "tiers_manualcheck": check,
    "tiers_tierdecision": decision,
    "sales_saleline": sale,
    "deals_deal": deal,
    "deals_dealproof": proof,
    "invoices_invoice": invoice,
}
ALL: dict[str, Callable[[World], None]] = {
    "trainings_training": taught, "programs_tier": of_tier, "programs_program": program,
}  # fmt: skip


def due(world: World) -> set[int | None]:
    return set(Due.objects.filter(program=world.program).values_list("enrolment_id", flat=True))


@pytest.fixture
def quiet(world: World) -> World:
    training(world.program, world.vendor_admin)
    Due.objects.all().delete()
    return world


@pytest.mark.parametrize("table", ONE)
def test_a_change_of_one_partner_concerns_that_partner(quiet: World, table: str) -> None:
    ONE[table](quiet)
    assert due(quiet) == {quiet.enrolment.pk}


@pytest.mark.parametrize("table", ALL)
def test_a_change_of_the_program_concerns_everybody_in_it(quiet: World, table: str) -> None:
    ALL[table](quiet)
    assert due(quiet) == {None}
    assert not Due.objects.exclude(program=quiet.program).exists()


def test_what_is_revoked_or_deleted_concerns_them_as_well(quiet: World) -> None:
    certificate(quiet)
    Due.objects.all().delete()
    Certificate.objects.update(revoked_on=TODAY, revoked_by=quiet.channel_manager, revoked_why="Mistake")
    assert due(quiet) == {quiet.enrolment.pk}
    check(quiet)
    Due.objects.all().delete()
    ManualCheck.objects.all().delete()
    assert due(quiet) == {quiet.enrolment.pk}


def test_every_trigger_of_the_database_is_tried_here(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname IN ('tiers_due', 'tiers_sales_changed')"
        )
        assert {table for (table,) in cursor} == {*ONE, *ALL}
    assert set(import_module("tiers.migrations.0002_due").DEPENDED_ON) < {*ONE, *ALL}
