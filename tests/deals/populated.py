"""Deals with everything that belongs to one, ours and the rivals', for tests that ask for every page."""

from __future__ import annotations

from common.models import User
from common.proofs import Proof
from deals import deciding, protecting, writing
from deals.deciding import Protection
from deals.models import Deal, DealRules, Extension
from deals.moving import fetched
from partners.models import Enrolment
from programs.models import Product
from tests.deals.projects import act, checked, hospital
from tests.world import TODAY, World

PLAN = Proof("plan.pdf", b"%PDF-1.7 plan")


def deal_of(world: World, enrolment: Enrolment, product: Product, owner: User, manager: User) -> Deal:
    """Protected, with every text: a file, a refused request for longer protection and an open one."""
    written = hospital(
        world, contact_email="lindner@klinikum-elbtal.example", contact_phone="+49 3501 4711", customer_vat_id="",
        need="40 telephones and a switchboard", products={product.pk: 40},
    )  # fmt: skip
    deal = writing.begin(enrolment=enrolment, written=written, act=act(owner))
    writing.attach(deal=deal, proof=PLAN, act=act(owner, deal))
    deal = writing.submit(deal=deal, act=act(owner, deal))
    until = deciding.usual_protection(deal, TODAY)
    deal = deciding.approve(deal=deal, protection=Protection(until), text="Good luck.", act=act(manager, deal))
    deal = protecting.ask_extension(deal=deal, text="The board meets in June.", act=act(owner, deal))
    asked = Extension.objects.get(deal=deal)
    protecting.decide_extension(extension=asked, granted=False, text="Too early.", act=act(manager, deal))
    deal = fetched(deal.pk)
    return protecting.ask_extension(deal=deal, text="It is settled now.", act=act(owner, deal))


def dealt(world: World) -> tuple[Deal, Deal]:
    """Ours, and the rival's, with whose project the reseller has sent a similar one to the rival vendor."""
    for program in (world.program, world.rival_program):
        DealRules.objects.create(program=program)
    # So that the numbers differ: each counts its own.
    writing.begin(enrolment=world.rival_enrolment, written=hospital(world, products={}), act=act(world.rival_owner))
    own = deal_of(world, world.enrolment, world.topseller, world.reseller_owner, world.channel_manager)
    rival = deal_of(world, world.rival_enrolment, world.server, world.rival_owner, world.rival_channel_manager)
    draft = writing.begin(
        enrolment=world.second_enrolment, written=hospital(world, products={world.server.pk: 2}),
        act=act(world.reseller_owner),
    )  # fmt: skip
    checked(writing.submit(deal=draft, act=act(world.reseller_owner, draft)))
    return own, rival
