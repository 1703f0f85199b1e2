"""`import_partners FILE --vendor SLUG --program SLUG`: the service behind the page, by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.access import Actor
from common.errors import DomainError
from common.management.arguments import content, named
from programs.models import Program, Vendor
from sales.golive.importing import Checked, FileRefused, check, import_partners
from sales.wording import complaint


class Command(BaseCommand):
    help = (
        "Brings a vendor's existing partners in from a CSV or XLSX file. All of it or, when anything is wrong, nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the partners; docs/samples/partners-de.csv shows the columns")
        parser.add_argument("--vendor", required=True, metavar="SLUG", help="short name of the vendor")
        parser.add_argument("--program", required=True, metavar="SLUG", help="short name of the program")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, file: str, vendor: str, program: str, **options: Any) -> None:
        of_vendor = named(Vendor, vendor)
        given: dict[str, Any] = {
            "actor": Actor.system(),
            "vendor": of_vendor,
            "program": named(Program, program, vendor=of_vendor),
            "content": content(Path(file), settings.SELLOUT_MAX_BYTES),
        }
        today = timezone.localdate()
        try:
            if options["dry_run"]:
                done = check(today=today, **given)
            else:
                done = import_partners(now=timezone.now(), today=today, **given)
        except FileRefused as refusal:
            self._refuse(refusal, as_json=options["json"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        else:
            self._report(done, as_json=options["json"], dry=options["dry_run"])

    def _report(self, done: Checked, *, as_json: bool, dry: bool) -> None:
        figures = done.figures.to_document()
        if as_json:
            document = {**figures, "dry_run": dry, "unused_columns": list(done.unused), "errors": []}
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        self.stdout.write("\n".join(f"{name.replace('_', ' '):18}{number:>8}" for name, number in figures.items()))
        if done.unused:
            self.stdout.write(f"Columns that are not read: {', '.join(done.unused)}")
        self.stdout.write("Nothing was written." if dry else "Imported. Invite the contacts on the vendor's page.")

    def _refuse(self, refusal: FileRefused, *, as_json: bool) -> None:
        complaints = [complaint(problem) for problem in refusal.problems]
        if as_json:
            errors = [
                {"row": problem.row, "column": one.column, "value": one.value, "message": one.sentence}
                for problem, one in zip(refusal.problems, complaints, strict=True)
            ]
            document = {"rows": refusal.rows, "errors": errors, "unlisted": refusal.unlisted}
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        for one in complaints:
            self.stderr.write(str(one), self.style.ERROR)
        if refusal.unlisted:
            self.stderr.write(f"… and {refusal.unlisted} more errors")
        raise CommandError(str(refusal))
