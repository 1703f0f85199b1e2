"""A file that wants to do harm, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Case:
    """`outcomes`: codes of refusals, "invoice" when its data are read, "pages" when a person has to read it.

    The file is built when it is needed: some are large.
    """

    def __init__(self, build: Callable[..., bytes], *outcomes: str, of: tuple[Any, ...] = ()) -> None:
        self.build = build
        self.outcomes = outcomes
        self.of = of

    def content(self) -> bytes:
        return self.build(*self.of)

    def __str__(self) -> str:
        return " ".join([self.build.__name__.replace("_", " "), *map(str, self.of)])
