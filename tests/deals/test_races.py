"""Two at the same moment, by connections that commit for real; each with a control that goes wrong without the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from common.models import OutboxMail
from common.proofs import Proof
from deals import deciding, ending, lapsing, mails, moving, protecting, writing
from deals.models import Conflict, Deal, Extension
from deals.moving import fetched
from programs.models import Vendor
from tests.backed_up import wait_until
from tests.deals.projects import (
    NOW,
    act,
    approve,
    asked_for_longer,
    checked,
    competitor,
    drafted,
    hospital,
    looked_at,
    of_competitor,
    open_deals,
    protected,
    submitted,
    won,
)
from tests.people import signed_in
from tests.sales.sending import at_once
from tests.world import TODAY, World

State = Deal.State
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
ROUNDS = 8


def sending(world: World, deal: Deal, by: Any) -> Callable[[], object]:
    given = fetched(deal.pk)

    def send() -> object:
        sent = writing.submit(deal=given, act=act(by, given))
        return checked(sent)

    return send


def pair(world: World, number: int) -> tuple[Deal, Deal]:
    """The same project, written by two partners and not sent yet."""
    name: dict[str, Any] = {
        "customer_name": f"Klinikum {number} Elbtal",
        "customer_domain": f"klinikum{number}.example",
    }
    mine = drafted(world, **name)
    theirs = drafted(world, by=world.rival_owner, enrolment=competitor(world), **name)
    return mine, theirs


def test_of_two_who_send_the_same_project_in_the_same_second_one_is_first_and_the_other_is_found(
    committed: World,
) -> None:
    open_deals(committed, most_open=100, most_a_day=100)
    competitor(committed)
    for number in range(ROUNDS):
        mine, theirs = pair(committed, number)
        at_once(sending(committed, mine, committed.reseller_sales), sending(committed, theirs, committed.rival_owner))
        first, later = Deal.objects.filter(pk__in=[mine.pk, theirs.pk]).order_by("place")
        assert first.place != later.place
        conflict = Conflict.objects.get(deal__in=[first, later])
        assert (conflict.deal, conflict.other) == (later, first)


def test_two_managers_cannot_protect_one_project_for_two_partners(committed: World) -> None:
    open_deals(committed, most_open=100, most_a_day=100)
    for number in range(ROUNDS):
        mine, theirs = both_sent(committed, number)
        at_once(approving(committed, mine, "channel_manager"), approving(committed, theirs, "vendor_admin"))
        assert Deal.objects.filter(pk__in=[mine.pk, theirs.pk], state=State.PROTECTED).count() == 1


def test_a_typo_put_right_while_a_manager_says_whose_project_it_is_locks_nobody_out(
    committed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have done their first half: the partner holds the deal, and the manager does not hold what hangs on it."""
    open_deals(committed)
    mine, theirs = both_sent(committed, 1)
    checked(theirs)
    given, half_done = fetched(theirs.pk), threading.Barrier(2)
    judge_anew, moved = writing._judge_anew, moving.move

    def judge_later(deal: Deal) -> None:
        half_done.wait(timeout=30)
        judge_anew(deal)

    def move_later(*given: Any, **values: Any) -> Deal:
        half_done.wait(timeout=30)
        return moved(*given, **values)

    monkeypatch.setattr(writing, "_judge_anew", judge_later)
    monkeypatch.setattr(deciding, "move", move_later)
    typo = replace(writing.written_of(given), customer_street="Klinikweg 5")
    found = at_once(
        lambda: writing.change(deal=given, written=typo, act=act(committed.rival_owner, given)),
        lambda: deciding.mark_duplicate(deal=given, other=mine, act=act(committed.channel_manager, given)),
    )
    assert [type(each).__name__ for each in found] == ["Deal", "MovedOn"]


