"""`seed_demo`: fills an empty database with the demo's data."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from common.management.arguments import day
from portal.demo import seeding


class Command(BaseCommand):
    help = (
        "Fills an empty database with invented partners, sales and closings of five quarters, and with logins whose "
        "password everybody knows. Running it again changes nothing. Only in demo mode; never in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", metavar="YYYY-MM-DD", help="the day the data ends with (default: today)")
        parser.add_argument("--force", action="store_true", help="also outside demo mode, on a machine for development")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("demo data, with passwords everybody knows, is never written in production.")
        if not (settings.DEMO_MODE or options["force"]):
            raise CommandError("this is not a demo: `make run` starts one, --force seeds a database for development.")
        now = timezone.now()
        today = day("--today", options["today"]) if options["today"] else timezone.localdate(now)
        try:
            done = seeding.seed(today=today, now=now)
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
        elif done.fresh and options["verbosity"]:
            self.stdout.write(
                f"{done.partners} partners, {done.reports} reports, {done.lines} sale lines, {done.closings} closings"
            )
        elif options["verbosity"]:
            self.stdout.write("The demo data is there already.")
