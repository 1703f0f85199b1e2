"""The partner registers a deal on its pages: three parts, saved as one types, sent, changed, and its files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.models import User
from deals import writing
from deals.models import Deal, DealFile
from tests.deals.projects import act, drafted, hospital, open_deals, protected, submitted
from tests.rendering import words
from tests.world import World

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
LIST = "/partner/2B3C4D5F/deals/"
AS_TYPED = {"hx-request": "true"}
State = Deal.State


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


@pytest.fixture
def sales(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_sales)


@pytest.fixture
def draft(world: World, sales: Client) -> Deal:
    sales.post(f"{LIST}new/", {"program": world.program.slug})
    return Deal.objects.get()


def customer(deal: Deal, **typed: Any) -> dict[str, Any]:
    return {
        "seen": deal.version, "customer_name": "Klinikum Elbtal gGmbH", "customer_postcode": "01796",
        "customer_city": "Pirna", "customer_country": "DE", "contact_name": "Frau Dr. Lindner", **typed,
    }  # fmt: skip


def project(deal: Deal, world: World, **typed: Any) -> dict[str, Any]:
    return {
        "seen": deal.version, "expected_value": "24000.00", "expected_on": "2027-02-15",
        "products-0-product": world.topseller.pk, "products-0-quantity": "40", **typed,
    }  # fmt: skip


def part(deal: Deal, name: str) -> str:
    return f"{LIST}{deal.number}/write/{name}/"


def page_of(answer: Any) -> str:
    return words(answer.content.decode())


# --- beginning -------------------------------------------------------------------------------------------------------


def test_where_one_program_takes_registrations_a_click_begins_a_draft(world: World, sales: Client) -> None:
    assert sales.get(LIST).context["only_program"] == world.program.slug
    answer = sales.post(f"{LIST}new/", {"program": world.program.slug})
    deal = Deal.objects.get()
    assert answer["Location"] == part(deal, "customer")


def test_where_several_do_the_program_is_chosen(world: World, sales: Client) -> None:
    type(open_deals(world)).objects.create(program=world.rival_program)
    assert sales.get(LIST).context["only_program"] == ""
    assert "Begin Top-Seller Loyalty" in page_of(sales.get(f"{LIST}new/"))
    sales.post(f"{LIST}new/", {"program": world.rival_program.slug})
    assert Deal.objects.get().vendor == world.rival_vendor


def test_a_program_in_which_the_company_does_not_take_part_is_none(world: World, sales: Client) -> None:
    open_deals(world, open=False)
    assert "No program takes registrations" in page_of(sales.get(f"{LIST}new/"))
    sales.post(f"{LIST}new/", {"program": world.program.slug})
    assert not Deal.objects.exists()


def test_another_one_is_begun_with_what_an_earlier_one_says(world: World, sales: Client) -> None:
    deal = protected(world)
    answer = sales.post(f"{LIST}{deal.number}/copy/")
    copied = Deal.objects.get(state=State.DRAFT)
    assert answer["Location"] == part(copied, "customer")
    assert copied.customer_name == deal.customer_name


# --- saved as one types ----------------------------------------------------------------------------------------------


def test_what_is_typed_is_saved_and_the_page_learns_the_new_version(draft: Deal, sales: Client) -> None:
    answer = sales.post(part(draft, "customer"), {"seen": draft.version, "customer_name": "Klin"}, headers=AS_TYPED)
    assert answer.status_code == 200
    assert page_of(answer).startswith("Saved ")
    draft.refresh_from_db()
    assert draft.customer_name == "Klin"
    assert f'value="{draft.version}"' in answer.content.decode()
    assert sales.get(part(draft, "customer")).context["form"]["customer_name"].value() == "Klin"


def test_what_cannot_be_read_yet_keeps_the_rest_from_nothing(draft: Deal, world: World, sales: Client) -> None:
    typed = project(draft, world, title="Haus B", expected_value="about 20", **{"products-0-quantity": "x"})
    answer = sales.post(part(draft, "project"), typed, headers=AS_TYPED)
    assert "Not yet: Expected value in EUR, Products" in page_of(answer)
    draft.refresh_from_db()
    assert (draft.title, draft.expected_value, draft.products.count()) == ("Haus B", None, 0)


def test_an_older_version_is_told_in_a_line_and_may_be_saved_over_the_newer(
    draft: Deal, world: World, sales: Client
) -> None:
    writing.save(deal=draft, written=hospital(world), act=act(world.reseller_owner, draft))
    typed = customer(draft, customer_name="Typed here")
    answer = sales.post(part(draft, "customer"), typed, headers=AS_TYPED)
    assert "changed in another window or by a colleague" in page_of(answer)
    answer = sales.post(part(draft, "customer"), typed)
    assert answer.status_code == 422
    assert answer.context["form"]["customer_name"].value() == "Typed here"
    draft.refresh_from_db()
    assert draft.customer_name == "Klinikum Elbtal gGmbH"
    # The button sends the version that the page has named.
    sales.post(part(draft, "customer"), {**typed, "seen": [typed["seen"], draft.version]})
    draft.refresh_from_db()
    assert draft.customer_name == "Typed here"


def test_going_on_names_what_is_missing_at_the_field_and_keeps_the_rest(draft: Deal, sales: Client) -> None:
    answer = sales.post(part(draft, "customer"), customer(draft, customer_city="", contact_name=""))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["customer_city", "contact_name"]
    assert 'href="#id_customer_city"' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.customer_name == "Klinikum Elbtal gGmbH"


def test_at_most_eight_things_are_required(draft: Deal, sales: Client) -> None:
    required = [
        name
        for each in ("customer", "project", "done")
        for name, field in sales.get(part(draft, each)).context["form"].fields.items()
        if field.required and name != "seen"
    ]
    assert sorted([*required, "products"]) == sorted([*writing.REQUIRED, "products"])
    assert len(required) + 1 == 8


# --- products --------------------------------------------------------------------------------------------------------


def test_rows_of_products_are_added_without_scripts_and_saved_by_their_numbers(
    draft: Deal, world: World, sales: Client
) -> None:
    answer = sales.post(part(draft, "project"), project(draft, world, more="1"))
    assert answer.status_code == 200
    assert len(answer.context["rows"].forms) == 2
    draft.refresh_from_db()
    rows = {"products-7-product": world.slow_seller.pk, "products-7-quantity": "3"}
    answer = sales.post(part(draft, "project"), project(draft, world, **rows))
    assert answer["Location"] == part(draft, "done")
    assert dict(draft.products.values_list("product", "quantity")) == {world.topseller.pk: 40, world.slow_seller.pk: 3}


@pytest.mark.parametrize("quantity", ["0", "-1", "2.5", "", "x", "1000001"])
def test_a_product_needs_a_whole_quantity(draft: Deal, world: World, sales: Client, quantity: str) -> None:
    answer = sales.post(part(draft, "project"), project(draft, world, **{"products-0-quantity": quantity}))
    assert answer.status_code == 422
    assert list(answer.context["rows"].forms[0].errors) == ["quantity"]


def test_a_product_of_another_vendor_is_none(draft: Deal, world: World, sales: Client) -> None:
    answer = sales.post(part(draft, "project"), project(draft, world, **{"products-0-product": world.server.pk}))
    assert answer.status_code == 422
    assert not draft.products.exists()


def test_without_a_product_nobody_goes_on(draft: Deal, world: World, sales: Client) -> None:
    row = {"products-0-product": "", "products-0-quantity": "1"}
    answer = sales.post(part(draft, "project"), project(draft, world, **row))
    assert answer.status_code == 422
    assert "Please choose at least one product." in page_of(answer)
    answer = sales.post(part(draft, "project"), project(draft, world, **{"products-0-product": ""}))
    assert list(answer.context["rows"].forms[0].errors) == ["product"]


# --- sending ---------------------------------------------------------------------------------------------------------


def test_a_registration_is_written_in_three_parts_looked_at_and_sent(draft: Deal, world: World, sales: Client) -> None:
    answer = sales.post(part(draft, "customer"), customer(draft))
    assert answer["Location"] == part(draft, "project")
    draft.refresh_from_db()
    answer = sales.post(part(draft, "project"), project(draft, world))
    assert answer["Location"] == part(draft, "done")
    draft.refresh_from_db()
    answer = sales.post(part(draft, "done"), {"seen": draft.version, "done": "Two visits."}, follow=True)
    assert "Lenovo decides by 18 November 2026, or asks you something." in page_of(answer)
    draft.refresh_from_db()
    answer = sales.post(f"{LIST}{draft.number}/send/", {"seen": draft.version}, follow=True)
    assert "Lenovo has your deal. You get a decision by 18 November 2026." in page_of(answer)
    draft.refresh_from_db()
    assert draft.state == State.SUBMITTED


def test_what_is_missing_leads_to_where_it_is_written(draft: Deal, world: World, sales: Client) -> None:
    writing.save(
        deal=draft, written=hospital(world, customer_city="", products={}), act=act(world.reseller_sales, draft)
    )
    page = sales.get(f"{LIST}{draft.number}/").content.decode()
    assert f'href="{part(draft, "customer")}?check=1#id_customer_city"' in page
    assert f'href="{part(draft, "project")}?check=1#id_products-0-product"' in page
    assert "send/" not in page
    form = sales.get(f"{part(draft, 'customer')}?check=1").context["form"]
    assert list(form.errors) == ["customer_city"]
    draft.refresh_from_db()
    answer = sales.post(f"{LIST}{draft.number}/send/", {"seen": draft.version})
    assert answer.status_code == 422
    assert "Something is missing before this can be sent." in page_of(answer)


def test_a_limit_is_told_and_the_draft_stays(world: World, sales: Client) -> None:
    open_deals(world, most_open=1)
    submitted(world)
    deal = drafted(world, title="Another")
    answer = sales.post(f"{LIST}{deal.number}/send/", {"seen": deal.version})
    assert answer.status_code == 422
    assert "registrations are open" in page_of(answer)


def test_whoever_has_a_running_deal_for_the_customer_is_told_before_sending(world: World, sales: Client) -> None:
    first = submitted(world)
    deal = drafted(world, title="Once more", customer_name="Klinikum Elbtal GmbH")
    text = page_of(sales.get(f"{LIST}{deal.number}/"))
    assert f"Telefonie Haus B · {first.reference}" in text
    other = drafted(world, customer_name="Stadtwerke Kiel", customer_domain="", customer_city="Kiel",
                    customer_postcode="24103")  # fmt: skip
    assert first.reference not in page_of(sales.get(f"{LIST}{other.number}/"))


def test_a_draft_is_thrown_away(draft: Deal, sales: Client) -> None:
    sales.post(f"{LIST}{draft.number}/discard/", {"seen": draft.version})
    assert not Deal.objects.exists()


# --- changing --------------------------------------------------------------------------------------------------------


def whole(deal: Deal, world: World, **typed: Any) -> dict[str, Any]:
    street, domain = {"customer_street": deal.customer_street}, {"customer_domain": deal.customer_domain}
    return {
        **customer(deal), **project(deal, world), **street, **domain, "title": deal.title, "done": deal.done, **typed
    }  # fmt: skip


def test_what_was_sent_is_changed_with_a_history(world: World, sales: Client) -> None:
    deal = submitted(world)
    answer = sales.post(f"{LIST}{deal.number}/change/", whole(deal, world, expected_value="30000"), follow=True)
    text = page_of(answer)
    assert "Lenovo can read what you changed." in text
    assert "Expected value: €30,000.00 instead of €24,000.00" in text


def test_the_customer_of_a_protected_deal_is_not_asked_for(world: World, sales: Client) -> None:
    deal = protected(world)
    form = sales.get(f"{LIST}{deal.number}/change/").context["form"]
    assert "customer_name" not in form.fields
    sales.post(f"{LIST}{deal.number}/change/", whole(deal, world, customer_name="Other", done="Offered."))
    deal.refresh_from_db()
    assert (deal.customer_name, deal.done) == ("Klinikum Elbtal gGmbH", "Offered.")


def test_a_change_of_an_older_version_is_told_and_loses_nothing(world: World, sales: Client) -> None:
    deal = submitted(world)
    writing.change(deal=deal, written=hospital(world, title="Theirs"), act=act(world.reseller_owner, deal))
    answer = sales.post(f"{LIST}{deal.number}/change/", whole(deal, world, title="Mine"))
    assert answer.status_code == 422
    assert "Reseller Owner has changed this deal meanwhile." in page_of(answer)
    assert answer.context["form"]["title"].value() == "Mine"


# --- files -----------------------------------------------------------------------------------------------------------


def file(name: str = "plan.pdf", content: bytes = b"%PDF-1.7 plan") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_files_are_kept_given_out_as_they_came_and_taken_away_again(draft: Deal, sales: Client) -> None:
    answer = sales.post(f"{LIST}{draft.number}/files/", {"proof": file()}, headers={"X-One-By-One": "1"})
    kept = DealFile.objects.get()
    assert f'id="file-{kept.sha256}"' in answer.content.decode()
    answer = sales.get(f"{LIST}{draft.number}/files/{kept.sha256}/")
    assert (answer.content, answer["Content-Type"]) == (b"%PDF-1.7 plan", "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    sales.post(f"{LIST}{draft.number}/files/{kept.sha256}/remove/")
    assert not DealFile.objects.exists()


def test_several_files_come_at_once_where_no_script_runs(draft: Deal, sales: Client) -> None:
    sent = [file(), file("list.csv", b"a;b\n1;2\n"), file("evil.html", b"<html></html>")]
    answer = sales.post(f"{LIST}{draft.number}/files/", {"proof": sent}, follow=True)
    assert DealFile.objects.count() == 2
    assert "evil.html: Files of this kind are not taken." in page_of(answer)


def test_a_file_of_a_draft_is_the_partners_own(draft: Deal, world: World, sales: Client, signed_in: SignedIn) -> None:
    sales.post(f"{LIST}{draft.number}/files/", {"proof": file()})
    path = f"{LIST}{draft.number}/files/{DealFile.objects.get().sha256}/"
    assert signed_in(world.rival_owner).get(path).status_code == 404
    manager = signed_in(world.channel_manager)
    manager.post(f"/vendor/{world.vendor.slug}/partners/{world.reseller.number}/view/")
    assert manager.get(path).status_code == 404


def test_dates_of_the_past_may_be_expected(draft: Deal, world: World, sales: Client) -> None:
    """An order that is late is still a project."""
    yesterday = draft.since.date() - timedelta(days=1)
    answer = sales.post(part(draft, "project"), project(draft, world, expected_on=yesterday.isoformat()))
    assert answer.status_code == 302


# --- slips -----------------------------------------------------------------------------------------------------------


def test_an_order_expected_years_ago_is_a_slip(world: World, sales: Client, draft: Deal) -> None:
    answer = sales.post(part(draft, "project"), project(draft, world, expected_on="1999-01-01"))
    assert answer.status_code == 422
    assert "This day is long past." in page_of(answer)
    draft.refresh_from_db()
    assert draft.expected_on is None
    assert draft.expected_value == 24000


def test_what_was_expected_once_stays_as_time_goes_by(world: World, sales: Client, draft: Deal) -> None:
    Deal.objects.filter(pk=draft.pk).update(expected_on="1999-01-01")
    answer = sales.post(part(draft, "project"), project(draft, world, expected_on="1999-01-01"))
    assert answer.status_code == 302


def test_a_vat_id_that_cannot_be_one_is_kept_and_doubted(sales: Client, draft: Deal) -> None:
    sales.post(part(draft, "customer"), customer(draft, customer_vat_id="DE12"))
    assert "DE12 This looks mistyped." in page_of(sales.get(f"{LIST}{draft.number}/"))
    draft.refresh_from_db()
    sales.post(part(draft, "customer"), customer(draft, customer_vat_id="DE136695976"))
    assert "mistyped" not in page_of(sales.get(f"{LIST}{draft.number}/"))
