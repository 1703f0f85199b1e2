"""What partners are told about their tier: each kind once per person, in their language, whatever dies in between."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from common import outbox
from common.access import Actor
from common.models import OutboxMail
from partners.models import EnrolmentStatus, EnrolmentTier, Member
from programs.models import Program, Tier
from tests.tiers.ladder import ask, revenue, run
from tests.trainings.teaching import certified, training
from tests.world import NOW, TODAY, World, build_world
from tiers import announcing, deciding, mails
from tiers.assessing import assess_due
from tiers.models import TierMove

LATER = TODAY + timedelta(days=90)
TOLD = ["reseller_owner@example.com", "reseller_sales@example.com"]
CERTIFICATE = {"kind": "certificate", "trainings": ["technical"], "de": "Technische Schulung",
               "en": "Technical training"}  # fmt: skip
REVENUE = {"kind": "revenue", "amount": "100000.00"}


@pytest.fixture
def asking(world: World) -> World:
    ask(world.program, silver=[REVENUE], gold=[{"kind": "revenue", "amount": "200000.00"}])
    return world


def announce(day: Any = TODAY) -> int:
    return announcing.announce(now=NOW, today=day)


def told(kind: str) -> list[str]:
    return sorted(OutboxMail.objects.filter(kind=kind).values_list("address", flat=True))


def text_for(world: World, kind: str) -> str:
    return OutboxMail.objects.get(kind=kind, recipient=world.reseller_owner).text


def read_in_german(world: World) -> None:
    world.reseller_owner.language = "de"
    world.reseller_owner.save()


def decide(world: World) -> None:
    deciding.decide(
        enrolment=world.enrolment, tier=Tier.objects.get(program=world.program, code="gold"),
        until=TODAY + timedelta(days=200), reason="Ten years together", actor=Actor.of(world.channel_manager),
        today=TODAY, now=NOW,
    )  # fmt: skip


def test_of_a_notice_owner_and_sales_are_told_once_what_is_missing_and_until_when(asking: World) -> None:
    run(asking, TODAY)
    assert announce() == 2
    assert announce() == 0
    assert told(mails.NOTICE) == TOLD
    text = text_for(asking, mails.NOTICE)
    assert "Your tier Silver in Top-Seller Loyalty ends on 14 February 2027 unless something is done" in text
    assert "No longer met:" in text
    assert "more revenue within 12 months is missing." in text


def test_a_notice_that_ends_in_time_is_told_as_well(asking: World) -> None:
    run(asking, TODAY)
    announce()
    revenue(asking, "150000.00", TODAY, "Z-1")
    run(asking, TODAY + timedelta(days=1))
    assert announce() == 2
    assert told(mails.RECOVERED) == TOLD
    assert "You keep your tier Silver" in text_for(asking, mails.RECOVERED)


def test_a_notice_of_which_nobody_was_told_ends_without_a_word(asking: World) -> None:
    run(asking, TODAY)
    revenue(asking, "150000.00", TODAY, "Z-1")
    run(asking, TODAY + timedelta(days=1))
    assert announce() == 0


def test_whoever_leaves_the_program_is_not_told_that_the_tier_stays(asking: World) -> None:
    run(asking, TODAY)
    announce()
    EnrolmentStatus.objects.filter(enrolment=asking.enrolment).update(status="ended")
    run(asking, TODAY)
    assert TierMove.objects.get().state == "withdrawn"
    assert announce() == 0


def test_a_tier_that_was_lost_is_told_with_its_day(asking: World) -> None:
    run(asking, TODAY)
    announce()
    run(asking, LATER)
    assert announce(LATER) == 2
    assert "From 14 February 2027 your tier in Top-Seller Loyalty is Registered" in text_for(asking, mails.FALLEN)


def test_a_rise_is_told_when_it_is_carried_out_and_not_when_it_is_proposed(asking: World) -> None:
    revenue(asking, "250000.00", TODAY - timedelta(days=1), "Z-1")
    run(asking, TODAY)
    assert announce() == 0
    deciding.accept(move=TierMove.objects.get(), actor=Actor.of(asking.channel_manager), today=TODAY)
    assert announce() == 2
    assert told(mails.RISEN) == TOLD
    assert "You are now Gold in Top-Seller Loyalty" in text_for(asking, mails.RISEN)


def test_a_decision_is_told_with_its_reason_and_its_end(asking: World) -> None:
    decide(asking)
    assert announce() == 2
    assert announce() == 0
    text = text_for(asking, mails.DECIDED)
    assert "Lenovo has set your tier in Top-Seller Loyalty to Gold" in text
    assert "Ten years together" in text
    assert "It holds until 4 June 2027" in text


@pytest.mark.parametrize("language", ["de", "en"])
def test_when_the_certified_employee_leaves_the_partner_is_told_at_once_what_to_do_until_when(
    world: World, language: str
) -> None:
    ask(world.program, silver=[CERTIFICATE])
    taught = training(world.program, world.vendor_admin)
    certified(taught, world.reseller_technician, world.reseller, TODAY, world.channel_manager)
    program = Program.objects.get(pk=world.program.pk)
    assess_due(program=program, today=TODAY)
    assert not TierMove.objects.exists()
    if language == "de":
        read_in_german(world)
    Member.objects.filter(user=world.reseller_technician).update(left_on=TODAY)
    assess_due(program=program, today=TODAY)
    announce()
    text = text_for(world, mails.NOTICE)
    expected = {
        "en": [
            "Your tier Silver in Top-Seller Loyalty ends on 14 February 2027 unless something is done",
            "Technical training: 1 more employee takes the training: book a date, or hand in a certificate.",
            "If all of it is met again before 14 February 2027, nothing changes",
        ],
        "de": [
            "Ihre Stufe Silver im Programm Top-Seller Loyalty endet am 14. Februar 2027, wenn nichts geschieht",
            "Technische Schulung: 1 weitere Person braucht die Schulung: Buchen Sie einen Termin oder",
        ],
    }[language]
    for words in expected:
        assert words in text
    assert ("No longer met" in text) is (language == "en")
    Member.objects.create(partner=world.reseller, user=world.reseller_technician, role="technician", joined_on=TODAY)
    assess_due(program=program, today=TODAY)
    assert TierMove.objects.get().state == "withdrawn"
    assert announce() == 2
    assert told(mails.RECOVERED) == TOLD


def test_a_person_with_two_roles_gets_one_mail_and_who_left_gets_none(asking: World) -> None:
    Member.objects.create(partner=asking.reseller, user=asking.reseller_owner, role="sales")
    Member.objects.filter(user=asking.reseller_sales).update(left_on=TODAY)
    run(asking, TODAY)
    assert announce() == 1


@pytest.mark.parametrize("deaths", [0, 1, 2])
def test_killed_in_between_each_mail_is_made_once_all_the_same(
    asking: World, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    run(asking, TODAY)
    put, calls = outbox.put, []

    def dies(**values: Any) -> bool:
        calls.append(values)
        if len(calls) > deaths:
            raise KeyboardInterrupt
        return put(**values)

    monkeypatch.setattr(outbox, "put", dies)
    with pytest.raises(KeyboardInterrupt) if deaths < 2 else transaction.atomic(), transaction.atomic():
        announce()
    monkeypatch.undo()
    announce()
    assert told(mails.NOTICE) == TOLD


def test_four_at_once_make_each_mail_once(own_database: str) -> None:
    with transaction.atomic():
        world = build_world()
        ask(world.program, silver=[REVENUE])
        run(world, TODAY)
    barrier, made = threading.Barrier(4), []

    def announce_too() -> None:
        barrier.wait()
        made.append(announce())
        connections.close_all()

    threads = [threading.Thread(target=announce_too) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == OutboxMail.objects.filter(kind=mails.NOTICE).count() == 2


def test_every_kind_of_mail_about_tiers_is_tried_here() -> None:
    tried = {mails.RISEN, mails.NOTICE, mails.RECOVERED, mails.FALLEN, mails.DECIDED}
    assert set(mails.HEADLINES) == set(mails.NEXT) == tried


def test_a_tier_lost_without_a_grace_period_is_told_without_a_notice(asking: World) -> None:
    Program.objects.filter(pk=asking.program.pk).update(tier_grace_days=0)
    run(asking, TODAY)
    announce()
    assert told(mails.FALLEN) == TOLD
    assert not told(mails.NOTICE)
    assert EnrolmentTier.objects.filter(enrolment=asking.enrolment).count() == 2
