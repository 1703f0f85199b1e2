"""What a version of a vendor's words changed, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from common import mail_words
from common.registry import Blocks
from programs.models import MailWording


@dataclass(frozen=True)
class Part:
    """A stretch of text that stayed, came or went."""

    what: Literal["same", "new", "gone"]
    text: str


@dataclass(frozen=True)
class Changed:
    """A block that differs from the version before."""

    block: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Entry:
    version: MailWording
    in_force: bool
    changes: tuple[Changed, ...]


def history(versions: Sequence[MailWording]) -> list[Entry]:
    """Each version, the latest first as given, beside the one before it."""
    before: list[Blocks] = [*(each.blocks for each in versions[1:]), {}]
    return [
        Entry(version, index == 0, tuple(changed(earlier, version.blocks)))
        for index, (version, earlier) in enumerate(zip(versions, before, strict=False))
    ]


def changed(before: Blocks, after: Blocks) -> Iterator[Changed]:
    for block in mail_words.BLOCKS:
        old, new = before.get(block, ""), after.get(block, "")
        if old != new:
            yield Changed(block, tuple(_parts(old, new)))


def _parts(old: str, new: str) -> Iterator[Part]:
    """Words with the space behind them, so that the parts put together are the text again."""
    one, other = re.findall(r"\S+\s*|\s+", old), re.findall(r"\S+\s*|\s+", new)
    for what, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if what == "equal":
            yield Part("same", "".join(one[i1:i2]))
            continue
        if i1 < i2:
            yield Part("gone", "".join(one[i1:i2]))
        if j1 < j2:
            yield Part("new", "".join(other[j1:j2]))
