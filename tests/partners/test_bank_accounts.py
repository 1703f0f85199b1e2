"""A company's bank account: a change holds at once, is told at once, and is paid only when a vendor has agreed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from common.access import OWNER, SALES, VENDOR_FINANCE, Actor
from common.models import OutboxMail
from common.proofs import Proof
from partners import bank_accounts, bank_selectors, ibans
from partners.bank_accounts import (
    ChangedMeanwhile,
    MovedOn,
    NoReason,
    NotAllowed,
    NotAnAccount,
    NothingToChange,
    OwnAccount,
)
from partners.bank_selectors import AccountState, payable
from partners.models import BankAccount, BankAccountUse, Member
from tests.partners import banking
from tests.partners.banking import ANOTHER, IBAN, LETTER, MASKED, USABLE, approve, record, refuse, state_of, use_of
from tests.people import member_of, staff_of
from tests.world import NOW, World, enrol, make_partner, make_program

LATER = NOW + timedelta(hours=1)


def mails(kind: str) -> list[str]:
    return sorted(OutboxMail.objects.filter(kind=f"bank-account-{kind}").values_list("address", flat=True))


# --- naming ----------------------------------------------------------------------------------------------------------


def test_an_account_is_stored_as_its_number_says(world: World) -> None:
    account = record(
        world.reseller, world.reseller_owner, iban=" de89 3704 0044 0532 0130 00 ", holder=" Elbtal  GmbH "
    )
    assert (account.iban, account.bic, account.country, account.holder) == (IBAN, "COBADEFFXXX", "DE", "Elbtal GmbH")
    assert (account.masked, str(account), account.usable_from) == (MASKED, MASKED, USABLE)
    assert bytes(BankAccount.objects.get().proof) == LETTER.content


def test_a_bank_that_nobody_knows_is_no_error(world: World) -> None:
    assert record(world.reseller, world.reseller_owner, iban="DE93999999990000000001").bic == ""


@pytest.mark.parametrize(
    "iban", ["DE88370400440532013000", "DE8937040044053201300", "XX89370400440532013000", "Sparkasse", ""]
)
def test_a_number_that_is_none_is_refused_without_being_repeated(world: World, iban: str) -> None:
    with pytest.raises(NotAnAccount) as refused:
        record(world.reseller, world.reseller_owner, iban=iban)
    assert refused.value.__suppress_context__
    assert not iban or iban not in str(refused.value)
    assert not BankAccount.objects.exists()


@pytest.mark.parametrize(
    "given", [{"holder": "  "}, {"holder": "x" * 71}, {"proof": Proof("letter.csv", b"a;b\n1;2\n")}]
)
def test_without_a_holder_or_a_proof_it_is_no_account(world: World, given: dict[str, Any]) -> None:
    with pytest.raises(NotAnAccount):
        record(world.reseller, world.reseller_owner, **given)


def test_the_owner_and_bookkeeping_name_it_and_nobody_else(world: World) -> None:
    refused = [
        world.reseller_sales, world.reseller_technician, world.rival_owner, world.vendor_finance, world.vendor_admin,
        world.platform_admin,
    ]  # fmt: skip
    for person in refused:
        with pytest.raises(NotAllowed):
            record(world.reseller, person)
    account = record(world.reseller, world.reseller_finance)
    for person in refused:
        with pytest.raises(NotAllowed):
            banking.withdraw(account, person)
    for actor in (Actor.system(), Actor.of(world.reseller_owner, scopes=["sales"])):
        with pytest.raises(NotAllowed):
            bank_accounts.withdraw(account=account, actor=actor, now=NOW)


def test_every_vendor_with_which_the_company_takes_part_is_asked(world: World) -> None:
    account = record(world.reseller, world.reseller_owner)
    assert {use.vendor: use.state for use in account.uses.all()} == {
        world.vendor: "waiting", world.rival_vendor: "waiting",
    }  # fmt: skip
    assert mails("recorded") == sorted([world.reseller_owner.email, world.reseller_finance.email])


def test_a_vendor_that_comes_later_is_asked_by_the_tick_once(world: World) -> None:
    account = record(world.rival, world.rival_owner)
    assert bank_accounts.ask_newcomers(now=LATER) == 0
    enrol(world.rival, world.program)
    enrol(world.rival, make_program(world.vendor, "second", "Second program", ("base",)), tier=None)
    assert state_of(world.rival, world.vendor) == "waiting"
    assert [bank_accounts.ask_newcomers(now=LATER) for _ in range(2)] == [1, 0]
    assert use_of(account, world.vendor).asked_at == LATER
    approve(account, world.vendor, world.vendor_finance)
    assert state_of(world.rival, world.vendor) == "ready"


def test_of_accounts_that_are_gone_nobody_is_asked(world: World) -> None:
    banking.withdraw(record(world.rival, world.rival_owner), world.rival_owner)
    enrol(world.rival, world.program)
    assert bank_accounts.ask_newcomers(now=LATER) == 0


# --- changing --------------------------------------------------------------------------------------------------------


def test_a_change_is_a_new_account_and_the_old_one_ends_in_the_same_moment(world: World) -> None:
    old = record(world.reseller, world.reseller_owner)
    new = record(world.reseller, world.reseller_finance, iban=ANOTHER, now=LATER)
    old.refresh_from_db()
    assert (old.replaced_at, old.replaced_by, new.replaced_at) == (LATER, world.reseller_finance, None)
    assert [use.state for use in new.uses.all()] == ["waiting", "waiting"]


def test_the_old_contact_is_told_at_once_and_reads_no_whole_number(world: World) -> None:
    left = member_of(world.reseller, "left", OWNER)
    record(world.reseller, left)
    Member.objects.filter(user=left).update(left_on=NOW.date())
    record(world.reseller, world.reseller_finance, iban=ANOTHER, now=LATER)
    assert mails("changed") == sorted([left.email, world.reseller_owner.email, world.reseller_finance.email])
    mail = OutboxMail.objects.filter(kind="bank-account-changed").first()
    assert mail is not None
    for said in ("DE02 •••• •••• 2051", MASKED, "By: Reseller Finance", "19 Nov 2026", "withdraw the account"):
        assert said in mail.text, said
    for whole in (IBAN, ANOTHER, "DE89 3704"):
        assert whole not in mail.text + mail.html + mail.subject


def test_sent_twice_it_is_named_once_and_the_same_again_is_no_change(world: World) -> None:
    first = record(world.reseller, world.reseller_owner, replaces=None)
    assert record(world.reseller, world.reseller_owner, replaces=None) == first
    with pytest.raises(NothingToChange):
        record(world.reseller, world.reseller_finance)
    assert BankAccount.objects.count() == 1


def test_another_proof_for_the_same_account_is_another_question(world: World) -> None:
    first = record(world.reseller, world.reseller_owner)
    refuse(first, world.vendor, world.vendor_finance)
    record(world.reseller, world.reseller_owner, proof=Proof("better.pdf", b"%PDF-1.7 better"), now=LATER)
    assert state_of(world.reseller, world.vendor) == "waiting"


def test_who_has_not_seen_the_account_of_now_does_not_replace_it(world: World) -> None:
    first = record(world.reseller, world.reseller_owner)
    for seen in (None, first.pk + 1):
        with pytest.raises(ChangedMeanwhile):
            record(world.reseller, world.reseller_finance, iban=ANOTHER, replaces=seen)
    banking.withdraw(first, world.reseller_owner)
    with pytest.raises(ChangedMeanwhile):
        record(world.reseller, world.reseller_finance, iban=ANOTHER, replaces=first.pk)


def test_it_is_withdrawn_without_another_one_and_everybody_is_told(world: World) -> None:
    account = record(world.reseller, world.reseller_finance)
    banking.withdraw(account, world.reseller_owner, LATER)
    banking.withdraw(account, world.reseller_owner, LATER)
    assert (account.replaced_at, account.replaced_by) == (LATER, world.reseller_owner)
    assert mails("withdrawn") == sorted([world.reseller_owner.email, world.reseller_finance.email])
    with pytest.raises(ChangedMeanwhile):
        banking.withdraw(account, world.reseller_finance)
    assert state_of(world.reseller, world.vendor) == "none"


# --- deciding --------------------------------------------------------------------------------------------------------


def test_each_vendor_decides_for_itself(world: World) -> None:
    account = record(world.reseller, world.reseller_owner)
    approve(account, world.vendor, world.vendor_finance)
    refuse(account, world.rival_vendor, world.rival_vendor_finance)
    assert state_of(world.reseller, world.vendor) == "ready"
    assert state_of(world.reseller, world.rival_vendor) == "refused"
    assert mails("approved") == mails("refused") == sorted([world.reseller_owner.email, world.reseller_finance.email])
    text = OutboxMail.objects.filter(kind="bank-account-refused")[0].text
    assert "Another name." in text
    assert MASKED in text


def test_finance_and_admins_of_the_vendor_decide_and_nobody_else(world: World) -> None:
    use = use_of(record(world.reseller, world.reseller_owner), world.vendor)
    for person in (world.channel_manager, world.rival_vendor_finance, world.platform_admin, world.reseller_owner):
        for decide in (bank_accounts.approve, lambda **given: bank_accounts.refuse(comment="No.", **given)):
            with pytest.raises(NotAllowed):
                decide(use=use, actor=Actor.of(person), now=NOW)
    with pytest.raises(NotAllowed):
        bank_accounts.approve(use=use, actor=Actor.system(), now=NOW)
    with pytest.raises(NotAllowed):
        bank_accounts.approve(use=use, actor=Actor.of(world.vendor_finance, scopes=["sales"]), now=NOW)
    approve(use.account, world.vendor, world.vendor_admin)


@pytest.mark.parametrize("role", [OWNER, SALES])
def test_nobody_decides_about_the_account_of_a_company_they_work_for(world: World, role: str) -> None:
    both = staff_of(world.vendor, "both", VENDOR_FINANCE)
    Member.objects.create(partner=world.reseller, user=both, role=role)
    account = record(world.reseller, both if role == OWNER else world.reseller_owner)
    with pytest.raises(OwnAccount):
        approve(account, world.vendor, both)
    with pytest.raises(OwnAccount):
        refuse(account, world.vendor, both)
    refused = use_of(account, world.vendor).refused_decisions
    assert sorted(refused.values_list("person", "step")) == [(both.pk, "approve"), (both.pk, "refuse")]


def test_a_refused_decision_stands_on_the_page_and_stays(world: World, client: Client) -> None:
    both = staff_of(world.vendor, "both", VENDOR_FINANCE)
    Member.objects.create(partner=world.reseller, user=both, role=SALES)
    account = record(world.reseller, world.reseller_owner)
    with pytest.raises(OwnAccount):
        approve(account, world.vendor, both)
    use = use_of(account, world.vendor)
    client.force_login(world.vendor_finance)
    page = client.get(reverse("partners:bank-account-use", args=[world.vendor.slug, use.pk]))
    assert "You work for this company" in page.content.decode()
    with pytest.raises(ProgrammingError), transaction.atomic():
        use.refused_decisions.update(why="")


@pytest.mark.parametrize("role", [OWNER, SALES])
def test_nobody_decides_by_a_second_login_about_the_account_of_a_company_they_work_for(world: World, role: str) -> None:
    first = member_of(world.reseller, "first_login", role)
    second = staff_of(world.vendor, "second_login", VENDOR_FINANCE, second_of=first)
    account = record(world.reseller, first if role == OWNER else world.reseller_owner)
    for decide in (approve, refuse):
        with pytest.raises(OwnAccount):
            decide(account, world.vendor, second)
    assert not bank_accounts.may_decide(use=use_of(account, world.vendor), actor=Actor.of(second))


def test_who_named_it_does_not_decide_after_leaving_and_the_database_says_so_too(world: World) -> None:
    both = staff_of(world.vendor, "both", VENDOR_FINANCE)
    member = Member.objects.create(partner=world.reseller, user=both, role=OWNER)
    account = record(world.reseller, both)
    Member.objects.filter(pk=member.pk).update(left_on=NOW.date())
    with pytest.raises(OwnAccount):
        approve(account, world.vendor, both)
    with pytest.raises(ProgrammingError, match="does not decide"), transaction.atomic():
        BankAccountUse.objects.filter(account=account).update(state="approved", decided_by=both, decided_at=NOW)


@pytest.mark.parametrize("role", [OWNER, SALES])
def test_nobody_decides_by_another_login_about_the_account_of_a_company_they_work_for(world: World, role: str) -> None:
    at_company = member_of(world.reseller, "at_company", role)
    at_vendor = staff_of(world.vendor, "at_vendor", VENDOR_FINANCE, second_of=at_company)
    account = record(world.reseller, at_company if role == OWNER else world.reseller_owner)
    with pytest.raises(OwnAccount):
        approve(account, world.vendor, at_vendor)
    Member.objects.filter(user=at_company).update(left_on=NOW.date())
    if role == OWNER:
        with pytest.raises(OwnAccount):
            approve(account, world.vendor, at_vendor)
    else:
        assert approve(account, world.vendor, at_vendor).state == "approved"


def test_it_is_decided_once(world: World) -> None:
    account = record(world.reseller, world.reseller_owner)
    approve(account, world.vendor, world.vendor_finance)
    approve(account, world.vendor, world.vendor_finance, LATER)
    assert use_of(account, world.vendor).decided_at == NOW
    for again in (approve, refuse):
        with pytest.raises(MovedOn):
            again(account, world.vendor, world.vendor_admin)
    with pytest.raises(NoReason):
        refuse(account, world.rival_vendor, world.rival_vendor_finance, "  ")


def test_an_account_that_was_changed_meanwhile_is_not_approved(world: World) -> None:
    """Whoever looked at the old one has not looked at the new one."""
    old = record(world.reseller, world.reseller_owner)
    seen = use_of(old, world.vendor)
    new = record(world.reseller, world.reseller_owner, iban=ANOTHER, now=LATER)
    with pytest.raises(ChangedMeanwhile):
        bank_accounts.approve(use=seen, actor=Actor.of(world.vendor_finance), now=LATER)
    assert use_of(new, world.vendor).state == "waiting"
    assert [(each.person, each.step) for each in seen.refused_decisions.all()] == [(world.vendor_finance, "approve")]
    waiting = bank_selectors.waiting_at(vendor_id=world.vendor.pk, actor=Actor.of(world.vendor_finance))
    assert [use.account for use in waiting] == [new]


def test_what_was_decided_has_a_history(world: World) -> None:
    approve(record(world.reseller, world.reseller_owner), world.vendor, world.vendor_finance)
    events = BankAccountUse.pgh_event_model.objects.filter(vendor=world.vendor)  # type: ignore[attr-defined]
    assert [event.state for event in events.order_by("pgh_id")] == ["waiting", "approved"]


# --- what a payment run asks -----------------------------------------------------------------------------------------


def test_the_state_of_an_account_decides_whether_it_is_paid(world: World) -> None:
    partner, vendor, finance = world.reseller, world.vendor, world.vendor_finance
    assert state_of(partner, vendor) == AccountState.NONE
    first = record(partner, world.reseller_owner)
    assert state_of(partner, vendor) == AccountState.WAITING
    approve(first, vendor, finance)
    assert state_of(partner, vendor, USABLE - timedelta(seconds=1)) == AccountState.COOLING
    assert state_of(partner, vendor, USABLE) == AccountState.READY
    second = record(partner, world.reseller_owner, iban=ANOTHER, now=USABLE)
    assert state_of(partner, vendor) == AccountState.WAITING
    refuse(second, vendor, finance)
    assert state_of(partner, vendor) == AccountState.REFUSED
    banking.withdraw(second, world.reseller_owner, USABLE)
    assert state_of(partner, vendor) == AccountState.NONE


def test_what_is_payable_says_since_when_and_until_when(world: World) -> None:
    account = record(world.reseller, world.reseller_owner)
    use = approve(account, world.vendor, world.vendor_finance, LATER)
    of: dict[str, Any] = {"vendor_id": world.vendor.pk, "partner_ids": [world.reseller.pk]}
    (cooling,) = payable(**of, now=LATER).values()
    assert (cooling.account, cooling.use, cooling.since, cooling.until) == (account, use, LATER, USABLE)
    (ready,) = payable(**of, now=USABLE).values()
    assert (ready.since, ready.until) == (USABLE, None)


def test_the_cool_down_is_a_setting(world: World, settings: Settings) -> None:
    settings.BANK_ACCOUNT_COOL_DOWN_DAYS = 0
    approve(record(world.reseller, world.reseller_owner), world.vendor, world.vendor_finance)
    assert state_of(world.reseller, world.vendor, NOW) == "ready"


def test_every_partner_asked_for_is_answered_in_two_queries(world: World) -> None:
    many = [make_partner(f"Systemhaus {number}", f"M{number:07}") for number in range(4)]
    for number, partner in enumerate(many[:3]):
        enrol(partner, world.program)
        account = record(partner, member_of(partner, f"owner_{number}", OWNER))
        approve(account, world.vendor, world.vendor_finance)
    ids = [world.rival.pk, *(partner.pk for partner in many)]
    with CaptureQueriesContext(connection) as captured:
        found = payable(vendor_id=world.vendor.pk, partner_ids=ids, now=USABLE)
    assert [found[pk].state for pk in ids] == ["none", "ready", "ready", "ready", "none"]
    assert len(captured) == 2
    assert "proof" not in found[many[0].pk].account.__dict__
    assert payable(vendor_id=world.vendor.pk, partner_ids=[], now=USABLE) == {}


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("iban", "shown"),
    [
        (IBAN, MASKED),
        ("NO9386011117947", "NO93 •••• •••• 7947"),
        ("MT84MALT011000012345MTLCAST001S", "MT84 •••• •••• 001S"),
    ],
)
def test_masked_shows_both_ends_alone(iban: str, shown: str) -> None:
    assert bank_selectors.masked(iban) == shown
    assert bank_selectors.masked("") == ""


@pytest.mark.parametrize("typed", [IBAN, "DE89 3704 0044 0532 0130 00", "de89-3704-0044-0532-0130-00", f" {IBAN}\n"])
def test_an_iban_is_read_however_it_is_typed(typed: str) -> None:
    assert ibans.read(typed) == IBAN
