"""`python -m sales.readers.invoices.child`: reads an XML file of a stranger, in a process of its own (`serving`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sales.readers.invoices.documents import to_document
from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.serving import serve


def open_xml(_arguments: Mapping[str, Any], content: bytes) -> Iterator[tuple[bytes, bytes]]:
    yield b"D", json.dumps(to_document(read_xml(content))).encode()


if __name__ == "__main__":
    serve(open_xml)
