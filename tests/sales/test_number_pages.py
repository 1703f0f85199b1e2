"""Customer and article numbers in the browser: listed with their revenue, put right after seeing what will happen."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from common.models import User
from common.periods import Period
from programs.models import Product
from rebates import closing
from sales.models import ArticleNumber, CustomerNumber, WaitingRow
from tests.sales.matching_world import known, live, make_other, match, waits
from tests.world import NOW, TODAY, World

SignedIn = Callable[[User], Client]
NUMBERS = "/vendor/lenovo/customers/numbers/"
ARTICLES = "/vendor/lenovo/articles/"


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def number(world: World) -> CustomerNumber:
    """K-99, said to be the reseller: 5 top-sellers for 5,000 € in the third quarter."""
    waits(world, "R-9")
    match(world, world.reseller)
    return known(world)


def test_an_article_is_dismissed_and_brought_back(world: World, manager: Client) -> None:
    row = waits(world, "R-9", article="FOREIGN")
    page = f"{ARTICLES}{row.pk}/"
    assert "Dismiss this article" in text_of(manager, page)
    assert "FOREIGN no longer waits" in manager.post(f"{page}dismiss/", follow=True).content.decode()
    assert "FOREIGN" not in text_of(manager, ARTICLES)
    assert "FOREIGN" in text_of(manager, f"{ARTICLES}?state=no_product")
    assert "Channel Manager said on" in text_of(manager, page)
    manager.post(f"{page}recall/")
    assert "FOREIGN" in text_of(manager, ARTICLES)
    assert "was not dismissed" in manager.post(f"{page}recall/", follow=True).content.decode()


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_numbers_are_listed_with_partner_source_and_revenue(manager: Client, number: CustomerNumber) -> None:
    rows = {row.number: row for row in manager.get(NUMBERS).context["table"].data.data}
    assert (rows["K-99"].revenue, rows["K-99"].said_by.name) == (Decimal("5000.00"), "Channel Manager")
    assert rows["K-1"].revenue == Decimal("46120.00")
    page = manager.get(NUMBERS + "?sort=-revenue&q=elbtal&source=person")
    assert [row.number for row in page.context["table"].data.data] == ["K-1", "K-99"]
    export = manager.get(NUMBERS + "?export=csv").content.decode("utf-8-sig")
    assert "K-99,Elbtal Systemhaus GmbH,2B3C4D5F,Allnet,said by a person," in export


def test_a_number_that_looks_like_a_formula_is_text_in_exports(world: World, manager: Client) -> None:
    match(world, world.reseller, number="=1+1")
    assert "'=1+1," in manager.get(NUMBERS + "?export=csv").content.decode("utf-8-sig")


def test_before_anything_changes_the_page_says_what_will_happen(
    world: World, manager: Client, number: CustomerNumber
) -> None:
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q3"), today=TODAY, now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    other = make_other(world)
    found = text_of(manager, f"{NUMBERS}{number.pk}/?q=schneider")
    assert f"/change/?to={other.number}" in found
    shown = text_of(manager, f"{NUMBERS}{number.pk}/change/?to={other.number}")
    assert "1 line, €5,000.00 no longer count for Elbtal Systemhaus GmbH." in shown
    assert "They count for Telefonbau Schneider GmbH instead" in shown
    assert "Q3 2026" in shown
    assert "Move 1 line" in shown
    assert [line.partner for line in live(customer_number="K-99")] == [world.reseller]


def test_a_number_is_given_to_another_partner(world: World, manager: Client, number: CustomerNumber) -> None:
    other = make_other(world)
    form = {"to": other.number, "was": world.reseller.number}
    answer = manager.post(f"{NUMBERS}{number.pk}/change/", form, follow=True).content.decode()
    assert "1 line was taken back and booked for Telefonbau Schneider GmbH." in answer
    assert answer.index("Telefonbau Schneider GmbH", answer.index('class="events"')) < answer.rindex("Elbtal")
    assert [line.partner for line in live(customer_number="K-99")] == [other]


def test_a_number_is_nobodys_and_its_customer_is_unknown_again(
    world: World, manager: Client, number: CustomerNumber
) -> None:
    assert "Let 1 line wait again" in text_of(manager, f"{NUMBERS}{number.pk}/change/")
    form = {"to": "", "was": world.reseller.number}
    answer = manager.post(f"{NUMBERS}{number.pk}/change/", form, follow=True).content.decode()
    assert "1 line was taken back and waits." in answer
    assert "Nobody knows whose number this is." in answer
    assert "K-99" in text_of(manager, "/vendor/lenovo/customers/")
    assert "K-99" not in text_of(manager, NUMBERS)


def test_who_has_not_seen_the_number_as_it_is_changes_nothing(
    world: World, manager: Client, number: CustomerNumber
) -> None:
    other = make_other(world)
    for form in ({"to": ""}, {"to": "", "was": other.number}):
        answer = manager.post(f"{NUMBERS}{number.pk}/change/", form, follow=True)
        assert "Please look at the number again" in answer.content.decode()
    answer = manager.post(f"{NUMBERS}{number.pk}/change/", {"to": world.reseller.number}, follow=True)
    assert "There is nothing to change." in answer.content.decode()
    assert len(live(customer_number="K-99")) == 1


def test_numbers_and_partners_of_others_are_missing(world: World, manager: Client, number: CustomerNumber) -> None:
    foreign = CustomerNumber.objects.get(number="K-2")
    for path in (f"{foreign.pk}/", f"{foreign.pk}/change/", f"{number.pk}/change/?to={world.rival.number}"):
        assert manager.get(NUMBERS + path).status_code == 404
    assert manager.post(f"{NUMBERS}{number.pk}/change/", {"to": "\0"}).status_code == 404


@pytest.mark.parametrize("role", ["vendor_finance", "platform_admin"])
def test_only_channel_managers_and_admins_come_here(
    world: World, signed_in: SignedIn, number: CustomerNumber, role: str
) -> None:
    client = signed_in(getattr(world, role))
    for path in ("", f"{number.pk}/", f"{number.pk}/change/"):
        assert client.get(NUMBERS + path).status_code == 403


# --- articles --------------------------------------------------------------------------------------------------------


@pytest.fixture
def unknown(world: World) -> WaitingRow:
    return waits(
        world, "R-9", customer_number="K-1", article="LEN-21HM", article_name="Notebook ThinkPad T14", gtin="401"
    )


def test_an_unknown_article_is_matched_with_the_product_it_looks_like(
    world: World, manager: Client, unknown: WaitingRow
) -> None:
    (entry,) = manager.get(ARTICLES).context["table"].data.data
    assert (entry["article"], entry["name"], entry["rows"]) == ("LEN-21HM", "Notebook ThinkPad T14", 1)
    assert manager.get(ARTICLES + "?q=thinkpad").context["table"].data.data
    page = manager.get(f"{ARTICLES}{unknown.pk}/")
    assert [each.key for each in page.context["candidates"]] == [world.topseller.article]
    assert "one article number contains the other" in page.content.decode()
    answer = manager.post(f"{ARTICLES}{unknown.pk}/match/", {"product": "21HM"}, follow=True).content.decode()
    assert "LEN-21HM means 21HM ThinkPad T14. 1 row was booked." in answer
    assert "Every article is known" in answer
    assert "Is that wrong?" in manager.get(f"{ARTICLES}{unknown.pk}/").content.decode()


def test_a_wrong_article_is_put_right(world: World, manager: Client, unknown: WaitingRow) -> None:
    manager.post(f"{ARTICLES}{unknown.pk}/match/", {"product": "21HM"})
    number = ArticleNumber.objects.get()
    path = f"{ARTICLES}numbers/{number.pk}/"
    assert "5,000.00" in text_of(manager, ARTICLES + "numbers/")
    assert "?to=4X40" in text_of(manager, f"{path}?q=backpack")
    assert "count for 4X40 Backpack instead" in text_of(manager, f"{path}change/?to=4X40")
    answer = manager.post(f"{path}change/", {"to": "4X40", "was": "21HM"}, follow=True).content.decode()
    assert "1 line was taken back and booked for 4X40 Backpack." in answer
    assert [line.product for line in live(article="LEN-21HM")] == [world.slow_seller]
    manager.post(f"{path}change/", {"to": "", "was": "4X40"})
    assert "LEN-21HM" in text_of(manager, ARTICLES)


def test_products_and_articles_of_others_are_missing(world: World, manager: Client, unknown: WaitingRow) -> None:
    assert manager.post(f"{ARTICLES}{unknown.pk}/match/", {"product": world.server.article}).status_code == 404
    assert manager.get(f"{ARTICLES}{world.rival_waiting.pk}/").status_code == 404
    foreign = ArticleNumber.objects.create(
        vendor=world.rival_vendor, distributor=world.distributor, number="X", product=world.server
    )
    assert manager.get(f"{ARTICLES}numbers/{foreign.pk}/").status_code == 404


def test_what_waits_is_on_the_dashboard(world: World, manager: Client, unknown: WaitingRow) -> None:
    waits(world, "R-8", doubts=["price"])
    Product.objects.filter(vendor=world.vendor).update(gtin="")
    page = text_of(manager, "/vendor/lenovo/panels/waiting/")
    assert "1 unknown article in distributors&#x27; reports" in page
    assert "1 doubtful row in distributors&#x27; reports" in page


def test_an_admin_makes_an_unknown_article_a_product_and_others_are_not_offered_it(
    world: World, manager: Client, signed_in: SignedIn
) -> None:
    row = waits(world, "R-9", customer_number="K-1", article="NEW-7", article_name="Newest & best")
    page = f"{ARTICLES}{row.pk}/"
    assert manager.get(page).context["add_url"] == ""
    assert "Add it as a product" not in text_of(manager, page)

    admin = signed_in(world.vendor_admin)
    assert "Add it as a product" in text_of(admin, page)
    form = admin.get(admin.get(page).context["add_url"]).context["adminform"].form
    filled = {name: form[name].value() or "" for name in form.fields}
    assert (filled["article"], filled["name"]) == ("NEW-7", "Newest & best")
    assert admin.post("/admin/programs/product/add/", filled).status_code == 302
    assert Product.objects.get(article="NEW-7").vendor == world.vendor
    admin.post("/vendor/lenovo/customers/book/")
    row.refresh_from_db()
    assert row.state == "booked"
