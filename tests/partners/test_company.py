"""A company's own data: where it can be reached changes at once, what money depends on a vendor decides, one of all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from common.access import Actor
from common.models import OutboxMail, User
from partners import applications, company
from partners.applications import Admission, MovedOn
from partners.company import (
    Contact,
    DecidedAlready,
    NotAllowed,
    NothingToChange,
    OneAtATime,
    Registered,
    TooEarly,
    Wanted,
)
from partners.models import CompanyChange, EnrolmentStatus, Partner, Seat
from partners.pages import company_changes
from programs.areas import vendor_area
from programs.models import Vendor
from programs.office_days import office_day_after
from rebates.live import live_figures
from tests.partners.applying import act, newcomer, open_to_all
from tests.people import staff_of
from tests.rendering import words
from tests.sales.sending import at_once
from tests.world import NOW, TODAY, World, enrol, make_program

SignedIn = Callable[[User], Client]
PAGE = "/partner/2B3C4D5F/company/"
NEW = Registered("Elbtal IT AG", "DE136695976", "DE")


def ask(world: World, registered: Registered = NEW, *, by: User | None = None, **given: Any) -> CompanyChange | None:
    wanted = Wanted(registered, **{"valid_from": TODAY, "reason": "New name.", **given})
    actor = Actor.of(by or world.reseller_owner)
    return company.ask(partner=world.reseller, wanted=wanted, actor=actor, now=NOW, today=TODAY)


def asked(world: World, registered: Registered = NEW, **given: Any) -> CompanyChange:
    change = ask(world, registered, **given)
    assert change is not None
    return change


def decide(world: World, change: CompanyChange, *, approve: bool = True, by: User | None = None, **given: Any) -> Any:
    return company.decide(
        change=change, **{"vendor": world.vendor, **given}, approve=approve, answer="Checked.",
        actor=Actor.of(by or world.channel_manager), now=NOW, today=TODAY,
    )  # fmt: skip


def mails(kind: str) -> list[str]:
    return sorted(OutboxMail.objects.filter(kind=f"company-change-{kind}").values_list("address", flat=True))


def test_every_vendor_with_which_the_company_takes_part_is_asked_with_its_clock(world: World) -> None:
    change = asked(world)
    world.reseller.refresh_from_db()
    assert world.reseller.name == "Elbtal Systemhaus GmbH"
    due = office_day_after(world.vendor, TODAY, 2)
    assert {each.vendor: each.due_on for each in change.asked.all()} == {world.vendor: due, world.rival_vendor: due}
    assert mails("asked") == sorted([world.channel_manager.email, world.rival_channel_manager.email])
    (item,) = company_changes(vendor_area(world.vendor), Actor.of(world.channel_manager), TODAY)
    assert (item.due, item.since) == (due, NOW)


def test_one_decision_changes_the_company_and_everybody_is_told(world: World) -> None:
    change = decide(world, asked(world))
    world.reseller.refresh_from_db()
    assert (world.reseller.name, world.reseller.vat_id) == ("Elbtal IT AG", "DE136695976")
    assert (change.state, change.decided_for) == ("approved", world.vendor)
    assert mails("approved") == [world.reseller_owner.email]
    assert mails("decided") == [world.rival_channel_manager.email]
    with pytest.raises(DecidedAlready, match="Channel Manager"):
        decide(world, change, approve=False, by=world.rival_channel_manager, vendor=world.rival_vendor)


def test_a_refused_change_changes_nothing(world: World) -> None:
    decide(world, asked(world), approve=False)
    world.reseller.refresh_from_db()
    assert world.reseller.name == "Elbtal Systemhaus GmbH"
    assert mails("refused") == [world.reseller_owner.email]
    assert ask(world) is not None


def test_a_changed_country_holds_from_its_day_and_sales_before_it_still_count(world: World) -> None:
    (before,) = live_figures(enrolments=[world.enrolment], today=TODAY)
    decide(world, asked(world, Registered(world.reseller.name, "", "AT"), valid_from=date(2026, 11, 1)))
    seats = Seat.objects.filter(partner=world.reseller).order_by("valid")
    assert [(each.country, each.valid_from, each.valid_until) for each in seats] == [
        ("DE", date(2020, 1, 1), date(2026, 11, 1)), ("AT", date(2026, 11, 1), None),
    ]  # fmt: skip
    (after,) = live_figures(enrolments=[world.enrolment], today=TODAY)
    assert after.settlement.amount == before.settlement.amount == Decimal("110.00")


def test_a_company_in_no_program_changes_everything_at_once(world: World) -> None:
    EnrolmentStatus.objects.filter(enrolment__partner=world.reseller).update(status="ended")
    assert ask(world, Registered("Elbtal IT AG", "", "AT"), reason="") is None
    assert company.registered(partner=Partner.objects.get(pk=world.reseller.pk), day=TODAY) == Registered(
        "Elbtal IT AG", "", "AT"
    )


def test_a_vendor_does_not_approve_another_company_than_it_has_read(world: World, signed_in: SignedIn) -> None:
    """An applicant takes part in nothing and so changes its data at once: the vendor is told before it decides."""
    open_to_all(world.program)
    applicant = newcomer(world)
    reads = act(world.channel_manager, applicant.application)
    owner = Actor.of(applicant.user)
    wanted = Wanted(Registered("Elbtal Systemhaus GmbH", "DE129273398", "DE"), TODAY)
    company.ask(partner=applicant.partner, wanted=wanted, actor=owner, now=NOW, today=TODAY)
    with pytest.raises(MovedOn, match="changed the company’s data"):
        applications.approve(application=applicant.application, admission=Admission(TODAY), act=reads)
    url = f"/vendor/lenovo/applications/{applicant.application.pk}/"
    page = words(signed_in(world.channel_manager).get(url).content.decode())
    assert "Blaufuchs IT GmbH → Elbtal Systemhaus GmbH DE136695976 → DE129273398" in page
    contact = Contact("Another street 1", "10115", "Berlin", "https://blaufuchs.example", "", "en")
    for _time in range(2):
        company.change_contact(partner=applicant.partner, contact=contact, actor=owner, now=NOW)
    steps = applicant.application.steps.values_list("step", "text")
    assert list(steps)[2:] == [("changed", "Am Markt 1 → Another street 1")]
    reads = act(world.channel_manager, applicant.application)
    applications.approve(application=applicant.application, admission=Admission(TODAY), act=reads)


def test_a_country_that_would_not_hold_today_is_refused(world: World) -> None:
    """The company sits in its country since 2020: another one from a day before would end there."""
    with pytest.raises(TooEarly, match="DE is written down from 1 January 2020 on"):
        ask(world, Registered(world.reseller.name, "", "AT"), valid_from=date(2002, 11, 1))
    assert ask(world, valid_from=date(2002, 11, 1)) is not None, "the day says nothing where the country stays"


def test_one_change_at_a_time_and_sent_twice_it_is_asked_once(world: World) -> None:
    change = asked(world)
    assert ask(world) == change
    with pytest.raises(OneAtATime):
        ask(world, Registered("Another name", "", "DE"))
    with pytest.raises(IntegrityError), transaction.atomic():
        CompanyChange.objects.create(
            partner=world.reseller, name="X", country="DE", was_name="Y", valid_from=TODAY, reason="",
            requested_by=world.reseller_owner, requested_at=NOW,
        )  # fmt: skip
    company.withdraw(change=change, actor=Actor.of(world.reseller_owner), now=NOW)
    assert ask(world, Registered("Another name", "", "DE")) is not None
    company.withdraw(change=CompanyChange.objects.get(state="open"), actor=Actor.of(world.reseller_owner), now=NOW)
    with pytest.raises(NothingToChange):
        ask(world, Registered(world.reseller.name, "", "DE"))


@pytest.mark.parametrize("role", ["reseller_finance", "rival_owner", "channel_manager", "platform_admin"])
def test_only_owners_ask(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        ask(world, by=getattr(world, role))


def test_only_managers_of_vendors_with_which_the_company_still_takes_part_decide(world: World) -> None:
    change = asked(world)
    for person in (world.vendor_finance, world.rival_channel_manager, world.reseller_owner, world.platform_admin):
        with pytest.raises(NotAllowed):
            decide(world, change, by=person)
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="ended")
    with pytest.raises(NotAllowed):
        decide(world, change)


def test_a_vendor_that_joins_while_a_change_is_open_is_asked_once_and_may_decide(world: World) -> None:
    change = asked(world)
    joining = Vendor.objects.create(slug="snom", name="Snom")
    manager = staff_of(joining, "snom_manager", "channel_manager")
    program = make_program(joining, "snom", "Snom Partner", ("base",))
    assert company.ask_newcomers(today=TODAY) == 0
    enrol(world.reseller, program, on=TODAY + timedelta(days=1))
    assert company.ask_newcomers(today=TODAY) == 0
    with pytest.raises(NotAllowed):
        decide(world, change, by=manager, vendor=joining)
    tomorrow = TODAY + timedelta(days=1)
    assert [company.ask_newcomers(today=tomorrow) for _ in range(2)] == [1, 0]
    assert change.asked.count() == 3
    assert OutboxMail.objects.get(kind="company-change-asked", recipient=manager).text
    assert list(CompanyChange.objects.visible_to(Actor.of(manager))) == [change]
    given: dict[str, Any] = {"approve": True, "answer": "", "actor": Actor.of(manager), "now": NOW, "today": tomorrow}
    assert company.decide(change=change, vendor=joining, **given).state == "approved"


def test_who_joins_after_the_decision_is_not_asked(world: World) -> None:
    decide(world, asked(world))
    joining = Vendor.objects.create(slug="snom", name="Snom")
    enrol(world.reseller, make_program(joining, "snom", "Snom Partner", ("base",)))
    assert company.ask_newcomers(today=TODAY) == 0


# --- at once ---------------------------------------------------------------------------------------------------------


def decided_at_once(world: World) -> list[Any]:
    change = asked(world)
    first, second = (CompanyChange.objects.get(pk=change.pk) for _ in range(2))
    return at_once(
        lambda: decide(world, first),
        lambda: decide(world, second, approve=False, by=world.rival_channel_manager, vendor=world.rival_vendor),
    )


def test_of_two_vendors_at_once_one_decides_and_the_other_is_told(committed: World) -> None:
    for _round in range(3):
        found = decided_at_once(committed)
        assert sorted(type(each).__name__ for each in found) == ["CompanyChange", "DecidedAlready"]
        Partner.objects.filter(pk=committed.reseller.pk).update(name="Elbtal Systemhaus GmbH", vat_id="")


def test_without_comparing_both_would_decide(committed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the test above proves would not hold by itself."""

    def set_only(change: CompanyChange, *, to: str, actor: Actor, **values: Any) -> bool:
        values["decided_at"] = values.pop("now")
        CompanyChange.objects.filter(pk=change.pk).update(state=to, decided_by_id=actor.user_id, **values)
        return True

    monkeypatch.setattr(company, "_move", set_only)
    assert not any(isinstance(each, DecidedAlready) for each in decided_at_once(committed))


