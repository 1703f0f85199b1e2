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

from rebates.documents.statement_framing import TEMPLATE, read_parts, write_parts

ARCHIVAL: Any = "a-2b"
"""PDF/A-2b: what archives of bookkeepers ask for. It wants a glyph for each sign, which no font has for all scripts."""


def pdf(content: bytes, *, tagged: bool) -> bytes:
    """The document as PDF/A where its signs allow; empty where there is none to be made."""
    files: Any = {"main.typ": TEMPLATE.read_bytes(), "data.json": content}
    for standards in ([ARCHIVAL], []):
        try:
            return typst.compile(
                files, ignore_system_fonts=True, format="pdf", pdf_tags=tagged, pdf_standards=standards
            ) or b""  # fmt: skip
        except RuntimeError as error:
            said = str(error)
    print(said[:500], file=sys.stderr)  # noqa: T201 - whoever has called reads it
    return b""


def pictures(content: bytes, *, per_inch: float) -> list[bytes]:
    """The pages as PNG."""
    files: Any = {"main.typ": TEMPLATE.read_bytes(), "data.json": content}
    pages: Any = typst.compile(files, ignore_system_fonts=True, format="png", ppi=per_inch)
    return pages if isinstance(pages, list) else [pages]


if __name__ == "__main__":
    asked = json.loads(sys.stdin.buffer.readline())
    out, sheets = sys.stdout.buffer, read_parts(sys.stdin.buffer)
    if per_inch := asked["per_inch"]:
        write_parts(out, (page for sheet in sheets for page in pictures(sheet, per_inch=per_inch)))
    else:
        write_parts(out, (pdf(sheet, tagged=tagged) for sheet, tagged in zip(sheets, asked["tagged"], strict=True)))
