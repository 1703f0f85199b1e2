"""What is wrong with a file, so that its sender can put it right: row, column, value and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from common.sentences import fill

LONGEST_VALUE = 80


class Term(str):
    """A word of ours inside a problem, translated when it is shown. Everything else comes from the file and stays."""

    __slots__ = ()


def words(params: Mapping[str, str]) -> dict[str, Any]:
    """Texts as plain JSON in which words of ours can be told from those of the file; `from_words` takes them back."""
    return {name: {"term": str(text)} if isinstance(text, Term) else text for name, text in params.items()}


def from_words(document: Mapping[str, Any]) -> dict[str, str]:
    return {name: Term(text["term"]) if isinstance(text, dict) else text for name, text in document.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """`row` as a spreadsheet counts it, the header being 1; None: the file as a whole. `column` as the file names it.

    `text` is an English template (`common.sentences`) with `params`, `value` among them.
    """

    row: int | None
    column: str
    value: str
    text: str
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def at(cls, row: int | None, column: str, value: str, text: str, /, **params: str) -> Problem:
        short = value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
        return cls(row, column, short, text, {"value": short, **params})

    def __str__(self) -> str:
        return fill(self.text, self.params)

    def to_document(self) -> dict[str, Any]:
        """As plain JSON, for the way from one process to another; `from_document` takes it back."""
        return {
            "row": self.row,
            "text": self.text,
            "words": words({"column": self.column, "value": self.value}),
            "params": words(self.params),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        said = from_words(document["words"])
        params = from_words(document["params"])
        return cls(document["row"], said["column"], said["value"], document["text"], params)


class Unreadable(Exception):
    """The file cannot be read as a table of the expected kind. `rows`: how many rows were seen nevertheless."""

    def __init__(self, problems: Iterable[Problem], rows: int = 0) -> None:
        self.problems = list(problems)
        self.rows = rows
        super().__init__("; ".join(map(str, self.problems)))

    @classmethod
    def because(cls, text: str, /, *, at: int | None = None, rows: int = 0, **params: str) -> Unreadable:
        """With one reason, and the row it stands in."""
        return cls([Problem.at(at, "", "", text, **params)], rows)
