"""Changing a requirement document entry by entry: pure functions on lists that return a changed copy.

A path names an entry: "2" is the second one, "2-1" the first in the group that is second; "" is the document itself.
A group may be empty while somebody builds it; only `programs.criteria.parse` says whether the whole may be saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Entry = dict[str, Any]
Document = list[Entry]


class NoSuchEntry(LookupError):
    """The path leads nowhere."""


@dataclass(frozen=True)
class Placed:
    """An entry with its path and in how many groups it stands."""

    path: str
    depth: int
    entry: Mapping[str, Any]


def inside(entry: Mapping[str, Any]) -> str | None:
    """Where a group has its entries; None for a criterion."""
    return "any_of" if "any_of" in entry else "of" if "n_of" in entry else None


def walk(document: Sequence[Mapping[str, Any]], path: str = "", depth: int = 0) -> Iterator[Placed]:
    """All entries in the order in which they are read, groups before what is in them."""
    for number, entry in enumerate(document, start=1):
        own = f"{path}-{number}" if path else str(number)
        yield Placed(own, depth, entry)
        if (key := inside(entry)) is not None:
            yield from walk(entry[key], own, depth + 1)


def entry_at(document: Document, path: str) -> Entry:
    """Raises NoSuchEntry."""
    entries, number = _place(document, path)
    return entries[number]


def added(document: Document, within: str, entry: Entry) -> Document:
    """With an entry at the end of a group, or of the document. Raises NoSuchEntry."""
    changed = deepcopy(document)
    _entries(changed, within).append(entry)
    return changed


def replaced(document: Document, path: str, entry: Entry) -> Document:
    """Raises NoSuchEntry."""
    changed = deepcopy(document)
    entries, number = _place(changed, path)
    entries[number] = entry
    return changed


def removed(document: Document, path: str) -> Document:
    """Raises NoSuchEntry."""
    changed = deepcopy(document)
    entries, number = _place(changed, path)
    del entries[number]
    return changed


def _entries(document: Document, path: str) -> Document:
    if not path:
        return document
    entry = entry_at(document, path)
    key = inside(entry)
    if key is None:
        raise NoSuchEntry(path)
    found: Document = entry[key]
    return found


def _place(document: Document, path: str) -> tuple[Document, int]:
    before, dash, last = path.rpartition("-")
    if dash and not before:
        raise NoSuchEntry(path)
    entries = _entries(document, before)
    if not (last.isascii() and last.isdigit() and len(last) < 5 and 0 < int(last) <= len(entries)):
        raise NoSuchEntry(path)
    return entries, int(last) - 1
