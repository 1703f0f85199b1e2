"""What a virus scanner says of a file: clamd, asked at `CLAMD_URL` with the file's bytes.

Nothing but its clear "OK" is clean. A scanner that is away, late, or does not take the file has said nothing yet, and
is to be asked again.
"""

from __future__ import annotations

import io
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import structlog
from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from django.conf import settings

log = structlog.get_logger(__name__)

SECONDS_OF_SILENCE = 10
"""Until a scanner that takes nothing and says nothing counts as away."""
SECONDS = 45
"""For one file altogether; clamd takes a few for a large PDF."""
_LONGEST_NAME = 100


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_CONFIGURED = "not_configured"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Scan:
    """`name`: what the scanner calls what it found."""

    verdict: Verdict
    name: str = ""


def scan(content: bytes, *, silence: int = SECONDS_OF_SILENCE, seconds: int = SECONDS) -> Scan:
    """Ask the scanner. Never raises for what it answers, or does not."""
    if not settings.CLAMD_URL:
        return Scan(Verdict.NOT_CONFIGURED)
    client = _client(settings.CLAMD_URL, silence)
    try:
        with _ended_after(seconds, client):
            answers = client.instream(io.BytesIO(content))
    except (ClamdError, OSError, ValueError) as error:
        # A file that is too long for it is among these: StreamMaxLength of clamd is too small then.
        log.warning("virus scanner unreachable", error=f"{type(error).__name__}: {error}"[:_LONGEST_NAME])
        return Scan(Verdict.UNREACHABLE)
    state, name = answers.get("stream", ("", None))
    if state == "FOUND":
        return Scan(Verdict.INFECTED, re.sub(r"[^\w.:/-]", "", name or "")[:_LONGEST_NAME])
    if state == "OK":
        return Scan(Verdict.CLEAN)
    log.warning("virus scanner failed", state=state)
    return Scan(Verdict.UNREACHABLE)


def _client(address: str, silence: int) -> ClamdNetworkSocket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        return ClamdUnixSocket(parts.path, timeout=silence)
    return ClamdNetworkSocket(parts.hostname or "", parts.port or 3310, timeout=silence)


@contextmanager
def _ended_after(seconds: int, client: ClamdNetworkSocket) -> Iterator[None]:
    """A scanner that says a letter now and then is not silent, and would never be late."""

    def end() -> None:
        with suppress(AttributeError, OSError):
            client.clamd_socket.shutdown(socket.SHUT_RDWR)

    alarm = threading.Timer(seconds, end)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
