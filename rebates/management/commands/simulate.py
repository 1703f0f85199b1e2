"""`manage.py simulate TERMS.yaml SALES.csv [--json]`: what terms would pay on a table of sales. Needs no database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import DomainError
from programs.terms import Terms
from rebates.engine.simulation import COLUMNS, as_object, simulate

_SHOWN = ("partner", "period", "attainment", "step", "amount")


class Command(BaseCommand):
    help = (
        "Calculates rebate terms on a CSV file of sales, without a database. The file has the header "
        f"{','.join(COLUMNS)} with ISO dates and decimal points; tier, group and net may be empty. The terms' products "
        "are matched with the column group. Prints one result per partner and period."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("terms", metavar="TERMS.yaml", type=Path, help="rebate terms as YAML")
        parser.add_argument("sales", metavar="SALES.csv", type=Path, help="sales as CSV")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, with the explanation")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            terms = Terms.from_yaml(_text(options["terms"]))
        except DomainError as error:
            raise CommandError(f"{options['terms']}: {_one_line(error)}") from error
        table = _text(options["sales"])
        try:
            results = [as_object(partner, settlement) for partner, settlement in simulate(terms, table)]
        except DomainError as error:
            raise CommandError(f"{options['sales']}: {_one_line(error)}") from error
        for line in map(json.dumps, results) if options["json"] else _table(results):
            self.stdout.write(line)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: this is not UTF-8 text (byte {error.start + 1})") from error


def _one_line(error: DomainError) -> str:
    return " ".join(str(error).split())


def _table(results: Sequence[dict[str, object]]) -> list[str]:
    rows = [_SHOWN, *(tuple(str(found[name] or "–") for name in _SHOWN) for found in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_SHOWN))]
    lines = []
    for row in rows:
        names = [row[column].ljust(widths[column]) for column in range(2)]
        figures = [row[column].rjust(widths[column]) for column in range(2, len(_SHOWN))]
        lines.append("  ".join(names + figures))
    lines.insert(1, "  ".join("-" * width for width in widths))
    return lines
