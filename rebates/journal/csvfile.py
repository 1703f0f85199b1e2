"""The journal as CSV: a line for each side of a booking, as the portal's other lists are exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from common.period_names import period_name
from common.tables import csv_lines, safe_cell
from rebates.journal.reading import Account, Booking


def write(bookings: Iterable[Booking], numbers: Mapping[str, str]) -> Iterator[bytes]:
    """The file in the active language. `numbers`: of the vendor's accounts, by account of the ledger."""
    return csv_lines(_rows(bookings, numbers))


def _rows(bookings: Iterable[Booking], numbers: Mapping[str, str]) -> Iterator[list[Any]]:
    yield [
        _("Day"), _("Booking"), _("Kind"), _("Partner number"), _("Partner"), _("Program"), _("Rebate"), _("Period"),
        _("Reason"), _("Account"), _("Account number"), _("Debit"), _("Credit"), _("Currency"),
    ]  # fmt: skip
    for booking in bookings:
        entry, program, period = booking.entry, booking.program, booking.period
        what = [
            booking.day,
            entry.key,
            str(entry.get_kind_display()),
            entry.partner.number,
            entry.partner.name,
            program.name if program else "",
            booking.terms,
            period_name(period) if period else "",
            booking.reason,
        ]
        for side in booking.sides:
            account = [str(Account(side.account).label), numbers[side.account]]
            yield [safe_cell(cell) for cell in (*what, *account, side.debit, side.credit, entry.currency)]
