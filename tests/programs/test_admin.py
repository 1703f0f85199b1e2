"""The administration: platform admins edit everything, vendor admins what is theirs, nobody else gets in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.functional import Promise

from common.models import User
from partners.models import Enrolment, EnrolmentTier, IndividualAgreement
from programs.models import Authorisation, GroupMembership, Product, ProductGroup, Program, RebateTerms, VendorStaff
from tests import people
from tests.rendering import words
from tests.world import LOYALTY, World, make_partner

SignedIn = Callable[..., Client]


def page(row: object, what: str = "change") -> str:
    meta = row._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{what}", args=[row.pk])  # type: ignore[attr-defined]


def listing(model: type, what: str = "changelist") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}")  # type: ignore[attr-defined]


def rows_of(world: World, rival: bool) -> list[object]:
    """One row of every model that belongs to a vendor, own or foreign for the vendor's admin."""
    program = world.rival_program if rival else world.program
    vendor = program.vendor
    enrolment = world.rival_enrolment if rival else world.enrolment
    agreement = IndividualAgreement.objects.create(enrolment=enrolment, valid=("2026-01-01", None), note="on paper")
    return [
        vendor,
        program,
        program.tiers.first(),
        RebateTerms.objects.get(program=program),
        Product.objects.filter(vendor=vendor).first(),
        ProductGroup.objects.create(vendor=vendor, code="extra", name="Extra"),
        VendorStaff.objects.filter(vendor=vendor).first(),
        enrolment,
        enrolment.tiers.get(),
        enrolment.statuses.get(),
        agreement,
        enrolment.partner,
    ]


@pytest.mark.parametrize(
    "role", ["channel_manager", "vendor_finance", "reseller_owner", "reseller_finance", "reporter"]
)
def test_nobody_but_admins_gets_into_the_administration(world: World, signed_in: SignedIn, role: str) -> None:
    client = signed_in(getattr(world, role))
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(page(world.program), follow=True).status_code == 403


def test_sign_in_is_the_portals_own_with_its_second_factor(db: None, client: Client) -> None:
    response = client.get("/admin/programs/program/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/account/login/?next=")
    assert "/admin/programs/program/" in response.redirect_chain[-1][0]


def test_a_vendor_admin_without_a_second_factor_is_led_to_set_it_up(world: World, signed_in: SignedIn) -> None:
    admin = people.staff_of(world.vendor, "late_admin", "admin", second_factor=False)
    assert signed_in(admin).get("/admin/").headers["Location"].startswith("/account/2fa/")


def test_the_role_alone_or_the_flag_alone_opens_nothing(world: World, signed_in: SignedIn) -> None:
    User.objects.filter(pk=world.channel_manager.pk).update(is_staff=True)
    assert signed_in(world.channel_manager).get("/admin/", follow=True).status_code == 403
    User.objects.filter(pk=world.vendor_admin.pk).update(is_staff=False)
    assert signed_in(world.vendor_admin).get("/admin/", follow=True).status_code == 403


