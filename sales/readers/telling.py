"""How a child of a reader and its parent talk: records, each begun by a line of a letter and a number of bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from common.limited import Child


def tell(out: BinaryIO, kind: bytes, document: Any) -> None:
    """A record that is JSON."""
    record(out, kind, json.dumps(document).encode())


def record(out: BinaryIO, kind: bytes, data: bytes) -> None:
    out.write(b"%s %d\n" % (kind, len(data)))
    out.write(data)
    out.flush()


def records(child: Child) -> Iterator[tuple[bytes, bytes]]:
    """What the child writes, record by record; the last one may be missing when it was ended."""
    while line := child.output.readline(40):
        kind, _space, size = line.partition(b" ")
        data = child.output.read(int(size))
        if len(data) < int(size):
            return
        yield kind, data
