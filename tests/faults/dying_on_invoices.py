"""`python -m tests.faults.dying_on_invoices ID:COMMIT:before|after …`: work on each invoice, and die at one commit.

Prints for each whether there was such a commit. Each has a process of its own, a fork of this one, which has loaded
everything and has no connection yet.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import Any

import django

from tests.faults.dying import die_at


def work(invoice: int, fatal: int, moment: str) -> None:
    die_at(fatal, moment)
    world: Any = sys.modules["tests.world"]
    processing: Any = sys.modules["invoices.processing"]
    claimed_until = processing.Invoice.objects.values_list("claimed_until", flat=True).get(pk=invoice)
    processing.process(invoice_id=invoice, now=claimed_until or world.NOW, today=world.TODAY)


def died(invoice: int, fatal: int, moment: str) -> bool:
    child = os.fork()
    if not child:
        ended = 1
        try:
            work(invoice, fatal, moment)
            ended = 0
        finally:
            if ended:
                traceback.print_exc()
            os._exit(ended)
    _child, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL):
        raise SystemExit(f"invoice {invoice} ended with {code}")
    return code == -signal.SIGKILL


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    __import__("tests.world")
    __import__("invoices.processing")
    orders = [order.split(":") for order in sys.argv[1:]]
    found = [died(int(invoice), int(commit), moment) for invoice, commit, moment in orders]
    sys.stdout.write(json.dumps(found))
