"""Hands files in on every way where a worker goes on with them. Run by `test_broker_away` in a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import setup_test_environment

from common.models import User
from partners.models import Partner
from programs.models import Distributor
from tests.people import signed_in, token_client
from tests.portal.test_api import ROOT
from tests.sales.sending import ROWS, report
from tests.sales.test_upload_pages import path, press


def main(*invoices: str) -> None:
    """Prints the status of the last answer by way. `invoices`: two files."""
    setup_test_environment()
    first, second = (Path(name).read_bytes() for name in invoices)
    owner, manager = (User.objects.get(email=f"{name}@example.com") for name in ("reseller_owner", "channel_manager"))
    partner = Partner.objects.get(members__user=owner)
    ways: dict[str, Callable[[], Any]] = {
        "invoice": lambda: post(
            signed_in(owner), f"/partner/{partner.number}/invoices/upload/", vendor="lenovo", file=file(first)
        ),
        "invoice by API": lambda: post(
            token_client(owner), f"{ROOT}/invoices", vendor="lenovo", partner=partner.number, file=file(second)
        ),
        "report": lambda: report_on_the_page(signed_in(manager)),
        "report by API": lambda: post(
            token_client(manager), f"{ROOT}/reports", vendor="lenovo", distributor="allnet", file=file(report(ROWS[2]))
        ),
    }
    # Each waits some seconds for the broker: all at once.
    with ThreadPoolExecutor() as threads:
        found = {way: threads.submit(ask) for way, ask in ways.items()}
    sys.stdout.write(json.dumps({way: answer.result().status_code for way, answer in found.items()}))


def post(client: Client, url: str, **data: Any) -> Any:
    return client.post(url, data)


def report_on_the_page(client: Client) -> Any:
    form = {"distributor": Distributor.objects.get(slug="allnet").pk, "file": file(report(*ROWS[:2]))}
    page = client.post("/vendor/lenovo/reports/upload/", form, follow=True)
    done = press(client, page, "start")
    assert path(done) == path(page), "it was not left to a worker"
    return done


def file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("file", content)
