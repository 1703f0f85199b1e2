"""Statements as PDF: a sheet of finished texts in, bytes out. The same sheet gives the same bytes.

Layout is typst's business (`statement.typ`). What the sheet says reaches it as JSON and stays data: no text in it is
ever read as typst, whatever a person has typed. It works in a child process, whose memory goes with it. Nothing is
fetched, and no font but those that typst brings along is used, so that a document looks the same on every machine.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from common.errors import MarkedError
from common.limited import Allowance, ChildEnded, limited
from common.sentences import _n
from rebates.documents.statement_framing import read_parts, write_parts

CHILD = "rebates.documents.statement_child"
ALLOWANCE = Allowance(memory=4 << 30, computing=60, seconds=60)
"""Far more than 3,000 lines need, which are 400 MB and a second or two."""
MOST_ROWS = 1_000
"""Rows of the annexes of all sheets that one child makes documents of."""
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
    [content] = pdfs([sheet])
    if content is None:
        raise NotRendered(_n("No document could be made of {title}."), title=sheet.title)
    return content


def pdfs(sheets: Sequence[Sheet]) -> list[bytes | None]:
    """The same for several, None for those of which no document could be made. A child makes a few of them."""
    found: list[bytes | None] = []
    for together in _batches(sheets):
        try:
            found += _made_by_one(together)
        except NotRendered:
            # The child has come to an end: whoever was to blame, the others are made all the same.
            found += [_alone(sheet) for sheet in together] if len(together) > 1 else [None]
    return found


def pictures(sheet: Sheet, *, per_inch: float = 72) -> list[bytes]:
    """Its pages as PNG. Raises NotRendered."""
    return _asked([sheet], per_inch=per_inch)


def _batches(sheets: Sequence[Sheet]) -> Iterator[list[Sheet]]:
    """Together no more rows than `MOST_ROWS`, but where one sheet has more."""
    together: list[Sheet] = []
    for sheet in sheets:
        if together and sum(map(rows_of, (*together, sheet))) > MOST_ROWS:
            yield together
            together = []
        together.append(sheet)
    if together:
        yield together


def rows_of(sheet: Sheet) -> int:
    """Rows of its annexes, which are what a document takes time for."""
    return sum(len(annex.grid.rows) for annex in sheet.annexes)


def _alone(sheet: Sheet) -> bytes | None:
    try:
        return _made_by_one([sheet])[0]
    except NotRendered:
        return None


def _made_by_one(sheets: Sequence[Sheet]) -> list[bytes | None]:
    made = _asked(sheets, per_inch=0, tagged=[rows_of(sheet) <= MOST_TAGGED for sheet in sheets])
    if len(made) != len(sheets):
        raise NotRendered(_n("No document could be made: {why}"), why="documents are missing")
    return [content or None for content in made]


def _asked(sheets: Sequence[Sheet], **asked: Any) -> list[bytes]:
    content = io.BytesIO()
    write_parts(content, (data_of(sheet).encode() for sheet in sheets))
    try:
        with limited(CHILD, asked, content.getvalue(), ALLOWANCE) as child:
            parts = list(read_parts(child.output))
            child.finish()
    except (ChildEnded, EOFError) as error:
        raise NotRendered(_n("No document could be made: {why}"), why=str(error)[-200:]) from error
    return parts


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
