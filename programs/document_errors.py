"""What is wrong with a document that somebody writes, terms, requirements or a preset: where, and in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError as PydanticError
from pydantic_core import PydanticCustomError

from common.errors import DomainError
from common.sentences import _n, fill


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a document: where, and what as a template with its parameters."""

    path: str
    text: str
    values: dict[str, str]

    def __str__(self) -> str:
        sentence = fill(self.text, self.values)
        return f"{self.path}: {sentence}" if self.path else sentence


class InvalidDocument(DomainError):
    """`problems` lists everything found; entries of a list count from 1."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def refuse(text: str, at: str = "", **values: object) -> PydanticCustomError:
    """An error for pydantic to collect; `at` is the field below the one being checked."""
    return PydanticCustomError(
        "terms",
        "{text}",
        {"text": text, "at": at, "values": {name: str(value) for name, value in values.items()}},
    )


_SENTENCES = {
    "missing": _n("is required"),
    "extra_forbidden": _n("is not a known field"),
    "enum": _n("must be one of: {expected}"),
    "tuple_type": _n("must be a list"),
    "dict_type": _n("must be a mapping of names"),
    "model_type": _n("must be a mapping of fields"),
}


def problems_of(error: PydanticError) -> list[Problem]:
    """pydantic's errors in our words."""
    problems = []
    for found in error.errors(include_url=False, include_input=False):
        context = found.get("ctx", {})
        path = _path(found["loc"])
        if found["type"] == "terms":
            at = context["at"]
            path = f"{path}.{at}" if path and at else path or at
            problems.append(Problem(path, context["text"], context["values"]))
            continue
        text = _SENTENCES.get(found["type"], "{problem}")
        values = {"problem": found["msg"], "expected": _choices(context.get("expected", ""))}
        problems.append(Problem(path, text, values))
    return problems


def _choices(expected: object) -> str:
    """pydantic says 'a', 'b' or 'c'; here it is a, b, c, which needs no translation."""
    return str(expected).replace("'", "").replace(" or ", ", ")


def _path(location: tuple[int | str, ...]) -> str:
    """steps[2].percent: names as in the document, entries of a list counted from 1."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part + 1}]"
        elif part != "[key]":
            path += f".{part}" if path else part
    return path
