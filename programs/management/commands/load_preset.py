"""`load_preset NAME`: a vendor's program from a YAML file."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.access import Actor
from common.errors import DomainError
from common.management.arguments import day
from programs import preset_files, preset_loading


class Command(BaseCommand):
    help = (
        "Loads a vendor's program: tiers, products, distributors and rebate terms, published. "
        "Loading it again changes nothing; what a changed file adds or changes is taken over, nothing is removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(preset_files.available())
        parser.add_argument("preset", help=f"one of {names}, or the path of a file of the same shape")
        parser.add_argument(
            "--starts-on",
            metavar="YYYY-MM-DD",
            help="first day of the program, if the file does not say; default: the running year's first day",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, preset: str, **options: Any) -> None:
        starts_on = day("--starts-on", options["starts_on"]) if options["starts_on"] else None
        try:
            done = preset_loading.load(
                preset=preset_files.read(preset_files.find(preset)),
                distributors=preset_files.known_distributors(),
                actor=Actor.system(),
                now=timezone.now(),
                today=timezone.localdate(),
                starts_on=starts_on,
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
        else:
            self.stdout.write(
                f"{done.program}: {done.created} created, {done.changed} changed, {done.unchanged} unchanged"
            )