def test_without_the_lock_both_would_be_protected(committed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the vendor's row nor that of the conflict holds anybody up, and both look before either has decided."""
    open_deals(committed)
    mine, theirs = both_sent(committed, 1)
    both_have_looked = threading.Barrier(2)
    looked = deciding.standing_before

    def look_together(deal: Deal, today: date) -> QuerySet[Conflict]:
        protected_ones = looked(deal, today).filter(Q(other__state="protected") | Q(deal__state="protected"))
        found = list(protected_ones.values_list("pk", flat=True))
        both_have_looked.wait(timeout=30)
        return Conflict.objects.filter(pk__in=found)

    monkeypatch.setattr(deciding, "_lock_vendor", lambda deal: None)
    monkeypatch.setattr(deciding, "check", lambda **_given: [])
    monkeypatch.setattr(deciding, "standing_before", look_together)
    at_once(approving(committed, mine, "channel_manager"), approving(committed, theirs, "vendor_admin"))
    assert Deal.objects.filter(state=State.PROTECTED).count() == 2


def both_sent(world: World, number: int) -> tuple[Deal, Deal]:
    mine, theirs = pair(world, number)
    mine = writing.submit(deal=mine, act=act(world.reseller_sales, mine))
    return mine, writing.submit(deal=theirs, act=act(world.rival_owner, theirs))


def approving(world: World, deal: Deal, who: str) -> Callable[[], object]:
    given = fetched(deal.pk)
    return lambda: approve(world, given, by=getattr(world, who))


def test_a_conflict_with_a_deal_committed_a_moment_ago_is_found_when_it_is_decided(committed: World) -> None:
    """Nobody has compared the earlier one yet: the decision does it itself."""
    open_deals(committed)
    submitted(committed)
    later = of_competitor(committed)
    with pytest.raises(deciding.ConflictsLeft):
        approve(committed, later)


def test_of_two_managers_at_once_one_decides(committed: World) -> None:
    open_deals(committed, most_open=100, most_a_day=100)
    for number in range(ROUNDS):
        deal = submitted(committed, title=f"Number {number}")
        given = fetched(deal.pk)

        def refuse(given: Deal = given) -> object:
            return deciding.refuse(deal=given, text="No.", act=act(committed.vendor_admin, given))

        found = at_once(approving(committed, deal, "channel_manager"), refuse)
        assert sorted(type(each).__name__ for each in found) == ["Deal", "MovedOn"]
        assert deal.steps.count() == 2
        assert OutboxMail.objects.filter(kind=mails.DECIDED).count() == number + 1


def test_a_double_click_sends_once(committed: World) -> None:
    open_deals(committed)
    deal = drafted(committed)
    found = at_once(*[sending(committed, deal, committed.reseller_sales)] * 4)
    assert [type(each).__name__ for each in found] == ["Deal"] * 4
    assert deal.steps.count() == 1


def test_a_draft_that_is_discarded_while_somebody_writes_is_gone_for_them(committed: World) -> None:
    """By whatever they do with it: they have found it, and wait for whoever throws it away."""
    open_deals(committed)
    written = hospital(committed, customer_name="Another AG")

    def save(deal: Deal) -> object:
        return writing.save(deal=deal, written=written, act=act(committed.reseller_sales, deal))

    def send(deal: Deal) -> object:
        return writing.submit(deal=deal, act=act(committed.reseller_sales, deal))

    def attach(deal: Deal) -> object:
        return writing.attach(deal=deal, proof=Proof("b.pdf", b"%PDF-b"), act=act(committed.reseller_sales, deal))

    def remove(deal: Deal) -> object:
        return writing.remove_file(file=deal.files.get(), act=act(committed.reseller_sales, deal))

    def type_on(deal: Deal) -> object:
        sent = {**{name: value or "" for name, value in written.fields().items()}, "seen": deal.version}
        client = signed_in(committed.reseller_sales)
        return client.post(f"/partner/2B3C4D5F/deals/{deal.number}/write/customer/", sent).status_code

    found = [meanwhile_discarded(committed, what) for what in (save, send, attach, remove, type_on)]
    assert [type(each).__name__ for each in found[:-1]] == ["Discarded"] * 4
    assert found[-1] == 404
    assert not Deal.objects.exists()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction the first answer is kept
        cursor.execute(WAITS)
        return bool(cursor.fetchone()[0])


def meanwhile_discarded(world: World, what: Callable[[Deal], object]) -> object:
    deal = drafted(world)
    writing.attach(deal=deal, proof=Proof("a.pdf", b"%PDF-a"), act=act(world.reseller_sales, deal))

    discarded = threading.Event()

    def discard() -> None:
        with transaction.atomic():
            writing.discard(deal=deal, act=act(world.reseller_owner, deal))
            discarded.set()
            wait_until(somebody_waits, "the other one waits for it")

    def go_on() -> object:
        discarded.wait(timeout=30)
        return what(fetched(deal.pk))

    return at_once(discard, go_on)[1]


def test_the_same_draft_at_once_is_one(committed: World) -> None:
    open_deals(committed)
    assert len({each.pk for each in at_once(*[lambda: drafted(committed)] * 4)}) == 1  # type: ignore[attr-defined]


def test_of_an_extension_and_the_last_day_one_comes_first(committed: World) -> None:
    """Whoever is later finds what the other did."""
    open_deals(committed, most_open=100, most_a_day=100, update_days=365)
    day = TODAY + timedelta(days=90)
    for number in range(ROUNDS):
        deal = protected(committed, customer_name=f"Number {number} AG", customer_domain="")
        given = fetched(deal.pk)

        def ask(given: Deal = given) -> object:
            return protecting.ask_extension(deal=given, text="More.", act=act(committed.reseller_sales, given, day=day))

        at_once(ask, lambda: lapsing.look_after(today=day, now=NOW))
        deal.refresh_from_db()
        extension = Extension.objects.filter(deal=deal, state=Extension.State.OPEN).first()
        assert (deal.state == State.LAPSED) == (extension is None)
        Deal.objects.filter(pk=deal.pk, state=State.PROTECTED).update(protected_until=day + timedelta(days=900))


def test_two_ticks_at_once_end_a_deal_once(committed: World) -> None:
    open_deals(committed, update_days=365)
    deal = protected(committed)
    day = TODAY + timedelta(days=90)
    at_once(*[lambda: lapsing.look_after(today=day, now=NOW)] * 4)
    assert OutboxMail.objects.filter(kind=mails.LAPSED).count() == 1
    deal.refresh_from_db()
    assert deal.state == State.LAPSED


def test_without_the_lock_two_would_take_one_place(committed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    open_deals(committed, most_open=100, most_a_day=100)
    competitor(committed)
    monkeypatch.setattr(type(Vendor.objects.all()), "select_for_update", lambda self, **_given: self)
    clashes = 0
    for number in range(ROUNDS):
        mine, theirs = pair(committed, number)
        found = at_once(
            sending(committed, mine, committed.reseller_sales), sending(committed, theirs, committed.rival_owner)
        )
        clashes += any(isinstance(each, Exception) for each in found)
    assert clashes


def test_the_granted_extension_of_a_lapsed_deal_is_none(committed: World) -> None:
    open_deals(committed)
    deal = protected(committed)
    extension = asked_for_longer(committed, deal)
    given = fetched(deal.pk)
    day = TODAY + timedelta(days=100)
    found = at_once(
        lambda: protecting.decide_extension(
            extension=extension, granted=True, text="", act=act(committed.channel_manager, given, day=day)
        ),
        lambda: lapsing.look_after(today=day, now=NOW),
    )
    assert any(isinstance(each, Deal) for each in found)
    deal.refresh_from_db()
    assert deal.state == State.PROTECTED


def test_one_sale_claimed_for_two_deals_at_once_proves_one_of_them(committed: World) -> None:
    open_deals(committed)
    deals = [fetched(protected(committed, customer_name=f"Number {each} AG", customer_domain="").pk) for each in (1, 2)]
    line = ending.lines_for(deals[0]).values_list("pk", flat=True)[:1].get()
    found = at_once(*[lambda deal=deal: won(committed, deal, lines=(line,)) for deal in deals])
    assert sorted(type(each).__name__ for each in found) == ["Deal", "NotPossible"]
    assert Deal.objects.filter(state=State.WON).count() == 1


def test_of_a_tick_and_a_change_of_the_other_deal_one_comes_first(committed: World) -> None:
    """Either it was judged as it stood there and is open again, or it was changed before and is not judged."""
    open_deals(committed, most_open=100, most_a_day=100)
    for number in range(ROUNDS):
        first, later = (fetched(deal.pk) for deal in both_sent(committed, number))
        checked(later)
        ticked = looked_at(later)

        def change(first: Deal = first) -> object:
            written = replace(writing.written_of(first), customer_street="Klinikweg 6")
            return writing.change(deal=first, written=written, act=act(committed.reseller_sales, first))

        found = at_once(partial(approve, committed, later, by=committed.vendor_admin, another=ticked), change)
        assert isinstance(found[1], Deal)
        assert type(found[0]).__name__ in ("Deal", "ConflictsLeft")
        assert Conflict.objects.get(deal=later, other=first).judged == Conflict.Judged.OPEN
