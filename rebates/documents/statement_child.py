"""The child that makes documents of sheets: `python -m rebates.documents.statement_child`.

Typst keeps what it has laid out, a hundred kilobytes for each line of a table: it goes with the child.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

# One statement is made on one core: several are made side by side.
os.environ["RAYON_NUM_THREADS"] = "1"

import typst

from rebates.documents.statement_framing import TEMPLATE, write_parts

ARCHIVAL = "a-2b"
"""PDF/A-2b: what archives of bookkeepers ask for. It wants a glyph for each sign, which no font has for all scripts."""


def made(content: bytes, *, picture_per_inch: float, tagged: bool) -> list[bytes]:
    """The document as one PDF, PDF/A where its signs allow; or its pages as PNG, where a resolution is given."""
    files: Any = {"main.typ": TEMPLATE.read_bytes(), "data.json": content}
    if picture_per_inch:
        pages: Any = typst.compile(files, ignore_system_fonts=True, format="png", ppi=picture_per_inch)
        return pages if isinstance(pages, list) else [pages]
    usual: Any = {"ignore_system_fonts": True, "format": "pdf", "pdf_tags": tagged}
    try:
        return [typst.compile(files, pdf_standards=[ARCHIVAL], **usual)]
    except RuntimeError:
        return [typst.compile(files, **usual)]


if __name__ == "__main__":
    asked = json.loads(sys.stdin.buffer.readline())
    write_parts(sys.stdout.buffer, made(sys.stdin.buffer.read(), **asked))
