"""`restore FOLDER`: brings a backup into an empty database, and leaves the system paused."""

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
        "Brings the backup in FOLDER into the database, which has to be empty. The portal is paused afterwards: "
        "nothing is sent or booked until a platform admin releases it on the page /pause/. Run it as the owner of the "
        "tables (MIGRATION_DATABASE_URL), and grant_role after it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup, as `backup` has made it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            done = backups.restore(folder=folder, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        figures = {
            "made_at": done.manifest.made_at.isoformat(),
            "digest_of_backup": done.manifest.digest,
            "digest": done.digest,
            "migrated": done.migrated,
        }
        if options["json"]:
            self.stdout.write(json.dumps({**figures, "paused": True}))
        else:
            for name, value in figures.items():
                self.stdout.write(f"{name} {value}")
            self.stdout.write("The portal is paused until a platform admin releases it on the page /pause/.")
