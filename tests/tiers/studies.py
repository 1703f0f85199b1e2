"""Case studies for tests."""

from __future__ import annotations

from typing import Any

from common.access import Actor
from common.models import User
from common.proofs import Proof
from tests.world import NOW, TODAY, World
from tiers import case_steps
from tiers.case_steps import Written
from tiers.models import CaseStudy

PNG = Proof("rack.png", b"\x89PNG\r\n\x1a\n....")
TEXT = "Forty telephones in three days, and no call was lost."


def begin(world: World, *, by: User | None = None, enrolment: Any = None, **given: Any) -> CaseStudy:
    """A draft of the reseller for the vendor's program."""
    written = Written(**{"title": "Telephones for the town hall", "customer": "Town of Pirna", "text": TEXT, **given})
    return case_steps.begin(
        enrolment=enrolment or world.enrolment, written=written, actor=Actor.of(by or world.reseller_sales),
        today=TODAY, now=NOW,
    )  # fmt: skip


def handed_in(world: World, **given: Any) -> CaseStudy:
    return begin(world, hand_in=True, **given)


def rewrite(world: World, study: CaseStudy, *, by: User | None = None, seen: int = 0, **given: Any) -> CaseStudy:
    words = {"title": study.title, "customer": study.customer, "text": study.text, "consent": study.consent}
    return case_steps.rewrite(
        study=study, written=Written(**{**words, **given}), seen=seen or study.version,
        actor=Actor.of(by or world.reseller_sales), today=TODAY, now=NOW,
    )  # fmt: skip


def accept(world: World, study: CaseStudy, *, by: User | None = None, text: str = "", seen: int = 0) -> CaseStudy:
    return case_steps.accept(
        study=study, text=text, seen=seen or study.version, actor=Actor.of(by or world.channel_manager), today=TODAY,
        now=NOW,
    )  # fmt: skip


def send_back(world: World, study: CaseStudy, text: str = "How many?", *, by: User | None = None) -> CaseStudy:
    return case_steps.send_back(
        study=study, text=text, seen=study.version, actor=Actor.of(by or world.channel_manager), now=NOW
    )
