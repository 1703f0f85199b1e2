"""A reader's problem in the language of the person who is to solve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.sentences import fill
from sales.readers.problems import Problem, Term


@dataclass(frozen=True)
class Complaint:
    """A line of the table of errors. `row` is empty for the file as a whole."""

    row: str
    column: str
    value: str
    sentence: str

    def __str__(self) -> str:
        parts = [
            _("row %(row)s") % {"row": self.row} if self.row else "",
            _("column “%(column)s”") % {"column": self.column} if self.column else "",
            _("value “%(value)s”") % {"value": self.value} if self.value else "",
        ]
        place = ", ".join(part for part in parts if part)
        return f"{place}: {self.sentence}" if place else self.sentence


def shown(text: str) -> str:
    """A word of ours translated; what comes from the file stays."""
    return _(text) if isinstance(text, Term) else text


def sentence(text: str, params: Mapping[str, str]) -> str:
    """A reader's template in the language of the person, with its parameters."""
    return fill(_(text), {name: shown(value) for name, value in params.items()})


def complaint(problem: Problem) -> Complaint:
    row = "" if problem.row is None else str(problem.row)
    return Complaint(row, shown(problem.column), problem.value, sentence(problem.text, problem.params))
