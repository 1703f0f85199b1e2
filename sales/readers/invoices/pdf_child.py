"""`python -m sales.readers.invoices.pdf_child`: the same as `child` for PDFs: first their data, then their text.

The data are told before the pages are looked at, so that they are not lost with a child that falls over a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sales.readers.invoices.documents import remark_to, to_document
from sales.readers.invoices.pages import read_text
from sales.readers.invoices.pdf import carried_invoice
from sales.readers.invoices.serving import serve
from sales.readers.invoices.visible import compare


def open_pdf(_arguments: Mapping[str, Any], content: bytes) -> Iterator[tuple[bytes, bytes]]:
    invoice = carried_invoice(content)
    yield b"D", json.dumps(to_document(invoice) if invoice else None).encode()
    said = read_text(content)
    visible, remarks = compare(invoice, said.text) if invoice else (None, ())
    pages = {
        "text": said.text,
        "pages": said.count,
        "complete": said.complete,
        "visible": visible,
        "remarks": [remark_to(remark) for remark in remarks],
    }
    yield b"T", json.dumps(pages).encode()


if __name__ == "__main__":
    serve(open_pdf)
