"""The sample reports, imported by hand into the demo: the figures that the programs' tables promise, in the browser."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.demo.companies import TRYOUTS
from tests.journeys.browser import PHONE, Window
from tests.journeys.conftest import OpenWindow
from tests.journeys.reading import figures, number, word
from tests.serving import Served

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
# Attainment and rebate as the tables of the programs have them; the last column of the second as the cap makes it.
LENOVO = [(9, "0.00"), (10, "50.00"), (24, "120.00"), (25, "250.00"), (49, "490.00"), (50, "750.00"), (51, "765.00")]
IBM = [
    ("9999.99", "0.00"),
    ("10000.00", "1000.00"),
    ("50000.00", "5000.00"),
    ("225000.00", "9900.00"),
    ("400000.00", "14800.00"),
    ("500000.00", "14800.00"),
]
RUNNING = "rebates/{program}/{code}/2026Q4/"


def upload(window: Window, sample: Path) -> None:
    page = window.page
    page.locator("select[name=distributor]").select_option(label="Also")
    page.locator("input[type=file]").set_input_files(sample)
    page.locator("main form button.btn-primary").click()
    page.locator("#import").click()
    page.wait_for_url("**/reports/*/")
    expect(page.locator("h1")).to_have_text(sample.name)


@pytest.mark.parametrize(
    ("language", "vendor", "sample", "program", "code", "promised"),
    [
        ("de", "lenovo", "lenovo-q4.csv", "lenovo-loyalty", "topseller-loyalty", LENOVO),
        ("en", "ibm", "ibm-10hoch4-q4.csv", "ibm-10hoch4", "10hoch4", IBM),
    ],
    ids=["lenovo", "ibm"],
)
def test_the_promised_figures_appear_on_the_partners_pages(
    own_demo: Served,
    windows: OpenWindow,
    language: str,
    vendor: str,
    sample: str,
    program: str,
    code: str,
    promised: list[tuple[object, str]],
) -> None:
    manager = windows(own_demo, f"channel@{vendor}.example", language=language)
    manager.go(f"/vendor/{vendor}/reports/upload/")
    upload(manager, SAMPLES / sample)
    shown = figures(manager)
    assert shown[word("Booked", language)] == shown[word("Rows", language)]
    manager.see()

    for company, (attainment, rebate) in zip(TRYOUTS, promised, strict=False):
        manager.go(f"/vendor/{vendor}/partners/{company.number}/{RUNNING.format(program=program, code=code)}")
        assert number(manager.page.locator(".amount-figure").inner_text(), language) == Decimal(rebate), company.name
        reached = manager.page.locator("#amount .steps-progress-here")
        assert number(reached.inner_text(), language) == Decimal(attainment), company.name  # type: ignore[arg-type]

    # The partner on the second bound sees the same, on a phone.
    (_, rebate), company = promised[1], TRYOUTS[1]
    owner = windows(own_demo, f"owner@{company.domain}", language=language, width=PHONE)
    owner.go("/")
    card = owner.page.locator(".rebate-card", has=owner.page.locator(f"a[href*='/{program}/{code}/']")).first
    assert number(card.locator(".rebate-amount").inner_text(), language) == Decimal(rebate)
    owner.see()