# --- pages -----------------------------------------------------------------------------------------------------------


def test_an_owner_changes_at_once_how_the_company_can_be_reached(world: World, signed_in: SignedIn) -> None:
    sent = {
        "street": "Neue Str. 1",
        "postcode": "01069",
        "city": "Dresden",
        "website": "",
        "phone": "",
        "language": "de",
    }
    assert signed_in(world.reseller_owner).post(PAGE, sent).status_code == 302
    world.reseller.refresh_from_db()
    assert (world.reseller.street, world.reseller.language) == ("Neue Str. 1", "de")
    assert world.reseller.events.count() == 2  # type: ignore[attr-defined]
    line = "Address changed Dresden → Neue Str. 1, 01069 Dresden"
    for person, page in ((world.reseller_owner, PAGE), (world.channel_manager, "/vendor/lenovo/partners/2B3C4D5F/")):
        assert line in words(signed_in(person).get(page).content.decode())
    assert signed_in(world.reseller_sales).get(PAGE).status_code == 200
    assert signed_in(world.reseller_sales).post(PAGE, {**sent, "street": "X"}).status_code == 403


def test_customer_numbers_stand_on_the_page_of_the_company_and_of_the_vendor(world: World, signed_in: SignedIn) -> None:
    assert "K-1 Allnet · Lenovo" in words(signed_in(world.reseller_owner).get(PAGE).content.decode())
    page = signed_in(world.channel_manager).get("/vendor/lenovo/partners/2B3C4D5F/")
    assert "K-1 Allnet" in words(page.content.decode())


