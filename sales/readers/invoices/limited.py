"""Invoices of strangers, opened in child processes with limits: what is in a file, and its pages as pictures.

The bytes are parsed in the children only (`child`, `pdf_child`, `page_child`, `picture_child`); this side starts them
and takes their answers. Whatever a file is, it has an outcome within the limits, and this process goes on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from common.limited import Allowance, Cause, ChildEnded, limited
from common.sentences import _n
from sales.readers.invoices.documents import from_document, refusal_from, remark_from
from sales.readers.invoices.opening import FileKind, kind_of
from sales.readers.invoices.record import Invoice, Refused, Remark
from sales.readers.invoices.visible import Visible
from sales.readers.telling import records

ALLOWANCE = Allowance(memory=600_000_000, computing=4, seconds=30)
"""For one child. Its start is part of it."""
_OPENING = {
    FileKind.XML: "sales.readers.invoices.child",
    FileKind.PDF: "sales.readers.invoices.pdf_child",
    FileKind.PNG: "sales.readers.invoices.picture_child",
    FileKind.JPEG: "sales.readers.invoices.picture_child",
}
_DRAWING = {**_OPENING, FileKind.PDF: "sales.readers.invoices.page_child"}
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """What became of a file. `kind`: None for files that are not read.

    Either it is refused, or it has an invoice, or neither: then a person types what the pages show. `text`: what they
    say, with form feeds between them. `pages`: how many can be shown. `visible`: whether they agree with the data, None
    where there is nothing to compare. `remarks`: what a person should look at about the file; the invoice has its own.
    """

    kind: FileKind | None
    refusal: Refused | None = None
    invoice: Invoice | None = None
    remarks: tuple[Remark, ...] = ()
    text: str = ""
    pages: int = 0
    visible: Visible | None = None


def open_file(content: bytes, allowance: Allowance = ALLOWANCE) -> Opened:
    """What is in an uploaded file. Never raises for what the file is."""
    try:
        kind = kind_of(content)
    except Refused as refusal:
        return Opened(None, refusal)
    opened = Opened(kind)
    try:
        for letter, data in _answers(_OPENING[kind], {}, content, allowance):
            opened = _with(opened, letter, data)
    except Refused as refusal:
        if opened.invoice is None:
            return Opened(kind, refusal)
        opened = replace(opened, visible=Visible.NO_TEXT, remarks=(_PAGES_UNREAD,))
    return opened


def read_file(content: bytes, allowance: Allowance = ALLOWANCE) -> Invoice:
    """The invoice of a file that carries its data, with all remarks. Raises `Refused`."""
    opened = open_file(content, allowance)
    if opened.refusal:
        raise opened.refusal
    if opened.invoice is None:
        raise Refused("no_data", _n("This file has only pages, and no data that a program can read."))
    return replace(opened.invoice, warnings=opened.invoice.warnings + opened.remarks)


def render(content: bytes, page: int, allowance: Allowance = ALLOWANCE) -> bytes:
    """A page of a PDF, or the picture that a file is, as JPEG. `page` counts from 0. Raises `Refused`."""
    kind = kind_of(content)
    if kind is FileKind.XML or (kind is not FileKind.PDF and page):
        raise Refused("no_such_page", _n("The file has no such page."))
    ((_letter, picture),) = _answers(_DRAWING[kind], {"page": page}, content, allowance)
    return picture


_PAGES_UNREAD = Remark("pages_unread", _n("The pages could not be read, so the data are compared with nothing."))
_TEXT_INCOMPLETE = Remark("text_incomplete", _n("The file has more text than was read."))


def _with(opened: Opened, letter: bytes, data: bytes) -> Opened:
    """What is known of a file after one more answer."""
    if letter == b"J":
        return replace(opened, pages=1)
    document = json.loads(data)
    if letter == b"D":
        return replace(opened, invoice=from_document(document) if document else None)
    remarks = tuple(map(remark_from, document["remarks"]))
    return replace(
        opened,
        text=document["text"],
        pages=document["pages"],
        visible=Visible(document["visible"]) if document["visible"] else None,
        remarks=remarks if document["complete"] else (*remarks, _TEXT_INCOMPLETE),
    )


# --- the children ---------------------------------------------------------------------------------------------

_ENDINGS = {
    Cause.TIME: Refused(
        "too_long", _n("The file could not be read in the time allowed. Please ask your distributor for a simpler one.")
    ),
    Cause.MEMORY: Refused(
        "too_much_memory",
        _n("The file could not be read with the memory allowed. Please ask your distributor for a smaller one."),
    ),
    Cause.FAILURE: Refused(
        "broken",
        _n("The file cannot be opened: it is damaged or made in an unusual way. Please download and send it anew."),
    ),
}


def _answers(
    module: str, arguments: Mapping[str, Any], content: bytes, allowance: Allowance
) -> Iterator[tuple[bytes, bytes]]:
    """What the child says, as it says it. Raises `Refused`, also for a child that was ended or fell."""
    try:
        with limited(module, arguments, content, allowance) as child:
            for letter, data in records(child):
                if letter == b"U":
                    raise refusal_from(json.loads(data))
                yield letter, data
            child.finish()
    except ChildEnded as error:
        _logger.warning("opening an invoice ended: %s", error)
        ending = _ENDINGS[error.cause]
        raise Refused(ending.code, ending.text) from error
