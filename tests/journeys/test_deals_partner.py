"""The partner registers a project on the phone: saved as one types, sent, asked back, answered, and kept up to date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import time_machine
from playwright.sync_api import expect

from common.models import User
from deals import deciding, writing
from deals.models import Deal, DealRules
from deals.writing import Written
from partners.models import Enrolment
from programs.models import Product
from tests.deals.projects import act
from tests.journeys.browser import DESKTOP, Look, Window
from tests.journeys.conftest import Inside, OpenWindow, paired
from tests.journeys.reading import word
from tests.serving import Served
from tests.tiers.studies import PNG
from tests.world import NOW, TODAY

DEALS = "/partner/2B3C4D5F/deals/"
SUBMIT = ".form-actions button.btn-primary"
SAVED = "#saved"


def enrolment() -> Enrolment:
    return Enrolment.objects.get(partner__number="2B3C4D5F", program__slug="topseller")


def registers_deals(portal: Served, inside: Inside) -> None:
    with inside(portal), time_machine.travel(NOW):
        DealRules.objects.create(program=enrolment().program)


def complete() -> Written:
    return Written(
        customer_name="Klinikum Elbtal gGmbH", customer_postcode="01796", customer_city="Pirna",
        contact_name="Frau Dr. Lindner", expected_value=Decimal(24000), expected_on=date(2027, 2, 15),
        done="Zwei Termine.", products={Product.objects.get(article="21HM").pk: 40},
    )  # fmt: skip


def typed(window: Window, version: str) -> str:
    """The draft is saved: the page knows another version than this one. Returns it."""
    field = window.page.locator("#id_seen")
    expect(field).not_to_have_value(version)
    return field.input_value()


def seen(window: Window) -> str:
    return window.page.locator("#id_seen").input_value()


@paired
def test_a_project_is_registered_asked_back_and_kept_up_to_date(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int, tmp_path: Path
) -> None:
    registers_deals(own_portal, inside)
    window = windows(own_portal, "reseller_sales@example.com", language=language, width=width)
    page = window.page
    window.go(f"{DEALS}board/")
    window.see()
    page.get_by_role("link", name=word("Register a deal", language)).last.click()
    page.get_by_role("button", name=f"{word('Begin', language)} Top-Seller Loyalty").click()

    # The customer, saved while somebody types: after the page is loaded anew it is all there.
    version = seen(window)
    page.locator("#id_customer_name").press_sequentially("Klinikum Elbtal gGmbH")
    version = typed(window, version)
    expect(page.locator(SAVED)).to_contain_text(word("Saved %(saved_at)s", language).split("%")[0].strip())
    page.locator("#id_customer_postcode").fill("01796")
    page.locator("#id_customer_city").fill("Pirna")
    page.locator("#id_contact_name").fill("Frau Dr. Lindner")
    typed(window, version)
    page.wait_for_timeout(1000)
    page.reload()
    expect(page.locator("#id_customer_city")).to_have_value("Pirna")
    expect(page.locator("#id_contact_name")).to_have_value("Frau Dr. Lindner")
    window.see()
    page.locator(SUBMIT).click()

    # The project: what is missing is said at the field; products are added and removed with the keyboard.
    window.expect_answer(422)
    page.locator("#id_title").fill("Telefonie Haus B")
    page.locator(SUBMIT).click()
    expect(page.locator("[data-error-summary]").first).to_be_visible()
    window.see()
    page.locator("#id_expected_value").fill("24000")
    page.locator("#id_expected_on").fill("2027-02-15")
    page.locator("#id_products-0-product").select_option(index=1)
    page.locator("#id_products-0-quantity").fill("40")
    page.locator("[data-add-row]").press("Enter")
    expect(page.locator("#id_products-1-product")).to_be_focused()
    page.locator("#id_products-1-product").select_option(index=2)
    window.see()
    page.locator("[data-remove-row]").last.press("Enter")
    expect(page.locator("[data-row-of-products]")).to_have_count(1)
    page.locator(SUBMIT).click()

    # What was done, with a plan.
    page.locator("#id_done").fill("Zwei Termine vor Ort, Bedarf aufgenommen.")
    plan = tmp_path / PNG.file_name
    plan.write_bytes(PNG.content)
    page.locator("input[type=file]").set_input_files(plan)
    expect(page.locator("#upload-rows")).to_contain_text(PNG.file_name)
    window.see()
    page.locator(f"#writing {SUBMIT}").click()

    # A last look, and it is sent.
    expect(page.locator("#send")).to_contain_text("Lenovo")
    window.see()
    page.locator("#send button.btn-primary").click()
    expect(page.locator("#standing")).to_be_visible()
    window.see()
    with inside(own_portal), time_machine.travel(NOW):
        deal = Deal.objects.get()
        assert (deal.state, deal.products.get().quantity, deal.files.count()) == ("submitted", 40, 1)
        manager = User.objects.get(email="channel_manager@example.com")
        deciding.ask_back(deal=deal, text="Welche Etage?", act=act(manager, deal))

    # The question waits on the first page, and is answered.
    window.go("/partner/2B3C4D5F/")
    waits = word("A question about a deal waits for your answer", language)
    page.locator("#waiting").get_by_role("link", name=waits).click()
    expect(page.locator("main")).to_contain_text("Welche Etage?")
    window.see()
    page.locator("#id_text").fill("Die dritte.")
    page.locator(SUBMIT).click()
    with inside(own_portal), time_machine.travel(NOW):
        deal.refresh_from_db()
        protection = deciding.Protection(deciding.usual_protection(deal, TODAY))
        deciding.approve(deal=deal, protection=protection, text="", act=act(manager, deal))

    # It is protected, and an update is written.
    window.go(f"{DEALS}{deal.number}/")
    window.see()
    page.locator("#update textarea").fill("Das Angebot liegt beim Vorstand.")
    page.locator(f"#update {SUBMIT}").click()
    expect(page.locator("#history")).to_contain_text("Das Angebot liegt beim Vorstand.")
    window.darken()
    window.see(Look.ALL)


def test_a_draft_written_in_two_windows_says_so_and_loses_nothing(
    own_portal: Served, windows: OpenWindow, inside: Inside
) -> None:
    registers_deals(own_portal, inside)
    mine = windows(own_portal, "reseller_sales@example.com", language="de", width=DESKTOP)
    theirs = windows(own_portal, "reseller_owner@example.com", language="de", width=DESKTOP)
    mine.go(f"{DEALS}new/")
    mine.page.locator("main form button").first.click()
    draft = mine.page.url.removeprefix(mine.url)
    theirs.go(draft)
    before = seen(theirs)
    theirs.page.locator("#id_customer_name").fill("Stadtwerke Pirna")
    typed(theirs, before)
    mine.page.locator("#id_customer_name").fill("Klinikum Elbtal")
    notice = mine.page.locator(f"{SAVED} [role=alert]")
    expect(notice).to_be_visible()
    expect(mine.page.locator("#id_customer_name")).to_have_value("Klinikum Elbtal")
    mine.see()
    mine.page.locator(f"{SAVED} button[name=seen]").click()
    mine.go(draft)
    expect(mine.page.locator("#id_customer_name")).to_have_value("Klinikum Elbtal")


def test_a_protected_card_is_dragged_to_where_it_ends(own_portal: Served, windows: OpenWindow, inside: Inside) -> None:
    registers_deals(own_portal, inside)
    with inside(own_portal), time_machine.travel(NOW):
        sales, manager = (
            User.objects.get(email=f"{name}@example.com") for name in ("reseller_sales", "channel_manager")
        )
        deal = writing.begin(enrolment=enrolment(), written=complete(), act=act(sales))
        deal = writing.submit(deal=deal, act=act(sales, deal))
        protection = deciding.Protection(deciding.usual_protection(deal, TODAY))
        deciding.approve(deal=deal, protection=protection, text="", act=act(manager, deal))
    window = windows(own_portal, "reseller_sales@example.com", language="de", width=DESKTOP)
    page = window.page
    window.go(f"{DEALS}board/")
    expect(page.locator("[data-place=lost]")).to_be_hidden()
    card = page.locator(".deal-card[draggable]")
    box = card.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=5)
    place = page.locator("[data-place=lost]")
    expect(place).to_be_visible()
    place.hover()
    place.hover()
    page.mouse.up()
    expect(page).to_have_url(f"{window.url}{DEALS}{deal.number}/lost/")
    window.see()
    # The same with the keyboard: the link on the card.
    window.go(f"{DEALS}board/")
    page.locator(f".deal-card a[href$='{deal.number}/lost/']").press("Enter")
    expect(page).to_have_url(f"{window.url}{DEALS}{deal.number}/lost/")
