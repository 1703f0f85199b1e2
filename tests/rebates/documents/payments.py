"""Payments for the tests of bank files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from rebates.documents.pain001 import BankFile, Debtor, Transfer, bank_file

# Accounts that national registries publish as examples of their IBANs.
IBANS = (
    "DE89370400440532013000", "AT611904300234573201", "FR1420041010050500013M02606", "NL91ABNA0417164300",
    "CH9300762011623852957", "GB29NWBK60161331926819",
)  # fmt: skip
MADE = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
DEBTOR = Debtor("Müller & Söhne AG", IBANS[0], "COBADEFFXXX", "DE", "Hauptstraße 1", "50667", "Köln")
TRANSFER = Transfer(
    "acme-R1-P1", "Fachhändler GmbH", IBANS[1], "BKAUATWWXXX", Decimal("1234.56"), "Acme Bonus, Zahlung 1",
    "Ring 7", "1010", "Wien", "AT",
)  # fmt: skip


def transfer(number: int = 1, **differs: Any) -> Transfer:
    return replace(TRANSFER, end_to_end_id=f"acme-R1-P{number}", **differs)


def made(*transfers: Transfer, **differs: Any) -> BankFile:
    """The file of these payments, or of one."""
    usual: dict[str, Any] = {
        "message_id": "acme-R1-F1", "created_at": MADE, "pay_on": MONDAY, "debtor": DEBTOR,
        "transfers": transfers or [TRANSFER], "bound": Decimal(10_000),
    }  # fmt: skip
    return bank_file(**{**usual, **differs})
