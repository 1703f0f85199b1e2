"""Why the bank did not carry out a payment, in a sentence for the partner: what came about, and what to do now."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rebates.documents.reason_codes import about_account, said_twice

_GENERAL = _(
    "The bank did not carry out the payment and gave no reason that says more. Please check your bank account here, "
    "and ask your bank if it looks right."
)
_SENDERS = _("The payment failed on the side that pays. There is nothing for you to do: it will be made again.")
_TWICE = _(
    "The bank took the payment for one that it had been given before. There is nothing for you to do: the vendor finds "
    "out whether the money has reached you, and pays it if it has not."
)

_WRONG_NUMBER = _(
    "The bank does not know the account number. Please compare the IBAN with your bank statement and enter it again."
)
_CLOSED = _("The account is closed. Please enter the account that you use now.")
_BANK_WRONG = _(
    "The bank could not be found by its code. Please enter your account again, as your bank statement has it."
)
_CURRENCY = _("The account does not take this currency. Please name one that does, or ask your bank.")
_KIND = _("An account of this kind, such as a savings account, takes no such payments. Please name a current account.")
_NAME = _("The account holder's name is missing or cannot be read. Please enter it exactly as your bank has it.")
_ADDRESS = _(
    "Your address is missing or incomplete. Please complete it in your company's data and confirm your account."
)
_LAW = _("The bank may not carry out the payment for legal reasons. Please ask your bank what it needs from you.")

_ADVICE = {
    "AC01": _WRONG_NUMBER,
    "AC03": _WRONG_NUMBER,
    "AC04": _CLOSED,
    "AC06": _("The account is blocked and takes no payments. Please ask your bank, or name another account."),
    "AC07": _CLOSED,
    "AC08": _BANK_WRONG,
    "AC09": _CURRENCY,
    "AC11": _CURRENCY,
    "AC12": _KIND,
    "AC14": _KIND,
    "AC15": _("The account has changed at your bank. Please enter the account that you use now."),
    "AG01": _KIND,
    "AG03": _KIND,
    "AG06": _BANK_WRONG,
    "BE01": _("Name and account do not belong together. Please enter the account holder exactly as your bank has it."),
    "BE04": _ADDRESS,
    "BE06": _("The bank does not know the account holder. Please check name and IBAN and enter the account again."),
    "BE11": _ADDRESS,
    "BE21": _NAME,
    "BE22": _NAME,
    "MD07": _("The bank says that the account holder has died. Please name another account."),
    "MS02": _("The account's holder has refused the payment. Please name another account, or confirm this one."),
    "MS03": _("Your bank has refused the payment and gave no reason. Please ask your bank, or name another account."),
    "NOCM": _LAW,
    "RC01": _BANK_WRONG,
    "RC04": _BANK_WRONG,
    "RC07": _BANK_WRONG,
    "RR03": _ADDRESS,
    "RR04": _LAW,
}


def advice(code: str) -> Promise:
    """The sentence for a code of ISO 20022's ExternalStatusReason1Code, in the reader's language.

    A code that nobody knows, and none at all, gives a general one.
    """
    if said_twice(code):
        return _TWICE
    return _ADVICE.get(code, _GENERAL) if about_account(code) else _SENDERS
