"""`export_journal VENDOR --from … --to …`: the journal for the vendor's bookkeeping, as its page gives it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from common.access import Actor
from common.errors import DomainError
from common.management.arguments import day, named
from programs.models import Vendor
from rebates.journal.exporting import export
from rebates.journal.reading import Days
from rebates.models import JournalExport


class Command(BaseCommand):
    help = (
        "Writes the bookings of a vendor's ledger to a file or to the output, and records that it did. "
        "The same days give the same bytes again, once they are over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("vendor", help="short name of the vendor")
        parser.add_argument("--from", dest="first", required=True, help="first day of booking: 2026-10-01")
        parser.add_argument("--to", dest="last", required=True, help="last day of booking, included: 2026-12-31")
        parser.add_argument("--format", dest="fmt", choices=JournalExport.Format.values, default="csv")
        parser.add_argument("--output", type=Path, help="the file to write; without it: the standard output")

    def handle(self, *args: Any, vendor: str, first: str, last: str, fmt: str, **options: Any) -> None:
        start, end = day("--from", first), day("--to", last)
        # What cannot be written was not given to anybody, and is not recorded.
        with TemporaryFile() as file, transaction.atomic():
            try:
                exported = export(
                    vendor=named(Vendor, vendor),
                    days=Days.through(start, end),
                    fmt=fmt,
                    actor=Actor.system(),
                    now=timezone.now(),
                    out=file,
                )
            except DomainError as error:
                raise CommandError(str(error)) from error
            self._give(file, options["output"])
        record = exported.record
        self.stderr.write(f"{exported.file_name}: {record.entries} bookings, sha256 {record.sha256}")

    def _give(self, file: IO[bytes], output: Path | None) -> None:
        if output is None:
            shutil.copyfileobj(file, sys.stdout.buffer)
            return
        try:
            with output.open("wb") as target:
                shutil.copyfileobj(file, target)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
