"""A partner's deals in every state that has pages of its own, for tests that ask for every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from common.models import User
from common.proofs import Proof
from deals import deciding, ending, protecting, writing
from deals.deciding import Protection
from deals.models import Deal, DealFile, DealRules, Extension, Opening
from partners.models import Enrolment
from programs.models import Product
from tests.deals.projects import act, hospital
from tests.world import NOW, TODAY, World

OF_PARTNER = "partner/<slug:partner>/deals/"
MISSING = 999_999_999
FIRST_OF_RIVAL = 900
"""Each partner counts its own deals; a number of the rival's is none of ours."""


@dataclass(frozen=True)
class Registered:
    draft: Deal
    asked: Deal
    protected: Deal
    won: Deal
    file: DealFile

    def of(self, name: str) -> Deal:
        """The one with which the page of this name can be looked at."""
        if name in ("write-deal", "send-deal", "discard-deal", "remove-deal-file", "deal-file"):
            return self.draft
        return {"reply-deal": self.asked, "prove-deal": self.won}.get(name, self.protected)


def registered(world: World) -> tuple[Registered, Registered]:
    """Ours, and the rival's at the rival vendor."""
    of = {"vendor": world.rival_vendor, "partner": world.rival, "enrolment": world.rival_enrolment}
    Deal.objects.create(number=FIRST_OF_RIVAL, since=NOW, written_by=world.rival_owner, **of)
    return (
        _registered(world, world.enrolment, world.reseller_sales, world.channel_manager, world.topseller),
        _registered(world, world.rival_enrolment, world.rival_owner, world.rival_channel_manager, world.server),
    )


def _registered(world: World, enrolment: Enrolment, by: User, manager: User, product: Product) -> Registered:
    DealRules.objects.update_or_create(program=enrolment.program, defaults={"most_open": 99, "most_a_day": 99})

    def sent(title: str, **given: Any) -> Deal:
        deal = begun(title, **given)
        return writing.submit(deal=deal, act=act(by, deal))

    def begun(title: str, **given: Any) -> Deal:
        written = hospital(world, title=title, products={product.pk: 4}, need="Forty telephones", **given)
        return writing.begin(enrolment=enrolment, written=written, act=act(by))

    def protected(title: str) -> Deal:
        deal = sent(title)
        protection = Protection(deciding.usual_protection(deal, TODAY))
        return deciding.approve(deal=deal, protection=protection, text="Good luck", act=act(manager, deal))

    draft = begun("Our draft")
    file = writing.attach(deal=draft, proof=Proof("plan.pdf", b"%%PDF-1.7 plan %d" % enrolment.pk), act=act(by, draft))
    asked = sent("Our question")
    asked = deciding.ask_back(deal=asked, text="Which floor?", act=act(manager, asked))
    held = protected("Our project")
    held = protecting.ask_extension(deal=held, text="The board meets in June.", act=act(by, held))
    extension = Extension.objects.get(deal=held)
    held = protecting.decide_extension(extension=extension, granted=True, text="Agreed", act=act(manager, held))
    won = protected("Our order")
    line = ending.lines_for(won)[0]
    order = ending.Order(on=TODAY, value=Decimal(4000), lines=[line.pk])
    won = ending.win(deal=won, order=order, text="Ordered", act=act(by, won))
    for deal in (held, won):
        Opening.objects.create(deal=deal, person=manager, at=NOW)
    return Registered(draft, asked, held, won, file)


def registered_places(name: str, ours: Registered, rivals: Registered) -> Mapping[str, tuple[Any, Any, Any]]:
    """What to put into the places of an address of the partner's deals: ours, the rival's, and none."""
    page = name.removeprefix("deals:")
    return {
        "number": (ours.of(page).number, rivals.of(page).number, MISSING),
        "sha256": (ours.file.sha256, rivals.file.sha256, "0" * 64),
        "part": ("project", None, "nothing"),
    }
