"""Certificates from elsewhere: handed in with a proof, accepted or refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError, IntegrityError

from common.access import Actor
from common.models import OutboxMail, User
from common.proofs import Proof
from partners.models import Member
from tests.trainings.teaching import PDF, accept, hand_in
from tests.world import NOW, TODAY, World
from trainings import certificates, mails, rights
from trainings.certificates import HandedInAlready, MovedOn, NotTaken, NotTheirs, WrongDay
from trainings.models import Certificate, CertificateClaim, Training

DAY: dict[str, Any] = {"now": NOW, "today": TODAY}


@pytest.fixture
def claim(world: World, technical: Training) -> CertificateClaim:
    return hand_in(technical, world.reseller, world.reseller_technician)


def test_it_waits_for_the_vendor_with_a_clock_of_two_business_days(world: World, claim: CertificateClaim) -> None:
    assert claim.state == "open"
    assert claim.due_on == date(2026, 11, 18)
    mail = OutboxMail.objects.get(kind=mails.HANDED_IN)
    assert mail.recipient == world.channel_manager
    assert "Reseller Technician" in mail.subject
    assert "Please decide by 18 November 2026." in mail.text


def test_accepted_it_holds_from_the_day_it_was_issued(world: World, claim: CertificateClaim) -> None:
    certificate = accept(claim, world.channel_manager)
    assert (certificate.valid.lower, certificate.valid.upper) == (date(2026, 10, 17), date(2028, 10, 17))
    assert certificate.holder == world.reseller_technician
    assert accept(claim, world.channel_manager) == certificate
    assert OutboxMail.objects.get(kind=mails.ACCEPTED).recipient == world.reseller_technician


def test_refused_the_company_reads_why_and_may_hand_in_another(
    world: World, technical: Training, claim: CertificateClaim
) -> None:
    reason = "The name cannot be read."
    certificates.refuse(claim=claim, reason=reason, actor=Actor.of(world.vendor_admin), **DAY)
    assert reason in OutboxMail.objects.get(kind=mails.REFUSED).text
    assert not Certificate.objects.exists()
    again = hand_in(technical, world.reseller, world.reseller_technician, proof=Proof("b.pdf", b"%PDF-1.4 b"))
    assert again.state == "open"


def test_what_is_decided_is_not_decided_again(world: World, claim: CertificateClaim) -> None:
    stale = CertificateClaim.objects.get(pk=claim.pk)
    certificates.refuse(claim=claim, reason="No", actor=Actor.of(world.vendor_admin), **DAY)
    with pytest.raises(MovedOn, match="Vendor Admin"):
        accept(stale, world.channel_manager)
    assert not Certificate.objects.exists()


def test_only_channel_managers_and_vendor_admins_decide(world: World, claim: CertificateClaim) -> None:
    for stranger in (world.vendor_finance, world.rival_channel_manager, world.reseller_owner, world.platform_admin):
        with pytest.raises(rights.NotAllowed):
            accept(claim, stranger)


def test_the_same_file_again_is_the_first_one_and_another_one_has_to_wait(
    world: World, technical: Training, claim: CertificateClaim
) -> None:
    assert hand_in(technical, world.reseller, world.reseller_technician, world.reseller_owner) == claim
    with pytest.raises(HandedInAlready):
        hand_in(technical, world.reseller, world.reseller_technician, proof=Proof("b.pdf", b"%PDF-1.4 b"))


def test_it_is_handed_in_for_oneself_or_by_owners_and_sales(world: World, technical: Training) -> None:
    hand_in(technical, world.reseller, world.reseller_technician, world.reseller_sales)
    for stranger in (world.reseller_finance, world.rival_owner, world.channel_manager):
        with pytest.raises(rights.NotAllowed):
            hand_in(technical, world.reseller, world.reseller_technician, stranger)


def test_only_for_people_who_work_there(world: World, technical: Training) -> None:
    Member.objects.filter(user=world.reseller_technician).update(left_on=TODAY)
    with pytest.raises(NotTheirs):
        hand_in(technical, world.reseller, world.reseller_technician, world.reseller_owner)


def test_not_where_the_training_takes_none_or_the_company_does_not_take_part(world: World, technical: Training) -> None:
    with pytest.raises(NotTaken, match="does not take part"):
        hand_in(technical, world.rival, world.rival_owner)
    technical.external = False
    with pytest.raises(NotTaken, match="no certificates from elsewhere"):
        hand_in(technical, world.reseller, world.reseller_technician)


def test_neither_of_a_day_to_come_nor_one_that_has_expired(world: World, technical: Training) -> None:
    for day in (TODAY + timedelta(days=1), date(2024, 11, 16)):
        with pytest.raises(WrongDay):
            hand_in(technical, world.reseller, world.reseller_technician, issued_on=day)
    assert hand_in(technical, world.reseller, world.reseller_technician, issued_on=date(2024, 11, 17)).pk


def test_one_that_expires_while_it_waits_is_not_accepted(world: World, technical: Training) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician, issued_on=date(2024, 11, 17))
    with pytest.raises(WrongDay):
        accept(claim, world.channel_manager, today=TODAY + timedelta(days=1))
    claim.refresh_from_db()
    assert claim.state == "open"


def test_what_was_handed_in_stays_as_it_was(world: World, claim: CertificateClaim) -> None:
    rows = CertificateClaim.objects.filter(pk=claim.pk)
    for change in ({"issued_on": TODAY}, {"sha256": "1"}, {"holder": world.reseller_owner}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    assert bytes(rows.get().content or b"") == PDF.content


# --- until when the paper says ---------------------------------------------------------------------------------------


def test_it_holds_until_the_day_that_its_paper_says_and_that_day_too(world: World, technical: Training) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician, valid_until=date(2027, 12, 31))
    certificate = accept(claim, world.channel_manager, valid_until=claim.valid_until)
    assert (certificate.valid.lower, certificate.valid.upper) == (date(2026, 10, 17), date(2028, 1, 1))
    assert [certificate.is_over_on(day) for day in (date(2027, 12, 31), date(2028, 1, 1))] == [False, True]
    assert "Valid until: 31 December 2027" in OutboxMail.objects.get(kind=mails.ACCEPTED).text


def test_the_vendor_corrects_the_day_and_what_was_handed_in_stays(world: World, technical: Training) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician, valid_until=date(2037, 12, 31))
    certificate = accept(claim, world.channel_manager, valid_until=date(2027, 12, 31))
    assert certificate.valid.upper == date(2028, 1, 1)
    claim.refresh_from_db()
    assert claim.valid_until == date(2037, 12, 31)
    assert accept(claim, world.channel_manager, valid_until=date(2027, 12, 31)) == certificate
    with pytest.raises(MovedOn, match="another day"):
        accept(claim, world.channel_manager, valid_until=date(2027, 6, 30))


def test_the_vendor_may_leave_it_to_the_training(world: World, technical: Training) -> None:
    claim = hand_in(technical, world.reseller, world.reseller_technician, valid_until=date(2037, 12, 31))
    assert accept(claim, world.channel_manager).valid.upper == date(2028, 10, 17)


def test_a_paper_may_hold_longer_than_the_training_would(world: World, technical: Training) -> None:
    long_ago = date(2020, 2, 29)
    claim = hand_in(technical, world.reseller, world.reseller_technician, issued_on=long_ago, valid_until=TODAY)
    with pytest.raises(WrongDay, match="unless it says another day itself"):
        accept(claim, world.channel_manager)
    certificate = accept(claim, world.channel_manager, valid_until=TODAY)
    assert certificate.valid.upper == TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("issued_on", "valid_until", "sentence"),
    [
        (date(2026, 11, 16), date(2026, 11, 16), "after the one on which it was issued"),
        (date(2026, 11, 16), date(2026, 11, 15), "after the one on which it was issued"),
        (date(2026, 10, 1), date(2026, 11, 15), "this day is past"),
    ],
)
def test_neither_a_day_before_it_was_issued_nor_one_that_is_past(
    world: World, technical: Training, issued_on: date, valid_until: date, sentence: str
) -> None:
    holder = world.reseller_technician
    with pytest.raises(WrongDay, match=sentence):
        hand_in(technical, world.reseller, holder, issued_on=issued_on, valid_until=valid_until)
    claim = hand_in(technical, world.reseller, holder, issued_on=issued_on)
    with pytest.raises(WrongDay, match=sentence):
        accept(claim, world.channel_manager, valid_until=valid_until)
    claim.refresh_from_db()
    assert claim.state == "open"


def test_the_database_takes_no_paper_that_ends_before_it_begins(world: World, claim: CertificateClaim) -> None:
    facts = {"training": claim.training, "partner": claim.partner, "holder": world.reseller_owner, "issuer": "A",
             "sha256": "1", "submitted_by": world.reseller_owner, "submitted_at": NOW, "due_on": TODAY}  # fmt: skip
    with pytest.raises(IntegrityError, match="certificate_ends_after_its_issue"), transaction.atomic():
        CertificateClaim.objects.create(issued_on=TODAY, valid_until=TODAY, **facts)


def test_the_same_file_with_another_day_is_another_paper(world: World, technical: Training) -> None:
    holder = world.reseller_technician
    claim = hand_in(technical, world.reseller, holder, valid_until=date(2027, 12, 31))
    assert hand_in(technical, world.reseller, holder, valid_until=date(2027, 12, 31)) == claim
    with pytest.raises(HandedInAlready):
        hand_in(technical, world.reseller, holder)


# --- withdrawing -----------------------------------------------------------------------------------------------------


def withdraw(claim: CertificateClaim, by: User) -> CertificateClaim:
    return certificates.withdraw(claim=claim, actor=Actor.of(by), now=NOW)


def test_withdrawn_it_is_decided_by_nobody_and_its_file_is_gone(world: World, claim: CertificateClaim) -> None:
    stale = CertificateClaim.objects.get(pk=claim.pk)
    withdraw(claim, world.reseller_technician)
    kept = CertificateClaim.objects.get(pk=claim.pk)
    assert (kept.state, kept.decided_by, kept.content, kept.file_name) == (
        "withdrawn", world.reseller_technician, None, "",
    )  # fmt: skip
    with pytest.raises(MovedOn, match="Reseller Technician has withdrawn this meanwhile"):
        accept(stale, world.channel_manager)
    with pytest.raises(MovedOn, match="withdrawn"):
        certificates.refuse(claim=stale, reason="No", actor=Actor.of(world.vendor_admin), **DAY)
    assert not Certificate.objects.exists()


def test_withdrawn_twice_it_is_withdrawn_once_and_a_colleague_is_told(world: World, claim: CertificateClaim) -> None:
    withdraw(claim, world.reseller_technician)
    assert withdraw(claim, world.reseller_technician).decided_by == world.reseller_technician
    with pytest.raises(MovedOn, match="Reseller Technician has withdrawn"):
        withdraw(claim, world.reseller_owner)


def test_what_is_decided_is_not_withdrawn(world: World, claim: CertificateClaim) -> None:
    stale = CertificateClaim.objects.get(pk=claim.pk)
    accept(claim, world.channel_manager)
    with pytest.raises(MovedOn, match="Channel Manager has decided"):
        withdraw(stale, world.reseller_technician)
    assert bytes(CertificateClaim.objects.get().content or b"") == PDF.content


def test_the_same_file_may_be_handed_in_again_after_it_was_withdrawn(
    world: World, technical: Training, claim: CertificateClaim
) -> None:
    withdraw(claim, world.reseller_technician)
    again = hand_in(technical, world.reseller, world.reseller_technician)
    assert (again.pk != claim.pk, again.state) == (True, "open")
    assert OutboxMail.objects.filter(kind=mails.HANDED_IN).count() == 2


def test_only_the_holder_and_owners_and_sales_withdraw(world: World, claim: CertificateClaim) -> None:
    for stranger in (world.reseller_finance, world.rival_owner, world.channel_manager, world.platform_admin):
        with pytest.raises(rights.NotAllowed):
            withdraw(claim, stranger)
    assert withdraw(claim, world.reseller_sales).state == "withdrawn"
