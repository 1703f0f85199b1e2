"""The partner's pages: what is offered, seats for oneself and colleagues, certificates of the team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.access import Actor
from common.models import User
from partners.models import EnrolmentStatus, Member
from tests import people
from tests.rendering import dashboard, read, words
from tests.trainings.teaching import PDF, accept, at, book, certified, close, hand_in, planned, technician, training
from tests.world import NOW, TODAY, World
from trainings import catalogue, certificates
from trainings.models import Booking, CertificateClaim, Training, TrainingDate

SignedIn = Callable[[User], Client]
PARTNER = "/partner/2B3C4D5F/"
OFFERED, CERTIFICATES = f"{PARTNER}trainings/", f"{PARTNER}certificates/"


@pytest.fixture
def owner(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_owner)


@pytest.fixture
def technician_window(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_technician)


def date_url(when: TrainingDate) -> str:
    return f"{OFFERED}dates/{when.pk}/"


# --- what is offered -------------------------------------------------------------------------------------------------


def test_trainings_of_ones_programs_are_listed_with_the_next_date(owner: Client, when: TrainingDate) -> None:
    text = read(owner, OFFERED)
    assert "Technical training" in text
    assert "30 Nov 2026" in text
    assert "2 years" in text
    assert "technician" in text


def test_what_is_archived_or_of_a_suspended_participation_is_not_offered(
    world: World, owner: Client, technical: Training
) -> None:
    other = training(world.program, world.vendor_admin, "other", name_en="Other training")
    catalogue.archive(training=technical, on=TODAY, actor=Actor.of(world.vendor_admin))
    text = read(owner, OFFERED)
    assert "Other training" in text
    assert "Technical training" not in text
    assert owner.get(f"{OFFERED}{technical.pk}/").status_code == 404
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="suspended")
    assert "No trainings yet" in read(owner, OFFERED)
    assert owner.get(f"{OFFERED}{other.pk}/").status_code == 404


def test_a_training_says_what_it_is_when_it_is_and_who_has_it(
    world: World, owner: Client, technical: Training, when: TrainingDate
) -> None:
    certified(technical, world.reseller_technician, world.reseller, TODAY - timedelta(days=720), world.vendor_admin)
    book(when, world.reseller_technician, world.reseller)
    text = read(owner, f"{OFFERED}{technical.pk}/")
    assert "30 Nov 2026, 09:00 – 1 Dec 2026, 17:00" in text
    assert "1 seat free" in text
    assert "Book until 27 Nov 2026" in text
    assert "Reseller Technician valid until: 25 Nov 2026 expires in 10 days" in text


# --- seats -----------------------------------------------------------------------------------------------------------


def test_a_technician_books_themself_and_cancels(world: World, technician_window: Client, when: TrainingDate) -> None:
    form = technician_window.get(date_url(when)).context["form"]
    assert [label for _value, label in form.fields["user"].choices] == ["Reseller Technician"]
    answer = technician_window.post(f"{date_url(when)}book/", {"user": world.reseller_technician.pk}, follow=True)
    assert "Reseller Technician has a seat." in words(answer.content.decode())
    booking = Booking.objects.get()
    answer = technician_window.post(f"{OFFERED}bookings/{booking.pk}/cancel/", follow=True)
    assert "Reseller Technician is not booked any more." in words(answer.content.decode())
    booking.refresh_from_db()
    assert booking.state == "cancelled"


def test_an_owner_chooses_among_those_the_training_is_for_who_have_no_seat(
    world: World, owner: Client, when: TrainingDate
) -> None:
    technician(world.reseller_sales, world.reseller)
    people.member_of(world.reseller, "left", "technician")
    Member.objects.filter(user__email="left@example.com").update(left_on=TODAY)
    book(when, world.reseller_technician, world.reseller)
    choices = owner.get(date_url(when)).context["form"].fields["user"].queryset
    assert list(choices) == [world.reseller_sales]


def test_somebody_else_cannot_be_booked_by_changing_the_form(
    world: World, technician_window: Client, when: TrainingDate
) -> None:
    technician(world.reseller_sales, world.reseller)
    for user in (world.reseller_sales, world.rival_owner):
        answer = technician_window.post(f"{date_url(when)}book/", {"user": user.pk})
        assert answer.status_code == 422
    assert not Booking.objects.exists()


def test_a_full_date_says_so_and_offers_the_waiting_list(world: World, owner: Client, technical: Training) -> None:
    when = planned(technical, world.channel_manager, seats=1)
    book(when, people.member_of(world.reseller, "first", "technician"), world.reseller)
    text = read(owner, date_url(when))
    assert "Put on the waiting list" in text
    answer = owner.post(f"{date_url(when)}book/", {"user": world.reseller_technician.pk}, follow=True)
    assert "Reseller Technician is on the waiting list" in words(answer.content.decode())
    assert "Waiting list" in read(owner, f"{OFFERED}{technical.pk}/")


def test_a_date_that_is_called_off_says_why(world: World, owner: Client, when: TrainingDate) -> None:
    catalogue.call_off(training_date=when, reason="The trainer is ill.", actor=Actor.of(world.vendor_admin), now=NOW)
    page = owner.get(date_url(when))
    assert "The trainer is ill." in words(page.content.decode())
    assert page.context["form"] is None


def test_the_online_link_is_for_those_who_are_booked(world: World, owner: Client, technical: Training) -> None:
    when = planned(technical, world.channel_manager, place="", link="https://meet.example/x")
    assert "meet.example" not in read(owner, date_url(when))
    book(when, world.reseller_technician, world.reseller)
    assert "https://meet.example/x" in read(owner, date_url(when))


def test_other_companies_bookings_are_not_shown(world: World, owner: Client, when: TrainingDate) -> None:
    world.rival_enrolment.program = world.program
    world.rival_enrolment.save()
    technician(world.rival_owner, world.rival)
    book(when, world.rival_owner, world.rival)
    text = read(owner, date_url(when))
    assert "Rival Owner" not in text
    assert "Nobody of you is booked." in text


def test_a_date_stays_visible_to_a_company_that_was_there_after_its_participation_has_ended(
    world: World, owner: Client, when: TrainingDate
) -> None:
    book(when, world.reseller_technician, world.reseller)
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="ended")
    assert "Reseller Technician" in read(owner, date_url(when))


# --- certificates ----------------------------------------------------------------------------------------------------


@pytest.fixture
def expiring(world: World, technical: Training) -> Any:
    start = TODAY - timedelta(days=700)
    return certified(technical, world.reseller_technician, world.reseller, start, world.vendor_admin)


def test_the_team_sees_until_when_its_certificates_hold_and_the_next_date(
    owner: Client, expiring: Any, when: TrainingDate
) -> None:
    text = read(owner, CERTIFICATES)
    assert "Reseller Technician Technical training Lenovo expires in 30 days 16 Dec 2024 15 Dec 2026" in text
    assert "30 Nov 2026 – 1 Dec 2026" in text
    page = owner.get(f"{CERTIFICATES}{expiring.pk}/")
    assert f'href="{date_url(when)}"' in page.content.decode()


def test_ones_own_certificates_come_first(world: World, technician_window: Client, technical: Training) -> None:
    colleague = people.member_of(world.reseller, "colleague", "technician")
    certified(technical, colleague, world.reseller, TODAY - timedelta(days=700), world.vendor_admin)
    certified(technical, world.reseller_technician, world.reseller, TODAY, world.vendor_admin)
    rows = technician_window.get(CERTIFICATES).context["table"].rows
    assert [row.record.holder for row in rows] == [world.reseller_technician, colleague]


def test_of_each_training_the_latest_certificate_is_listed(
    world: World, owner: Client, technical: Training, expiring: Any
) -> None:
    later = certified(technical, world.reseller_technician, world.reseller, TODAY, world.vendor_admin)
    rows = owner.get(CERTIFICATES).context["table"].rows
    assert [row.record for row in rows] == [later]


@pytest.mark.parametrize(
    ("state", "days", "listed"),
    [
        ("valid", 100, True),
        ("valid", 740, False),
        ("expired", 740, True),
        ("expired", 700, False),
        ("expiring", 700, True),
        ("expiring", 100, False),
        ("ahead", -5, True),
        ("ahead", 100, False),
        ("revoked", 100, False),
    ],
)
def test_the_list_is_filtered_by_what_a_certificate_is_today(
    world: World, owner: Client, technical: Training, state: str, days: int, listed: bool
) -> None:
    start = TODAY - timedelta(days=days)
    certified(technical, world.reseller_technician, world.reseller, start, world.vendor_admin)
    rows = owner.get(f"{CERTIFICATES}?state={state}").context["table"].rows
    assert bool(rows) is listed


def test_the_list_is_exported_with_days_for_machines(owner: Client, expiring: Any) -> None:
    text = b"".join(owner.get(f"{CERTIFICATES}?export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Reseller Technician,Technical training,Lenovo,expires in 30 days,2024-12-16,2026-12-15" in text


def test_a_colleague_who_left_is_gone_with_their_certificate(world: World, owner: Client, expiring: Any) -> None:
    Member.objects.filter(user=world.reseller_technician).update(left_on=TODAY)
    assert "Reseller Technician" not in read(owner, CERTIFICATES)
    assert owner.get(f"{CERTIFICATES}{expiring.pk}/").status_code == 404


def test_what_expires_waits_for_owner_and_holder_and_for_nobody_else(
    world: World, signed_in: SignedIn, expiring: Any
) -> None:
    sentence = "The certificate of Reseller Technician expires: Technical training"
    assert sentence in words(dashboard(signed_in(world.reseller_owner), PARTNER))
    assert sentence in words(dashboard(signed_in(world.reseller_technician), PARTNER))
    assert sentence not in words(dashboard(signed_in(world.reseller_finance), PARTNER))


def test_somebodys_own_trainings_stand_on_their_dashboard(
    world: World, technician_window: Client, owner: Client, expiring: Any, when: TrainingDate
) -> None:
    book(when, world.reseller_technician, world.reseller)
    text = words(dashboard(technician_window, PARTNER))
    assert "My trainings" in text
    assert "30 Nov 2026, 09:00 – 1 Dec 2026, 17:00" in text
    assert "My trainings" not in words(dashboard(owner, PARTNER))


def test_the_last_day_of_a_certificate_is_a_day_on_which_it_holds(
    world: World, signed_in: SignedIn, expiring: Any
) -> None:
    end = expiring.valid.upper
    for day, state in ((end - timedelta(days=1), "expires in 1 day"), (end, "expired")):
        with time_machine.travel(at(day, 12)):
            assert state in read(signed_in(world.reseller_owner), CERTIFICATES)


# --- from elsewhere --------------------------------------------------------------------------------------------------


def given(world: World, technical: Training, **more: Any) -> dict[str, Any]:
    file = SimpleUploadedFile("Zertifikat ü.pdf", PDF.content)
    values = {"training": technical.pk, "holder": world.reseller_technician.pk, "issuer": "Akademie"}
    return {**values, "issued_on": "2026-10-01", "proof": file, **more}


def test_a_certificate_from_elsewhere_is_handed_in_with_its_file(
    world: World, technician_window: Client, technical: Training
) -> None:
    answer = technician_window.post(f"{CERTIFICATES}new/", given(world, technical), follow=True)
    text = words(answer.content.decode())
    assert "Lenovo has the certificate. You get an answer by 18 November 2026." in text
    claim = CertificateClaim.objects.get()
    file = technician_window.get(f"{CERTIFICATES}claims/{claim.pk}/file/")
    assert file.content == PDF.content
    assert file["Content-Type"] == "application/octet-stream"
    assert "being checked" in read(technician_window, CERTIFICATES)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"issued_on": "2026-11-17"}, "issued_on", "still to come"),
        ({"valid_until": "2026-10-01"}, "valid_until", "after the one on which it was issued"),
        ({"valid_until": "2026-11-15"}, "valid_until", "this day is past"),
        ({"issuer": ""}, "issuer", "required"),
        ({"proof": SimpleUploadedFile("x.pdf", b"<html></html>")}, "proof", "PDF, PNG, JPEG."),
        ({"proof": SimpleUploadedFile("x.csv", b"a;b\n1;2\n")}, "proof", "PDF, PNG, JPEG."),
        ({"issued_on": "2020-01-01"}, "__all__", "expired"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    world: World, owner: Client, technical: Training, change: dict[str, Any], field: str, sentence: str
) -> None:
    answer = owner.post(f"{CERTIFICATES}new/", given(world, technical, **change))
    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors[field][0]
    assert not CertificateClaim.objects.exists()


def test_who_hands_one_in_says_until_when_it_is_valid(world: World, owner: Client, technical: Training) -> None:
    owner.post(f"{CERTIFICATES}new/", given(world, technical, valid_until="2027-12-31"))
    claim = CertificateClaim.objects.get()
    assert claim.valid_until == date(2027, 12, 31)
    path = f"{CERTIFICATES}claims/{claim.pk}/"
    assert "Valid until 31 December 2027" in read(owner, path)
    accept(claim, world.channel_manager, valid_until=date(2027, 6, 30))
    assert "It is valid until 30 June 2027." in read(owner, path)


def test_one_that_is_not_decided_is_withdrawn_and_may_be_handed_in_again(
    world: World, technician_window: Client, technical: Training
) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    path = f"{CERTIFICATES}claims/{claim.pk}/"
    assert "Withdraw the certificate" in read(technician_window, path)
    for _twice in range(2):
        text = words(technician_window.post(f"{path}withdraw/", follow=True).content.decode())
        assert "The certificate is withdrawn. The file is deleted." in text
    assert "Withdraw the certificate" not in text
    assert f"?training={technical.pk}&amp;holder={world.reseller_technician.pk}" in (
        technician_window.get(path).content.decode()
    )
    assert technician_window.get(f"{path}file/").status_code == 404
    assert "From elsewhere" not in read(technician_window, CERTIFICATES)


def test_who_withdraws_too_late_is_told(world: World, owner: Client, technical: Training) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    accept(claim, world.channel_manager)
    late = owner.post(f"{CERTIFICATES}claims/{claim.pk}/withdraw/", follow=True)
    assert "Channel Manager has decided this meanwhile." in words(late.content.decode())


def test_a_refused_one_says_why_and_a_colleague_does_not_see_it(
    world: World, owner: Client, signed_in: SignedIn, technical: Training
) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    certificates.refuse(claim=claim, reason="Not legible.", actor=Actor.of(world.channel_manager), now=NOW, today=TODAY)
    path = f"{CERTIFICATES}claims/{claim.pk}/"
    assert "Not legible." in read(owner, path)
    finance = signed_in(world.reseller_finance)
    for each in (path, f"{path}file/"):
        assert finance.get(each).status_code == 404


def test_a_file_that_was_forgotten_is_not_offered(world: World, owner: Client, technical: Training) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    CertificateClaim.objects.filter(pk=claim.pk).update(content=None, file_name="")
    path = f"{CERTIFICATES}claims/{claim.pk}/"
    assert "certificate.pdf" not in read(owner, path)
    assert owner.get(f"{path}file/").status_code == 404


def test_somebody_who_came_from_another_company_brings_their_certificate_but_not_their_past(
    world: World, signed_in: SignedIn, technical: Training, when: TrainingDate
) -> None:
    booking = book(when, world.reseller_technician, world.reseller)
    [certificate] = close(when, world.channel_manager, booking)
    Member.objects.filter(user=world.reseller_technician).update(left_on=TODAY)
    technician(world.reseller_technician, world.rival)
    client = signed_in(world.rival_owner)
    page = words(client.get(f"/partner/6G7H8J9K/certificates/{certificate.pk}/").content.decode())
    assert "Reseller Technician" in page
    assert "Elbtal" not in page
