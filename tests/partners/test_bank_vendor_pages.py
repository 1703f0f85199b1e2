"""Pages about bank accounts: where a vendor looks at one and decides about its use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common.access import OWNER, VENDOR_FINANCE, Actor
from common.models import User
from partners import bank_pages
from partners.models import BankAccountUse, Member
from programs.areas import vendor_area
from tests.partners.bank_pages import LIST, SignedIn, use_url
from tests.partners.banking import ANOTHER, LETTER, MASKED, approve, record, refuse, use_of
from tests.people import staff_of
from tests.rendering import read, words
from tests.world import NOW, TODAY, World, enrol


@pytest.fixture
def finance(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_finance)


def test_what_waits_is_one_line_for_finance_and_leads_to_the_account(world: World, finance: Client) -> None:
    area = vendor_area(world.vendor)

    def waiting(person: User) -> list[tuple[str, str]]:
        return [(str(item.label), item.url) for item in bank_pages.undecided(area, Actor.of(person), TODAY)]

    assert waiting(world.vendor_finance) == []
    account = record(world.reseller, world.reseller_owner)
    assert waiting(world.vendor_finance) == [("1 bank account to check", use_url(account, world))]
    enrol(world.rival, world.program)
    record(world.rival, world.rival_owner)
    assert waiting(world.vendor_finance) == [("2 bank accounts to check", f"{LIST}?state=waiting")]
    assert waiting(world.channel_manager) == []
    assert "2 bank accounts to check" in read(finance, "/vendor/lenovo/panels/waiting/")


def test_the_page_shows_what_to_compare_and_what_to_look_at_twice(world: World, finance: Client) -> None:
    account = record(world.reseller, world.reseller_owner)
    page = read(finance, use_url(account, world))
    assert "Elbtal Systemhaus GmbH" in page
    assert "Please look twice" not in page
    other: dict[str, Any] = {"iban": "AT611904300234573201", "holder": "Blaufeld Holding AG"}
    other["now"] = NOW + timedelta(hours=1)
    doubtful = record(world.reseller, world.reseller_owner, **other)
    page = read(finance, use_url(doubtful, world))
    for said in (
        "The account holder is “Blaufeld Holding AG”, the company is “Elbtal Systemhaus GmbH”.",
        "The bank is in AT, the company in DE.", "The bank is in no directory", f"Account until then {MASKED}",
    ):  # fmt: skip
        assert said in page, said
    answer = finance.get(use_url(doubtful, world, "file/"))
    assert answer.content == LETTER.content
    assert "attachment" in answer["Content-Disposition"]


def test_deciding_leads_to_the_next_that_waits(world: World, finance: Client) -> None:
    enrol(world.rival, world.program)
    first = record(world.reseller, world.reseller_owner)
    second = record(world.rival, world.rival_owner, now=NOW + timedelta(hours=1))
    answer = finance.post(use_url(first, world, "approve/"))
    assert answer["Location"] == use_url(second, world)
    answer = finance.post(use_url(second, world, "refuse/"), {"comment": "Another name."})
    assert answer["Location"] == LIST
    assert [use_of(each, world.vendor).state for each in (first, second)] == ["approved", "refused"]
    assert "data-key" not in finance.get(use_url(first, world)).content.decode()


def test_a_refusal_needs_a_reason(world: World, finance: Client) -> None:
    account = record(world.reseller, world.reseller_owner)
    answer = finance.post(use_url(account, world, "refuse/"), {"comment": " "})
    assert answer.status_code == 422
    assert use_of(account, world.vendor).state == "waiting"


def test_nobody_approves_what_was_changed_since_they_looked(world: World, finance: Client) -> None:
    account = record(world.reseller, world.reseller_owner)
    url = use_url(account, world, "approve/")
    record(world.reseller, world.reseller_owner, iban=ANOTHER)
    page = words(finance.post(url, follow=True).content.decode())
    assert "The company has changed or withdrawn this account." in page
    assert not BankAccountUse.objects.filter(state="approved").exists()


def test_who_works_for_the_company_is_told_that_somebody_else_decides(world: World, signed_in: SignedIn) -> None:
    both = staff_of(world.vendor, "both", VENDOR_FINANCE)
    Member.objects.create(partner=world.reseller, user=both, role=OWNER)
    account = record(world.reseller, world.reseller_owner)
    client = signed_in(both)
    assert "somebody else has to decide" in read(client, use_url(account, world))
    client.post(use_url(account, world, "approve/"))
    assert use_of(account, world.vendor).state == "waiting"


def test_the_list_has_what_waits_first_and_is_filtered_by_state(world: World, finance: Client) -> None:
    enrol(world.rival, world.program)
    old = record(world.rival, world.rival_owner)
    approve(old, world.vendor, world.vendor_finance)
    new = record(world.rival, world.rival_owner, iban=ANOTHER, now=NOW + timedelta(hours=2))
    approve(record(world.reseller, world.reseller_owner), world.vendor, world.vendor_finance)

    def listed(query: str = "") -> list[str]:
        return [row.record.account.holder for row in finance.get(LIST + query).context["table"].rows]

    assert finance.get(LIST).context["table"].rows[0].record.account == new
    assert len(listed()) == 3
    for state, number in (("waiting", 1), ("approved", 1), ("refused", 0), ("replaced", 1)):
        assert len(listed(f"?state={state}")) == number, state
    assert len(listed("?q=2B3C4D5F")) == 1
    assert listed(f"?q={ANOTHER}") == []


def test_the_vendor_s_page_of_a_partner_says_whether_it_can_be_paid(world: World, signed_in: SignedIn) -> None:
    detail = "/vendor/lenovo/partners/2B3C4D5F/"
    manager, finance = signed_in(world.channel_manager), signed_in(world.vendor_finance)
    assert "Bank account no account named" in read(manager, detail)
    record(world.reseller, world.reseller_owner)
    assert "Bank account being checked" in read(manager, detail)
    assert MASKED not in read(manager, detail)
    assert f"being checked {MASKED}" in read(finance, detail)


def test_a_refused_account_waits_for_the_company(world: World, signed_in: SignedIn) -> None:
    account = record(world.reseller, world.reseller_owner)
    refuse(account, world.vendor, world.vendor_finance)
    said = "Lenovo does not accept your bank account"
    waiting = "/partner/2B3C4D5F/panels/waiting/"
    assert said in read(signed_in(world.reseller_finance), waiting)
    assert said not in read(signed_in(world.reseller_sales), waiting)
