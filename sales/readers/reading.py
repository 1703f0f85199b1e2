"""Reports of strangers, read in a child process with limits: how a file will be read, its rows, the file with errors.

The bytes are parsed in the child only (`sales.readers.child`); this side starts it and takes its answers.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from common.limited import USUAL_ALLOWANCE, Allowance, Cause, Child, ChildEnded, limited
from common.sentences import _n
from sales.readers.kinds import kind_of
from sales.readers.layout import Kind, Layout
from sales.readers.limits import USUAL_LIMITS, Limits
from sales.readers.problems import Problem, Unreadable
from sales.readers.questions import Guess
from sales.readers.sieve import LeftOut
from sales.readers.tabular import Table
from sales.readers.telling import records

EUR = "EUR"
_MODULES = {Kind.CSV: "sales.readers.child", Kind.XLSX: "sales.readers.xlsx_child"}
_WORKBOOK = 500_000_000
_logger = logging.getLogger(__name__)


def guess(
    content: bytes,
    remembered: Layout | None = None,
    limits: Limits = USUAL_LIMITS,
    *,
    currency: str = EUR,
    own: bool = False,
    allowance: Allowance = USUAL_ALLOWANCE,
) -> Guess:
    """How a file will be read, and what has to be asked before. `remembered` settles what it can, where all its columns
    are found again; answers to questions are given by putting them into it. `currency`: that of files that name none.
    `own`: `remembered` was made for this very file, so that its encoding holds whatever the file looks like.

    Raises `Unreadable` for what is no table, with one sentence what to do.
    """
    with _working("guess", content, remembered, limits, allowance, currency=currency, own=own) as child:
        kind, data = next(records(child), (b"", b""))
        child.finish()
    return Guess.from_document(_answer(kind, b"G", data))


@dataclass
class Reading:
    """A file being read. Iterating gives its sound rows, blocks of whole lines as COPY takes them in text format, in
    columns as `SellOutRow` has them; the other figures are complete afterwards.

    `problems`: all of the first `LISTED` bad rows. Iterating raises `Unreadable` for a file that does not fit its
    layout, or that breaks off in the middle.
    """

    child: Child
    rows: int = 0
    bad_rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)

    def __iter__(self) -> Iterator[bytes]:
        ended = False
        for kind, data in records(self.child):
            if kind == b"R":
                yield data
            elif kind == b"P":
                self.problems.extend(map(Problem.from_document, json.loads(data)))
            else:
                self._end(_answer(kind, b"E", data))
                ended = True
        self.child.finish()
        if not ended:
            raise ChildEnded(Cause.FAILURE, "It stopped without a last word.")

    def _end(self, totals: Mapping[str, Any]) -> None:
        self.rows, self.bad_rows = totals["rows"], totals["bad_rows"]
        self.left_out = LeftOut.from_document(totals["left_out"])


@contextmanager
def read_rows(
    content: bytes,
    layout: Layout,
    limits: Limits = USUAL_LIMITS,
    *,
    currency: str = EUR,
    allowance: Allowance = USUAL_ALLOWANCE,
) -> Iterator[Reading]:
    """All rows of a file. Leaving the block early ends the work."""
    with _working("read", content, layout, limits, allowance, currency=currency) as child:
        yield Reading(child)


def read_table(
    content: bytes,
    words: Collection[str],
    limits: Limits = USUAL_LIMITS,
    allowance: Allowance = USUAL_ALLOWANCE,
) -> Table:
    """A table that is no report, found by `words` of its header as `columns.plain` writes them. Raises `Unreadable`."""
    lines: list[tuple[int, list[str]]] = []
    layout = None
    ended = False
    with _working("table", content, None, limits, allowance, words=sorted(words)) as child:
        for kind, data in records(child):
            if layout is None:
                layout = Layout.from_document(_answer(kind, b"T", data))
            elif kind == b"L":
                lines += [(number, cells) for number, cells in json.loads(data)]
            else:
                _answer(kind, b"E", data)
                ended = True
        child.finish()
        if layout is None or not ended:
            raise ChildEnded(Cause.FAILURE, "It stopped without a last word.")
    (_row, header), *rows = lines
    return Table(layout, header, rows)


def annotate(
    content: bytes,
    layout: Layout,
    sentences: Mapping[int, str],
    heading: str,
    limits: Limits = USUAL_LIMITS,
    allowance: Allowance = USUAL_ALLOWANCE,
) -> tuple[bytes, str]:
    """The same table with one more column below `heading`, which holds the sentences of rows that have one; and the
    extension of its name. No cell of it is a formula. Raises `Unreadable`."""
    said = {str(row): sentence for row, sentence in sentences.items()}
    if layout.kind is Kind.XLSX:
        # A workbook is put together from files.
        allowance = replace(allowance, written=_WORKBOOK)
    with _working("annotate", content, layout, limits, allowance, sentences=said, heading=heading) as child:
        kind, data = next(records(child), (b"", b""))
        child.finish()
    if kind != b"A":
        _answer(kind, b"A", data)
    return data, layout.kind.value


# --- the child ----------------------------------------------------------------------------------------------


@contextmanager
def _working(
    mode: str, content: bytes, layout: Layout | None, limits: Limits, allowance: Allowance, **arguments: Any
) -> Iterator[Child]:
    limits.check_size(content)
    module = _MODULES[kind_of(content)]
    said = {"mode": mode, "layout": layout.to_document() if layout else None, "limits": asdict(limits), **arguments}
    try:
        with limited(module, said, content, allowance) as child:
            yield child
    except ChildEnded as error:
        _logger.warning("reading a report ended: %s", error)
        raise Unreadable.because(_ENDINGS[error.cause]) from error


_ENDINGS = {
    Cause.TIME: _n("The file could not be read in the time allowed. Send it in parts, or as CSV."),
    Cause.MEMORY: _n("The file could not be read with the memory allowed. Send it in parts, or as CSV."),
    Cause.FAILURE: _n("The file could not be read: it is damaged. Save it anew and send it again."),
}


def _answer(kind: bytes, expected: bytes, data: bytes) -> Any:
    if kind == b"U":
        document = json.loads(data)
        raise Unreadable(map(Problem.from_document, document["problems"]), document["rows"])
    if kind != expected:
        raise ChildEnded(Cause.FAILURE, "It answered something else.")
    return json.loads(data)
