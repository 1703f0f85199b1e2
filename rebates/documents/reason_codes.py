"""What a bank's reason for not paying is about: the payee's account, or the payer's side and the technique.

Codes of ISO 20022's external code set ExternalStatusReason1Code.
"""

from __future__ import annotations

_SENDERS_FAMILIES = frozenset({"AB", "AM", "CH", "DS", "DT", "DU", "ED", "FF", "ID", "TA", "TD", "TK", "TM", "TS"})
"""First letters of codes about amounts, dates, signatures, duplicates, formats, clearing and transmission."""
_SENDERS = frozenset(
    {
        "AC02", "AC05", "AC10", "AC13",  # the payer's account
        "AG02", "AG05", "AG07", "AG08", "AG09", "AG10", "AG11", "AG12", "AG13", "AGNT",  # orders, rights, banks
        "BE05", "BE07", "BE08", "BE10", "BE13", "BE16", "BE19",  # the payer's name and address
        "CNOR", "CUST", "DUPL", "FOCR", "FRAD", "MD01", "MD02", "MD05", "UPAY",
        "RC03", "RC06", "RC09", "RC11", "RC12", "RC13", "RC15", "RC16", "RF01",  # the payer's bank and those between
        "SL01", "SL03", "SL11", "SL12", "SL13", "SL14",  # services of the payer's bank
        "RR01", "RR02", "RR05", "RR06", "RR07", "RR08", "RR09", "RR10", "RR11",  # what the payer reports
    }
)  # fmt: skip

_SAID_TWICE = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"})


def said_twice(code: str) -> bool:
    """Whether the bank turned it down because it has it already: then the first one may well have been paid.

    Money that came back for this reason must not be paid again before a person has looked into the account.
    """
    return code in _SAID_TWICE


def about_account(code: str) -> bool:
    """Whether the payee's account has to be named anew before money goes there again.

    A code that nobody knows, and none at all, counts as one about the account.
    """
    return code not in _SENDERS and code[:2] not in _SENDERS_FAMILIES
