"""`demo_report VENDOR`: a distributor's report to import by hand, for the demo's partners without any sale."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from common.management.arguments import day
from portal.demo import samples


class Command(BaseCommand):
    help = (
        "Prints a German sell-out report (CSV) of the distributor Also. Imported in the demo, it puts the partners "
        "“Testhaus Import 1” to “7” on the bounds of the vendor's bonus table."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("vendor", choices=samples.vendors())
        parser.add_argument("--today", metavar="YYYY-MM-DD", help="a day in the quarter of its sales (default: today)")

    def handle(self, *args: Any, vendor: str, **options: Any) -> None:
        today = day("--today", options["today"]) if options["today"] else timezone.localdate()
        self.stdout.write(samples.sample(vendor, today=today).decode("utf-8"), ending="")
