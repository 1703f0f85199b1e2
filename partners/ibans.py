"""International bank account numbers: read, shown masked, and what they tell of the bank. Pure: text in, result out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from common.sentences import _n

_BLANKS = re.compile(r"[\s.\-\u2010-\u2015]+")
HIDDEN = " •••• •••• "


class NotAnIban(ValueError):
    """What was typed is no IBAN. Its text, a marked sentence, never repeats what was typed."""


@dataclass(frozen=True, slots=True)
class Bank:
    """`name` and `bic` are empty where nobody knows them."""

    name: str = ""
    bic: str = ""


def read(typed: str) -> str:
    """The IBAN in capitals and without blanks. Length, form and check digits are right for its country.

    National check digits are left alone: banks give out numbers that fail them. Raises NotAnIban.
    """
    text = _BLANKS.sub("", typed).upper()
    try:
        return str(IBAN(text))
    except SchwiftyException:
        # Not "from": the library's words repeat the number, and would stand in a log.
        raise NotAnIban(
            _n("This is no valid IBAN. Please compare it with your bank statement, character by character.")
        ) from None


def bank_of(iban: str) -> Bank:
    """Who keeps the account, as far as the directory that the library brings along knows."""
    number = IBAN(iban, allow_invalid=True)
    return Bank(number.bank_name or "", str(number.bic or ""))


def masked(iban: str) -> str:
    """ "DE89 •••• •••• 3000": the only form in which pages, mails, exports and logs show an account."""
    return f"{iban[:4]}{HIDDEN}{iban[-4:]}" if iban else ""
