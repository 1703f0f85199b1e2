"""Won with a proof, lost with a reason, withdrawn, and what counts for tiers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client

from common.models import User
from deals import ending
from deals.ending import Order
from deals.kinds.counted import RegisteredDeals, WonDeals
from deals.models import Deal, DealProof, Extension
from deals.moving import NotAllowed, NotPossible
from invoices.models import Invoice
from programs.counted_criteria import CountParams
from sales.models import SaleLine
from sales.undoing import take_back
from tests.deals.projects import (
    NOW,
    act,
    approve,
    asked_for_longer,
    of_competitor,
    open_deals,
    protected,
    submitted,
    won,
)
from tests.invoices.populated import uploaded
from tests.rendering import words
from tests.world import TODAY, World
from tiers.models import Due

pytestmark = pytest.mark.django_db
State = Deal.State


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


def test_a_won_deal_names_the_sale_that_shows_it(world: World) -> None:
    deal = protected(world)
    line = ending.lines_for(deal).first()
    assert line is not None
    deal = won(world, deal, lines=(line.pk,))
    assert (deal.state, deal.won_value) == (State.WON, Decimal("23500.00"))
    assert deal.proofs.get().line == line
    assert deal.protected_until == TODAY + timedelta(days=30)


def test_sales_of_its_products_are_suggested_first_and_only_the_partners_own(world: World) -> None:
    deal = protected(world, products={world.slow_seller.pk: 3})
    lines = list(ending.lines_for(deal))
    assert {line.partner_id for line in lines} <= {world.reseller.pk}
    fits = [line.product_id == world.slow_seller.pk for line in lines]
    assert fits == sorted(fits, reverse=True)


def test_without_a_sale_or_invoice_nothing_is_won(world: World) -> None:
    deal = protected(world)
    with pytest.raises(NotPossible, match="shows the order"):
        won(world, deal, lines=())


def test_one_sale_proves_one_deal(world: World) -> None:
    deal, second = protected(world), protected(world, customer_name="Town of Pirna", customer_domain="")
    line = ending.lines_for(deal).first()
    assert line is not None
    won(world, deal, lines=(line.pk,))
    with pytest.raises(NotPossible, match="another deal"):
        won(world, second, lines=(line.pk,))
    second.refresh_from_db()
    assert second.state == State.PROTECTED


def test_a_sale_of_somebody_else_proves_nothing(world: World) -> None:
    with pytest.raises(NotPossible):
        won(world, protected(world), lines=(world.rival_sale.pk,))


def test_the_order_is_not_in_the_future(world: World) -> None:
    deal = protected(world)
    order = Order(on=TODAY + timedelta(days=1), value=Decimal(1), lines=[1])
    with pytest.raises(NotPossible):
        ending.win(deal=deal, order=order, text="", act=act(world.reseller_sales, deal))


def test_a_lost_deal_says_to_what(world: World) -> None:
    deal = protected(world)
    lost = ending.lose(
        deal=deal, lost_to=Deal.LostTo.COMPETITOR, text="Incumbent.", act=act(world.reseller_sales, deal)
    )
    assert (lost.state, lost.lost_to, lost.ended_on) == (State.LOST, Deal.LostTo.COMPETITOR, TODAY)


def test_what_was_asked_for_ends_with_the_deal(world: World) -> None:
    deal = protected(world)
    extension = asked_for_longer(world, deal)
    deal.refresh_from_db()
    ending.withdraw(deal=deal, text="", act=act(world.reseller_sales, deal))
    extension.refresh_from_db()
    assert extension.state == Extension.State.ENDED


@pytest.mark.parametrize("who", ["reseller_technician", "rival_owner", "channel_manager"])
def test_only_the_partners_sales_end_a_deal(world: World, who: str) -> None:
    deal = protected(world)
    with pytest.raises(NotAllowed):
        ending.withdraw(deal=deal, text="", act=act(getattr(world, who), deal))


# --- what counts for tiers -------------------------------------------------------------------------------------------


def measured(world: World, kind: RegisteredDeals | WonDeals, day: int = 0, **params: int) -> int:
    partners = {world.enrolment.pk: world.reseller.pk}
    on = TODAY + timedelta(days=day)
    found = kind.measure(CountParams(**params), world.program, partners, on).get(world.enrolment.pk)
    return int(found.have) if found is not None else 0


def test_a_protected_deal_is_a_registered_one_whatever_becomes_of_it(world: World) -> None:
    deal = submitted(world)
    assert measured(world, RegisteredDeals()) == 0
    deal = protected(world, title="Second")
    assert measured(world, RegisteredDeals()) == 1
    ending.withdraw(deal=deal, text="", act=act(world.reseller_sales, deal))
    assert measured(world, RegisteredDeals()) == 1


def test_it_counts_for_as_many_months_as_the_criterion_says(world: World) -> None:
    protected(world)
    assert measured(world, RegisteredDeals(), day=360, months=12) == 1
    assert measured(world, RegisteredDeals(), day=365, months=12) == 0
    assert measured(world, RegisteredDeals(), day=365) == 1


def test_a_won_deal_counts_until_its_sale_is_taken_back(world: World) -> None:
    won(world, protected(world))
    assert measured(world, WonDeals()) == 1
    take_back(world.vendor.pk, SaleLine.objects.filter(pk__in=DealProof.objects.values("line")), NOW)
    assert measured(world, WonDeals()) == 0


def test_a_won_deal_counts_from_when_its_invoice_is_accepted(world: World) -> None:
    invoice = uploaded(world)[0]
    deal = protected(world)
    order = Order(on=TODAY, value=Decimal(1), invoices=[invoice.pk])
    won = ending.win(deal=deal, order=order, text="", act=act(world.reseller_sales, deal))
    assert (won.state, measured(world, WonDeals())) == (State.WON, 0)
    Due.objects.all().delete()
    Invoice.objects.filter(pk=invoice.pk).update(state=Invoice.State.ACCEPTED, decided_at=NOW)
    assert measured(world, WonDeals()) == 1
    assert Due.objects.filter(enrolment=world.enrolment).exists()


def test_both_sides_read_what_shows_the_order_and_how_far(world: World, signed_in: Callable[[User], Client]) -> None:
    invoice = uploaded(world)[0]
    deal = protected(world)
    line = ending.lines_for(deal)[0]
    order = Order(on=TODAY, value=Decimal(1), lines=[line.pk], invoices=[invoice.pk])
    ending.win(deal=deal, order=order, text="", act=act(world.reseller_sales, deal))
    take_back(world.vendor.pk, SaleLine.objects.filter(pk=line.pk), NOW)
    pages = (
        (world.reseller_sales, "/partner/2B3C4D5F/deals/1/", "/partner/2B3C4D5F/invoices/"),
        (world.channel_manager, "/vendor/lenovo/deals/2B3C4D5F/1/", "/vendor/lenovo/invoices/"),
    )
    for person, page, invoices in pages:
        html = signed_in(person).get(page).content.decode()
        assert f"{invoices}{invoice.pk}/" in html
        text = words(html)
        assert "it counts for the tier as soon as it is accepted" in text
        assert f"{line.document_number} · " in text
        assert "taken back" in text


def test_the_database_takes_no_proof_of_somebody_else_and_no_decision_of_nobody(world: World) -> None:
    deal = won(world, protected(world))
    with pytest.raises(ProgrammingError, match="of its partner and vendor"), transaction.atomic():
        DealProof.objects.create(deal=deal, line=world.rival_sale, added_by=world.reseller_sales, at=NOW)
    with pytest.raises(IntegrityError, match="decided_by_somebody"), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(decided_by=None)


def test_a_credit_note_shows_no_order(world: World) -> None:
    invoice = uploaded(world)[0]
    assert list(ending.invoices_for(protected(world))) == [invoice]
    Invoice.objects.filter(pk=invoice.pk).update(type_code="381")
    assert not ending.invoices_for(protected(world)).exists()


def test_somebody_elses_deals_do_not_count(world: World) -> None:
    protected(world)
    of_competitor(world)
    assert measured(world, RegisteredDeals()) == 1


def test_a_step_that_may_change_a_tier_lets_it_be_assessed_and_typing_a_draft_does_not(world: World) -> None:
    Due.objects.all().delete()
    deal = submitted(world)
    Due.objects.all().delete()
    approve(world, deal)
    assert set(Due.objects.values_list("enrolment", flat=True)) == {world.enrolment.pk}


def test_one_invoice_proves_one_deal(world: World) -> None:
    deal, second = protected(world), protected(world, customer_name="Town of Pirna", customer_domain="")
    invoice = uploaded(world)[0]
    order = Order(on=TODAY, value=Decimal(1), invoices=[invoice.pk])
    ending.win(deal=deal, order=order, text="", act=act(world.reseller_sales, deal))
    with pytest.raises(NotPossible, match="cannot be chosen"):
        ending.win(deal=second, order=order, text="", act=act(world.reseller_sales, second))
