"""`python -m sales.readers.invoices.picture_child`: a PNG or JPEG as the picture that is shown of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sales.readers.invoices.pictures import shown_picture
from sales.readers.invoices.serving import serve


def draw_picture(_arguments: Mapping[str, Any], content: bytes) -> Iterator[tuple[bytes, bytes]]:
    yield b"J", shown_picture(content)


if __name__ == "__main__":
    serve(draw_picture)
