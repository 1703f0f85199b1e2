"""Deals with everything that has an address of its own at the vendor, for tests that ask for every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from common.access import Actor
from common.dated import since
from common.models import User
from common.proofs import Proof
from deals import checking, deciding, protecting, writing
from deals.deciding import Protection
from deals.models import Deal, DealFile, DealRules, Opening, Probe, TierLimit
from deals.moving import Act, fetched
from partners.models import Enrolment
from programs.models import Absence, Product
from tests.deals.projects import hospital
from tests.world import NOW, TODAY, World, enrol, make_partner

UNTIL = TODAY + timedelta(days=90)


@dataclass(frozen=True)
class Dealt:
    """A protected deal for which longer protection is asked, what the vendor is entering, a file, and who is away."""

    deal: Deal
    draft: Deal
    file: DealFile
    absence: Absence


def act(by: User, deal: Deal | None = None) -> Act:
    return Act(Actor.of(by), NOW, TODAY, deal.version if deal is not None else 0)


def dealt(world: World) -> tuple[Dealt, Dealt]:
    """Ours, and the rivals' at the rival vendor."""
    return (
        _dealt(world, world.enrolment, world.reseller_owner, world.channel_manager, world.topseller),
        _dealt(world, world.rival_enrolment, world.rival_owner, world.rival_channel_manager, world.server),
    )


def _dealt(world: World, enrolment: Enrolment, owner: User, manager: User, product: Product) -> Dealt:
    program = enrolment.program
    DealRules.objects.get_or_create(program=program)
    TierLimit.objects.create(tier=program.tiers.order_by("rank")[0], most_open=30)
    written = hospital(world, products={product.pk: 40})
    deal = writing.begin(enrolment=enrolment, written=written, act=act(owner))
    file = writing.attach(deal=deal, proof=Proof("plan.pdf", b"%PDF-1.4"), act=act(owner, deal))
    deal = writing.submit(deal=deal, act=act(owner, deal))
    deal = deciding.approve(deal=deal, protection=Protection(UNTIL), text="", act=act(manager, deal))
    deal = protecting.ask_extension(deal=deal, text="The board meets in June.", act=act(owner, deal))
    same_project(world, enrolment, manager, product, "Nachbar")
    Opening.objects.create(deal=deal, person=manager, at=NOW)
    Probe.objects.create(enrolment=enrolment, kind=Probe.Kind.LIMIT, person=owner, at=NOW)
    draft = writing.begin(enrolment=enrolment, written=writing.Written(), act=act(manager))
    absence = Absence.objects.create(vendor=program.vendor, person=manager, valid=since(TODAY, UNTIL))
    return Dealt(fetched(deal.pk), draft, file, absence)


def same_project(world: World, enrolment: Enrolment, manager: User, product: Product, name: str) -> Deal:
    """Another partner, for which the vendor has entered the same project."""
    other = make_partner(f"{name} {enrolment.pk} GmbH", f"{name[:3].upper()}{enrolment.pk:05}")
    written = hospital(world, products={product.pk: 40})
    deal = writing.begin(enrolment=enrol(other, enrolment.program), written=written, act=act(manager))
    deal = writing.submit(deal=deal, act=act(manager, deal))
    checking.check(deal=deal, now=NOW, today=TODAY)
    return deal
