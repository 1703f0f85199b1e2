"""Only a scanner that says so clearly makes a file clean."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.scanning import Scan, Verdict, scan
from tests.common import scanner as it
from tests.common.scanner import VIRUS, scanner

LARGE = bytes(20_000_000)


def test_without_an_address_nothing_is_asked(settings: Any) -> None:
    settings.CLAMD_URL = ""
    assert scan(VIRUS) == Scan(Verdict.NOT_CONFIGURED)


def test_a_clean_file_is_clean(settings: Any) -> None:
    with scanner(it.answer) as settings.CLAMD_URL:
        assert scan(b"an invoice") == Scan(Verdict.CLEAN)
        assert scan(b"") == Scan(Verdict.CLEAN)


def test_a_large_file_is_sent_whole(settings: Any) -> None:
    with scanner(it.answer) as settings.CLAMD_URL:
        assert scan(LARGE).verdict is Verdict.CLEAN
        assert scan(LARGE[: -len(VIRUS)] + VIRUS).verdict is Verdict.INFECTED


def test_a_virus_has_a_name(settings: Any) -> None:
    with scanner(it.answer) as settings.CLAMD_URL:
        assert scan(b"x" + VIRUS) == Scan(Verdict.INFECTED, "Test.Virus-1")


def test_a_scanner_may_be_a_socket_of_this_machine(settings: Any, tmp_path: Path) -> None:
    with scanner(it.answer, tmp_path / "clamd") as settings.CLAMD_URL:
        assert scan(VIRUS).verdict is Verdict.INFECTED


@pytest.mark.parametrize(
    "behave",
    [
        it.answer_up_to_1000_bytes,
        it.answer_error,
        it.answer_nonsense,
        it.answer_half,
        it.close_at_once,
        it.close_after_reading,
        it.hang,
        it.read_nothing,
        it.trickle,
    ],
)
@pytest.mark.parametrize("content", [b"x" * 2_000, LARGE], ids=["small", "large"])
def test_a_scanner_that_fails_has_said_nothing(
    behave: Callable[[socket.socket], None], content: bytes, settings: Any
) -> None:
    begun = time.monotonic()
    with scanner(behave) as settings.CLAMD_URL:
        assert scan(content, silence=1, seconds=3) == Scan(Verdict.UNREACHABLE)
    assert time.monotonic() - begun < 10


def test_what_is_short_enough_for_its_limit_is_scanned(settings: Any) -> None:
    with scanner(it.answer_up_to_1000_bytes) as settings.CLAMD_URL:
        assert scan(b"x" * 900).verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "unix:///nonexistent/clamd", "tcp://no.such.host.invalid:3310"]
)
def test_a_scanner_that_is_away_has_said_nothing(address: str, settings: Any) -> None:
    settings.CLAMD_URL = address
    assert scan(b"x").verdict is Verdict.UNREACHABLE


@pytest.mark.parametrize("address", ["clamd:3310", "http://clamd:3310", "tcp://", "tcp://clamd:port", "unix://"])
def test_an_address_that_is_none_is_said_when_the_portal_starts(address: str) -> None:
    program = "import django; django.setup()"
    environment = {"DJANGO_SETTINGS_MODULE": "portal.settings", "CLAMD_URL": address}
    started = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False
    )
    assert started.returncode
    assert "CLAMD_URL" in started.stderr
