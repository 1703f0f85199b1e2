"""What the pages of an upload show of a file: how it is read in words, and its first rows before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats
from common.ui import Fact
from sales.readers.columns import LABELS, Column
from sales.readers.layout import ENCODINGS, Kind, Layout, places_of
from sales.readers.notations import Dates, Numbers
from sales.readers.problems import Problem
from sales.readers.questions import Guess
from sales.readers.sellout import SellOutRow
from sales.readers.sieve import LeftOut, LeftOutRow, Reason
from sales.wording import Complaint, complaint, shown

DELIMITER_NAMES = {
    ";": gettext_lazy("semicolons"),
    ",": gettext_lazy("commas"),
    "\t": gettext_lazy("tabs"),
    "|": gettext_lazy("vertical bars"),
}
NUMBER_NAMES = {
    Numbers.GERMAN: gettext_lazy("German numbers (1.234,56)"),
    Numbers.ENGLISH: gettext_lazy("English numbers (1,234.56)"),
}
DATE_NAMES = {
    Dates.ISO: gettext_lazy("dates like 2026-12-31"),
    Dates.GERMAN: gettext_lazy("dates like 31.12.2026"),
    Dates.DAY_FIRST: gettext_lazy("dates like 31/12/2026 (day first)"),
    Dates.MONTH_FIRST: gettext_lazy("dates like 12/31/2026 (month first)"),
}
REASON_NAMES = {
    Reason.TITLE: gettext_lazy("title above the header"),
    Reason.TOTAL: gettext_lazy("total"),
    Reason.HEADER: gettext_lazy("header once more"),
    Reason.REMARK: gettext_lazy("remark"),
    Reason.EMPTY: gettext_lazy("empty row"),
}
SAMPLES = 3
LONGEST_SAMPLE = 30


def label_of(column: Column) -> str:
    """Our name of a column, for people."""
    return shown(LABELS[column])


# --- the layout in words ---------------------------------------------------------------------------------------------


def in_words(layout: Layout, rows: int) -> str:
    """What was found, in one sentence: "CSV, 1,240 rows, separated by semicolons, Windows-1252, German numbers"."""
    counted = ngettext("%(count)s row", "%(count)s rows", rows) % {"count": formats.number(rows)}
    if layout.kind is Kind.XLSX:
        parts = [_("Sheet “%(sheet)s”") % {"sheet": layout.sheet}, counted]
    else:
        parts = ["CSV", counted, *_written(layout)]
    if layout.numbers:
        parts.append(str(NUMBER_NAMES[layout.numbers]))
    if layout.dates and Column.DATE in layout.columns:
        parts.append(str(DATE_NAMES[layout.dates]))
    if not layout.net:
        parts.append(_("without amounts"))
    return ", ".join(parts)


def _written(layout: Layout) -> list[str]:
    signs = _("separated by %(signs)s") % {"signs": DELIMITER_NAMES[layout.delimiter]}
    return [signs, ENCODINGS[layout.encoding]] if layout.encoding else [signs]


def facts_of(layout: Layout) -> list[Fact]:
    """What stands in which column, and how units are counted, for a report that was read by `layout`."""
    facts = [Fact(label_of(column), name) for column, name in layout.columns.items()]
    if layout.units:
        facts.append(Fact(_("Pieces per unit"), _listed(layout.units)))
    if layout.packs:
        facts.append(Fact(_("Pieces per article"), _listed(layout.packs)))
    return facts


def _listed(factors: Mapping[str, object]) -> str:
    return ", ".join(f"{word} = {formats.number(pieces)}" for word, pieces in factors.items())  # type: ignore[arg-type]


# --- the first rows --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadRow:
    """A row as it will be booked, written for people."""

    day: date
    article: str
    quantity: str
    net: str
    customer: str
    customer_number: str


@dataclass(frozen=True)
class PreviewRow:
    """A row of the file. One of `read`, `complaints`, `left_out` says what becomes of it, or none while it is asked."""

    number: int
    cells: Sequence[str]
    read: ReadRow | None = None
    complaints: Sequence[Complaint] = field(default_factory=list)
    left_out: str = ""


@dataclass(frozen=True)
class HeadCell:
    """A column of the file: its name there, and what it is read as ("" for nothing)."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Preview:
    """`known`: whether the rows can be read already, so that no question is open."""

    head: Sequence[HeadCell]
    rows: Sequence[PreviewRow]
    known: bool
    bad_rows: int


