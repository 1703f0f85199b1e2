"""Deals at the vendor: similar ones side by side, judged as another project or somebody else's, protected, the next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import time_machine
from playwright.sync_api import expect

from common.models import User
from deals import deciding
from deals.models import Deal
from partners.models import Enrolment, Partner
from programs.models import Product, Program
from tests.deals.projects import act, checked, of_competitor, open_deals, submitted
from tests.journeys.browser import DESKTOP, PHONE, Look
from tests.journeys.conftest import Inside, OpenWindow
from tests.serving import Served
from tests.world import NOW

LIST = "/vendor/lenovo/deals/"
FIRST, SECOND, THIRD = f"{LIST}2B3C4D5F/1/", f"{LIST}6G7H8J9K/1/", f"{LIST}6G7H8J9K/2/"


def same_world() -> Any:
    """Who and what the steps of a project need of the small world."""
    return SimpleNamespace(
        program=Program.objects.get(slug="topseller"),
        enrolment=Enrolment.objects.get(partner__number="2B3C4D5F", program__slug="topseller"),
        rival=Partner.objects.get(number="6G7H8J9K"),
        topseller=Product.objects.get(article="21HM"),
        slow_seller=Product.objects.get(article="4X40"),
        reseller_sales=User.objects.get(email="reseller_sales@example.com"),
        rival_owner=User.objects.get(email="rival_owner@example.com"),
    )


def three_deals() -> None:
    """Two partners with the same project, and one of them with another project of the same customer."""
    world = same_world()
    open_deals(world)
    submitted(world)
    of_competitor(world)
    of_competitor(world, title="Laptops for the nurses", customer_street="")
    for deal in Deal.objects.order_by("place"):
        checked(deal)


def test_similar_deals_are_decided_one_after_the_other(own_portal: Served, windows: OpenWindow, inside: Inside) -> None:
    with inside(own_portal), time_machine.travel(NOW):
        three_deals()
    window = windows(own_portal, "channel_manager@example.com", language="en", width=DESKTOP)
    page = window.page

    window.go("/vendor/lenovo/")
    page.locator("#waiting").get_by_role("link", name="3 deals to decide").click()
    expect(page.get_by_role("link", name="Telefonie Haus B").first).to_be_visible()
    window.see()

    # The first is protected: a key chooses, another one sends.
    page.keyboard.press("n")
    expect(page).to_have_url(window.url + FIRST)
    expect(page.locator("#similar")).to_contain_text("came later")
    window.see()
    page.keyboard.press("a")
    page.keyboard.press("s")

    # The next is the same project: already protected is what is chosen.
    expect(page).to_have_url(window.url + SECOND)
    expect(page.locator("main")).to_contain_text("is protected for Elbtal Systemhaus GmbH")
    expect(page.locator("#similar")).to_contain_text("was there before")
    expect(page.locator("#similar")).to_contain_text("agrees")
    expect(page.get_by_role("radio", name="Already protected")).to_be_checked()
    window.see()
    window.resize(PHONE)
    window.see()
    window.resize(DESKTOP)
    page.keyboard.press("s")

    # The third is another project; without a tick it is not protected.
    expect(page).to_have_url(window.url + THIRD)
    page.keyboard.press("a")
    window.expect_answer(422)
    page.keyboard.press("t")
    page.keyboard.type("Good luck with it.")
    page.locator("#decision").get_by_role("button", name="Decide").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("Please look at it and say that it is another project")
    expect(page.locator("#decision textarea")).to_have_value("Good luck with it.")
    window.see()
    page.get_by_role("checkbox", name="another project").first.check()
    page.locator("#decision").get_by_role("button", name="Decide").click()
    expect(page).to_have_url(window.url + LIST)
    expect(page.locator("main")).to_contain_text("No other deal waits for your decision.")

    # Whoever opens a protected deal is told that it is recorded.
    page.get_by_role("link", name="Laptops for the nurses").click()
    expect(page.locator("main")).to_contain_text("the partner sees it")
    expect(page.locator("#openings")).to_contain_text("Channel Manager")
    expect(page.locator("#history")).to_contain_text("Good luck with it.")
    window.darken()
    window.see(Look.ALL)
    for path in ("board/", "figures/"):
        window.go(LIST + path)
        window.see()


def test_a_card_is_dragged_to_the_decision_that_it_should_get(
    own_portal: Served, windows: OpenWindow, inside: Inside
) -> None:
    with inside(own_portal), time_machine.travel(NOW):
        open_deals(same_world())
        submitted(same_world())
        asked, manager = submitted(same_world(), title="Asked"), User.objects.get(email="channel_manager@example.com")
        deciding.ask_back(deal=asked, text="Wie viele?", act=act(manager, asked))
    window = windows(own_portal, "channel_manager@example.com", language="de", width=DESKTOP)
    page = window.page
    window.go(f"{LIST}board/")
    place = page.locator("[data-place=refuse]")
    expect(place).to_be_hidden()

    def drag(title: str) -> None:
        box = page.locator("[data-board] [draggable=true]").filter(has_text=title).bounding_box()
        assert box is not None
        # From its name, which is a link: the card is dragged, not the link.
        page.mouse.move(box["x"] + 40, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 80, box["y"] + 60, steps=5)
        expect(place).to_be_visible()

    # Whoever was asked already is not asked again; what is dropped beside a place stays where it is.
    drag("Asked")
    expect(page.locator("[data-place=ask_back]")).to_be_hidden()
    page.mouse.up()
    expect(place).to_be_hidden()
    drag("Telefonie Haus B")
    expect(page.locator("[data-place=ask_back]")).to_be_visible()
    place.hover()
    place.hover()
    page.mouse.up()
    expect(page).to_have_url(f"{window.url}{FIRST}?outcome=refuse#decide")
    expect(page.locator("[name=outcome][value=refuse]")).to_be_checked()
    expect(page.locator("#decision #id_last")).to_be_hidden()
    window.see()
    # Nothing is decided yet: a refusal needs words.
    page.locator("#decision textarea").fill("Bitte über den Distributor.")
    page.locator("#decision button[type=submit]").click()
    expect(page).to_have_url(window.url + LIST)
    window.go(FIRST)
    expect(page.locator("#history")).to_contain_text("Bitte über den Distributor.")
