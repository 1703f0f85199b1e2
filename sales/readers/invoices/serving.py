"""What the children of this package have in common: a question on standard input, records on standard output.

`D`: the invoice that a file carries, as JSON, or null. `T`: what its pages say. `J`: a page as JPEG. `U`: why the file
is refused, after which nothing follows.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sales.readers.invoices.documents import refusal_to
from sales.readers.invoices.record import Refused
from sales.readers.telling import record, tell

Work = Callable[[Mapping[str, Any], bytes], Iterator[tuple[bytes, bytes]]]


def serve(work: Work) -> None:
    """Do what standard input asks for."""
    # A damaged file makes libraries warn a thousand times, and nobody reads this process's errors while it works.
    logging.disable()
    out = sys.stdout.buffer
    arguments = json.loads(sys.stdin.buffer.readline())
    try:
        for kind, data in work(arguments, sys.stdin.buffer.read()):
            record(out, kind, data)
    except Refused as refusal:
        tell(out, b"U", refusal_to(refusal))
