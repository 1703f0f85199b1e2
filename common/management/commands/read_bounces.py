"""`read_bounces FILE…`: reports of mail servers about mails that could not be delivered."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common import bounces
from common.errors import DomainError


class Command(BaseCommand):
    help = (
        "Reads delivery status notifications (RFC 3464), a file each, and marks the addresses at which mails do not "
        "arrive. “-” reads one from the standard input, for a pipe of the mail server."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print one JSON object per file")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        for name in files:
            try:
                content = self._content(name)
            except OSError as error:
                raise CommandError(f"{name}: {error.strerror}") from error
            answer = self._read(content)
            line = json.dumps({"file": name, **answer}) if options["json"] else f"{name}: {' '.join(answer.values())}"
            self.stdout.write(line)

    def _content(self, name: str) -> bytes:
        """As much as counts of a file."""
        if name != "-":
            with Path(name).open("rb") as file:
                return file.read(bounces.MOST_BYTES)
        content = sys.stdin.buffer.read(bounces.MOST_BYTES)
        # Whoever writes into a pipe wants all of it taken.
        while sys.stdin.buffer.read(bounces.MOST_BYTES):
            pass
        return content

    def _read(self, content: bytes) -> dict[str, str]:
        try:
            returned = bounces.read_report(content)
            new = bounces.record(returned=returned, now=timezone.now())
        except DomainError as error:
            return {"result": "ignored", "reason": str(error)}
        return {"result": "marked" if new else "known", "address": returned.address}
