"""How a distributor's files are read: guessed from the file, put right by a person, remembered for the next one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import datetime

from django.conf import settings
from django.core.cache import caches
from django.db import transaction

from common.models import User
from programs.models import Distributor, Vendor
from sales.books import one_report_at_a_time
from sales.models import ReportMapping
from sales.readers.layout import Kind, Layout
from sales.readers.limits import Limits
from sales.readers.notations import Dates, Numbers
from sales.readers.questions import Guess
from sales.readers.reading import guess
from sales.selectors import currencies_of

DEFAULT_CURRENCY = "EUR"
_NOTHING_KNOWN = Layout(kind=Kind.XLSX, encoding="", delimiter="", sheet="", header_row=0, columns={})


def limits() -> Limits:
    """What is refused before it is looked at."""
    return Limits(size=settings.SELLOUT_MAX_BYTES, rows=settings.SELLOUT_MAX_ROWS)


def currency_of_files(vendor: Vendor) -> str:
    """What amounts are in where a file does not say: the currency of the vendor's programs, if they have one."""
    currencies = currencies_of(vendor)
    return currencies[0] if len(currencies) == 1 else DEFAULT_CURRENCY


def remembered(*, vendor: Vendor, distributor: Distributor) -> ReportMapping | None:
    """The layout in force: the last version."""
    return ReportMapping.objects.filter(vendor=vendor, distributor=distributor).order_by("-version").first()


def guess_for(
    *,
    vendor: Vendor,
    distributor: Distributor,
    content: bytes,
    numbers: Numbers | None = None,
    dates: Dates | None = None,
    sheet: str = "",
) -> Guess:
    """How this file is read, as far as the distributor's files before or the file itself tell. Raises `Unreadable`.

    `numbers`, `dates`: how it writes them, `sheet`: which one of a workbook is the report, where the caller knows.
    """
    known = remembered(vendor=vendor, distributor=distributor)
    layout = Layout.from_document(known.layout) if known else None
    if sheet:
        layout = replace(layout or _NOTHING_KNOWN, sheet=sheet)
    found = guess_by(vendor=vendor, content=content, layout=layout)
    if numbers is None and dates is None:
        return found
    told = replace(found.layout, numbers=numbers or found.layout.numbers, dates=dates or found.layout.dates)
    return guess_by(vendor=vendor, content=content, layout=told)


def guess_by(*, vendor: Vendor, content: bytes, layout: Layout | None, own: bool = False) -> Guess:
    """How this file is read by `layout`, where it fits. `own`: it was made for this file. Raises `Unreadable`.

    Each page about an upload asks, mostly the same; a child process answers what was not asked before.
    """
    allowed, currency = limits(), currency_of_files(vendor)
    given = [layout.to_document() if layout else None, asdict(allowed), currency, own]
    asked = hashlib.sha256(content)
    asked.update(json.dumps(given, sort_keys=True).encode())
    key = asked.hexdigest()
    known = caches["guesses"]
    if (document := known.get(key)) is not None:
        return Guess.from_document(document)
    found = guess(content, layout, allowed, currency=currency, own=own)
    known.set(key, found.to_document())
    return found


def remember(*, vendor: Vendor, distributor: Distributor, layout: Layout, user: User | None, now: datetime) -> bool:
    """Keep the layout for the distributor's next file. False: it is the one in force already."""
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        known = remembered(vendor=vendor, distributor=distributor)
        if known is not None and known.layout == layout.to_document():
            return False
        ReportMapping.objects.create(
            vendor=vendor,
            distributor=distributor,
            version=known.version + 1 if known else 1,
            layout=layout.to_document(),
            created_by=user,
            created_at=now,
        )
        return True
