"""The administration: platform admins edit everything, vendor admins what is theirs, nobody else gets in."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.functional import Promise

from common.models import User
from partners.models import Enrolment, EnrolmentTier, IndividualAgreement
from programs.models import Authorisation, Product, ProductGroup, Program, RebateTerms, VendorStaff
from tests import people
from tests.programs.administering import SignedIn, listing, page, program_form
from tests.rendering import words
from tests.world import LOYALTY, World, make_partner


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


# --- who gets in, and sees what --------------------------------------------------------------------------------------


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


# --- people, distributors and partners -------------------------------------------------------------------------------


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


# --- in both languages -----------------------------------------------------------------------------------------------


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
