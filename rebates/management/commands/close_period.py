"""`close_period PROGRAM PERIOD`: the services the scheduled job calls, by hand."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from common.management.arguments import named
from common.periods import Period
from programs.models import Program
from rebates import closing
from rebates.models import Closing, ClosingItem

SECONDS = 60


class Command(BaseCommand):
    help = (
        "Closes a period of a program: freezes its sales, settles every partner, seals. "
        "Running it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", help="short name of the program")
        parser.add_argument("period", help="2026-07, 2026Q3, 2026H1 or 2026")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, program: str, period: str, **options: Any) -> None:
        found = named(Program, program)
        try:
            opened = closing.open_closing(
                program=found, period=Period.parse(period), today=timezone.localdate(), now=timezone.now()
            )
            done = self._carry_on(opened)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self._report(done, as_json=options["json"])

    def _carry_on(self, opened: Closing) -> Closing:
        """In runs of a minute: what is booked late in a long closing is not dated with its start."""
        while True:
            done = closing.run(closing_id=opened.pk, now=timezone.now(), chunk=settings.CLOSING_CHUNK, seconds=SECONDS)
            if done.state != Closing.State.FROZEN or not done.items.filter(state=ClosingItem.State.PENDING).exists():
                return done

    def _report(self, done: Closing, *, as_json: bool) -> None:
        parked = done.items.filter(state=ClosingItem.State.PARKED)
        figures = {
            "program": done.program.slug,
            "period": done.period,
            "state": done.state,
            "cut": done.cut,
            "items": done.items.count(),
            "parked": parked.count(),
            "settlements": done.settlements.count(),
            "total": None if done.total is None else str(done.total),
            "currency": done.program.currency,
        }
        if as_json:
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(", ".join(f"{name} {value}" for name, value in figures.items()))
        if figures["parked"]:
            reasons = "; ".join(sorted({item.reason or item.get_cause_display() for item in parked})[:5])
            raise CommandError(f"{figures['parked']} partners are parked, the closing is not sealed: {reasons}")
        if closing.needs_comment(done):
            raise CommandError("the total is out of bounds: finance says on the closing's page why it is right.")
