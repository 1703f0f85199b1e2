"""What the built style sheet has left out of the framework's one, and whether a page would need it."""

from __future__ import annotations

import functools
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "frontend" / "framework.txt"
WHOLE = ROOT / "node_modules" / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"


def listed() -> list[str]:
    """As they stand in the list."""
    return [line for line in LIST.read_text().splitlines() if not line.startswith("#")]


@functools.cache
def left_out() -> frozenset[frozenset[str]]:
    """The classes of each selector that is not there any more: all of them are needed for it to apply."""
    selectors = re.sub(r"\{[^{}]*\}", ";", WHOLE.read_text())
    before = ""
    while before != selectors:
        before, selectors = selectors, re.sub(r"\[[^\]]*\]|\([^()]*\)", "", selectors)
    named = re.findall(r"[^;{},]+", selectors)
    classes = (re.findall(r"\.((?:\\.|[\w-])+)", selector) for selector in named)
    return frozenset(
        names for each in classes if not (names := frozenset(name.replace("\\", "") for name in each)) <= set(listed())
    )


def missed(classes: set[str]) -> set[str]:
    """What has no rules any more on a page with these classes; all of it belongs into the list."""
    found = [names for names in left_out() if names <= classes]
    return {name for names in found for name in names} - set(listed())
