"""`backup FOLDER`: the whole database as one snapshot, in a new folder below FOLDER."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from portal import backups


class Command(BaseCommand):
    help = (
        "Writes a backup of everything into a new folder below FOLDER, which only its owner may read. It is there when "
        "it is complete, or not at all; nothing is written over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="an existing folder, better on another disk")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            made, manifest = backups.backup(folder=folder, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            figures = {"backup": str(made), "bytes": manifest.bytes, "sha256": manifest.sha256}
            self.stdout.write(json.dumps({**figures, "digest": manifest.digest}))
        else:
            self.stdout.write(f"{made}\ndigest {manifest.digest}")
