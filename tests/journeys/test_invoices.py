"""Proof of purchase in the browser: dropped and paid, typed and reviewed, known again, credited, refused."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.db import transaction
from playwright.sync_api import Locator, Route, expect
from pytest_django import DjangoDbBlocker

from portal.testing import clone_database, database_url, django_on
from sales.readers.invoices.record import Party
from tests import services
from tests.invoices.bonus import Bonus, make_bonus
from tests.journeys.browser import Window
from tests.journeys.conftest import (
    OpenWindow,
    desktop_in_english,
    paired,
    phone_in_german,
    with_fresh_data,
    world_that_signs_in,
)
from tests.journeys.reading import number, word
from tests.journeys.test_reports import DASHBOARD
from tests.sales.invoices.hybrid_samples import page as paper
from tests.sales.invoices.samples import cii, hybrid, line, ubl
from tests.serving import Served, at, served
from tests.world import NOW

LIST, VENDOR = f"{DASHBOARD}invoices/", "/vendor/lenovo/invoices/"
SUBMIT = "button.btn-primary"
OWNER, MANAGER = "reseller_owner@example.com", "channel_manager@example.com"


@dataclass(frozen=True)
class Working:
    """A portal whose vendor pays 12 € per D785 that a Silver partner proves by invoice."""

    portal: Served
    redis_url: str
    bonus: Bonus

    @contextmanager
    def worker(self) -> Iterator[None]:
        log = self.portal.folder / "worker.log"
        asked: dict[str, Any] = {"database_url": self.portal.database_url, "redis_url": self.redis_url}
        with services.worker(**asked, log=log, python=at(NOW)):
            yield


@pytest.fixture(scope="module")
def bonus_portal(
    template_database: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Working, str]]:
    """Served with a broker of its own, so that workers of the tests see to uploads; and the name of its data."""
    folder = tmp_path_factory.mktemp("bonus")
    with clone_database(template_database, f"{template_database}_bonus") as written, ExitStack() as stack:
        with django_on(written, django_db_blocker), transaction.atomic():
            bonus = make_bonus(world_that_signs_in())
        valkey = stack.enter_context(services.broker(folder / "broker"))
        name = stack.enter_context(clone_database(written, f"{written}_own"))
        portal = stack.enter_context(served(database_url(name), folder / "portal", env={"REDIS_URL": valkey.url}))
        yield Working(portal, valkey.url, bonus), written


@pytest.fixture
def working(bonus_portal: tuple[Working, str]) -> Working:
    """As nobody has touched it, with nothing left to do for a worker."""
    working, written = bonus_portal
    with_fresh_data(working.portal, written)
    with redis.Redis.from_url(working.redis_url) as broker:
        broker.flushall()
    return working


def phones(count: int) -> Any:
    return line("1", str(count), "180.00", article="D785", name="Tischtelefon D785")


def drop(window: Window, name: str, content: bytes) -> None:
    """Drop the file anywhere on the page with the vendor chosen."""
    page = window.page
    if not page.url.endswith(LIST):
        window.go(LIST)
    page.locator("#upload select[name=vendor]").select_option(label="Lenovo")
    dropped = page.evaluate_handle(
        """([name, content]) => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0))], name));
            return data;
        }""",
        [name, base64.b64encode(content).decode()],
    )
    page.dispatch_event("h1", "drop", {"dataTransfer": dropped})


def row(window: Window, text: str) -> Locator:
    return window.page.locator("#upload-rows .upload-row", has_text=text)


def decided(window: Window, title: str, state: str) -> Locator:
    """The row once it shows this state, which it does by itself."""
    found = row(window, title)
    expect(found.locator(".upload-row-state")).to_have_text(word(state, window.language))
    return found


def bonus_shown(window: Window) -> Decimal:
    """The bonus on the partner's dashboard."""
    window.go(DASHBOARD)
    card = window.page.locator(".rebate-card", has_text="Device bonus")
    return number(card.locator(".rebate-amount").inner_text(), window.language)


