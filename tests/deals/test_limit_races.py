"""No limit is passed by sending at the same moment, from pages and systems; without the lock it would be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from common.proofs import Proof
from common.tokens import Scope
from deals import limits, writing
from deals.models import Deal
from deals.moving import NotPossible, fetched
from partners.models import Partner
from tests.deals.projects import act, drafted, hospital, open_deals, submitted
from tests.deals.test_api import register
from tests.people import signed_in, token_client
from tests.sales.sending import at_once
from tests.world import TODAY, World

pytestmark = pytest.mark.usefixtures("today")
State = Deal.State
AT_ONCE, LIMIT = 8, 3
LIST = "/partner/2B3C4D5F/deals/"


def of(world: World, number: int) -> dict[str, Any]:
    return {"customer_name": f"Klinikum {number} AG", "customer_domain": f"k{number}.example", "title": f"No. {number}"}


def sending(world: World, number: int) -> Callable[[], object]:
    deal = drafted(world, **of(world, number))
    return lambda: writing.submit(deal=deal, act=act(world.reseller_sales, deal))


def from_everywhere(world: World) -> list[Callable[[], object]]:
    """Drafts that are sent by services, on pages, and by a system that begins and sends in one."""
    system = token_client(world.reseller_sales, Scope.DEALS, Scope.DEALS_WRITE)
    browser = signed_in(world.reseller_owner)
    on_page = [drafted(world, **of(world, number)) for number in range(3)]

    def page(deal: Deal) -> Callable[[], object]:
        return lambda: browser.post(f"{LIST}{deal.number}/send/", {"seen": deal.version})

    def api(number: int) -> Callable[[], object]:
        return lambda: register(system, f"key-{number}", title=f"No. {number}", send=True)

    return [*map(page, on_page), *map(api, range(3, 6)), *(sending(world, number) for number in range(6, AT_ONCE))]


def changing(world: World, number: int) -> Callable[[], object]:
    """Another customer in the place of the one that was named."""
    deal = fetched(submitted(world, **of(world, number)).pk)
    written = hospital(world, **{**of(world, number + 100), "customer_city": "Emden", "customer_postcode": "26721"})
    return lambda: writing.change(deal=deal, written=written, act=act(world.reseller_sales, deal))


def running() -> int:
    return Deal.objects.filter(state__in=[State.SUBMITTED, State.PROTECTED]).count()


@pytest.mark.parametrize("rule", ["most_open", "most_a_day"])
def test_so_many_are_open_and_sent_in_a_day_and_no_more(committed: World, rule: str) -> None:
    open_deals(committed, **{"most_open": 99, "most_a_day": 99, rule: LIMIT})
    at_once(*from_everywhere(committed))
    assert running() == LIMIT


def test_customers_changed_at_once_count_together(committed: World) -> None:
    open_deals(committed, most_open=99, most_a_day=99)
    changes = [changing(committed, number) for number in range(AT_ONCE)]
    open_deals(committed, most_open=99, most_a_day=AT_ONCE + LIMIT)
    found = at_once(*changes)
    assert sum(isinstance(each, NotPossible) for each in found) == AT_ONCE - LIMIT
    assert limits.tries_on(committed.enrolment, TODAY) == AT_ONCE + LIMIT


def test_drafts_begun_at_once_are_no_more_than_may_be(committed: World) -> None:
    open_deals(committed)
    for number in range(writing.MOST_DRAFTS - LIMIT):
        drafted(committed, title=f"Before {number}")
    at_once(*[lambda number=number: drafted(committed, title=f"Now {number}") for number in range(AT_ONCE)])
    numbers = list(Deal.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, writing.MOST_DRAFTS + 1))


def test_files_attached_at_once_are_no_more_than_a_deal_has(committed: World) -> None:
    open_deals(committed)
    deal = drafted(committed)

    def attach(number: int) -> object:
        proof = Proof(f"{number}.pdf", b"%%PDF-%d" % (number % 7))
        return writing.attach(deal=deal, proof=proof, act=act(committed.reseller_sales, deal))

    at_once(*[lambda number=number: attach(number) for number in range(AT_ONCE)])
    assert deal.files.count() == writing.MOST_FILES


@pytest.mark.parametrize("what", [sending, changing])
def test_without_the_lock_the_limit_would_be_passed(
    committed: World, what: Callable[[World, int], Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The partner's row holds nobody up, and both have counted before either has committed."""
    open_deals(committed, most_open=99, most_a_day=99)
    both = [what(committed, number) for number in range(2)]
    before = limits.tries_on(committed.enrolment, TODAY)
    open_deals(committed, most_open=99, most_a_day=before + 1)
    counted, both_have_counted = limits.tries_on, threading.Barrier(2)

    def count_together(*given: Any) -> int:
        found = counted(*given)
        both_have_counted.wait(timeout=30)
        return found

    monkeypatch.setattr(type(Partner.objects.all()), "select_for_update", lambda self, **_given: self)
    monkeypatch.setattr(limits, "tries_on", count_together)
    at_once(*both)
    monkeypatch.undo()
    assert limits.tries_on(committed.enrolment, TODAY) == before + 2
