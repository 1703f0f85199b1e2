"""One part of the bench, in a process of its own: `python -m tests.bench.measuring PART`."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from tests.bench import (  # noqa: E402 - models can be imported from here on
    closings,
    deals,
    imports,
    invoices,
    pages,
    statements,
    status,
    tiers,
)

PARTS = {
    "closings_before": closings.close_earlier,
    "imports": imports.measure,
    "closing": closings.measure,
    "pages": pages.measure,
    "status": status.measure,
    "tiers": tiers.measure_assessment,
    "invoices": invoices.measure,
    "deals": deals.measure,
    "payments_before": statements.pay_earlier,
    "statements": statements.measure,
    "statements_made": statements.made,
}

if __name__ == "__main__":
    PARTS[sys.argv[1]]()
