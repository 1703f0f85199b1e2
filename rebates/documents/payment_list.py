"""Payments that no SEPA file can hold, as a list that finance types into its bank: CSV for German spreadsheets."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Sequence
from datetime import date

from common.cells import harmless
from rebates.documents.transfers import BankFile, Transfer, check_id, check_transfers, finished

COLUMNS = ("id", "holder", "iban", "bic", "country", "currency", "amount", "remittance", "pay_on")


def payment_list(*, message_id: str, pay_on: date, currency: str, transfers: Sequence[Transfer]) -> BankFile:
    """The list of `transfers` in `currency`, the same bytes for the same arguments: approvals bind to them.

    Hence its header is the same in every language. Texts stay as they are, but for what a spreadsheet would calculate.
    Raises a FileRefused.
    """
    check_id(message_id)
    check_transfers(transfers)
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for each in transfers:
        amount = f"{each.amount:.2f}".replace(".", ",")
        cells = (
            each.end_to_end_id, each.name, each.iban, each.bic, each.country, currency, amount, each.remittance,
            pay_on.isoformat(),
        )  # fmt: skip
        lines.writerow([harmless(" ".join(cell.split())) for cell in cells])
    return finished(message_id, BOM_UTF8 + text.getvalue().encode(), transfers)
