"""`manage.py compare_customers PAIRS.csv [--json]`: which pairs of customers are one. Needs no database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.customers import Comparison, compare_customers
from common.customers.pairs import COLUMNS, BadPairs, read_pairs


class Command(BaseCommand):
    help = (
        "Says of each row of a CSV file whether its two customers are the same, without a database. Columns: "
        f"{', '.join(COLUMNS)}, each with _a and _b; any may be missing or empty, others are left out."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pairs", metavar="PAIRS.csv", type=Path, help="pairs of customers as CSV in UTF-8")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, pairs: Path, **options: Any) -> None:
        try:
            with pairs.open(encoding="utf-8-sig", newline="") as lines:
                for one, other in read_pairs(lines):
                    found = compare_customers(one, other)
                    self.stdout.write(
                        _object(found) if options["json"] else f"{_line(found)}: {one.name} | {other.name}"
                    )
        except OSError as error:
            raise CommandError(f"{pairs}: {error.strerror}") from error
        except BadPairs as error:
            raise CommandError(f"{pairs}: {error}") from error


def _object(found: Comparison) -> str:
    return json.dumps({"same": found.same, "score": found.score, "reasons": _reasons(found)}, ensure_ascii=False)


def _line(found: Comparison) -> str:
    return f"{'same' if found.same else 'different'} {found.score} ({'; '.join(_reasons(found))})"


def _reasons(found: Comparison) -> list[str]:
    return [f"against: {reason.text}" if reason.against else reason.text for reason in found.reasons]
