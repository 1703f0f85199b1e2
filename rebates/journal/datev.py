"""The journal as DATEV takes bookings over: the “DATEV-Format” of a Buchungsstapel, header 700, format version 13.

What the fields mean is DATEV's Formatbeschreibung (developer.datev.de, DATEV-Format, Buchungsstapel). A file holds
bookings of one fiscal year, since a row names day and month only, and of one currency, since the portal knows no rates:
in a client kept in euro others have to be given one. Several files come in a ZIP. Texts are German; what Windows-1252
does not have is replaced.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO

from django.db.models import Count, Max
from django.db.models.functions import TruncMonth
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common.cells import harmless
from common.errors import DomainError
from common.fields import UNSEEN
from common.periods import months_after
from rebates.journal.reading import Booking, Days, Journal, Side
from rebates.models import AccountingSettings
from rebates.models.accounting import Chart

MOST_ROWS = 99_999
"""Of one file: DATEV takes no more."""
LANGUAGE = "de"
_COLUMNS = 125
_BEFORE = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre",
    "Beleglink",
)  # fmt: skip
_BETWEEN = (
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
)  # fmt: skip
_AFTER = (
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp",
    "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz",
    "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer",
    "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit",
    "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
HEADS = (
    *_BEFORE,
    *(f"Beleginfo - {what} {n}" for n in range(1, 9) for what in ("Art", "Inhalt")),
    *_BETWEEN,
    *(f"{what} {n}" for n in range(1, 21) for what in ("Zusatzinformation - Art", "Zusatzinformation- Inhalt")),
    *_AFTER,
)
# Fields of texts, counted from 1: in quotation marks even where they are empty. All others are bare.
_TEXTS = frozenset(
    {2, 3, 6, 9, 11, 12, 14, 16, *range(20, 39), 40, 42, *range(48, 88)}
    | {91, 95, 96, 98, 102, 103, 105, 107, 109, 110, 112, 118, 120, 121, 123}
)
_HEADER_TEXTS = frozenset({1, 4, 8, 9, 10, 17, 18, 22, 24, 27, 30, 31})
_KEY = re.compile(r"[\w$%/-]{1,36}", re.ASCII)


class NotSetUp(DomainError):
    """The vendor has not said under which numbers DATEV knows it."""


class NothingBooked(DomainError):
    """A batch without bookings is none."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes into files together: bookings of one fiscal year in one currency, in these days.

    `rows` is how many rows they make at most, `last` when the last of them was booked.
    """

    fiscal_year: date
    days: Days
    currency: str
    rows: int
    last: datetime


def write(*, journal: Journal, settings: AccountingSettings, out: IO[bytes]) -> str:
    """Write a file, or a ZIP of several, into `out`, and return its name. Raises NotSetUp and NothingBooked."""
    if not settings.known_to_datev:
        raise NotSetUp(_("Files for DATEV need your consultant number and client number: the settings take them."))
    batches = _batches(journal, settings)
    if not batches:
        raise NothingBooked(_("Nothing was booked in these days."))
    with translation.override(LANGUAGE):
        return _write(batches, journal, settings, out)


def _write(batches: Sequence[Batch], journal: Journal, settings: AccountingSettings, out: IO[bytes]) -> str:
    slug, days = journal.vendor.slug, journal.days
    if len(batches) == 1 and batches[0].rows <= MOST_ROWS:
        (batch,) = batches
        out.writelines(_file(batch, _rows(batch, journal, settings), settings))
        return _name(batch, slug, 1)
    # Stored, with one fixed date: the same bookings are the same bytes, whatever compresses here.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for batch in batches:
            rows = _rows(batch, journal, settings)
            for part, first in enumerate(rows, start=1):
                with archive.open(zipfile.ZipInfo(_name(batch, slug, part)), "w") as file:
                    file.writelines(_file(batch, chain([first], islice(rows, MOST_ROWS - 1)), settings))
    return f"DATEV_{slug}_{days.start:%Y%m%d}-{days.last:%Y%m%d}.zip"


def _batches(journal: Journal, settings: AccountingSettings) -> list[Batch]:
    """In the order of their years and currencies."""
    by_month = journal.entries.order_by().values_list(TruncMonth("booked_at"), "currency")
    figures = by_month.annotate(rows=Count("postings") - Count("pk", distinct=True), last=Max("booked_at"))
    found: dict[tuple[date, str], tuple[int, datetime]] = {}
    for month, currency, rows, last in figures:
        begins = settings.fiscal_year_of(month)
        before, latest = found.get((begins, currency), (0, last))
        found[begins, currency] = before + rows, max(latest, last)
    return [
        Batch(
            fiscal_year=begins,
            days=Days(max(journal.days.start, begins), min(journal.days.end, months_after(begins, 12))),
            currency=currency,
            rows=rows,
            last=last,
        )
        for (begins, currency), (rows, last) in sorted(found.items())
    ]


def _name(batch: Batch, slug: str, part: int) -> str:
    days = f"{batch.days.start:%Y%m%d}-{batch.days.last:%Y%m%d}"
    return f"EXTF_Buchungsstapel_{slug}_{days}_{batch.currency}{f'_{part}' if part > 1 else ''}.csv"


def _file(batch: Batch, rows: Iterable[Sequence[str]], settings: AccountingSettings) -> Iterator[bytes]:
    yield _line(_header(batch, settings), _HEADER_TEXTS)
    yield _line(HEADS, frozenset())
    for row in rows:
        yield _line(row, _TEXTS)


def _header(batch: Batch, settings: AccountingSettings) -> list[str]:
    # When it was made is when the last of it was booked: the same bookings are the same bytes.
    made = timezone.localtime(batch.last)
    days = f"{batch.days.start:%Y%m%d}", f"{batch.days.last:%Y%m%d}"
    known_as = str(settings.consultant_number), str(settings.client_number), f"{batch.fiscal_year:%Y%m%d}"
    found = ["EXTF", "700", "21", "Buchungsstapel", "13", f"{made:%Y%m%d%H%M%S}{made.microsecond // 1000:03}", ""]
    found += ["PP", "", "", *known_as, str(settings.account_length), *days, f"Boni {days[0]}-{days[1]}", ""]
    # Finance accounting, for every purpose, not committed: the tax consultant does that.
    chart = "" if settings.chart == Chart.OWN else settings.chart
    found += ["1", "0", "0", batch.currency, "", "", "", "", chart, "", "", "", ""]
    return found


def _rows(batch: Batch, journal: Journal, settings: AccountingSettings) -> Iterator[list[str]]:
    numbers = settings.numbers
    for booking in journal.read(batch.days.within(journal.entries).filter(currency=batch.currency)):
        for debit, credit, amount in pairs(booking.sides):
            yield _row(booking, numbers[debit], numbers[credit], amount)


def pairs(sides: Sequence[Side]) -> Iterator[tuple[str, str, Decimal]]:
    """The sides of a booking as amounts to the debit of one account and the credit of another: a row has only two."""
    open_ = [(side.account, -side.amount) for side in sides if side.amount < 0]
    for debit, amount in ((side.account, side.amount) for side in sides if side.amount > 0):
        left = amount
        while left:
            credit, owed = open_.pop(0)
            moved = min(left, owed)
            if owed > moved:
                open_.insert(0, (credit, owed - moved))
            left -= moved
            yield debit, credit, moved


def _row(booking: Booking, debit: str, credit: str, amount: Decimal) -> list[str]:
    partner = booking.entry.partner
    row = [""] * _COLUMNS
    row[0:3] = f"{amount:.2f}".replace(".", ","), "S", booking.entry.currency
    row[6:8] = debit, credit
    row[9:11] = f"{booking.day:%d%m}", document_of(booking)
    row[13] = _text(f"{booking.text} {partner.number} {partner.name}", 60)
    details = ("Partner", f"{partner.number} {partner.name}"), ("Bonus", booking.terms), ("Grund", booking.reason)
    filled = [each for each in (*details, ("Buchung", booking.entry.key)) if each[1]]
    for index, (kind, content) in enumerate(filled):
        row[47 + 2 * index : 49 + 2 * index] = kind, harmless(_text(content, 209))
    row[113] = "0"
    return row


def document_of(booking: Booking) -> str:
    """The booking's key as DATEV writes numbers of documents: that of each of its rows, and of no other booking."""
    key = booking.entry.key
    readable = key.replace(":", "/")
    if "/" not in key and _KEY.fullmatch(readable):
        return readable
    return f"{booking.entry.kind}/{hashlib.sha256(key.encode()).hexdigest()[:20]}"


def _text(text: str, most: int) -> str:
    """`text` in the characters of Windows-1252, on one line, at most so long."""
    seen = " ".join(UNSEEN.sub(" ", unicodedata.normalize("NFC", text)).split())
    return "".join(map(_written, seen))[:most].strip()


def _written(character: str) -> str:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode() or "?"
    return character


def _line(fields: Sequence[str], texts: frozenset[int]) -> bytes:
    quoted = [
        f'"{field.replace(chr(34), chr(34) * 2)}"' if number in texts else field
        for number, field in enumerate(fields, start=1)
    ]
    return f"{';'.join(quoted)}\r\n".encode("cp1252")
