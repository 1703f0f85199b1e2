"""What waits for partners, found for many at once: the same as on the dashboard of each."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import registry
from common.access import OWNER, PARTNER, PARTNER_FINANCE, SALES, TECHNICIAN, Actor
from partners.areas import partner_area
from partners.models import AccessRequest, DataCheck, Partner
from partners.waiting import partner_waits, waiting_for
from programs.models import Vendor
from sales import claims
from tests.partners import banking
from tests.people import person
from tests.sales.asking import ask_for_missing, said
from tests.tiers.studies import handed_in
from tests.world import NOW, TODAY, World
from tiers import case_steps


def test_whatever_waits_on_a_dashboard_can_be_found_for_many() -> None:
    on_dashboards = {source.key: source.roles for source in registry.attention if source.scope == PARTNER}
    for_many = {source.key: source.roles for source in partner_waits}
    # Everybody sees the own certificate on the dashboard, and those of the team who looks after it.
    assert (on_dashboards.pop("certificates-expiring"), for_many.pop("certificates-expiring")) == (
        (), ("owner", "sales"),
    )  # fmt: skip
    assert for_many == on_dashboards


def found(vendor: Vendor, *partners: Partner) -> dict[str, list[str]]:
    by_id = {partner.pk: partner for partner in partners}
    numbers = {pk: partner.number for pk, partner in by_id.items()}
    waiting = waiting_for(partners=numbers, vendor=vendor, today=TODAY)
    return {by_id[pk].name: [str(each.item.label) for each in items] for pk, items in waiting.items()}


def let_things_wait(world: World) -> None:
    """A question, a refused account and a returned case study of the reseller; strangers at both companies."""
    claim = ask_for_missing(world)
    claims.ask_back(claim=claim, said=said(world.channel_manager, "Which invoice?", claim))
    banking.refuse(banking.record(world.reseller, world.reseller_owner), world.rival_vendor, world.rival_vendor_finance)
    study = handed_in(world)
    case_steps.send_back(
        study=study, text="Please name a number.", seen=study.version, actor=Actor.of(world.channel_manager), now=NOW
    )
    for place, partner in enumerate((world.reseller, world.reseller, world.rival)):
        AccessRequest.objects.create(
            partner=partner, user=person(f"stranger{place}"), asked_at=NOW - timedelta(days=place)
        )
    DataCheck.objects.create(partner=world.rival, asked_at=NOW)


def test_each_company_is_told_what_concerns_the_vendor_or_none(world: World) -> None:
    let_things_wait(world)
    assert found(world.vendor, world.reseller, world.rival) == {
        "Elbtal Systemhaus GmbH": [
            "2 people ask for access", "Lenovo has a question for you", "A case study was returned to you",
        ],
        "Rheinblick IT GmbH": ["Please confirm your company’s data", "1 person asks for access"],
    }  # fmt: skip
    assert found(world.rival_vendor, world.reseller) == {
        "Elbtal Systemhaus GmbH": ["2 people ask for access", "IBM does not accept your bank account"]
    }


def test_all_vendors_together_say_what_the_dashboard_says(world: World) -> None:
    let_things_wait(world)
    owners = ((world.reseller, world.reseller_owner), (world.rival, world.rival_owner))
    for partner, owner in owners:
        shown = registry.waiting_in(partner_area(partner), Actor.of(owner), TODAY)
        told = {
            each.item
            for vendor in Vendor.objects.all()
            for each in waiting_for(partners={partner.pk: partner.number}, vendor=vendor, today=TODAY)[partner.pk]
            if each.concerns([OWNER])
        }
        assert told == set(shown)


def test_it_concerns_those_who_can_do_it(world: World) -> None:
    let_things_wait(world)
    numbers = {world.reseller.pk: world.reseller.number}
    waiting = waiting_for(partners=numbers, vendor=world.vendor, today=TODAY)[world.reseller.pk]
    assert [sum(each.concerns([role]) for each in waiting) for role in (OWNER, SALES, PARTNER_FINANCE)] == [3, 2, 1]
    assert all(each.concerns([TECHNICIAN, OWNER]) for each in waiting)


def test_many_companies_cost_as_many_queries_as_one(world: World) -> None:
    let_things_wait(world)

    def queries(*partners: Partner) -> int:
        with CaptureQueriesContext(connection) as asked:
            found(world.vendor, *partners)
        return len(asked)

    assert queries(world.reseller) == queries(world.reseller, world.rival) <= len(list(partner_waits)) + 2