def preview_of(found: Guess) -> Preview:
    """The first rows twice in one: as they stand in the file, and as they will be read."""
    width = len(found.header)
    meanings = {place: column for column, place in places_of(found.layout.columns, found.header)[0].items()}
    head = [
        HeadCell(name or f"#{place + 1}", label_of(meanings[place]) if place in meanings else "")
        for place, name in enumerate(found.header)
    ]
    results = {_row_of(result): result for result in found.rows_read}
    reasons = {one.row: str(REASON_NAMES[one.reason]) for one in found.left_out.samples}
    rows = []
    for number, cells in zip(found.preview_rows, found.preview, strict=True):
        if number == found.layout.header_row:
            continue
        fitted = [*cells[:width], *[""] * (width - len(cells))]
        rows.append(_preview_row(number, fitted, results.get(number), reasons))
    return Preview(head, rows, not found.questions, sum(isinstance(one, list) for one in found.rows_read))


def _row_of(result: SellOutRow | list[Problem]) -> int | None:
    return result.row if isinstance(result, SellOutRow) else result[0].row


def _preview_row(
    number: int, cells: list[str], result: SellOutRow | list[Problem] | None, reasons: Mapping[int, str]
) -> PreviewRow:
    if isinstance(result, SellOutRow):
        return PreviewRow(number, cells, read=_read_row(result))
    if result is not None:
        return PreviewRow(number, cells, complaints=[complaint(problem) for problem in result])
    left_out = reasons.get(number, "") or ("" if any(cells) else str(REASON_NAMES[Reason.EMPTY]))
    return PreviewRow(number, cells, left_out=left_out)


def _read_row(row: SellOutRow) -> ReadRow:
    return ReadRow(
        day=row.document_date,
        article=row.article,
        quantity=formats.number(row.quantity),
        net=formats.money(row.net, row.currency),
        customer=row.customer_name,
        customer_number=row.customer_number,
    )


# --- what is left out ------------------------------------------------------------------------------------------------


def left_out_in_words(left_out: LeftOut) -> list[str]:
    """Which rows are no sales and why: "2 titles above the header (row 1: “Sell-out November”, row 2: …)"."""
    samples: dict[Reason, list[LeftOutRow]] = {}
    for sample in left_out.samples:
        samples.setdefault(sample.reason, []).append(sample)
    return [
        _counted(reason, count, samples.get(reason, [])[:SAMPLES]) for reason, count in left_out.counts.items() if count
    ]


def unread_in_words(found: Guess) -> str:
    """Which sheets of the workbook hold sales and are not read; empty: none, or it is still asked which one is."""
    if not found.unread or any(question.key == "sheet" for question in found.questions):
        return ""
    text = ngettext(
        "Only the sheet “%(sheet)s” is read. %(others)s holds sales too: please send it as a file of its own.",
        "Only the sheet “%(sheet)s” is read. %(others)s hold sales too: please send each as a file of its own.",
        len(found.unread),
    )
    others = ", ".join(_("“%(sheet)s”") % {"sheet": name} for name in found.unread)
    return text % {"sheet": found.layout.sheet, "others": others}


def _counted(reason: Reason, count: int, samples: Sequence[LeftOutRow]) -> str:
    words = {"count": formats.number(count), "reason": REASON_NAMES[reason]}
    text = ngettext("%(count)s row left out: %(reason)s", "%(count)s rows left out: %(reason)s", count) % words
    if not samples:
        return text
    named = [_("row %(row)s “%(text)s”") % {"row": one.row, "text": one.text} for one in samples]
    return f"{text} ({', '.join(named)}{', …' if count > len(samples) else ''})"


def samples_of(found: Guess, place: int) -> str:
    """Some values of a column of the file, to know it by."""
    others = {found.layout.header_row, *(one.row for one in found.left_out.samples)}
    values = dict.fromkeys(
        cells[place]
        for number, cells in zip(found.preview_rows, found.preview, strict=True)
        if number not in others and place < len(cells) and cells[place]
    )
    return ", ".join(shorten(value) for value in islice(values, SAMPLES))


def shorten(text: str) -> str:
    return text if len(text) <= LONGEST_SAMPLE else f"{text[:LONGEST_SAMPLE]}…"
