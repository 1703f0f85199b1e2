"""A sale that a report and an invoice prove is paid once, unless the vendor says that both are to be paid."""

from __future__ import annotations

from datetime import date

import pytest

from common.access import Actor
from programs.models import RebateTerms
from programs.services import PaysTwice, publish_terms
from programs.terms import Terms
from tests.world import NOW, START, World

NEXT_YEAR = date(2027, 1, 1)
BY_INVOICE = """
code: device-bonus
period: quarter
evidence: invoice
counts: units
products: {products}
eligible: {{tiers: {tiers}}}
mode: whole_volume
steps:
  - {{from: 1, per_unit: 1.00}}
{more}
"""


def publish(
    world: World, *, products: str = "all", tiers: str = "null", more: str = "", starts_on: date = START
) -> RebateTerms:
    document = Terms.from_yaml(BY_INVOICE.format(products=products, tiers=tiers, more=more))
    draft = RebateTerms.objects.create(
        program=world.program, code=document.code, name="Bonus", version=1, starts_on=starts_on,
        document=document.to_document(),
    )  # fmt: skip
    return publish_terms(terms_id=draft.pk, actor=Actor.of(world.vendor_admin), now=NOW)


def test_terms_of_other_evidence_for_the_same_sales_are_refused(world: World) -> None:
    with pytest.raises(PaysTwice, match="stack: true"):
        publish(world)


def test_they_are_published_when_they_say_that_both_are_paid(world: World) -> None:
    assert publish(world, more="stack: true").state == RebateTerms.State.PUBLISHED


def test_a_later_version_of_the_others_that_stacks_ends_the_conflict_from_its_start(world: World) -> None:
    stacking = Terms.from_document({**world.terms.document, "stack": True})
    RebateTerms.objects.create(
        program=world.program, code=stacking.code, name="Loyal", version=2, starts_on=NEXT_YEAR, state="published",
        document=stacking.to_document(), published_at=NOW,
    )  # fmt: skip
    with pytest.raises(PaysTwice):
        publish(world)
    RebateTerms.objects.filter(code="device-bonus").delete()
    assert publish(world, starts_on=NEXT_YEAR).state == RebateTerms.State.PUBLISHED


def test_terms_for_other_articles_or_tiers_are_nobody_s_double(world: World) -> None:
    rates = f"counts: units\nrates:\n  gold: {{{world.slow_seller.article}: 5.00}}"
    document = Terms.from_yaml(f"code: slow\nperiod: quarter\nevidence: invoice\n{rates}\n")
    draft = RebateTerms.objects.create(
        program=world.program, code="slow", name="Slow", version=1, starts_on=START, document=document.to_document()
    )
    assert publish_terms(terms_id=draft.pk, actor=Actor.of(world.vendor_admin), now=NOW).pk
