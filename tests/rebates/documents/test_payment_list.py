"""Payments that no SEPA file can hold: a list that spreadsheets and banks read, and that cannot do harm in them."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.cells import FORMULA_STARTS
from rebates.documents import transfers as refusals
from rebates.documents.pain001 import BankFile, FileRefused, Transfer
from rebates.documents.payment_list import COLUMNS, payment_list
from tests.rebates.documents.payments import TRANSFER, transfer

DAY = date(2026, 12, 26)


def listed(*transfers: Transfer, currency: str = "USD") -> BankFile:
    return payment_list(message_id="acme-R2-F1", pay_on=DAY, currency=currency, transfers=transfers)


def rows(file: BankFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_list_is_written_as_german_spreadsheets_open_it() -> None:
    file = listed(transfer(iban="AE070331234567890123456", bic="", country="AE", amount=Decimal("1234.5")))
    assert (
        file.content
        == (
            "\ufeffid;holder;iban;bic;country;currency;amount;remittance;pay_on\r\n"
            "acme-R1-P1;Fachhändler GmbH;AE070331234567890123456;;AE;USD;1234,50;Acme Bonus, Zahlung 1;2026-12-26\r\n"
        ).encode()
    )
    assert (file.count, file.total) == (1, Decimal("1234.50"))
    assert file.sha256 == hashlib.sha256(file.content).hexdigest()


def test_the_same_payments_give_the_same_bytes() -> None:
    assert listed(transfer(1), transfer(2)) == listed(transfer(1), transfer(2))


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1+cmd|' /C calc'!A0", "@SUM(1)", "-1+1", "\t=1", " =1"])
def test_what_a_partner_enters_is_never_a_formula(text: str) -> None:
    _header, row = rows(listed(transfer(name=text, remittance=text)))
    for cell in row:
        assert not cell.startswith(FORMULA_STARTS)


@given(name=st.text(min_size=1).filter(str.strip), remittance=st.text(), cents=st.integers(1, 10**12))
def test_every_payment_is_one_row_whatever_stands_in_it(name: str, remittance: str, cents: int) -> None:
    file = listed(transfer(1, name=name, remittance=remittance, amount=Decimal(cents) / 100), transfer(2))
    header, first, second = rows(file)
    assert header == list(COLUMNS)
    assert (len(first), second[0]) == (len(COLUMNS), "acme-R1-P2")
    assert Decimal(first[6].replace(",", ".")) * 100 == cents
    assert not any(cell.startswith(FORMULA_STARTS) for cell in first)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"iban": "AE070331234567890123457"}, refusals.WrongIban),
        ({"bic": "X"}, refusals.WrongBic),
        ({"amount": Decimal(0)}, refusals.NotAnAmount),
        ({"amount": Decimal("0.001")}, refusals.NotAnAmount),
        ({"name": ""}, refusals.NameMissing),
    ],
)
def test_a_wrong_payment_is_refused(wrong: dict[str, Any], refusal: type[FileRefused]) -> None:
    with pytest.raises(refusal) as refused:
        listed(transfer(1), transfer(2, **wrong))
    assert refused.value.transfer == "acme-R1-P2"


def test_ids_twice_and_empty_lists_are_refused() -> None:
    with pytest.raises(refusals.SameId):
        listed(TRANSFER, TRANSFER)
    with pytest.raises(refusals.NothingToPay):
        listed()
