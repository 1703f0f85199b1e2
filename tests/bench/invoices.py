"""Reading invoices, against the reader of factur-x on the same bytes; neither checks them against a schema."""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import facturx

from sales.readers.invoices.reading import read_xml
from tests.bench.results import at_most, give, told
from tests.sales.invoices.samples import cii, line, sample, totalled, ubl

ROUNDS = 50
LINES = (2, 20, 200)
LIMIT = 1


def measure() -> None:
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)
    for syntax, write in (("CII", cii), ("UBL", ubl)):
        for lines in LINES:
            content = write(totalled(replace(sample(), lines=tuple(line(str(n), "3", "9.90") for n in range(lines)))))
            ours, theirs = _side_by_side(content)
            what = f"reading an invoice of {lines} lines in {syntax}"
            give(
                at_most(f"{what}: median against factur-x", ours / theirs, LIMIT),
                told(what, f"{ours * 1000:.1f} ms"),
            )


def _side_by_side(content: bytes) -> tuple[float, float]:
    """Median seconds of both, taken in turns so that a busy moment hits both."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(read_xml, content))
        theirs.append(_seconds(_factur_x, content))
    return statistics.median(ours), statistics.median(theirs)


def _factur_x(content: bytes) -> object:
    return facturx.parse_ubl_cii_xml(content, check_xsd=False)


def _seconds(read: Callable[[bytes], object], content: bytes) -> float:
    begun = time.perf_counter()
    read(content)
    return time.perf_counter() - begun
