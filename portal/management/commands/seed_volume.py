"""`seed_volume`: partners and sale lines by the million, for benchmarks."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from common.management.arguments import day
from portal import volume


class Command(BaseCommand):
    help = (
        "Adds a vendor with synthetic partners and sales of the last 365 days, the same for the same seed and day. "
        "For benchmarks; refused in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partners", type=int, required=True, metavar="N")
        parser.add_argument("--lines", type=int, required=True, metavar="M")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other sales (default: 1)")
        parser.add_argument("--vendor", default="volume", metavar="SLUG", help="short name (default: volume)")
        parser.add_argument("--today", metavar="YYYY-MM-DD", help="the day after the last sales (default: today)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, partners: int, lines: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("synthetic sales are never written in production.")
        if partners < 1 or lines < 0:
            raise CommandError("at least one partner, and not less than no lines.")
        today = day("--today", options["today"]) if options["today"] else timezone.localdate()
        try:
            done = volume.seed(
                slug=options["vendor"],
                partners=partners,
                lines=lines,
                seed=options["seed"],
                today=today,
                now=timezone.now(),
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done), default=str))
        else:
            self.stdout.write(
                f"{done.vendor}: {done.partners} partners, {done.lines} lines, {done.first_day} to {done.last_day}"
            )
