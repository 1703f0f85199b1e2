"""Whoever wants payments to go another way than two honest people decided: by the pages, and refused on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from common.access import VENDOR, Actor
from common.models import User
from common.registry import Area
from partners.models import BankAccount
from rebates import urls
from rebates.models import AnswerLine, LeftOut, PaymentFile, PaymentHold, PaymentRun, RefusedStep
from rebates.payment_panels import waiting
from rebates.payments import proposing
from tests.people import signed_in, staff_of
from tests.rebates.bank import Said, pain002
from tests.rebates.payments.paying import (
    DAY,
    Finance,
    approve,
    approved,
    exported,
    has_account,
    iban_of,
    owed_120,
    pays,
    propose,
    proposed,
    say,
)
from tests.rebates.payments.walking import TAMPERED, Browsers, done_so_far, whole_way
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
State = PaymentRun.State


def cancelled(world: World, finance: Finance) -> PaymentRun:
    run = proposed(world, finance)
    Browsers(world).post(finance.first, "payment-cancel", run.number, reason="Wrong day")
    return run


def settled(world: World, finance: Finance) -> PaymentRun:
    run = exported(world, finance)
    say(run.payments.get(), AnswerLine.Said.PAID, finance.first)
    return run


def step(world: World, run: PaymentRun, name: str, person: User, **changed: object) -> None:
    """What this person sends to take a step with the run."""
    sent: dict[str, dict[str, object]] = {
        "approve": {"sha256": run.sha256},
        "cancel": {"reason": "Wrong day"},
        "another": {"reason": "Lost", "not_submitted": "on"},
        "release": {"sha256": run.sha256},
        "answer": {"said": "paid", "value_date": TODAY.isoformat()},
    }
    data = {**sent.get(name, {}), **changed}
    if name == "answer":
        Browsers(world).post(person, "payment", run.number, run.payments.get().pk, **data)
    else:
        further = [changed.get("number", 1)] if name in ("file", "release") else []
        Browsers(world).post(person, f"payment-{name}", run.number, *further, **data)


def refused(where: PaymentRun | PaymentHold) -> list[tuple[int, str]]:
    return list(where.refused_steps.order_by("id").values_list("person", "step"))


# --- steps that were skipped -----------------------------------------------------------------------------------------

BRING = {"proposed": proposed, "approved": approved, "exported": exported, "settled": settled, "cancelled": cancelled}
RECORDED = {"file": "export", "another": "another file", "release": "release file"}
SKIPPED = {
    "proposed": ("file", "another", "release", "answer"),
    "approved": ("approve", "another", "release", "answer"),
    "exported": ("approve", "cancel", "release"),
    "settled": ("approve", "cancel", "another", "release"),
    "cancelled": ("approve", "cancel", "file", "another", "release", "answer"),
}


@pytest.mark.parametrize("state", SKIPPED)
def test_a_step_out_of_turn_is_refused_and_recorded_and_does_nothing(
    world: World, finance: Finance, state: str
) -> None:
    owed_120(world, finance)
    run = BRING[state](world, finance)
    before = done_so_far()
    for name in SKIPPED[state]:
        step(world, run, name, world.vendor_finance)
        assert refused(run)[-1] == (world.vendor_finance.pk, RECORDED.get(name, name))
        assert done_so_far() == before
    assert len(refused(run)) == len(SKIPPED[state])


def test_a_further_file_is_not_taken_before_another_person_has_released_it(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    step(world, run, "another", finance.first)
    step(world, run, "file", finance.second, number=2)
    step(world, run, "release", finance.first, number=2, sha256=run.files.get(number=2).sha256)
    step(world, run, "release", finance.second, number=2, sha256=run.sha256)
    assert refused(run) == [
        (finance.second.pk, "export"),
        (finance.first.pk, "release file"),
        (finance.second.pk, "release file"),
    ]
    assert run.files.get(number=2).released_at is None


def test_a_hold_is_not_released_before_somebody_asked_nor_by_who_did(world: World, finance: Finance) -> None:
    browsers = Browsers(world)
    browsers.post(finance.proposer, "payment-hold-new", partner=world.reseller.number, why="fraud", text="One account")
    hold = PaymentHold.objects.get()
    browsers.post(finance.first, "payment-hold-release", hold.pk)
    browsers.post(finance.first, "payment-hold-ask", hold.pk, reason="Explained")
    browsers.post(finance.first, "payment-hold-release", hold.pk)
    hold.refresh_from_db()
    assert (hold.release_asked_by, hold.released_at) == (finance.first, None)
    assert refused(hold) == [(finance.first.pk, "release hold")] * 2
    page = signed_in(finance.second).get(reverse("rebates:payment-hold", args=[world.vendor.slug, hold.pk]))
    assert "somebody else has to agree" in page.content.decode()


def test_every_step_out_of_turn_at_a_hold_is_refused_and_recorded_and_does_nothing(
    world: World, finance: Finance
) -> None:
    browsers = Browsers(world)
    browsers.post(finance.proposer, "payment-hold-new", partner=world.reseller.number, why="fraud", text="One account")
    hold = PaymentHold.objects.get()
    browsers.post(finance.first, "payment-hold-keep", hold.pk)
    browsers.post(finance.first, "payment-hold-ask", hold.pk, reason="Explained")
    before = done_so_far()
    browsers.post(finance.second, "payment-hold-ask", hold.pk, reason="Explained otherwise")
    assert done_so_far() == before
    browsers.post(finance.second, "payment-hold-release", hold.pk)
    before = done_so_far()
    for name in ("ask", "release", "keep"):
        browsers.post(finance.proposer, f"payment-hold-{name}", hold.pk, reason="Once more")
    assert done_so_far() == before
    assert refused(hold) == [
        (finance.first.pk, "keep holding"),
        (finance.second.pk, "ask for release"),
        (finance.proposer.pk, "ask for release"),
        (finance.proposer.pk, "release hold"),
        (finance.proposer.pk, "keep holding"),
    ]


# --- forms sent again, and with more than they ask for ---------------------------------------------------------------


@pytest.fixture
def frozen(world: World) -> Iterator[None]:
    """Files carry the second in which they are made."""
    with time_machine.travel(NOW, tick=False):
        yield


def outcome(world: World, finance: Finance, **browsers: Any) -> list[str]:
    """What came of the whole way, which is undone."""
    with transaction.atomic():
        whole_way(Browsers(world, **browsers), finance)
        done = done_so_far()
        transaction.set_rollback(True)
    return done


def test_every_form_sent_again_does_nothing_more(world: World, finance: Finance, frozen: None) -> None:
    owed_120(world, finance)
    assert outcome(world, finance, times=2) == outcome(world, finance)


def test_no_form_takes_more_than_it_asks_for(world: World, finance: Finance, frozen: None) -> None:
    owed_120(world, finance)
    assert outcome(world, finance, extra=TAMPERED) == outcome(world, finance)


def test_an_approval_with_another_checksum_is_refused_and_recorded(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    step(world, run, "approve", finance.first, sha256="0" * 64)
    step(world, run, "approve", finance.first, sha256="")
    assert refused(run) == [(finance.first.pk, "approve")] * 2
    assert not run.approvals.exists()


# --- one person, many hats -------------------------------------------------------------------------------------------


def test_nobody_approves_their_own_run_by_any_of_their_accounts(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    other = staff_of(world.vendor, "proposers_other_account", "admin", second_of=finance.proposer)
    again = staff_of(world.vendor, "firsts_other_account", "finance", second_of=finance.first)
    people = (finance.proposer, other, finance.first, finance.first, again, finance.bookkeeper)
    for person in people:
        step(world, run, "approve", person)
    assert [person for person, _step in refused(run)] == [
        each.pk for each in (finance.proposer, other, finance.first, again, finance.bookkeeper)
    ]
    run.refresh_from_db()
    assert run.state == State.PROPOSED


def test_approvals_that_turn_out_to_be_one_persons_give_nothing_to_the_bank(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    for first in (finance.first, finance.proposer, finance.bookkeeper):
        User.objects.filter(pk=finance.second.pk).update(second_of=first)
        step(world, run, "file", finance.proposer)
    assert refused(run) == [(finance.proposer.pk, "export")] * 3
    assert not run.files.get().taken.exists()


def test_the_second_account_of_whoever_asked_releases_neither_a_file_nor_a_hold(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    again = staff_of(world.vendor, "firsts_other_account", "finance", second_of=finance.first)
    run = exported(world, finance)
    step(world, run, "another", finance.first)
    step(world, run, "release", again, number=2, sha256=run.files.get(number=2).sha256)
    assert refused(run) == [(again.pk, "release file")]
    browsers = Browsers(world)
    browsers.post(finance.second, "payment-hold-new", partner=world.reseller.number, why="fraud", text="One account")
    hold = PaymentHold.objects.get()
    browsers.post(finance.first, "payment-hold-ask", hold.pk, reason="Explained")
    browsers.post(again, "payment-hold-release", hold.pk)
    hold.refresh_from_db()
    assert hold.released_at is None
    assert refused(hold) == [(again.pk, "release hold")]
    args = [world.vendor.slug, run.number]
    page, button = reverse("rebates:payment-run", args=args), reverse("rebates:payment-release", args=[*args, 2])
    hold_page = reverse("rebates:payment-hold", args=[world.vendor.slug, hold.pk])
    hold_button = reverse("rebates:payment-hold-release", args=[world.vendor.slug, hold.pk])
    shown = {
        person: [
            button in browsers.of(person).get(page).content.decode(),
            hold_button in browsers.of(person).get(hold_page).content.decode(),
        ]
        for person in (finance.first, again, finance.second)
    }
    assert shown == {finance.first: [False, False], again: [False, False], finance.second: [True, True]}


def test_nothing_waits_for_a_person_who_did_it_by_another_account(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    approve(run, finance.first)
    browsers = Browsers(world)
    browsers.post(finance.proposer, "payment-hold-new", partner=world.reseller.number, why="fraud", text="One account")
    hold = PaymentHold.objects.get()
    browsers.post(finance.first, "payment-hold-ask", hold.pk, reason="Explained")
    others = [
        staff_of(world.vendor, f"{name}_other_account", "finance", second_of=first)
        for name, first in (("proposers", finance.proposer), ("firsts", finance.first))
    ]

    def waits(person: User) -> list[str]:
        vendor = world.vendor
        area = Area(VENDOR, vendor.pk, vendor.slug, vendor.name, f"/vendor/{vendor.slug}/")
        return [each.url for each in waiting(area, Actor.of(person), TODAY)]

    run_url = reverse("rebates:payment-run", args=[world.vendor.slug, run.number])
    hold_url = reverse("rebates:payment-hold", args=[world.vendor.slug, hold.pk])
    assert [waits(person) for person in (finance.proposer, others[0])] == [[hold_url]] * 2
    assert [waits(person) for person in (finance.first, others[1])] == [[]] * 2
    assert waits(finance.second) == [run_url, hold_url]


def test_a_run_that_nobody_proposed_waits_for_everybody(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    proposing.ensure_due_runs(today=DAY, now=NOW)
    area = Area(VENDOR, world.vendor.pk, world.vendor.slug, world.vendor.name, "/")
    for person in (finance.proposer, finance.first):
        assert len(list(waiting(area, Actor.of(person), TODAY))) == 1


def test_a_run_does_not_wait_for_those_who_may_not_approve_it(world: World, finance: Finance) -> None:
    account = owed_120(world, finance)
    proposing.ensure_due_runs(today=DAY, now=NOW)
    checker = account.uses.get(vendor=world.vendor).decided_by
    assert checker is not None
    area = Area(VENDOR, world.vendor.pk, world.vendor.slug, world.vendor.name, "/")
    assert len(list(waiting(area, Actor.of(finance.first), TODAY))) == 1
    assert list(waiting(area, Actor.of(checker), TODAY)) == []


def test_an_account_swapped_between_looking_and_approving_is_not_paid(world: World, finance: Finance) -> None:
    old = owed_120(world, finance)
    run = proposed(world, finance)
    step(world, run, "approve", finance.first)
    BankAccount.objects.filter(pk=old.pk).update(replaced_at=NOW, replaced_by=old.recorded_by)
    new = has_account(world.reseller, world.vendor, None, iban=iban_of(66))
    step(world, run, "approve", finance.second)
    assert refused(run) == [(finance.second.pk, "approve")]
    content = bytes(run.files.get().content)
    assert old.iban.encode() in content
    assert new.iban.encode() not in content
    step(world, run, "cancel", finance.first)
    again = propose(world, finance)
    assert not again.runs.exists()
    assert again.left_out.get().why == LeftOut.Why.WAITING


# --- strangers -------------------------------------------------------------------------------------------------------


def payment_addresses(world: World, finance: Finance) -> dict[str, list[object]]:
    """Every address of the vendor's payment pages, with what there is of a run given to the bank."""
    owed_120(world, finance)
    run = exported(world, finance)
    Browsers(world).post(finance.first, "payment-answers", file=_odd_answer(run))
    Browsers(world).post(finance.first, "payment-hold-new", partner=world.reseller.number, why="fraud", text="Odd")
    line, hold = AnswerLine.objects.get(), PaymentHold.objects.get()
    assert line.answer is not None
    number: list[object] = [run.number]
    args: dict[str, list[object]] = {
        "payment": [run.number, run.payments.get().pk], "payment-file": [run.number, 1],
        "payment-release": [run.number, 1], "payment-look-at": [line.pk], "payment-answer-file": [line.answer.pk],
        **dict.fromkeys(("payment-run", "payment-approve", "payment-cancel", "payment-another"), number),
        **{f"payment-hold{end}": [hold.pk] for end in ("", "-ask", "-release", "-keep")},
    }  # fmt: skip
    names = [each.name for each in urls.urlpatterns if "/payments/" in str(each.pattern)]
    assert len(names) >= 18
    return {name: args.get(name, []) for name in names if name}


