"""Figures of a run: how they are compared with their targets, printed, and written down."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

CLOSING_LIMIT = 5
"""A closing takes at most so many times what its aggregates and the COPY of its rows take."""
CLOSING_MEGABYTES = 300

HEAD = """# Benchmarks

Written by `make bench`; do not edit. {lines:,} sale lines of {partners:,} partners in a year, as unequal as in the
field (`manage.py seed_volume`), PostgreSQL as it comes, on one machine with {cores} cores and {memory} GB, {day}.
Every figure is a ratio against something measured in the same run, so it should be much the same on another machine.

"""


@dataclass(frozen=True)
class Result:
    """One line of the table. `target` and `met` are empty for what is only told."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.met is None else "met" if self.met else "MISSED"


def at_most(what: str, value: float, limit: float) -> Result:
    return Result(what, f"{value:.2f}×", f"at most {limit:g}×", value <= limit)


def within(what: str, value: float, limit: float, unit: str) -> Result:
    """Where the target is a time of its own."""
    return Result(what, f"{value:.1f} {unit}", f"at most {limit:g} {unit}", value <= limit)


def at_least(what: str, share: float, limit: float) -> Result:
    return Result(what, f"{share:.0%}", f"at least {limit:.0%}", share >= limit)


def told(what: str, measured: str) -> Result:
    return Result(what, measured)


def p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


@dataclass
class Run:
    """What was measured on one size. Processes that measure print results and values as lines of JSON."""

    lines: int
    seed_seconds: float
    results: list[Result] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)

    def read(self, output: str) -> None:
        for line in output.splitlines():
            found = json.loads(line)
            if "value" in found:
                self.values[found["name"]] = found["value"]
            else:
                self.results.append(Result(**found))


def give(*results: Result, **values: float) -> None:
    """Hand results and values to the process that prints the table."""
    rows: list[dict[str, Any]] = [asdict(result) for result in results]
    rows += [{"name": name, "value": value} for name, value in values.items()]
    for row in rows:
        print(json.dumps(row), flush=True)


def table(results: Sequence[Result]) -> str:
    rows = [("", "target", "measured", ""), *((r.what, r.target, r.measured, r.verdict) for r in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def markdown(results: Sequence[Result], *, lines: int, partners: int, seconds: float) -> str:
    head = HEAD.format(
        lines=lines, partners=partners, cores=os.cpu_count(), memory=_memory(), day=datetime.now(UTC).date().isoformat()
    )
    rows = "".join(f"{_row(r)}\n" for r in results)
    return (
        f"{head}| what | target | measured | |\n|---|---|---|---|\n{rows}\nThe run took {seconds / 60:.0f} minutes.\n"
    )


def _row(result: Result) -> str:
    return f"| {result.what} | {result.target} | {result.measured} | {result.verdict} |"


def quoted(text: str, results: Sequence[Result]) -> str:
    """A text that quotes rows of the table, with those of these results."""
    by_start = {f"| {result.what} |": _row(result) for result in results}
    rows = (by_start.get("|".join(line.split("|")[:2]) + "|", line) for line in text.split("\n"))
    return "\n".join(rows)


def _memory() -> int:
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30)
