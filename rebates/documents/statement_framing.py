"""What the child that makes documents and its caller agree on: the template, and how files are handed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

TEMPLATE = Path(__file__).with_name("statement.typ")
_LENGTH = 8


def write_parts(out: IO[bytes], parts: Iterable[bytes]) -> None:
    """Each file after its length."""
    for part in parts:
        out.write(len(part).to_bytes(_LENGTH, "big") + part)


def read_parts(given: IO[bytes]) -> Iterator[bytes]:
    """The files that `write_parts` wrote. Raises EOFError where one is cut off."""
    while head := given.read(_LENGTH):
        length = int.from_bytes(head, "big")
        part = given.read(length)
        if len(head) < _LENGTH or len(part) < length:
            raise EOFError("a document is cut off")
        yield part
