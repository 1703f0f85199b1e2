"""`demo_logins`: one login per role of the demo."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.demo.accounts import Login, logins


class Command(BaseCommand):
    help = "Prints one login per role. They work in demo mode only, and need no second factor there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object per login and line")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("this is not a demo: `make run` starts one.")
        rows = logins()
        if options["json"]:
            for row in rows:
                about = {"role": str(row.role), "of": row.of, "email": row.email, "password": row.password}
                self.stdout.write(json.dumps(about, ensure_ascii=False))
        else:
            self.stdout.write(_table(rows))


def _table(rows: list[Login]) -> str:
    cells = [("Role", "Of", "E-mail"), *((str(row.role), row.of, row.email) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:], "", f"The password is the same for all: {rows[0].password}"])
