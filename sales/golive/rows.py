"""Rows of a file with partners: cell by cell from text to what it means, each value that means nothing a problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from common.access import OWNER, PARTNER_FINANCE, SALES, TECHNICIAN
from common.companies import vat_key
from common.sentences import _n
from partners.registration import EU_COUNTRIES, EU_PREFIXES, looks_like_vat_id
from sales.golive.columns import LABELS, Column, places_of
from sales.readers.columns import plain
from sales.readers.notations import Dates, date_readings
from sales.readers.problems import Problem
from sales.readers.tabular import Table
from sales.readers.values import tidy

_ROLES = {
    OWNER: "owner, Inhaber, Inhaberin, Geschäftsführer, Geschäftsführerin, Geschäftsführung, managing director",
    PARTNER_FINANCE: "finance, bookkeeping, accounting, Buchhaltung, Finanzen",
    SALES: "sales, Vertrieb, Verkauf",
    TECHNICIAN: "technician, technical, Techniker, Technikerin, Technik",
}
ROLES = {plain(word): role for role, words in _ROLES.items() for word in words.split(", ")}
_LANGUAGES = {"de": "de, german, Deutsch, ger, deu", "en": "en, english, Englisch, eng"}
LANGUAGES = {plain(word): code for code, words in _LANGUAGES.items() for word in words.split(", ")}
_CAR_SIGNS = {"d": "DE", "a": "AT", "f": "FR", "i": "IT", "l": "LU", "b": "BE", "el": "GR", "uk": "GB"}
GERMAN_SPEAKING = ("DE", "AT", "CH", "LI")
_LIMITS = {
    Column.NAME: 200, Column.STREET: 200, Column.POSTCODE: 12, Column.CITY: 120, Column.VAT_ID: 20, Column.NUMBER: 40,
    Column.WEBSITE: 200, Column.PHONE: 40, Column.ADDRESS: 254, Column.FIRST_NAME: 150, Column.LAST_NAME: 150,
    Column.CUSTOMER_NUMBER: 60,
}  # fmt: skip
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_check_url = URLValidator(["http", "https"])


class Wrong(Exception):
    """A value means nothing. `text`: a marked sentence that may name the {value}."""

    def __init__(self, text: str, **params: str) -> None:
        super().__init__(text)
        self.text = text
        self.params = params


@dataclass(frozen=True)
class Line:
    """A row: what it says of its company and adds to it; empty where it says nothing. `given`: texts as they stand."""

    row: int
    values: Mapping[Column, Any] = field(default_factory=dict)
    given: Mapping[Column, str] = field(default_factory=dict)

    def get(self, column: Column) -> Any:
        return self.values.get(column, "")


@dataclass
class Read:
    """All rows of a file, what is wrong with them, and how its header names the columns."""

    lines: list[Line]
    problems: list[Problem]
    names: Mapping[Column, str]

    def problem(self, line: Line, column: Column, text: str, **params: str) -> Problem:
        name = self.names.get(column, LABELS[column])
        return Problem.at(line.row, name, line.given.get(column, ""), text, **params)


Progress = Callable[[int], None]
"""Hears how many rows are done."""
TOLD_EVERY = 500


def read(table: Table, progress: Progress = lambda rows: None) -> Read:
    """Every row with its values."""
    places, problems = places_of(table.header, table.layout.header_row)
    names = {column: table.header[place] for column, place in places.items()}
    found = Read([], problems, names)
    if problems:
        return found
    for row, cells in table.rows:
        line, wrong = _line(row, cells, places)
        found.lines.append(line)
        found.problems += [found.problem(line, column, one.text, **one.params) for column, one in wrong]
        found.problems += _beyond(row, cells, len(table.header)) or _lacking(found, line)
        if len(found.lines) % TOLD_EVERY == 0:
            progress(len(found.lines))
    progress(len(found.lines))
    return found


def _line(row: int, cells: Sequence[str], places: Mapping[Column, int]) -> tuple[Line, list[tuple[Column, Wrong]]]:
    given: dict[Column, str] = {}
    values: dict[Column, Any] = {}
    wrong: list[tuple[Column, Wrong]] = []
    for column, place in places.items():
        text = tidy(cells[place]) if place < len(cells) else ""
        if not text:
            continue
        given[column] = text
        try:
            values[column] = _MEANINGS.get(column, str)(_short(text, _LIMITS.get(column, 200)))
        except Wrong as error:
            wrong.append((column, error))
    country = values.get(Column.COUNTRY) or _country_of_vat_id(values.get(Column.VAT_ID, ""))
    if country:
        values[Column.COUNTRY] = country
    if country == "DE" and re.fullmatch("[0-9]{4}", postcode := values.get(Column.POSTCODE, "")):
        # A spreadsheet took it for a number: postcodes of the east begin with a zero.
        values[Column.POSTCODE] = postcode.zfill(5)
    if Column.VAT_ID in values and not looks_like_vat_id(values[Column.VAT_ID], country):
        wrong.append((Column.VAT_ID, Wrong(_n("“{value}” is no valid VAT id."))))
    return Line(row, values, given), wrong


def _beyond(row: int, cells: Sequence[str], width: int) -> list[Problem]:
    """Cells behind the last column mean that the row has shifted."""
    text = next((cell for cell in cells[width:] if cell.strip()), "")
    return [Problem.at(row, "", text, _n("The row has more cells than the header."))] if text else []


def _lacking(found: Read, line: Line) -> list[Problem]:
    """What belongs together stands in one row."""
    problems = []
    if not any(line.get(column) or line.given.get(column) for column in (Column.NAME, Column.VAT_ID, Column.NUMBER)):
        sentence = _n("The row names no company: neither its name nor its VAT id nor its number.")
        problems.append(found.problem(line, Column.NAME, sentence))
    for one, other in ((Column.DISTRIBUTOR, Column.CUSTOMER_NUMBER), (Column.CUSTOMER_NUMBER, Column.DISTRIBUTOR)):
        if line.given.get(one) and not line.given.get(other):
            sentence = _n("This is missing: distributor and customer number belong together.")
            problems.append(found.problem(line, other, sentence))
    named = [column for column in (Column.FIRST_NAME, Column.LAST_NAME, Column.ROLE) if line.given.get(column)]
    if named and not line.given.get(Column.ADDRESS):
        sentence = _n("A contact needs an e-mail address, to which the invitation goes.")
        problems.append(found.problem(line, Column.ADDRESS, sentence))
    return problems


# --- what single cells mean -------------------------------------------------------------------------------------------


@cache
def _countries() -> Mapping[str, str]:
    """Codes by plain name, in all languages of the portal."""
    found: dict[str, str] = {}
    for code, _label in settings.LANGUAGES:
        territories = Locale(code).territories
        found |= {plain(name): key for key, name in territories.items() if len(key) == 2 and key.isalpha()}
    found |= {key.lower(): key for key in found.values()}
    return found | _CAR_SIGNS


def _short(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Wrong(_n("This is too long: at most {limit} characters."), limit=str(limit))
    return text


def _country(text: str) -> str:
    if found := _countries().get(plain(text)):
        return found
    raise Wrong(_n("“{value}” is no country. Write its code, for example DE."))


def _country_of_vat_id(vat_id: str) -> str:
    prefix = vat_id[:2]
    if prefix not in EU_PREFIXES:
        return ""
    return prefix if prefix in EU_COUNTRIES else "GR"


def _website(text: str) -> str:
    address = text if _SCHEME.match(text) else f"https://{text}"
    try:
        _check_url(address)
    except ValidationError as error:
        raise Wrong(_n("“{value}” is no address of a website.")) from error
    return address


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise Wrong(_n("“{value}” is no e-mail address.")) from error
    return text.lower()


def _day(text: str) -> date:
    readings = date_readings(text)
    for notation in (Dates.ISO, Dates.GERMAN):
        if notation in readings:
            return readings[notation]
    if len(days := set(readings.values())) == 1:
        return days.pop()
    raise Wrong(_n("“{value}” is no day. Write it like 2026-12-31 or 31.12.2026."))


def _one_of(words: Mapping[str, str], sentence: str) -> Callable[[str], str]:
    def meaning(text: str) -> str:
        if found := words.get(plain(text)):
            return found
        raise Wrong(sentence)

    return meaning


_MEANINGS: Mapping[Column, Callable[[str], Any]] = {
    Column.COUNTRY: _country,
    Column.VAT_ID: vat_key,
    Column.WEBSITE: _website,
    Column.LANGUAGE: _one_of(LANGUAGES, _n("“{value}” is no language of the portal. Write de or en.")),
    Column.SINCE: _day,
    Column.ADDRESS: _address,
    Column.ROLE: _one_of(ROLES, _n("“{value}” is no role. Write owner, sales, bookkeeping or technician.")),
}
