"""The vendor's pages: the catalogue, dates with who comes, attendance, holders, certificates from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from common.access import Actor
from common.models import OutboxMail, User
from partners.models import Member
from tests import people
from tests.rendering import dashboard, read, words
from tests.trainings.teaching import PDF, book, certified, close, hand_in, technician, training
from tests.world import NOW, TODAY, World
from trainings import certificates, mails
from trainings.models import Booking, Certificate, CertificateClaim, Training, TrainingDate

SignedIn = Callable[[User], Client]
VENDOR = "/vendor/lenovo/"
CATALOGUE, HOLDERS = f"{VENDOR}trainings/", f"{VENDOR}certificates/"
CLAIMS = f"{HOLDERS}claims/"


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


def done(answer: Any) -> str:
    assert answer.redirect_chain, dict(answer.context["form"].errors)
    return words(answer.content.decode())


def date_url(when: TrainingDate) -> str:
    return f"{CATALOGUE}dates/{when.pk}/"


# --- the catalogue ---------------------------------------------------------------------------------------------------


def offered(world: World, **more: Any) -> dict[str, Any]:
    return {
        "program": world.program.pk, "code": "sales", "name": "Vertrieb", "name_en": "Selling", "days": "0.5",
        "validity_months": "", "audience": ["owner", "sales"], **more,
    }  # fmt: skip


def scheduled(**more: Any) -> dict[str, Any]:
    return {
        "starts_at": "2026-12-07T09:00", "ends_at": "2026-12-07T13:00", "place": "Berlin", "language": "de",
        "seats": "5", "book_until": "2026-12-01", **more,
    }  # fmt: skip


def test_a_training_is_added_and_its_first_date_planned(world: World, manager: Client) -> None:
    text = done(manager.post(f"{CATALOGUE}new/", offered(world), follow=True))
    assert "Selling" in text
    assert "0.5 days" in text
    assert "owner, sales" in text
    made = Training.objects.get()
    assert (made.validity_months, made.audience, made.external) == (None, ["owner", "sales"], False)
    text = done(manager.post(f"{CATALOGUE}{made.pk}/plan/", scheduled(), follow=True))
    assert "7 Dec 2026, 09:00 – 13:00" in text
    assert "Selling" in read(manager, f"{CATALOGUE}dates/")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "technical"}, "__all__"),
        ({"name": ""}, "name"),
        ({"days": "-1"}, "days"),
        ({"validity_months": "0"}, "validity_months"),
        ({"audience": ["king"]}, "audience"),
    ],
)
def test_what_is_wrong_with_a_training_is_said(
    world: World, manager: Client, technical: Training, change: dict[str, Any], field: str
) -> None:
    answer = manager.post(f"{CATALOGUE}new/", offered(world, **change))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_programs_of_other_vendors_are_no_choice(world: World, manager: Client) -> None:
    answer = manager.post(f"{CATALOGUE}new/", offered(world, program=world.rival_program.pk))
    assert list(answer.context["form"].errors) == ["program"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_at": "2026-12-07T08:00"}, "ends_at"),
        ({"book_until": "2026-12-08"}, "book_until"),
        ({"place": ""}, "place"),
        ({"seats": "0"}, "seats"),
        ({"link": "nonsense here"}, "link"),
    ],
)
def test_what_is_wrong_with_a_date_is_said(
    manager: Client, technical: Training, change: dict[str, str], field: str
) -> None:
    answer = manager.post(f"{CATALOGUE}{technical.pk}/plan/", scheduled(**change))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not TrainingDate.objects.exists()


def test_a_changed_training_leaves_certificates_as_they_are(world: World, manager: Client, technical: Training) -> None:
    certificate = certified(technical, world.reseller_technician, world.reseller, TODAY, world.vendor_admin)
    page = manager.get(f"{CATALOGUE}{technical.pk}/edit/")
    assert "code" not in page.context["form"].fields
    done(manager.post(f"{CATALOGUE}{technical.pk}/edit/", offered(world, validity_months="12"), follow=True))
    technical.refresh_from_db()
    assert (technical.code, technical.name, technical.validity_months) == ("technical", "Vertrieb", 12)
    end = certificate.valid.upper
    certificate.refresh_from_db()
    assert certificate.valid.upper == end


def test_a_training_is_archived_and_offered_again(world: World, manager: Client, technical: Training) -> None:
    path = f"{CATALOGUE}{technical.pk}/archive/"
    assert "Not offered any more since 16 November 2026" in words(manager.post(path, follow=True).content.decode())
    assert "offered again" in words(manager.post(path, follow=True).content.decode())


def test_the_catalogue_is_filtered_by_what_is_still_offered(world: World, manager: Client, technical: Training) -> None:
    other = training(world.program, world.vendor_admin, "sales")
    manager.post(f"{CATALOGUE}{other.pk}/archive/")
    for state, found in (("", {technical, other}), ("false", {technical}), ("true", {other})):
        rows = manager.get(f"{CATALOGUE}?archived={state}").context["table"].rows
        assert {row.record for row in rows} == found
    assert "Unknown" not in words(manager.get(CATALOGUE).content.decode())


def test_the_catalogue_counts_who_holds_a_valid_certificate(world: World, manager: Client, technical: Training) -> None:
    for days in (0, 10, 800):
        start = TODAY - timedelta(days=days)
        certified(technical, world.reseller_technician, world.reseller, start, world.vendor_admin)
    (row,) = manager.get(CATALOGUE).context["table"].rows
    assert row.record.holders == 1


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_date_shows_who_comes_and_who_waits(world: World, manager: Client, when: TrainingDate) -> None:
    for number in range(3):
        book(when, people.member_of(world.reseller, f"technician_{number}", "technician"), world.reseller)
    page = manager.get(date_url(when))
    assert [row["name"] for row in page.context["people"]] == ["Technician 0", "Technician 1"]
    assert [row["name"] for row in page.context["waiting"]] == ["Technician 2"]
    assert page.context["form"] is None, "the training has not begun"


def test_a_date_at_another_place_is_told_to_everybody_who_is_booked(
    world: World, manager: Client, when: TrainingDate
) -> None:
    book(when, world.reseller_technician, world.reseller)
    given = scheduled(starts_at="2026-11-30T09:00", ends_at="2026-12-01T17:00", place="Hamburg", seats="2")
    done(manager.post(f"{date_url(when)}edit/", {**given, "book_until": "2026-11-27"}, follow=True))
    mail = OutboxMail.objects.get(kind=mails.CHANGED)
    assert mail.recipient == world.reseller_technician
    assert "Where: Hamburg" in mail.text
    done(manager.post(f"{date_url(when)}edit/", {**given, "seats": "9", "book_until": "2026-11-28"}, follow=True))
    assert OutboxMail.objects.filter(kind=mails.CHANGED).count() == 1, "seats are no news"


def test_seats_that_are_booked_cannot_be_taken_away(world: World, manager: Client, when: TrainingDate) -> None:
    for number in range(2):
        book(when, people.member_of(world.reseller, f"technician_{number}", "technician"), world.reseller)
    answer = manager.post(f"{date_url(when)}edit/", scheduled(seats="1"))
    assert answer.status_code == 422
    assert "2 seats are booked" in words(answer.content.decode())


def test_calling_off_says_first_how_many_it_concerns(world: World, manager: Client, when: TrainingDate) -> None:
    booking = book(when, world.reseller_technician, world.reseller)
    path = f"{date_url(when)}call-off/"
    assert "1 person is booked or waits, and gets a mail with your reason." in read(manager, path)
    assert manager.post(path, {"reason": ""}).status_code == 422
    done(manager.post(path, {"reason": "The trainer is ill."}, follow=True))
    assert "The trainer is ill." in OutboxMail.objects.get(kind=mails.CALLED_OFF).text
    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert manager.post(path, {"reason": "Again"}).status_code == 422


def test_somebody_is_taken_off_the_list(world: World, manager: Client, when: TrainingDate) -> None:
    booking = book(when, world.reseller_technician, world.reseller)
    answer = manager.post(f"{CATALOGUE}bookings/{booking.pk}/cancel/", follow=True)
    assert "Reseller Technician is not booked any more." in words(answer.content.decode())


def test_the_attendance_list_is_closed_in_one_form(world: World, signed_in: SignedIn, when: TrainingDate) -> None:
    there, absent = (
        book(when, people.member_of(world.reseller, name, "technician"), world.reseller) for name in ("here", "away")
    )
    with time_machine.travel(when.ends_at):
        manager = signed_in(world.channel_manager)
        form = manager.get(date_url(when)).context["form"]
        assert form.fields["attended"].initial == [str(absent.pk), str(there.pk)]
        given = {"listed": form.fields["listed"].initial, "attended": [there.pk]}
        text = done(manager.post(f"{date_url(when)}attendance/", given, follow=True))
        assert "1 certificate is issued." in text
        certificate = Certificate.objects.get()
        assert certificate.holder == there.user
        assert f"{HOLDERS}{certificate.pk}/" in manager.get(date_url(when)).content.decode()
        manager.post(f"{CATALOGUE}bookings/{absent.pk}/was-there/")
        late = manager.post(f"{date_url(when)}attendance/", given, follow=True)
        assert "was written down meanwhile" in words(late.content.decode())
    assert Certificate.objects.count() == 2


def test_a_list_that_has_changed_is_shown_anew(world: World, signed_in: SignedIn, when: TrainingDate) -> None:
    booking = book(when, world.reseller_technician, world.reseller)
    with time_machine.travel(when.ends_at):
        manager = signed_in(world.channel_manager)
        answer = manager.post(f"{date_url(when)}attendance/", {"listed": "1,2", "attended": [booking.pk]})
        assert answer.status_code == 422
        assert "Bookings have changed meanwhile." in words(answer.content.decode())
        again = {"listed": answer.context["form"]["listed"].value(), "attended": [booking.pk]}
        done(manager.post(f"{date_url(when)}attendance/", again, follow=True))


def test_trainings_without_an_attendance_list_wait_from_the_day_after(
    world: World, signed_in: SignedIn, when: TrainingDate
) -> None:
    sentence = "1 training without an attendance list"
    with time_machine.travel(when.ends_at):
        assert sentence not in words(dashboard(signed_in(world.channel_manager), VENDOR))
    with time_machine.travel(when.ends_at + timedelta(days=1)):
        manager = signed_in(world.channel_manager)
        assert sentence in words(dashboard(manager, VENDOR))
        close(when, world.channel_manager)
        assert sentence not in words(dashboard(manager, VENDOR))


# --- certificates ----------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(world: World, technical: Training) -> Certificate:
    start = TODAY - timedelta(days=700)
    return certified(technical, world.reseller_technician, world.reseller, start, world.vendor_admin)


def test_holders_are_listed_with_their_company_what_ends_next_first(
    world: World, manager: Client, technical: Training, certificate: Certificate
) -> None:
    certified(technical, world.reseller_sales, world.reseller, TODAY - timedelta(days=900), world.vendor_admin)
    certified(technical, world.reseller_owner, world.reseller, TODAY, world.vendor_admin)
    rows = manager.get(HOLDERS).context["table"].rows
    holders = [world.reseller_technician, world.reseller_owner, world.reseller_sales]
    assert [row.record.holder for row in rows] == holders
    assert {row.record.employers for row in rows} == {"Elbtal Systemhaus GmbH"}
    text = b"".join(manager.get(f"{HOLDERS}?export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Reseller Technician,Elbtal Systemhaus GmbH,Technical training,expires in 30 days,2024-12-16" in text


def test_holders_are_found_by_their_company(world: World, manager: Client, certificate: Certificate) -> None:
    assert len(manager.get(f"{HOLDERS}?q=elbtal").context["table"].rows) == 1
    assert len(manager.get(f"{HOLDERS}?q=technician").context["table"].rows) == 1
    assert len(manager.get(f"{HOLDERS}?q=rheinblick").context["table"].rows) == 0


def test_where_somebody_works_who_went_to_a_stranger_is_not_told(
    world: World, manager: Client, certificate: Certificate
) -> None:
    """The rival is a partner of another vendor only."""
    Member.objects.filter(user=world.reseller_technician).update(left_on=TODAY)
    technician(world.reseller_technician, world.rival)
    for path in (HOLDERS, f"{HOLDERS}{certificate.pk}/"):
        text = read(manager, path)
        assert "Reseller Technician" in text
        assert "Rheinblick" not in text
    assert len(manager.get(f"{HOLDERS}?q=rheinblick").context["table"].rows) == 0


def test_a_certificate_is_revoked_with_a_reason(world: World, manager: Client, certificate: Certificate) -> None:
    path = f"{HOLDERS}{certificate.pk}/"
    assert manager.post(f"{path}revoke/", {"reason": ""}).status_code == 422
    text = done(manager.post(f"{path}revoke/", {"reason": "It was somebody else."}, follow=True))
    assert "It was somebody else." in text
    assert "revoked" in text
    assert len(manager.get(f"{HOLDERS}?state=revoked").context["table"].rows) == 1


def test_the_vendors_page_about_a_partner_shows_who_holds_what(
    world: World, manager: Client, certificate: Certificate
) -> None:
    text = read(manager, f"{VENDOR}partners/2B3C4D5F/")
    assert "Certificates All certificates Reseller Technician Technical training expires in 30 days" in text


def test_what_was_handed_in_waits_with_its_clock_and_is_accepted(
    world: World, manager: Client, technical: Training
) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    assert "1 external certificate to check" in words(dashboard(manager, VENDOR))
    text = read(manager, f"{CLAIMS}{claim.pk}/")
    assert "Answer by 18 November 2026" in text
    assert "Empty: 16 October 2028, as the training says." in text
    assert manager.get(f"{CLAIMS}{claim.pk}/file/").content == PDF.content
    answer = manager.post(f"{CLAIMS}{claim.pk}/decide/", {"outcome": "accept"}, follow=True)
    assert "Elbtal Systemhaus GmbH has your answer." in done(answer)
    assert "external certificate" not in words(dashboard(manager, VENDOR))
    assert Certificate.objects.get().claim == claim
    assert "Show the certificate" in read(manager, f"{CLAIMS}{claim.pk}/")


def test_the_day_of_the_paper_stands_in_the_form_and_may_be_corrected(
    world: World, manager: Client, technical: Training
) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician, valid_until=date(2037, 12, 31))
    path = f"{CLAIMS}{claim.pk}/"
    assert manager.get(path).context["form"]["valid_until"].value() == date(2037, 12, 31)
    past = manager.post(f"{path}decide/", {"outcome": "accept", "valid_until": "2026-11-15"})
    assert past.status_code == 422
    assert past.context["form"].errors["valid_until"] == ["It has expired: this day is past."]
    done(manager.post(f"{path}decide/", {"outcome": "accept", "valid_until": "2027-12-31"}, follow=True))
    assert "issued and valid until 31 December 2027" in read(manager, path)
    assert "Valid until 31 December 2037" in read(manager, path)


def test_what_was_withdrawn_waits_for_nobody_and_whoever_decides_late_is_told(
    world: World, manager: Client, technical: Training
) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    certificates.withdraw(claim=claim, actor=Actor.of(world.reseller_technician), now=NOW)
    assert "external certificate" not in words(dashboard(manager, VENDOR))
    assert len(manager.get(CLAIMS).context["table"].rows) == 0
    path = f"{CLAIMS}{claim.pk}/"
    late = words(manager.post(f"{path}decide/", {"outcome": "accept"}, follow=True).content.decode())
    assert "Reseller Technician has withdrawn this meanwhile." in late
    assert "Elbtal Systemhaus GmbH has withdrawn it." in late
    assert manager.get(f"{path}file/").status_code == 404


def test_a_refusal_needs_a_reason(world: World, manager: Client, technical: Training) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    path = f"{CLAIMS}{claim.pk}/decide/"
    assert "Please say why." in words(manager.post(path, {"outcome": "refuse"}).content.decode())
    done(manager.post(path, {"outcome": "refuse", "reason": "Not legible."}, follow=True))
    assert CertificateClaim.objects.get().reason == "Not legible."
    late = manager.post(path, {"outcome": "accept"}, follow=True)
    assert "Channel Manager has decided this meanwhile." in words(late.content.decode())


def test_what_is_overdue_says_so(world: World, manager: Client, technical: Training) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    with time_machine.travel(claim.submitted_at + timedelta(days=4)):
        assert "Answer overdue since 18 November 2026" in read(manager, f"{CLAIMS}{claim.pk}/")
        assert "overdue since 18 Nov 2026" in read(manager, f"{CLAIMS}?state=open")


def test_finance_looks_at_trainings_but_decides_nothing(
    world: World, signed_in: SignedIn, technical: Training, when: TrainingDate, certificate: Certificate
) -> None:
    finance = signed_in(world.vendor_finance)
    for path in (CATALOGUE, date_url(when), HOLDERS, f"{HOLDERS}{certificate.pk}/"):
        assert finance.get(path).status_code == 200
    assert "New training" not in read(finance, CATALOGUE)
    assert "From elsewhere" not in read(finance, HOLDERS)
    assert finance.get(CLAIMS).status_code == 403
    assert not Booking.objects.exists()
