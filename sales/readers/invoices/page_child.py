"""`python -m sales.readers.invoices.page_child`: a page of a PDF as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sales.readers.invoices.page_pictures import page_picture
from sales.readers.invoices.serving import serve


def draw_page(arguments: Mapping[str, Any], content: bytes) -> Iterator[tuple[bytes, bytes]]:
    yield b"J", page_picture(content, arguments["page"])


if __name__ == "__main__":
    serve(draw_page)
