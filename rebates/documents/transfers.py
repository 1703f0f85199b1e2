"""Payments as the bank is told about them, and what is refused before a file is made of them.

Account numbers stay out of refusals and of what a record says about itself: both end up in logs.
"""

from __future__ import annotations

import decimal
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from common.errors import MarkedError
from common.money import CENT, EXACT, ZERO
from common.sentences import _n
from partners import ibans
from rebates.documents.ids import LONGEST
from rebates.documents.sepa import sepa_text

_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment. `amount` in the currency of the file; `bic`, `remittance` and the address may be empty.

    `country` is that of the address, as two letters.
    """

    end_to_end_id: str
    name: str
    iban: str = field(repr=False)
    bic: str
    amount: Decimal
    remittance: str
    street: str
    postcode: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file for the bank: its bytes with their SHA-256 in hex, how many payments it has and their sum."""

    message_id: str
    content: bytes = field(repr=False)
    sha256: str
    count: int
    total: Decimal


class FileRefused(MarkedError):
    """No file is made of these payments. `transfer`: the id of the one to blame, empty where it is none of them."""

    def __init__(self, text: str, *, transfer: str = "", **values: object) -> None:
        self.transfer = transfer
        super().__init__(text, transfer=transfer, **values)


class NothingToPay(FileRefused):
    """There is no payment in it."""


class NoBankDay(FileRefused):
    """Banks do not book on the day of payment."""


class WrongId(FileRefused):
    """An id is empty, too long, or has characters that banks do not pass on."""


class SameId(FileRefused):
    """Two payments have the same id: the bank would carry out one of them, or both as one."""


class NameMissing(FileRefused):
    """Nothing is left of a holder's name in the characters that banks pass on."""


class WrongIban(FileRefused):
    """An IBAN is wrong: its country, length, form or check digits; or it is not written in capitals without blanks."""


class WrongBic(FileRefused):
    """A BIC is not written as one."""


class OutsideSepa(FileRefused):
    """An account is in a country that SEPA credit transfers do not reach."""


class AboveBound(FileRefused):
    """An amount is above what one payment may be."""


class NotAnAmount(FileRefused):
    """An amount is not positive, or has parts of a cent."""


class NotValid(FileRefused):
    """The finished file does not keep to the official schema."""


def check_id(text: str, *, transfer: str = "") -> None:
    """Raises WrongId."""
    if not text or sepa_text(text, LONGEST) != text:
        raise WrongId(_n("“{id}” is no id that banks pass on."), transfer=transfer, id=text)


def check_account(*, name: str, iban: str, bic: str, transfer: str = "") -> None:
    """Raises WrongIban, WrongBic."""
    if not _is_iban(iban):
        raise WrongIban(_n("The account of {who} has no valid IBAN."), transfer=transfer, who=who(name, transfer))
    if bic and not _BIC.fullmatch(bic):
        raise WrongBic(_n("The account of {who} has no valid BIC."), transfer=transfer, who=who(name, transfer))


def check_transfers(transfers: Sequence[Transfer]) -> None:
    """What every file asks for. Raises NothingToPay, WrongId, SameId, NameMissing, WrongIban, WrongBic, NotAnAmount."""
    if not transfers:
        raise NothingToPay(_n("There is no payment to make a file of."))
    seen = set()
    for each in transfers:
        check_id(each.end_to_end_id, transfer=each.end_to_end_id)
        if each.end_to_end_id in seen:
            raise SameId(_n("Two payments have the same id, {transfer}."), transfer=each.end_to_end_id)
        seen.add(each.end_to_end_id)
        if not each.name.strip():
            raise NameMissing(
                _n("The payment {transfer} has no name of an account holder."), transfer=each.end_to_end_id
            )
        check_account(name=each.name, iban=each.iban, bic=each.bic, transfer=each.end_to_end_id)
        _check_amount(each)


def who(name: str, transfer: str) -> str:
    """The holder as refusals say it: "Acme GmbH (acme-R12-P4711)"."""
    return f"{name} ({transfer})" if transfer else name


def finished(message_id: str, content: bytes, transfers: Sequence[Transfer]) -> BankFile:
    total = sum((each.amount for each in transfers), ZERO)
    return BankFile(message_id, content, hashlib.sha256(content).hexdigest(), len(transfers), total)


def _is_iban(text: str) -> bool:
    """Whether it is one as it is stored: in capitals and without blanks."""
    try:
        return ibans.read(text) == text
    except ibans.NotAnIban:
        return False


def _check_amount(transfer: Transfer) -> None:
    try:
        in_cents = transfer.amount.quantize(CENT, context=EXACT) > 0
    except (decimal.Inexact, decimal.InvalidOperation):
        in_cents = False
    if not in_cents:
        text = _n("The amount for {who} is not positive, or has parts of a cent.")
        name, blamed = transfer.name, transfer.end_to_end_id
        raise NotAnAmount(text, transfer=blamed, who=who(name, blamed))
