"""Systems of partners that send what they should not, or with tokens that should not open anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common import tokens
from common.models import ApiToken
from common.tokens import Scope
from deals.models import Deal
from partners.models import Member
from programs.models import Product
from tests.deals.projects import open_deals, protected, submitted
from tests.deals.test_api import PROJECT, done, post, register
from tests.people import token_client
from tests.portal.test_api import ROOT, get, refused
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
DEALS = "/partners/2B3C4D5F/deals"


@pytest.fixture
def system(world: World, today: Any) -> Client:
    """The partner's own software, with a token of somebody in its sales."""
    open_deals(world)
    return token_client(world.reseller_sales, Scope.DEALS, Scope.DEALS_WRITE)


# --- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (json.dumps({**PROJECT, "need": "x" * 3_000_000}), 413),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, 400),
        ('{"program": "topseller", "send": ' + "9" * 5_000 + "}", 400),
        ('{"program": "topseller", "products": [{"article": "21HM", "quantity": NaN}]}', 422),
        ('{"program": ["topseller"], "customer": [], "contact": 1, "send": "maybe"}', 422),
        (json.dumps({**PROJECT, "title": "half a \ud800 sign"}), 422),
        ("[]", 422),
        ("", 422),
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_refused_and_nobodys_fault(system: Client, body: str, status: int) -> None:
    refused(system.post(ROOT + DEALS, body, content_type="application/json"), status)
    assert not Deal.objects.exists()


def test_nobody_writes_what_the_portal_says_about_a_deal(world: World, system: Client) -> None:
    claimed: dict[str, Any] = {
        "state": "protected", "version": 7, "number": 99, "place": 1, "protected_until": "2099-01-01",
        "entered_by_vendor": True, "keys": [], "currency": "USD", "decided_by": world.channel_manager.pk,
    }  # fmt: skip
    plain = done(register(system), 201)
    other = done(register(system, **claimed, title="Another"), 201)
    assert {**plain, "reference": "2B3C4D5F-2", "title": "Another", "written": other["written"]} == other
    changed = done(post(system, "/deals/2B3C4D5F-2", {**other["written"], **claimed, "version": 1}, method="put"))
    assert (changed["state"], changed["version"], changed["protected_until"]) == ("draft", 1, None)


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_every_step_needs_the_scope_to_write(world: World, system: Client) -> None:
    deal = protected(world)
    reader = token_client(world.reseller_sales, Scope.DEALS)
    at, body = f"/deals/{deal.reference}", {"version": deal.version, "text": "Offer sent."}
    written = {**get(reader, at)["written"], "need": "More", "version": deal.version}
    refused(post(reader, DEALS, PROJECT), 403)
    refused(post(reader, at, written, method="put"), 403)
    for step in ("submit", "updates", "replies", "withdraw"):
        refused(post(reader, f"{at}/{step}", body), 403)
    deal.refresh_from_db()
    assert deal.version == body["version"]


def _revoke(world: World) -> None:
    for token in ApiToken.objects.all():
        tokens.revoke(token=token, now=timezone.now())


def _leave(world: World) -> None:
    Member.objects.filter(user=world.reseller_sales).update(left_on=TODAY)


@pytest.mark.parametrize(("ends", "status"), [(_revoke, 401), (_leave, 404)])
def test_what_a_revoked_token_or_one_of_somebody_who_left_gets_is_not_even_its_first_answer_again(
    world: World, system: Client, ends: Callable[[World], None], status: int
) -> None:
    done(register(system, "key-1", send=True), 201)
    ends(world)
    refused(register(system, "key-1", send=True), status)
    refused(system.get(f"{ROOT}/deals/2B3C4D5F-1"), status)
    refused(post(system, "/deals/2B3C4D5F-1/withdraw", {"version": 2}), status)


def test_a_key_belongs_to_one_person(world: World, system: Client) -> None:
    done(register(system, "key-1", title="One"), 201)
    colleague = token_client(world.reseller_owner, Scope.DEALS_WRITE)
    assert done(register(colleague, "key-1", title="Another"), 201)["reference"] == "2B3C4D5F-2"


# --- somebody else's -------------------------------------------------------------------------------------------------


def test_a_product_and_a_program_of_another_vendor_are_none(world: World, system: Client) -> None:
    Product.objects.create(vendor=world.rival_vendor, article="THEIRS", name="Theirs")
    theirs = [{"article": "THEIRS", "quantity": 1}]
    missing = [{"article": "NOBODYS", "quantity": 1}]
    told = [register(system, products=products) for products in (theirs, missing)]
    assert {refused(each, 422) for each in told} == {"Each product of the vendor can be named once."}
    assert told[0].content.replace(b"THEIRS", b"NOBODYS") == told[1].content
    deal = submitted(world)
    written = {**get(system, f"/deals/{deal.reference}")["written"], "products": theirs, "version": deal.version}
    refused(post(system, f"/deals/{deal.reference}", written, method="put"), 422)