@paired
def test_a_pdf_with_data_that_is_dropped_becomes_twelve_euros_for_each_d785(
    working: Working, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(working.portal, OWNER, language=language, width=width)
    page = window.page
    window.go(LIST)
    expect(page.locator("main")).to_contain_text(
        word("%(vendor)s sees the whole document, also what it lists of other vendors.", language).partition(")s")[2]
    )
    window.see()
    sent: list[Route] = []
    page.route("**/invoices/upload/", lambda route: sent.append(route))  # noqa: PLW0108
    drop(window, "rechnung.pdf", hybrid(working.bonus.record(phones(3))))
    expect(row(window, "rechnung.pdf")).to_contain_text(word("is being sent", language))
    page.locator("#upload button[type=submit]").click()
    expect(row(window, "rechnung.pdf")).to_contain_text(word("is being sent", language))
    assert len(sent) == 1
    sent[0].continue_()
    expect(row(window, "rechnung.pdf").locator(".upload-row-state")).to_have_text(word("Being read", language))
    window.see()
    with working.worker():
        result = decided(window, "RE-1", "Accepted").locator(".upload-row-result").inner_text()
    assert number(result, language) == 3
    assert number(result.partition(",")[2], language) == Decimal("36.00")
    window.see()

    row(window, "RE-1").get_by_role("link").click()
    expect(page.locator("#checks .check-success").first).to_be_visible()
    assert page.locator("#checks .check:not(.check-success)").count() == 0
    assert number(page.locator("main td.num").last.inner_text(), language) == Decimal("36.00")
    window.see()
    page.get_by_role("link", name="D785 desk phone").click()
    expect(page.locator("main")).to_contain_text("RE-1")
    window.see()
    assert bonus_shown(window) == Decimal("36.00")


@phone_in_german
def test_files_that_are_chosen_before_the_vendor_wait_for_it(
    working: Working, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(working.portal, OWNER, language=language, width=width)
    page = window.page
    window.go(LIST)
    page.locator("#upload input[type=file]").set_input_files(
        {"name": "zuerst.pdf", "mimeType": "application/pdf", "buffer": hybrid(working.bonus.record(phones(1)))}
    )
    page.locator("#upload button[type=submit]").click()
    assert page.url.endswith(LIST)
    assert row(window, "zuerst.pdf").count() == 0
    page.locator("#upload select[name=vendor]").select_option(label="Lenovo")
    expect(row(window, "zuerst.pdf").locator(".upload-row-state")).to_have_text(word("Being read", language))
    window.see()


@phone_in_german
def test_an_invoice_without_data_is_typed_by_the_partner_and_decided_by_key(
    working: Working, windows: OpenWindow, language: str, width: int
) -> None:
    partner = windows(working.portal, OWNER, language=language, width=width)
    manager = windows(working.portal, MANAGER, language=language, width=width)
    with working.worker():
        for name in ("first.pdf", "second.pdf", "third.pdf"):
            drop(partner, name, paper(working.bonus.record(phones(2), number=name)))
            decided_by_person = word("%(name)s is looking at it", language) % {"name": "Lenovo"}
            expect(row(partner, name).locator(".upload-row-state")).to_have_text(decided_by_person)

    page = partner.page
    row(partner, "first.pdf").get_by_role("link").click()
    page.get_by_role("link", name=word("Type what it says", language)).click()
    expect(page.locator("img.invoice-page")).to_be_visible()
    partner.see()
    page.locator("select[name=distributor]").select_option(label="Allnet")
    page.locator("[name=number]").fill("RE-77")
    page.locator("[name=issue_date]").fill("2026-10-20")
    page.locator("[name=buyer_name]").fill("Elbtal Systemhaus GmbH")
    page.locator("[name=lines-0-article]").fill("D785")
    page.locator("[name=lines-0-quantity]").fill("2")
    page.locator("[name=lines-0-net]").fill("360.00")
    page.locator("main form").locator(SUBMIT).click()
    expect(page.locator("h1")).to_contain_text("RE-77")
    partner.see()

    page = manager.page
    manager.go(VENDOR)
    manager.see()
    page.get_by_role("button", name=word("Review the next", language)).press("Enter")
    expect(page.locator("h1")).to_contain_text("RE-77")
    expect(page.locator("img.invoice-page")).to_be_visible()
    manager.see()
    # Keys lead to what they name, and are letters where somebody types.
    page.keyboard.press("c")
    expect(page.locator("#correct select, #correct input:not([type=hidden])").first).to_be_focused()
    page.locator("#decide button").first.focus()
    page.keyboard.press("f")
    expect(page.locator("#ask textarea")).to_be_focused()
    page.keyboard.type("aqr")
    expect(page.locator("#ask textarea")).to_have_value("aqr")
    manager.see()
    page.locator("#decide button").first.focus()
    page.keyboard.press("a")

    # The next one is there at once; it is refused with a reason.
    expect(page.locator("h1")).to_contain_text("second.pdf")
    expect(page.locator(".messages")).to_contain_text("RE-77")
    manager.see()
    page.keyboard.press("r")
    expect(page.locator("#refuse select")).to_be_focused()
    page.locator("#refuse select").select_option(value="not_an_invoice")
    page.locator("#refuse form button[type=submit]").press("Enter")
    expect(page.locator("h1")).to_contain_text("third.pdf")
    # Keys mean something once the scripts are there, a moment after the heading.
    manager.wait_until_still()
    page.keyboard.press("q")
    expect(page).to_have_url(f"{manager.url}{VENDOR}")
    manager.see()
    assert bonus_shown(partner) == Decimal("24.00")
    partner.go(LIST)
    expect(row(partner, "second.pdf")).to_contain_text(word("The document is no invoice.", language))


@desktop_in_english
def test_the_same_invoice_in_another_form_is_recognised(
    working: Working, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(working.portal, OWNER, language=language, width=width)
    record = working.bonus.record(phones(3))
    with working.worker():
        drop(window, "rechnung.pdf", hybrid(record))
        decided(window, "RE-1", "Accepted")
        for name, content in (("ubl.xml", ubl(record)), ("cii.xml", cii(record))):
            drop(window, name, content)
            known = row(window, word("The invoice is here already.", language))
            expect(known).to_have_count(1 if name == "ubl.xml" else 2)
    window.see()
    row(window, word("Refused", language)).first.get_by_role("link").click()
    window.see()
    assert bonus_shown(window) == Decimal("36.00")


@phone_in_german
def test_a_credit_note_lowers_the_bonus(working: Working, windows: OpenWindow, language: str, width: int) -> None:
    window = windows(working.portal, OWNER, language=language, width=width)
    with working.worker():
        drop(window, "rechnung.xml", ubl(working.bonus.record(phones(3))))
        decided(window, "RE-1", "Accepted")
        assert bonus_shown(window) == Decimal("36.00")
        drop(window, "gutschrift.xml", ubl(working.bonus.credit_note(phones(1), of="RE-1")))
        result = decided(window, "GS-1", "Accepted").locator(".upload-row-result").inner_text()
    assert number(result.partition(",")[2], language) == Decimal("-12.00")
    window.see()
    assert bonus_shown(window) == Decimal("24.00")


@desktop_in_english
def test_a_shop_without_authorisation_is_refused_with_the_names_of_those_who_have_it(
    working: Working, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(working.portal, OWNER, language=language, width=width)
    shop = Party(name="Billigtelefone GmbH", vat_id="DE111111111")
    with working.worker():
        drop(window, "billig.xml", ubl(working.bonus.record(phones(3), seller=shop)))
        refused = decided(window, "RE-1", "Refused")
    text = word("{name} is no authorised distributor on the invoice's date. Authorised are: {others}.", language)
    said = text.format(name="Billigtelefone GmbH", others="Allnet")
    expect(refused).to_contain_text(said)
    refused.get_by_role("link").click()
    expect(window.page.locator("main")).to_contain_text(said)
    window.see()
    assert bonus_shown(window) == 0
