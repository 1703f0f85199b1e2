"""The journal in hledger's plain text, as `hledger check --strict` accepts it.

A transaction for each booking: its key as the code, partner and cause as the description, debits positive. What people
wrote stands in the description only: in a comment hledger would look for tags and dates in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from common.fields import UNSEEN
from rebates.journal.reading import Account, Booking, Days

# The vendor's view: what it owes is a liability, and so is what is on its way; what it was credited back is an asset.
ACCOUNTS = {
    Account.EXPENSE: "expenses:rebates",
    Account.OWED: "liabilities:owed:{partner}",
    Account.CARRIED: "assets:carried:{partner}",
    Account.IN_PAYMENT: "liabilities:in-payment:{partner}",
    Account.PAID: "assets:paid:{partner}",
    Account.RETURNED: "assets:returned:{partner}",
}


def write(bookings: Iterable[Booking], vendor: str, days: Days) -> Iterator[bytes]:
    """The file. Accounts and currencies are declared where they are first used."""
    yield f"; {one_line(vendor)}: {days.start.isoformat()} to {days.last.isoformat()}\n".encode()
    declared: set[str] = set()
    for booking in bookings:
        currency, partner = booking.entry.currency, booking.entry.partner.number
        sides = [(ACCOUNTS[Account(side.account)].format(partner=partner), side.amount) for side in booking.sides]
        lines = [f"commodity 1000.00 {currency}", *(f"account {account}" for account, _amount in sides)]
        new = [line for line in lines if line not in declared]
        declared.update(new)
        text = "".join(f"{line}\n" for line in new)
        text += f"\n{booking.day.isoformat()} ({booking.entry.key}) {_description(booking)}\n"
        text += "".join(f"    {account}  {amount:.2f} {currency}\n" for account, amount in sides)
        yield f"{text}\n".encode()


def _description(booking: Booking) -> str:
    causes = (booking.text, booking.terms, booking.reason)
    return f"{one_line(booking.entry.partner.name)} | {', '.join(one_line(cause) for cause in causes if cause)}"


def one_line(text: str) -> str:
    """`text` as part of a description: no line of its own, no comment, no second payee."""
    seen = " ".join(UNSEEN.sub(" ", text).split())
    return seen.replace(";", ",").replace("|", "/")