def _odd_answer(run: PaymentRun) -> bytes:
    return pain002(about=run.files.get(number=1).message_id, payments=[Said("nobodys", "ACSC", settled="2026-11-16")])


def answers(client: Client, slug: str, addresses: dict[str, list[object]]) -> set[int]:
    """The status with which each address answers, looked at and sent to."""
    found = set()
    for name, args in addresses.items():
        url = reverse(f"rebates:{name}", args=[slug, *args])
        found |= {client.get(url).status_code, client.post(url, {"reason": "x", "sha256": "x"}).status_code}
    return found


def test_no_other_role_gets_to_any_page_of_payments(world: World, finance: Finance) -> None:
    addresses = payment_addresses(world, finance)
    before, seen = done_so_far(), RefusedStep.objects.count()
    expected = {
        world.channel_manager: 403,
        world.platform_admin: 403,
        world.reseller_owner: 404,
        world.reseller_finance: 404,
        world.reporter: 404,
        world.rival_vendor_finance: 404,
        world.rival_vendor_admin: 404,
    }
    found = {person: answers(signed_in(person), world.vendor.slug, addresses) for person in expected}
    assert found == {person: {status} for person, status in expected.items()}
    assert answers(Client(), world.vendor.slug, addresses) == {302}
    assert (done_so_far(), RefusedStep.objects.count()) == (before, seen)


def test_what_is_another_vendors_is_not_found_below_the_own_address(world: World, finance: Finance) -> None:
    addresses = {name: args for name, args in payment_addresses(world, finance).items() if args}
    pays(world.rival_vendor)
    before = done_so_far()
    client = signed_in(world.rival_vendor_finance)
    for name, args in addresses.items():
        url = reverse(f"rebates:{name}", args=[world.rival_vendor.slug, *args])
        assert client.post(url, {"reason": "x", "note": "x"}).status_code in (404, 405), name
        assert client.get(url).status_code in (404, 405), name
    assert done_so_far() == before
    assert PaymentFile.objects.get().taken.count() == 1


def test_who_loses_the_role_between_looking_and_clicking_does_not_get_in(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    approve(run, finance.first)
    client = signed_in(finance.second)
    assert client.get(reverse("rebates:payment-run", args=[world.vendor.slug, run.number])).status_code == 200
    world.vendor.staff.filter(user=finance.second).delete()
    url = reverse("rebates:payment-approve", args=[world.vendor.slug, run.number])
    assert client.post(url, {"sha256": run.sha256}).status_code == 404
    run.refresh_from_db()
    assert run.state == State.PROPOSED
