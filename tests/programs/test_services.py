"""Publishing rebate terms: once, by an admin of the vendor, and only what fits the vendor's program."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from common.access import Actor
from programs import services
from programs.models import RebateTerms
from programs.terms import Terms
from tests.world import LOYALTY, NOW, TODAY, World


def draft(world: World, *, starts_on: date = date(2027, 1, 1), document: str = LOYALTY) -> RebateTerms:
    terms = Terms.from_yaml(document)
    return RebateTerms.objects.create(
        program=world.program,
        code=terms.code,
        name="Top-seller rebate",
        version=2,
        starts_on=starts_on,
        document=terms.to_document(),
    )


def publish(terms: RebateTerms, actor: Actor | None = None) -> RebateTerms:
    return services.publish_terms(terms_id=terms.pk, actor=actor or Actor.system(), now=NOW)


def test_a_vendor_admin_publishes_a_draft_and_stands_in_it(world: World) -> None:
    published = publish(draft(world), Actor.of(world.vendor_admin))
    assert published.state == "published"
    assert published.published_at == NOW
    assert published.published_by == world.vendor_admin


def test_published_terms_are_not_published_again(world: World) -> None:
    terms = publish(draft(world))
    with pytest.raises(services.NotADraft):
        publish(terms)


def test_published_terms_never_change(world: World) -> None:
    terms = publish(draft(world))
    with pytest.raises(DatabaseError), transaction.atomic():
        RebateTerms.objects.filter(pk=terms.pk).update(name="something else")


@pytest.mark.parametrize(
    "role", ["channel_manager", "vendor_finance", "rival_vendor_admin", "reseller_owner", "reporter"]
)
def test_only_admins_of_the_vendor_publish(world: World, role: str) -> None:
    with pytest.raises(services.NotAllowed):
        publish(draft(world), Actor.of(getattr(world, role)))
    with pytest.raises(services.NotAllowed):
        services.new_version(terms_id=world.terms.pk, actor=Actor.of(getattr(world, role)), today=TODAY)


@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2025, 10, 1)])
def test_a_version_cannot_start_with_or_before_the_one_published_last(world: World, start: date) -> None:
    with pytest.raises(services.StartsTooEarly, match="1 Jan 2026"):
        publish(draft(world, starts_on=start))


MONTHLY = LOYALTY.replace("period: quarter", "period: month")


def test_a_version_with_shorter_periods_does_not_start_within_a_period_of_the_one_before(world: World) -> None:
    terms = draft(world, starts_on=date(2027, 2, 1), document=MONTHLY)
    with pytest.raises(services.BreaksPeriod, match=r"settles 2027Q1 as a whole; .* 1 Apr 2027"):
        publish(terms)
    RebateTerms.objects.filter(pk=terms.pk).update(starts_on=date(2027, 4, 1))
    assert publish(terms).state == "published"


def test_a_version_with_other_periods_does_not_start_where_sales_may_be_settled_already(world: World) -> None:
    with pytest.raises(services.BreaksPeriod, match="in the future"):
        publish(draft(world, starts_on=date(2026, 10, 1), document=MONTHLY))


def test_terms_start_on_the_first_day_of_a_period(world: World) -> None:
    with pytest.raises(services.TermsDoNotFit, match="first day of a period"):
        publish(draft(world, starts_on=date(2027, 2, 1)))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("products: topsellers", "products: topselers", "no product group “topselers”"),
        ("counts: units", "counts: units\neligible: {tiers: [platinum]}", "no tier “platinum”"),
    ],
)
def test_a_document_that_names_what_the_vendor_does_not_have_is_refused(
    world: World, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(services.TermsDoNotFit, match=sentence):
        publish(draft(world, document=LOYALTY.replace(old, new)))


def test_rates_name_tiers_and_articles_of_the_vendor(world: World) -> None:
    document = "{code: topseller-loyalty, period: quarter, counts: units, rates: {brass: {21HM: 1, 9105: 2}}}"
    with pytest.raises(services.TermsDoNotFit) as caught:
        publish(draft(world, document=document))
    assert caught.value.sentences == ["The program has no tier “brass”.", "The vendor has no article “9105”."]


def test_a_document_that_became_invalid_is_refused_with_all_problems(world: World) -> None:
    terms = draft(world)
    RebateTerms.objects.filter(pk=terms.pk).update(document={"code": "topseller-loyalty", "period": "week"})
    with pytest.raises(services.TermsDoNotFit, match="period: must be one of: month, quarter"):
        publish(terms)


def test_the_code_of_the_document_is_the_code_of_the_terms(world: World) -> None:
    terms = draft(world)
    RebateTerms.objects.filter(pk=terms.pk).update(code="other")
    with pytest.raises(services.TermsDoNotFit, match="“other”"):
        publish(terms)


def test_a_new_version_is_a_draft_that_starts_with_the_next_period(world: World) -> None:
    made = services.new_version(terms_id=world.terms.pk, actor=Actor.of(world.vendor_admin), today=TODAY)
    assert (made.version, made.state, made.starts_on) == (2, "draft", date(2027, 1, 1))
    assert made.terms == world.terms.terms


def test_a_draft_that_is_there_is_taken_up_again(world: World) -> None:
    first = services.new_version(terms_id=world.terms.pk, actor=Actor.system(), today=TODAY)
    assert services.new_version(terms_id=world.terms.pk, actor=Actor.system(), today=TODAY) == first


def test_a_new_version_starts_after_one_that_is_published_ahead(world: World) -> None:
    publish(draft(world, starts_on=date(2027, 4, 1)))
    made = services.new_version(terms_id=world.terms.pk, actor=Actor.system(), today=TODAY)
    assert made.starts_on == date(2027, 7, 1)


def test_a_document_is_checked_once_until_it_is_another_one(world: World) -> None:
    terms = RebateTerms.objects.get(pk=world.terms.pk)
    first = terms.terms
    assert terms.terms is first
    terms.document = {**terms.document, "period": "month"}
    assert terms.terms.period == "month"
    terms.refresh_from_db()
    assert terms.terms == first
