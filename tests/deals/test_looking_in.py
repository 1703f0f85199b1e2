"""The vendor looks in as a partner: what is sent from there is refused and changes nothing; looks are recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.test import Client
from django.urls import reverse

from common.models import OutboxMail, User
from common.proofs import Proof
from deals import deciding, partner_urls, writing
from deals.models import Deal, DealFile, DealProduct, DealStep, Opening
from partners.models import ViewedPage
from tests.deals.projects import act, drafted, hospital, open_deals, protected, submitted, won
from tests.world import World

pytestmark = pytest.mark.django_db
ROWS: tuple[Any, ...] = (Deal, DealProduct, DealStep, DealFile, Opening, OutboxMail)


@pytest.fixture
def viewing(world: World, signed_in: Callable[[User], Client]) -> Client:
    client = signed_in(world.channel_manager)
    client.post(f"/vendor/{world.vendor.slug}/partners/{world.reseller.number}/view/")
    return client


def written_down() -> list[str]:
    return [serializers.serialize("json", model.objects.order_by("pk")) for model in ROWS]


def test_nothing_that_is_sent_while_looking_in_is_done(world: World, viewing: Client) -> None:
    open_deals(world, most_open=99, most_a_day=99)
    draft, sent = drafted(world, title="Draft"), submitted(world, title="Sent")
    file = writing.attach(deal=draft, proof=Proof("a.pdf", b"%PDF-a"), act=act(world.reseller_sales, draft))
    asked = submitted(world, title="Asked")
    asked = deciding.ask_back(deal=asked, text="Which floor?", act=act(world.channel_manager, asked))
    deals = [draft, sent, asked, protected(world, title="Held"), won(world, protected(world, title="Won"))]
    whole = {name: value or "" for name, value in hospital(world, title="Changed").fields().items()}
    product = {"products-0-product": world.slow_seller.pk, "products-0-quantity": 9}
    step = {"text": "Looked in", "lost_to": "price", "on": "2026-11-16", "value": "1", "program": world.program.slug}
    before, tried = written_down(), 0
    for pattern in partner_urls.urlpatterns:
        for deal in deals:
            known = {"number": deal.number, "part": "customer", "sha256": file.sha256}
            places = {name: known[name] for name in pattern.pattern.converters if name != "partner"}
            url = reverse(f"deals:{pattern.name}", kwargs={"partner": world.reseller.number, **places})
            assert viewing.post(url, {**whole, **product, **step, "seen": deal.version}).status_code == 403, url
            tried += 1
    assert tried == len(deals) * len(partner_urls.urlpatterns)
    assert written_down() == before


def test_a_file_opened_while_looking_in_is_recorded_as_a_page_and_as_an_opening(world: World, viewing: Client) -> None:
    open_deals(world)
    deal = protected(world)
    file = writing.attach(deal=deal, proof=Proof("a.pdf", b"%PDF-a"), act=act(world.reseller_sales, deal))
    url = reverse("deals:deal-file", args=[deal.partner.number, deal.number, file.sha256])
    assert viewing.get(url).content == b"%PDF-a"
    assert ViewedPage.objects.get().path == url
    assert Opening.objects.get().person == world.channel_manager
