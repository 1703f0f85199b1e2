"""Statements as PDF: a sheet of finished texts in, bytes out. The same sheet gives the same bytes.

Layout is typst's business (`statement.typ`). What the sheet says reaches it as JSON and stays data: no text in it is
ever read as typst, whatever a person has typed. Nothing is fetched, and no font but those that typst brings along is
used, so that a document looks the same on every machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from common.errors import MarkedError
from common.sentences import _n

TEMPLATE = Path(__file__).with_name("statement.typ")
ARCHIVAL = "a-2b"
"""PDF/A-2b: what archives of bookkeepers ask for. It wants a glyph for each sign, which no font has for all scripts."""
MOST_TAGGED = 400
"""Rows up to which the PDF tells its structure to screen readers. It takes a kilobyte a row, ten times the row."""
UNBROKEN = 20
"""Signs in a row after which a line may break: a table's cell is no wider than that."""
_LONG = re.compile(rf"\S{{{UNBROKEN}}}(?=\S)")


class NotRendered(MarkedError):
    """Typst could not make a document of the sheet."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A line of the summary: what it is, a quieter word about it, and the amount."""

    text: str
    hint: str
    amount: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `numeric`: by column whether it stands right. `total` may be empty; `strong`: rows in bold."""

    heads: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()
    strong: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One rebate: what it is, the amount, how it came about, and for an adjustment what changed and why."""

    title: str
    hint: str
    amount: str
    lines: Sequence[str]
    compared: Grid | None = None
    parts: Sequence[Amount] = ()


@dataclass(frozen=True, slots=True)
class Annex:
    title: str
    grid: Grid
    widths: Sequence[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a statement says, in the language of the reader. `page_of`: "Page", "of"."""

    language: str
    title: str
    author: str
    made_at: datetime
    colour: str
    sender: str
    recipient: Sequence[str]
    info: Sequence[tuple[str, str]]
    subject: str
    intro: Sequence[str]
    heads: Mapping[str, str]
    summary: Sequence[Amount]
    total: Amount
    payment: Sequence[tuple[str, str]]
    tax: Grid | None
    notes: Sequence[str]
    sections: Sequence[Section]
    account: Grid
    annexes: Sequence[Annex]
    footer: Sequence[Sequence[str]]
    page_of: tuple[str, str]
    logo: bytes = field(default=b"", repr=False)


def pdf(sheet: Sheet) -> bytes:
    """The sheet as PDF/A, or as plain PDF where a sign of it is in no font. Raises NotRendered."""
    tagged = sum(len(annex.grid.rows) for annex in sheet.annexes) <= MOST_TAGGED
    try:
        return bytes(_compiled(sheet, format="pdf", pdf_standards=[ARCHIVAL], pdf_tags=tagged))
    except NotRendered:
        return bytes(_compiled(sheet, format="pdf", pdf_tags=tagged))


def pictures(sheet: Sheet, *, per_inch: float = 72) -> list[bytes]:
    """Its pages as PNG. Raises NotRendered."""
    pages = _compiled(sheet, format="png", ppi=per_inch)
    return pages if isinstance(pages, list) else [pages]


def data_of(sheet: Sheet) -> str:
    """What the template reads."""
    found = asdict(sheet)
    del found["logo"]
    made = sheet.made_at
    found["made_at"] = [made.year, made.month, made.day, made.hour, made.minute, made.second]
    # Files beside the template have to be text: a picture goes as numbers.
    return json.dumps({**_breakable(found), "logo": list(sheet.logo)}, ensure_ascii=False)


def _breakable(value: Any) -> Any:
    """Every text with places at which even a word without end may break."""
    if isinstance(value, str):
        return _LONG.sub(lambda match: f"{match[0]}\u200b", value)
    if isinstance(value, Mapping):
        return {name: _breakable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_breakable(each) for each in value]
    return value


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _compiled(sheet: Sheet, **options: Any) -> Any:
    files = {"main.typ": _template(), "data.json": data_of(sheet).encode()}
    try:
        return typst.compile(files, ignore_system_fonts=True, **options)
    except RuntimeError as error:
        raise NotRendered(_n("No document could be made: {why}"), why=str(error)[:200]) from error
