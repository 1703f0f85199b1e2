"""Why the bank did not pay: whose matter it is, and what the partner reads."""

from __future__ import annotations

import pytest
from django.utils.functional import Promise

from rebates.bank_reasons import advice
from rebates.documents.reason_codes import about_account, said_twice

ACCOUNT = (
    "AC01", "AC03", "AC04", "AC06", "AC07", "AC14", "AG01", "AG03", "BE01", "BE04", "BE06", "MD07", "MS02", "MS03",
    "RC01", "RC04", "RC07", "RR03", "RR04",
)  # fmt: skip
SENDER = (
    "AC02", "AC05", "AM02", "AM04", "AM05", "AB09", "BE07", "CH03", "DS04", "DT01", "DU01", "DUPL", "FF01", "ED05",
    "RC03", "RR01", "RR02", "TM01",
)  # fmt: skip


@pytest.mark.parametrize("code", ACCOUNT)
def test_these_are_about_the_payees_account_and_say_what_to_do(code: str) -> None:
    assert about_account(code)
    assert advice(code) not in (advice(""), advice("AM04"))


@pytest.mark.parametrize("code", SENDER)
def test_these_are_about_the_side_that_pays_and_ask_for_nothing(code: str) -> None:
    assert not about_account(code)
    assert "nothing for you to do" in str(advice(code))


@pytest.mark.parametrize("code", ["AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"])
def test_what_the_bank_has_already_is_not_promised_to_be_paid_again(code: str) -> None:
    assert said_twice(code)
    assert not about_account(code)
    assert advice(code) == advice("DUPL") != advice("AM04")


@pytest.mark.parametrize("code", ["AC04", "AM04", "FF01", "NARR", ""])
def test_other_reasons_are_not_about_a_payment_that_was_made_before(code: str) -> None:
    assert not said_twice(code)


@pytest.mark.parametrize("code", ["", "NARR", "QQ99", "own code"])
def test_a_code_that_says_nothing_lets_the_partner_look_at_the_account(code: str) -> None:
    assert about_account(code)
    assert "check your bank account" in str(advice(code))


def test_advice_waits_for_the_readers_language() -> None:
    assert isinstance(advice("AC04"), Promise)
