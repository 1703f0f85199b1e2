"""The pages of a PDF as pictures, for a person who reads what a program cannot."""

from __future__ import annotations

import math

import pypdfium2
from PIL import Image

from common.sentences import _n
from sales.readers.invoices.pages import MOST_PAGES, opened_pages
from sales.readers.invoices.pictures import LONGEST_SIDE, as_jpeg
from sales.readers.invoices.record import Refused

_SCALE = 2.0
"""Pixels for a point, of which an inch has 72."""


def page_picture(content: bytes, index: int) -> bytes:
    """A page as JPEG, `index` counted from 0. Raises `Refused`."""
    with opened_pages(content) as pdf:
        if not 0 <= index < min(len(pdf), MOST_PAGES):
            raise Refused("no_such_page", _n("The page cannot be shown: there is no such page, or it is too far back."))
        try:
            page = pdf[index]
            width, height = page.get_size()
            longest = max(width, height)
            if not math.isfinite(longest) or min(width, height) <= 0:
                raise Refused("page_size", _n("The page cannot be shown: it has no size."))
            # PDFium rounds each side up, so that the shorter side of a ribbon still has a pixel.
            bitmap = page.render(scale=min(_SCALE, LONGEST_SIDE / longest), may_draw_forms=False)
        except pypdfium2.PdfiumError:
            raise Refused("page_broken", _n("The page cannot be shown: it is damaged.")) from None
        picture: Image.Image = bitmap.to_pil()
        return as_jpeg(picture)