def test_days_are_written_for_people_where_they_are_only_shown(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    page = client.get(f"/admin/partners/partner/{world.reseller.pk}/change/").content.decode()
    assert "since 1 Jan" in page
    assert "DateRange" not in page
    assert "datetime.date" not in page


def test_a_vendor_admin_opens_its_own_rows_with_their_history(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    for row in rows_of(world, rival=False):
        assert client.get(page(row)).status_code == 200, row
        assert client.get(page(row, "history")).status_code == 200, row
        assert client.get(listing(type(row))).status_code == 200, row


def test_rows_of_another_vendor_behave_like_missing_ones(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    for row in rows_of(world, rival=True):
        for what in ("change", "history", "delete"):
            url = page(row, what)
            missing = url.replace(f"/{row.pk}/", "/999999999/")  # type: ignore[attr-defined]
            assert client.get(url).status_code == client.get(missing).status_code, (row, what)
            assert client.post(url).status_code == client.post(missing).status_code >= 403, (row, what)
        assert client.get(page(row)).status_code == client.get(page(row, "history")).status_code == 404, row


def test_lists_show_own_rows_only(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    for model, own, foreign in (
        (Program, "Top-Seller Loyalty", "10hoch4"),
        (RebateTerms, "Top-seller rebate", "10hoch4 bonus"),
        (Product, "ThinkPad T14", "Power S1022"),
        (Enrolment, "Elbtal Systemhaus", "Rheinblick"),
    ):
        text = client.get(listing(model)).content.decode()
        assert own in text
        assert foreign not in text
    assert client.get(listing(User)).status_code == 403


def test_choices_offer_own_rows_only_and_take_no_other(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    form = client.get(listing(RebateTerms, "add")).context["adminform"].form
    assert list(form.fields["program"].queryset) == [world.program]
    data = {"program": world.rival_program.pk, "name": "x", "starts_on": "2027-01-01", "document": LOYALTY}
    response = client.post(listing(RebateTerms, "add"), data)
    assert "program" in response.context["errors"].as_text() or response.context["adminform"].form.errors["program"]
    found = client.get(
        reverse("admin:autocomplete"),
        {"app_label": "programs", "model_name": "groupmembership", "field_name": "product", "term": ""},
    ).json()
    assert {one["text"] for one in found["results"]} == {"21HM ThinkPad T14", "4X40 Backpack"}


def test_an_admin_here_who_is_channel_manager_there_edits_nothing_there(world: World, signed_in: SignedIn) -> None:
    VendorStaff.objects.create(vendor=world.rival_vendor, user=world.vendor_admin, role="channel_manager")
    client = signed_in(world.vendor_admin)
    assert client.get(page(world.rival_program)).status_code == 404
    assert client.get(page(world.rival_enrolment)).status_code == 404


def program_form(program: Program, **changes: object) -> dict[str, object]:
    return {
        "vendor": program.vendor_id,
        "slug": program.slug,
        "name": program.name,
        "description": "",
        "minutes": 10,
        "currency": "EUR",
        "countries": ",".join(program.countries),
        "starts_on": program.starts_on.isoformat(),
        "ends_on": program.ends_on or "",
        "grace_days": 10,
        "recomputed_periods": 4,
        "authorisations-TOTAL_FORMS": 0,
        "authorisations-INITIAL_FORMS": 0,
        **changes,
    }


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


def test_a_new_vendor_admin_is_let_in_and_out_again(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.platform_admin)
    data = {"vendor": world.rival_vendor.pk, "user": "Channel_Manager@example.com", "role": "admin"}
    client.post(listing(VendorStaff, "add"), data)
    made = VendorStaff.objects.get(user=world.channel_manager, role="admin")
    world.channel_manager.refresh_from_db()
    assert world.channel_manager.is_staff
    client.post(page(made, "delete"), {"post": "yes"})
    world.channel_manager.refresh_from_db()
    assert not world.channel_manager.is_staff


def test_an_unknown_address_is_told_at_the_field(world: World, signed_in: SignedIn) -> None:
    data = {"vendor": world.vendor.pk, "user": "nobody@example.com", "role": "finance"}
    response = signed_in(world.platform_admin).post(listing(VendorStaff, "add"), data)
    assert "no account with this address" in str(response.context["adminform"].form.errors["user"])
    assert "nobody@example.com" in response.content.decode()


def test_distributors_are_changed_by_platform_admins_only(world: World, signed_in: SignedIn) -> None:
    url = page(world.distributor)
    vendor_admin = signed_in(world.vendor_admin)
    text = vendor_admin.get(url).content.decode()
    assert "Allnet" in text
    assert "reporter@example.com" not in text
    assert vendor_admin.post(url, {"name": "x", "country": "DE"}).status_code == 403
    data = {"name": "Allnet GmbH", "country": "DE", "staff-TOTAL_FORMS": 0, "staff-INITIAL_FORMS": 0}
    signed_in(world.platform_admin).post(url, data)
    world.distributor.refresh_from_db()
    assert world.distributor.name == "Allnet GmbH"


def test_a_distributor_is_authorised_for_some_days(world: World, signed_in: SignedIn) -> None:
    data = program_form(world.program) | {
        "authorisations-TOTAL_FORMS": 1,
        "authorisations-0-distributor": world.rival_distributor.pk,
        "authorisations-0-valid_0": "2026-10-01",
        "authorisations-0-valid_1": "",
    }
    signed_in(world.vendor_admin).post(page(world.program), data)
    assert Authorisation.objects.filter(program=world.program, distributor=world.rival_distributor).exists()


def test_an_account_is_made_without_a_password(world: World, signed_in: SignedIn) -> None:
    data = {"email": "New.Person@Example.com", "last_name": "Person", "language": "de", "is_active": "on"}
    client = signed_in(world.platform_admin)
    client.post(listing(User, "add"), data)
    made = User.objects.get(email="new.person@example.com")
    assert not made.has_usable_password()
    again = client.post(listing(User, "add"), data)
    assert "already" in str(again.context["adminform"].form.errors["email"])


def test_every_page_of_the_administration_opens_for_platform_admins(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.platform_admin)
    assert client.get("/admin/").status_code == 200
    for row in [*rows_of(world, rival=False), world.distributor, world.reseller_owner]:
        assert client.get(listing(type(row))).status_code == 200, row
        assert client.get(page(row)).status_code == 200, row
        assert client.get(page(row, "history")).status_code == 200, row
    for model in (Program, RebateTerms, Product, ProductGroup, VendorStaff, Enrolment, EnrolmentTier, User):
        assert client.get(listing(model, "add")).status_code == 200, model


def test_a_missing_row_is_a_page_that_is_not_found(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.platform_admin)
    assert client.get("/admin/programs/program/999999/change/").status_code == 404
    assert client.get("/admin/programs/program/999999/history/").status_code == 404


def test_a_partner_that_is_new_to_the_vendor_is_enrolled_by_its_number(world: World, signed_in: SignedIn) -> None:
    partner = make_partner("Neu GmbH", "9Z8Y7X6W")
    gold = world.program.tiers.get(code="gold")
    data: dict[str, object] = {"partner": " 9z8y7x6w", "program": world.program.pk, "status": "active", "tier": gold.pk}
    data["enrolled_on"] = "2026-03-01"
    client = signed_in(world.vendor_admin)
    client.post(listing(Enrolment, "add"), data)
    made = Enrolment.objects.get(partner=partner)
    assert made.tiers.get().tier == gold
    assert "Gold" in client.get(page(made)).content.decode()
    again = client.post(listing(Enrolment, "add"), data)
    assert "already" in again.content.decode()
    assert "9z8y7x6w" in again.content.decode()
    unknown = client.post(listing(Enrolment, "add"), {**data, "partner": "0000"})
    assert "no partner with this number" in unknown.content.decode()


def test_a_tier_is_changed_from_a_day_on(world: World, signed_in: SignedIn) -> None:
    gold = world.program.tiers.get(code="gold")
    client = signed_in(world.vendor_admin)
    data = {"enrolment": world.enrolment.pk, "tier": gold.pk, "on": "2026-10-01", "reason": "grew"}
    client.post(listing(EnrolmentTier, "add"), data)
    rows = world.enrolment.tiers.order_by("valid")
    assert [(row.tier.code, row.valid.upper) for row in rows] == [("silver", date(2026, 10, 1)), ("gold", None)]
    too_early = client.post(listing(EnrolmentTier, "add"), {**data, "on": "2025-10-01"})
    assert "begins on 1 Jan 2026" in too_early.content.decode()
    foreign = client.post(listing(EnrolmentTier, "add"), {**data, "enrolment": world.rival_enrolment.pk})
    assert "enrolment" in foreign.context["adminform"].form.errors


def test_the_end_of_an_agreement_changes_and_its_start_does_not(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    add = listing(IndividualAgreement, "add")
    client.post(add, {"enrolment": world.enrolment.pk, "start": "2026-02-01", "end": "", "note": "on paper"})
    made = IndividualAgreement.objects.get()
    client.post(page(made), {"end": "2026-07-01", "start": "2025-01-01"})
    made.refresh_from_db()
    assert (made.valid.lower, made.valid.upper) == (date(2026, 2, 1), date(2026, 7, 1))


# --- in both languages --------------------------------------------------------------------------------


def test_every_field_the_administration_shows_has_a_name_that_can_be_translated() -> None:
    shown = [
        each for model, pages in admin.site._registry.items() for each in (model, *(i.model for i in pages.inlines))
    ]
    fields = [field for model in shown for field in model._meta.concrete_fields if not field.primary_key]
    ours = [field for field in fields if field.model._meta.app_label in ("programs", "partners")]
    nameless = [str(field) for field in ours if not isinstance(field.verbose_name, Promise)]
    assert ours
    assert nameless == []


def test_a_german_admin_reads_german_names(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.platform_admin)
    client.cookies["django_language"] = "de"
    form = client.get(page(world.enrolment)).content.decode()
    assert "Partner:" in form
    assert "Programm:" in form
    assert "Enrolment" not in form
    assert "Veröffentlicht von" in words(client.get(page(world.terms)).content.decode())


@pytest.mark.parametrize(("language", "day"), [("en", "1 Jan 2026"), ("de", "1. Januar 2026")])
def test_days_read_the_same_to_everybody(world: World, signed_in: SignedIn, language: str, day: str) -> None:
    client = signed_in(world.platform_admin)
    client.cookies["django_language"] = language
    assert day in client.get(listing(Program)).content.decode()
