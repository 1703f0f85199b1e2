"""What the pages of a PDF say: their text, as far as a program can read it."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2

from common.sentences import _n
from sales.readers.invoices.record import Refused

MOST_PAGES = 50
"""Pages whose text is read and that can be shown. Distributors' collective invoices are long, but not so long."""
MOST_CHARACTERS = 200_000
_HYPHEN = "\ufffe"
"""What PDFium makes of a hyphen at the end of a line, and of that end."""
_SECONDS = 2.0
"""Of computing, after which no further page is read."""


@dataclass(frozen=True)
class PagesText:
    """`count`: pages that can be shown. `complete`: whether all of the file's text was read."""

    text: str
    count: int
    complete: bool


def read_text(content: bytes) -> PagesText:
    """The text of the pages, with a form feed between them. Raises `Refused`."""
    parts: list[str] = []
    left = MOST_CHARACTERS
    until = time.process_time() + _SECONDS
    with opened_pages(content) as pdf:
        count = len(pdf)
        if not count:
            raise Refused("no_pages", _n("This PDF has no pages. Please send the one that your distributor sent you."))
        for index in range(min(count, MOST_PAGES)):
            if left <= 0 or time.process_time() > until:
                break
            text = _text_of(pdf, index, left + 1)
            left -= len(text)
            parts.append(_readable(text))
        complete = len(parts) == count and left >= 0
        return PagesText("\f".join(parts), min(count, MOST_PAGES), complete)


def _text_of(pdf: pypdfium2.PdfDocument, index: int, most: int) -> str:
    try:
        text_page = pdf[index].get_textpage()
        characters = min(text_page.count_chars(), most)
        return str(text_page.get_text_range(0, characters)) if characters > 0 else ""
    except pypdfium2.PdfiumError:
        return ""


def _readable(text: str) -> str:
    """Without signs that nobody sees, which databases and people stumble over."""
    lines = text.replace(_HYPHEN, "-\n").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign)[0] != "C")


@contextmanager
def opened_pages(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        sentence = _n("The pages of this PDF cannot be opened. Please save or download it anew and send it again.")
        raise Refused("pages_broken", sentence) from None
    try:
        yield pdf
    finally:
        pdf.close()
