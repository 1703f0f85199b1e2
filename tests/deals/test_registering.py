"""Drafts, what a complete registration says, changes with a history, and limits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from common.models import OutboxMail
from common.proofs import Proof
from deals import deciding, mails, writing
from deals.models import Deal, DealStep, Probe, TierLimit
from deals.moving import MovedOn, NotAllowed, NotPossible
from deals.writing import Incomplete, Written
from partners.models import EnrolmentTier
from tests.deals.projects import (
    act,
    approve,
    checked,
    drafted,
    hospital,
    of_competitor,
    open_deals,
    protected,
    submitted,
)
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
State, Step = Deal.State, DealStep.Step


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


def test_a_draft_may_leave_anything_empty_and_is_saved_again_and_again(world: World) -> None:
    deal = writing.begin(enrolment=world.enrolment, written=Written(), act=act(world.reseller_sales))
    for name in ("K", "Kl", "Klinikum"):
        written = Written(customer_name=name)
        deal = writing.save(deal=deal, written=written, act=act(world.reseller_sales, deal))
    assert (deal.customer_name, deal.state, deal.version) == ("Klinikum", State.DRAFT, 4)
    assert not OutboxMail.objects.exists()


def test_saving_once_more_what_is_there_is_no_change(world: World) -> None:
    """A save that is still on its way when the person goes on must not make the next page an older one."""
    deal = drafted(world)
    saved = writing.save(deal=deal, written=hospital(world, title="One"), act=act(world.reseller_sales, deal))
    late = writing.save(deal=deal, written=hospital(world, title="One"), act=act(world.reseller_sales, deal))
    again = writing.save(deal=saved, written=hospital(world, title="One"), act=act(world.reseller_sales, saved))
    assert saved.version == late.version == again.version == deal.version + 1


def test_a_draft_written_in_two_windows_loses_nothing_silently(world: World) -> None:
    deal = drafted(world)
    writing.save(deal=deal, written=hospital(world, title="One"), act=act(world.reseller_sales, deal))
    with pytest.raises(MovedOn):
        writing.save(deal=deal, written=hospital(world, title="Two"), act=act(world.reseller_owner, deal))


def test_eight_things_are_missing_in_an_empty_registration_and_all_are_named(world: World) -> None:
    deal = writing.begin(enrolment=world.enrolment, written=Written(), act=act(world.reseller_sales))
    with pytest.raises(Incomplete) as told:
        writing.submit(deal=deal, act=act(world.reseller_sales, deal))
    assert told.value.fields == [*writing.REQUIRED, "products"]
    assert len(told.value.fields) == 8


def test_sending_sets_the_clock_of_two_business_days_and_tells_the_channel_managers(world: World) -> None:
    deal = submitted(world)
    assert deal.state == State.SUBMITTED
    # The world's Monday; two business days later is Wednesday, 18 November, Repentance Day in Saxony alone.
    assert deal.due_on == TODAY + timedelta(days=2)
    assert OutboxMail.objects.get().kind == mails.WAITS


def test_numbers_count_the_partners_own_deals_whatever_others_do(world: World) -> None:
    first = submitted(world)
    theirs = of_competitor(world)
    second = drafted(world, title="Another")
    assert (first.number, second.number, theirs.number) == (1, 2, 1)
    assert second.reference == f"{world.reseller.number}-2"


def test_the_same_registration_twice_is_one(world: World) -> None:
    assert drafted(world).pk == drafted(world).pk


def test_a_second_click_on_send_is_the_first_one(world: World) -> None:
    deal = drafted(world)
    sent = writing.submit(deal=deal, act=act(world.reseller_sales, deal))
    assert writing.submit(deal=deal, act=act(world.reseller_sales, deal)) == sent
    assert sent.steps.count() == 1


def test_a_colleague_with_a_sales_role_edits_the_deal_and_the_history_says_what(world: World) -> None:
    deal = submitted(world)
    written = hospital(world, expected_value=Decimal("30000.00"), contact_name="Herr Sommer")
    changed = writing.change(deal=deal, written=written, act=act(world.reseller_owner, deal))
    step = changed.steps.last()
    assert step is not None
    assert (step.step, step.author) == (Step.CHANGED, world.reseller_owner)
    assert step.changes == [["contact_name"], ["expected_value", "24000.00", "30000.00"]]


@pytest.mark.parametrize("who", ["reseller_technician", "reseller_finance", "rival_owner", "channel_manager"])
def test_nobody_else_edits_it(world: World, who: str) -> None:
    deal = submitted(world)
    with pytest.raises(NotAllowed):
        writing.change(deal=deal, written=hospital(world, title="Mine"), act=act(getattr(world, who), deal))


def test_another_customer_goes_to_the_end_of_the_row_and_a_typo_does_not(world: World) -> None:
    deal = checked(submitted(world))
    of_competitor(world, customer_name="Somebody else", customer_domain="", customer_city="Kiel")
    typo = writing.change(
        deal=deal, written=hospital(world, customer_name="Klinikum Elbtal GmbH"), act=act(world.reseller_sales, deal)
    )
    assert (typo.place, typo.checked_at) == (deal.place, None)
    other = writing.change(
        deal=typo,
        written=hospital(world, customer_name="Stadtwerke Kiel", customer_city="Kiel", customer_postcode="24103",
                         customer_domain=""),
        act=act(world.reseller_sales, typo),
    )  # fmt: skip
    assert (other.place or 0) > (deal.place or 0) + 1


def test_the_customer_of_a_protected_deal_stays(world: World) -> None:
    deal = protected(world)
    with pytest.raises(NotPossible):
        writing.change(
            deal=deal, written=hospital(world, customer_name="Somebody else"), act=act(world.reseller_sales, deal)
        )
    later = writing.change(deal=deal, written=hospital(world, done="Offer sent."), act=act(world.reseller_sales, deal))
    assert later.done == "Offer sent."


def test_a_change_never_leaves_a_sent_deal_incomplete(world: World) -> None:
    deal = submitted(world)
    with pytest.raises(Incomplete):
        writing.change(deal=deal, written=hospital(world, customer_city=""), act=act(world.reseller_sales, deal))
    deal.refresh_from_db()
    assert deal.customer_city == "Pirna"


def test_an_earlier_deal_is_copied_into_a_draft(world: World) -> None:
    deal = protected(world)
    copied = writing.copy(deal=deal, act=act(world.reseller_owner))
    assert (copied.state, copied.customer_name, copied.number) == (State.DRAFT, deal.customer_name, 2)
    assert copied.products.get().quantity == 40


def test_a_tier_says_how_many_may_be_open(world: World) -> None:
    TierLimit.objects.create(tier=EnrolmentTier.objects.get(enrolment=world.enrolment).tier, most_open=1)
    submitted(world)
    with pytest.raises(NotPossible, match="1 registrations are open"):
        submitted(world, title="Another")


def test_a_decided_one_makes_room(world: World) -> None:
    open_deals(world, most_open=1)
    deal = submitted(world)
    deciding.refuse(deal=deal, text="Not a customer for this product.", act=act(world.channel_manager, deal))
    assert submitted(world, title="Another").state == State.SUBMITTED


def test_trying_out_customers_is_limited_and_shown_to_the_vendor(world: World) -> None:
    open_deals(world, most_a_day=2)
    submitted(world, title="One")
    submitted(world, title="Two")
    with pytest.raises(NotPossible, match="tomorrow"):
        submitted(world, title="Three")
    assert Probe.objects.get().kind == Probe.Kind.LIMIT
    submitted(world, title="Three", day=TODAY + timedelta(days=1))


def test_naming_another_customer_counts_as_a_registration(world: World) -> None:
    open_deals(world, most_a_day=1)
    deal = submitted(world)
    with pytest.raises(NotPossible):
        writing.change(deal=deal, written=hospital(world, customer_name="Other"), act=act(world.reseller_sales, deal))


def test_the_limits_say_the_same_whatever_others_have_registered(world: World) -> None:
    open_deals(world, most_a_day=1)
    of_competitor(world)
    deal = submitted(world)
    assert checked(deal).version == deal.version


def test_an_attachment_is_kept_once_and_stays_once_it_was_sent(world: World) -> None:
    deal = drafted(world)
    plan = Proof("plan.pdf", b"%PDF-1.7 plan")
    file = writing.attach(deal=deal, proof=plan, act=act(world.reseller_sales, deal))
    assert writing.attach(deal=deal, proof=plan, act=act(world.reseller_sales, deal)) == file
    writing.submit(deal=deal, act=act(world.reseller_sales, deal))
    with pytest.raises(NotPossible):
        writing.remove_file(file=file, act=act(world.reseller_sales))


def test_a_draft_can_be_thrown_away_and_a_sent_deal_cannot(world: World) -> None:
    deal = drafted(world)
    writing.discard(deal=deal, act=act(world.reseller_sales, deal))
    assert not Deal.objects.exists()
    sent = submitted(world)
    with pytest.raises(MovedOn):
        writing.discard(deal=sent, act=act(world.reseller_sales, sent))


def test_a_channel_manager_enters_a_deal_for_a_partner_and_does_not_decide_it(world: World) -> None:
    deal = submitted(world, by=world.channel_manager)
    assert deal.entered_by_vendor
    assert set(OutboxMail.objects.values_list("kind", flat=True)) == {mails.WAITS, mails.ENTERED}
    with pytest.raises(NotAllowed):
        approve(world, deal)
    assert approve(world, deal, by=world.vendor_admin).state == State.PROTECTED
