"""`import_sellout FILE --vendor SLUG --distributor SLUG`: the service behind the upload page, by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.access import Actor
from common.errors import DomainError
from common.management.arguments import content, named
from programs.models import Distributor, Vendor
from sales.importing import ImportResult, ReportRefused, import_sellout, settled_guess
from sales.models import SellOutReport
from sales.readers.notations import Dates, Numbers
from sales.wording import complaint


class Command(BaseCommand):
    help = (
        "Imports a distributor's sell-out report (CSV, XLSX). The whole file or, when anything in it is wrong, nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the report as the distributor sent it")
        parser.add_argument("--vendor", required=True, metavar="SLUG", help="short name of the vendor")
        parser.add_argument("--distributor", required=True, metavar="SLUG", help="short name of the distributor")
        parser.add_argument("--numbers", choices=[*Numbers], help="de: 1.234,56, en: 1,234.56 (default: find out)")
        parser.add_argument(
            "--dates", choices=[*Dates], help="iso: 2026-12-31, de: 31.12.2026, dmy: 31/12/2026, mdy: 12/31/2026"
        )
        parser.add_argument("--sheet", default="", help="the one of a workbook (default: the one that was read before)")
        parser.add_argument("--replace", type=int, metavar="REPORT", help="id of the report that this file puts right")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, file: str, vendor: str, distributor: str, **options: Any) -> None:
        try:
            result, unread = self._import(Path(file), named(Vendor, vendor), named(Distributor, distributor), options)
        except ReportRefused as refusal:
            self._refuse(refusal, as_json=options["json"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        else:
            self._report(result, unread, as_json=options["json"])

    def _import(
        self, path: Path, vendor: Vendor, distributor: Distributor, options: Mapping[str, Any]
    ) -> tuple[ImportResult, list[str]]:
        """What became of the file, and its sheets that look like sales and were not read."""
        given = content(path, settings.SELLOUT_MAX_BYTES)
        found = settled_guess(
            vendor=vendor,
            distributor=distributor,
            content=given,
            numbers=Numbers(options["numbers"]) if options["numbers"] else None,
            dates=Dates(options["dates"]) if options["dates"] else None,
            sheet=options["sheet"],
        )
        result = import_sellout(
            actor=Actor.system(),
            vendor=vendor,
            distributor=distributor,
            file_name=path.name,
            content=given,
            layout=found.layout,
            uploaded_by=None,
            now=timezone.now(),
            today=timezone.localdate(),
            replaces=_report_of(vendor, distributor, options["replace"]),
        )
        return result, found.unread

    def _report(self, result: ImportResult, unread: list[str], *, as_json: bool) -> None:
        figures = {
            "read": result.read,
            "matched": result.matched,
            "unmatched": result.unmatched,
            "duplicate": result.duplicate,
            "refused": result.refused,
        }
        replaced = {"unchanged": result.unchanged, "taken_back": result.taken_back}
        if as_json:
            sheets = {"sheet": result.report.layout.get("sheet", ""), "unread_sheets": unread}
            about = {"report": result.report.pk, "known": result.known, "errors": []}
            self.stdout.write(json.dumps({**figures, **replaced, **about, **sheets}, ensure_ascii=False))
            return
        if result.report.replaces_id and not result.known:
            figures |= replaced
        self.stdout.write(", ".join(f"{name} {value}" for name, value in figures.items()))
        if sheet := result.report.layout.get("sheet", ""):
            self.stdout.write(f"sheet “{sheet}” was read")
        if unread:
            others = ", ".join(f"“{name}”" for name in unread)
            self.stdout.write(f"not read, though they look like sales: {others}", self.style.WARNING)
        if result.known:
            received = timezone.localtime(result.report.uploaded_at)
            self.stdout.write(f"This file was imported before ({received:%Y-%m-%d %H:%M}); nothing was added.")

    def _refuse(self, refusal: ReportRefused, *, as_json: bool) -> None:
        complaints = [complaint(problem) for problem in refusal.problems]
        if as_json:
            figures = {"read": refusal.read, "matched": 0, "unmatched": 0, "duplicate": 0, "refused": refusal.read}
            figures |= {"unchanged": 0, "taken_back": 0}
            errors = [
                {"row": problem.row, "column": one.column, "value": one.value, "message": one.sentence}
                for problem, one in zip(refusal.problems, complaints, strict=True)
            ]
            self.stdout.write(
                json.dumps({**figures, "report": None, "known": False, "errors": errors}, ensure_ascii=False)
            )
        for one in complaints:
            self.stderr.write(str(one), self.style.ERROR)
        if refusal.unlisted:
            self.stderr.write(f"… and {refusal.unlisted} more rows with errors")
        if refusal.replaceable is not None:
            pk, name = refusal.replaceable.pk, refusal.replaceable.file_name
            self.stderr.write(f"If this file puts “{name}” right, import it with --replace {pk}.")
        raise CommandError(str(refusal))


def _report_of(vendor: Vendor, distributor: Distributor, pk: int | None) -> SellOutReport | None:
    if pk is None:
        return None
    reports = SellOutReport.objects.filter(vendor=vendor, distributor=distributor).defer("content")
    report = reports.filter(pk=pk).first()
    if report is None:
        raise CommandError(f"{distributor} has sent no report {pk} to {vendor}.")
    return report
