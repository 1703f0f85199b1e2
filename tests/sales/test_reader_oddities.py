"""Reports as distributors send them, guessed and read in the limited child process like in the portal.

What is asked of each file a second time is asked in this process: to start a child seven times for each of so many
files takes minutes and would prove nothing new.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common.limited import Allowance
from sales.readers import child, reading, xlsx_child
from sales.readers.layout import Layout
from sales.readers.problems import Unreadable
from sales.readers.questions import Guess
from sales.readers.reading import Reading, annotate, guess, read_rows
from sales.readers.sellout import SellOutRow
from tests.sales.oddities import CASES, Case

pytestmark = pytest.mark.usefixtures("readers_started_anew")

read_cases = pytest.mark.parametrize("case", [case for case in CASES if not case.refused], ids=str)
refused_cases = pytest.mark.parametrize("case", [case for case in CASES if case.refused], ids=str)


@dataclass(frozen=True)
class Here:
    """Stands for a child that has already done its work."""

    output: io.BytesIO

    def finish(self) -> None:
        pass


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    formats = {child.__name__: child.CSV, xlsx_child.__name__: xlsx_child.XLSX}

    @contextmanager
    def limited(module: str, arguments: Mapping[str, Any], content: bytes, allowance: Allowance) -> Iterator[Here]:
        out = io.BytesIO()
        child.serve(formats[module], io.BytesIO(json.dumps(arguments).encode() + b"\n" + content), out)
        out.seek(0)
        yield Here(out)

    monkeypatch.setattr(reading, "limited", limited)


def rows_of(blocks: bytes) -> Iterator[SellOutRow]:
    """Rows as they leave for the database."""
    escapes = {"\\N": None}
    for line in blocks.decode().splitlines():
        yield SellOutRow.of([escapes.get(text, text.replace("\\\\", "\\")) for text in line.split("\t")])


def read(content: bytes, layout: Layout) -> tuple[list[SellOutRow], Reading]:
    with read_rows(content, layout) as told:
        rows = list(rows_of(b"".join(told)))
    return rows, told


def understood(case: Case) -> Guess:
    """The guess, after the questions that it must ask are answered."""
    guessed = guess(case.content)
    assert [question.key for question in guessed.questions] == list(case.questions)
    if case.answer is None:
        return guessed
    answered = guess(case.content, case.answer(guessed.layout))
    assert [question.key for question in answered.questions] == []
    return answered


def fields(rows: list[SellOutRow], case: Case) -> list[dict[str, Any]]:
    """What the case says something about."""
    wanted = case.rows[0].keys() if case.rows else ()
    return [{name: getattr(row, name) for name in wanted} for row in rows]


@read_cases
def test_a_report_means_what_its_sender_meant(case: Case) -> None:
    guessed = understood(case)
    rows, told = read(case.content, guessed.layout)
    assert [(problem.row, problem.column, problem.value) for problem in told.problems] == list(case.problems)
    if not case.problems:
        assert fields(rows, case) == list(case.rows)
        first = guessed.rows_read
        assert first == rows[: len(first)]
    assert told.rows == guessed.rows == len(rows) + told.bad_rows
    assert {reason.value: count for reason, count in told.left_out.counts.items()} == case.left_out
    assert guessed.left_out == told.left_out


@refused_cases
def test_what_is_no_report_is_refused_in_one_sentence(case: Case) -> None:
    with pytest.raises(Unreadable) as refusal:
        guess(case.content)
    (problem,) = refusal.value.problems
    assert case.refused in str(problem)


@pytest.mark.usefixtures("in_this_process")
@read_cases
def test_the_file_with_a_column_of_errors_says_the_same(case: Case) -> None:
    """Corrected and sent back it must be read like the first one, by what is remembered of that."""
    guessed = understood(case)
    before, told = read(case.content, guessed.layout)
    rows = [*(row.row for row in before), *(problem.row or 0 for problem in told.problems)]
    sentences = dict.fromkeys(rows, "=SUM(A1) ist falsch")
    content, extension = annotate(case.content, guessed.layout, sentences, "Fehler")
    assert extension == guessed.layout.kind
    again = guess(content, guessed.layout)
    assert again.questions == []
    after, told_again = read(content, again.layout)
    assert after == before
    assert told_again.bad_rows == told.bad_rows
    place = len(again.header) - 1
    assert again.header[place] == "Fehler"
    noted = {row for row, cells in zip(again.preview_rows, again.preview, strict=True) if cells[place:] != []}
    assert noted - {again.layout.header_row} == set(rows) & set(again.preview_rows)
    assert {cells[place] for cells in again.preview[1:] if cells[place:]} == {"'=SUM(A1) ist falsch"}


def test_there_are_enough_cases_and_no_two_of_one_name() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) >= 40


def test_the_cases_are_files_that_others_can_use(tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        (tmp_path / f"{number:03}-{case.file_name}").write_bytes(case.content)
    assert len(list(tmp_path.iterdir())) == len(CASES)
