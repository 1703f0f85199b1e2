"""The administration of programs, groups of products, rebate terms and what tiers ask for."""

from __future__ import annotations

from datetime import date

import pytest

from programs.models import GroupMembership, ProductGroup, Program, RebateTerms
from tests.programs.administering import SignedIn, listing, page, program_form
from tests.world import LOYALTY, World

# --- programs and groups of products ---------------------------------------------------------------------------------


def test_a_country_is_added_and_an_end_removed_in_the_administration(world: World, signed_in: SignedIn) -> None:
    Program.objects.filter(pk=world.program.pk).update(ends_on=date(2027, 1, 1))
    client = signed_in(world.vendor_admin)
    client.post(page(world.program), program_form(world.program, countries="de, at", ends_on=""))
    world.program.refresh_from_db()
    assert (world.program.countries, world.program.ends_on) == (["DE", "AT"], None)
    history = client.get(page(world.program, "history")).content.decode()
    assert "Vendor Admin" in history
    assert "1 Jan 2027 → –" in history
    assert "DE → DE, AT" in history


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("countries", "Germany", "is not a country code"),
        ("countries", "DE,DE", "given twice"),
        ("currency", "€", "is not a currency code"),
        ("ends_on", "2025-12-31", "must be after"),
        ("countries", "AT", "DE cannot be taken out"),
        ("starts_on", "2026-02-01", "cannot start later"),
    ],
)
def test_mistakes_in_a_program_are_told_at_the_field(
    world: World, signed_in: SignedIn, field: str, value: str, error: str
) -> None:
    response = signed_in(world.vendor_admin).post(page(world.program), program_form(world.program, **{field: value}))
    assert error in str(response.context["adminform"].form.errors)


def membership_form(group: ProductGroup, *rows: tuple[object, str, str]) -> dict[str, object]:
    data: dict[str, object] = {"name": group.name, "memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": 0}
    for number, (product, start, end) in enumerate(rows):
        prefix = f"memberships-{number}"
        data |= {f"{prefix}-product": product, f"{prefix}-valid_0": start, f"{prefix}-valid_1": end}
    return data


