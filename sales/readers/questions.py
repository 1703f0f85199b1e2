"""What a guess is, and what a person has to say before a file can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

from common.sentences import fill
from sales.readers.columns import Column
from sales.readers.layout import Layout
from sales.readers.problems import Problem, from_words, words
from sales.readers.sellout import SellOutRow
from sales.readers.sieve import LeftOut

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Choice:
    """An answer: `value` goes into the layout, `text` is a template (`common.sentences`) with `params`."""

    value: str
    text: str
    params: Mapping[str, str] = field(default_factory=lambda: _NONE)

    def __str__(self) -> str:
        return fill(self.text, self.params)


@dataclass(frozen=True)
class Question:
    """`key` says what of the layout is open: "encoding", "numbers", "dates", "sheet", "column:net" (value "": there is
    none), "unit:VE" (how many pieces; no choices, a number is the answer).

    `row`, `column` and `value`: where the file shows what it is about.
    """

    key: str
    text: str
    params: Mapping[str, str] = field(default_factory=lambda: _NONE)
    choices: tuple[Choice, ...] = ()
    row: int | None = None
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        return fill(self.text, self.params)

    def as_problem(self) -> Problem:
        """For callers that nobody can answer."""
        return Problem.at(self.row, self.column, self.value, self.text, **self.params)

    def to_document(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "text": self.text,
            "params": words(self.params),
            "choices": [[one.value, one.text, words(one.params)] for one in self.choices],
            "row": self.row,
            "column": words({"": self.column})[""],
            "value": self.value,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        choices = tuple(Choice(value, text, from_words(params)) for value, text, params in document["choices"])
        said = {**document, "params": from_words(document["params"]), "choices": choices}
        return cls(**{**said, "column": from_words({"": document["column"]})[""]})


@dataclass(frozen=True)
class Guess:
    """How a file will be read unless somebody says otherwise; nothing of it is written anywhere.

    `header` and `preview` (some rows from the header on) as the file has them; `sheets` of a workbook, `unread` those
    that hold sales too beside the one that is read; `rows` of data.
    `rows_read`: the first rows as they will be read, empty while questions are open. `preview_rows`: the numbers of
    the rows in `preview`.
    """

    layout: Layout
    questions: list[Question]
    header: list[str]
    sheets: list[str]
    unread: list[str]
    rows: int
    preview: list[list[str]]
    preview_rows: list[int]
    rows_read: list[SellOutRow | list[Problem]]
    left_out: LeftOut

    @property
    def kept(self) -> Layout:
        """The layout without what is asked about, so that it is asked again until somebody has answered."""
        keys = {question.key for question in self.questions} - {f"column:{Column.NET}"}
        layout = replace(self.layout, encoding="") if "encoding" in keys else self.layout
        if not any(key == "sheet" or key.startswith("column:") for key in keys):
            return layout
        return replace(layout, sheet="" if "sheet" in keys else self.layout.sheet, columns={})

    def to_document(self) -> dict[str, Any]:
        return {
            "layout": self.layout.to_document(),
            "questions": [question.to_document() for question in self.questions],
            "header": self.header,
            "sheets": self.sheets,
            "unread": self.unread,
            "rows": self.rows,
            "preview": self.preview,
            "preview_rows": self.preview_rows,
            "rows_read": [_result_document(result) for result in self.rows_read],
            "left_out": self.left_out.to_document(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            layout=Layout.from_document(document["layout"]),
            questions=[Question.from_document(one) for one in document["questions"]],
            header=document["header"],
            sheets=document["sheets"],
            unread=document["unread"],
            rows=document["rows"],
            preview=document["preview"],
            preview_rows=document["preview_rows"],
            rows_read=[_result_from(one) for one in document["rows_read"]],
            left_out=LeftOut.from_document(document["left_out"]),
        )


def _result_document(result: SellOutRow | list[Problem]) -> dict[str, Any]:
    if isinstance(result, SellOutRow):
        values = [getattr(result, name) for name in SellOutRow.__slots__]
        return {"row": [None if value is None else str(value) for value in values]}
    return {"problems": [problem.to_document() for problem in result]}


def _result_from(document: Mapping[str, Any]) -> SellOutRow | list[Problem]:
    if "row" in document:
        return SellOutRow.of(document["row"])
    return [Problem.from_document(one) for one in document["problems"]]
