"""Certificates from elsewhere: handed in with a proof, accepted or refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from common.access import Actor
from common.models import OutboxMail
from common.proofs import Proof
from partners.models import Member
from tests.trainings.teaching import PDF, hand_in
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
    certificate = certificates.accept(claim=claim, actor=Actor.of(world.channel_manager), **DAY)
    assert (certificate.valid.lower, certificate.valid.upper) == (date(2026, 10, 17), date(2028, 10, 17))
    assert certificate.holder == world.reseller_technician
    assert certificates.accept(claim=claim, actor=Actor.of(world.channel_manager), **DAY) == certificate
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
        certificates.accept(claim=stale, actor=Actor.of(world.channel_manager), **DAY)
    assert not Certificate.objects.exists()


def test_only_channel_managers_and_vendor_admins_decide(world: World, claim: CertificateClaim) -> None:
    for stranger in (world.vendor_finance, world.rival_channel_manager, world.reseller_owner, world.platform_admin):
        with pytest.raises(rights.NotAllowed):
            certificates.accept(claim=claim, actor=Actor.of(stranger), **DAY)


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
        certificates.accept(
            claim=claim, actor=Actor.of(world.channel_manager), now=NOW, today=TODAY + timedelta(days=1)
        )
    claim.refresh_from_db()
    assert claim.state == "open"


def test_what_was_handed_in_stays_as_it_was(world: World, claim: CertificateClaim) -> None:
    rows = CertificateClaim.objects.filter(pk=claim.pk)
    for change in ({"issued_on": TODAY}, {"sha256": "1"}, {"holder": world.reseller_owner}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    assert bytes(rows.get().content or b"") == PDF.content
