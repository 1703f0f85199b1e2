"""Brings the database of the demo up to date and prints the logins: one start of Django instead of three."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError


class Command(BaseCommand):
    help = "Migrate, seed the demo data where it is missing, and print one login per role. Demo mode only."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("this is not a demo: `make run` starts one.")
        try:
            call_command("migrate", verbosity=0, interactive=False, stdout=self.stderr)
        except DatabaseError as error:
            raise CommandError(f"the database could not be migrated: {' '.join(str(error).split())}") from error
        call_command("seed_demo", verbosity=0, stdout=self.stderr)
        call_command("demo_logins", stdout=self.stdout)