def test_a_product_joins_a_group_for_some_days(world: World, signed_in: SignedIn) -> None:
    group = ProductGroup.objects.create(vendor=world.vendor, code="autumn", name="Autumn")
    client = signed_in(world.vendor_admin)
    client.post(page(group), membership_form(group, (world.slow_seller.pk, "2026-10-01", "2027-01-01")))
    made = GroupMembership.objects.get(group=group)
    assert (made.valid_from, made.valid_until) == (date(2026, 10, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("start", "end", "error"),
    [
        ("", "2026-01-01", "give the first day"),
        ("2026-02-01", "2026-02-01", "must be after"),
        ("2026-02-30", "", "Enter a valid date"),
        ("2026-06-01", "", "overlap"),
    ],
)
def test_impossible_or_overlapping_days_are_told(
    world: World, signed_in: SignedIn, start: str, end: str, error: str
) -> None:
    group = ProductGroup.objects.create(vendor=world.vendor, code="autumn", name="Autumn")
    GroupMembership.objects.create(group=group, product=world.slow_seller, valid=("2026-01-01", None))
    client = signed_in(world.vendor_admin)
    response = client.post(page(group), membership_form(group, (world.slow_seller.pk, start, end)))
    assert response.status_code == 200
    assert error in response.content.decode()


def test_a_platform_admin_cannot_mix_vendors_in_a_group(world: World, signed_in: SignedIn) -> None:
    group = ProductGroup.objects.create(vendor=world.vendor, code="autumn", name="Autumn")
    client = signed_in(world.platform_admin)
    response = client.post(page(group), membership_form(group, (world.server.pk, "2026-10-01", "")))
    assert "another vendor" in response.content.decode()


# --- terms and requirements ------------------------------------------------------------------------------------------


def terms_form(world: World, document: str = LOYALTY, **changes: object) -> dict[str, object]:
    return {
        "program": world.program.pk,
        "name": "Top-seller rebate",
        "starts_on": "2027-01-01",
        "document": document,
        **changes,
    }


def test_terms_are_typed_as_yaml_and_become_the_next_draft(world: World, signed_in: SignedIn) -> None:
    signed_in(world.vendor_admin).post(listing(RebateTerms, "add"), terms_form(world))
    made = RebateTerms.objects.get(state="draft")
    assert (made.code, made.version, made.starts_on) == ("topseller-loyalty", 2, date(2027, 1, 1))
    assert made.terms == world.terms.terms


def test_mistakes_in_terms_stand_at_the_document_and_nothing_typed_is_lost(world: World, signed_in: SignedIn) -> None:
    typed = LOYALTY.replace("per_unit: 5.00", "per_unit: 5,00").replace("period: quarter", "period: week # my note")
    response = signed_in(world.vendor_admin).post(listing(RebateTerms, "add"), terms_form(world, typed))
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["document"]
    assert len(errors["document"]) == 2
    text = response.content.decode()
    assert "# my note" in text
    assert "per_unit: 5,00" in text
    assert not RebateTerms.objects.filter(state="draft").exists()


@pytest.mark.parametrize("document", ["", "code: [", "just text", "- a\n- b"])
def test_something_else_than_terms_is_refused_at_the_document(world: World, signed_in: SignedIn, document: str) -> None:
    response = signed_in(world.vendor_admin).post(listing(RebateTerms, "add"), terms_form(world, document))
    assert list(response.context["adminform"].form.errors) == ["document"]


def test_terms_that_do_not_start_with_a_period_are_told_at_the_start(world: World, signed_in: SignedIn) -> None:
    response = signed_in(world.vendor_admin).post(
        listing(RebateTerms, "add"), terms_form(world, starts_on="2027-02-01")
    )
    assert list(response.context["adminform"].form.errors) == ["starts_on"]


def test_a_vendor_admin_edits_a_draft_and_publishes_it(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    client.post(listing(RebateTerms, "add"), terms_form(world))
    draft = RebateTerms.objects.get(state="draft")
    assert "per_unit: 15.00" in client.get(page(draft)).content.decode()
    client.post(page(draft), terms_form(world, LOYALTY.replace("15.00", "16.00")))
    confirm = client.get(page(draft, "publish")).content.decode()
    assert "From 1 Jan 2027 on, sales in Top-Seller Loyalty are settled by this version" in confirm
    assert "per_unit: 16.00" in confirm
    response = client.post(page(draft, "publish"), follow=True)
    assert "is published" in response.content.decode()
    draft.refresh_from_db()
    assert (draft.state, draft.published_by) == ("published", world.vendor_admin)


def test_published_terms_are_shown_and_cannot_be_changed_or_deleted(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.platform_admin)
    text = client.get(page(world.terms)).content.decode()
    assert "per_unit: 15.00" in text
    assert "<textarea" not in text
    assert client.post(page(world.terms), terms_form(world)).status_code == 403
    assert client.post(page(world.terms, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(page(world.terms, "publish")).status_code == 302


def test_what_does_not_fit_is_not_published_and_says_why(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    client.post(listing(RebateTerms, "add"), terms_form(world, LOYALTY.replace("topsellers", "topselers")))
    draft = RebateTerms.objects.get(state="draft")
    response = client.post(page(draft, "publish"), follow=True)
    assert "There is no product group “topselers”." in response.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_published_version_is_followed_by_a_draft(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    assert client.get(page(world.terms, "new_version")).status_code == 200
    response = client.post(page(world.terms, "new_version"))
    draft = RebateTerms.objects.get(state="draft")
    assert response.headers["Location"] == page(draft)
    assert client.get(page(draft, "delete")).status_code == 200
    client.post(page(draft, "delete"), {"post": "yes"})
    assert not RebateTerms.objects.filter(state="draft").exists()


def test_the_code_of_a_version_stays(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    client.post(page(world.terms, "new_version"))
    draft = RebateTerms.objects.get(state="draft")
    response = client.post(page(draft), terms_form(world, LOYALTY.replace("topseller-loyalty", "other")))
    assert "stays “topseller-loyalty”" in str(response.context["adminform"].form.errors)


def test_publishing_and_new_versions_of_another_vendor_are_missing(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    for what in ("publish", "new_version"):
        assert client.get(page(world.rival_terms, what)).status_code == 404
        assert client.post(page(world.rival_terms, what)).status_code == 404


def test_requirements_of_a_tier_are_typed_as_yaml(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    tier = world.program.tiers.get(code="gold")
    data = {"name": "Gold", "rank": 3, "requirements": "- {kind: revenue, de: Umsatz, en: Revenue, amount: 20000.00}"}
    client.post(page(tier), data)
    tier.refresh_from_db()
    assert tier.requirements == [{"kind": "revenue", "de": "Umsatz", "en": "Revenue", "amount": "20000.00"}]
    assert "amount: &#x27;20000.00&#x27;" in client.get(page(tier)).content.decode()
    for wrong in ("kind: revenue", "- revenue", "- {kind: revenue, de: Umsatz}", "- {"):
        response = client.post(page(tier), {**data, "requirements": wrong})
        assert list(response.context["adminform"].form.errors) == ["requirements"], wrong