def test_asking_and_deciding_on_the_pages(world: World, signed_in: SignedIn) -> None:
    owner = signed_in(world.reseller_owner)
    sent = {**vars(NEW), "valid_from": "2026-11-16", "reason": "New name.", "proof": "HRB 1"}
    assert owner.post(f"{PAGE}change/", sent).status_code == 302
    change = CompanyChange.objects.get()
    manager = signed_in(world.channel_manager)
    page = f"/vendor/lenovo/company-changes/{change.pk}/"
    text = words(manager.get(page).content.decode())
    assert "Elbtal Systemhaus GmbH Elbtal IT AG" in text
    assert manager.post(page, {"decision": "refuse", "answer": ""}).status_code == 422
    assert manager.post(page, {"decision": "approve", "answer": ""}).status_code == 302
    assert "Change of the company data: approved" in words(
        manager.get("/vendor/lenovo/partners/2B3C4D5F/").content.decode()
    )


def test_an_owner_says_in_which_time_zone_the_company_is(world: World, signed_in: SignedIn) -> None:
    form = {"street": "", "postcode": "", "city": "Dresden", "website": "", "phone": "", "language": "en"}
    client = signed_in(world.reseller_owner)
    refused = client.post(PAGE, {**form, "time_zone": "Berlin"})
    assert refused.status_code == 422
    client.post(PAGE, {**form, "time_zone": "Atlantic/Canary"})
    world.reseller.refresh_from_db()
    assert world.reseller.time_zone == "Atlantic/Canary"
    assert "Time zone changed – → Atlantic/Canary" in words(client.get(PAGE).content.decode())
    with pytest.raises(ValidationError, match="no time zone"):
        Partner(name="Elbtal", time_zone="Etc/GMT+5").clean_fields()
