"""`demo_invoices FOLDER`: a distributor's invoices to upload by hand as the demo's reseller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.demo.sample_invoices import sample_invoices


class Command(BaseCommand):
    help = (
        "Writes invoices of the distributor Allnet to the demo's reseller into a folder: a PDF with data, XML, a scan "
        "and a credit note. Uploaded for Snom they count, wait for a person, or take back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in sample_invoices(today=timezone.localdate()).items():
                (folder / name).write_bytes(content)
                self.stdout.write(str(folder / name))
        except OSError as error:
            raise CommandError(f"The files cannot be written: {error}") from None
