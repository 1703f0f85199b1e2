"""Partners are told once what a sealed closing settled for them."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from common import outbox
from common.dated import since
from common.models import OutboxMail
from common.periods import Period
from partners.models import Member
from programs.models import Authorisation, Program
from rebates import announcing, closing
from rebates.ledger import book_adjustment
from rebates.models import Closing, ClosingItem
from rebates.settling import work_chunk
from sales.models import SaleLine
from tests.people import member_of
from tests.rebates.booked import adjustment
from tests.rebates.payments.paying import pays
from tests.rendering import words
from tests.world import LOYALTY, NOW, START, TODAY, World, build_world, enrol, make_program, publish, sell

Q3 = Period.parse("2026Q3")


def close(program: Program, period: Period = Q3) -> Closing:
    opened = closing.open_closing(program=program, period=period, today=TODAY, now=NOW)
    done = closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    assert done.state == Closing.State.SEALED
    return done


def recipients() -> list[str]:
    return sorted(OutboxMail.objects.values_list("address", flat=True))


def test_owner_and_bookkeeping_are_told_what_was_settled(world: World) -> None:
    close(world.program)
    assert announcing.announce(now=NOW, chunk=10) == 2
    assert recipients() == ["reseller_finance@example.com", "reseller_owner@example.com"]
    mail = OutboxMail.objects.first()
    assert mail is not None
    assert mail.subject == "Your rebate is settled: €120.00 (Q3 2026)"
    assert "Lenovo has settled Top-Seller Loyalty, Q3 2026: €120.00." in mail.text
    where = f"/partner/{world.reseller.number}/rebates/topseller/topseller-loyalty/2026Q3/"
    page = settings.PORTAL_URL + where
    assert page in mail.text.splitlines()
    assert f'href="{page}"' in mail.html
    account = f"{settings.PORTAL_URL}/partner/{world.reseller.number}/account/lenovo/EUR/"
    assert account in mail.text.splitlines()
    assert f'href="{account}"' in mail.html


@pytest.mark.parametrize(
    ("carried", "says"),
    [
        ("-50.00", ["Of this, €50.00 are set off", "€70.00 are promised to be paid on"]),
        ("-150.00", ["Of this, €120.00 are set off"]),
    ],
)
def test_what_is_set_off_is_not_promised_to_be_paid(world: World, carried: str, says: list[str]) -> None:
    pays(world.vendor)
    with transaction.atomic():
        book_adjustment(adjustment=adjustment(world, carried, partner=world.reseller), now=NOW)
    close(world.program)
    announcing.announce(now=NOW, chunk=10)
    mail = OutboxMail.objects.get(kind="settled", recipient=world.reseller_owner)
    for told in (words(mail.html), " ".join(mail.text.split())):
        assert all(each in told for each in says)
        assert ("promised" in told) == (len(says) == 2)


def test_what_two_closings_at_once_set_off_is_told_by_each_for_itself(world: World) -> None:
    pays(world.vendor)
    second = make_program(world.vendor, "second", "Second program", ("base",))
    publish(second, LOYALTY, "Second rebate")
    enrol(world.reseller, second, tier="base")
    Authorisation.objects.create(program=second, distributor=world.distributor, valid=since(START))
    with transaction.atomic():
        book_adjustment(adjustment=adjustment(world, "-150.00", partner=world.reseller), now=NOW)
    opened = closing.open_closing(program=second, period=Q3, today=TODAY, now=NOW)
    closing.freeze(closing_id=opened.pk, now=NOW)
    work_chunk(closing_id=opened.pk, now=NOW, limit=10)
    close(world.program)
    close(second)
    announcing.announce(now=NOW, chunk=10)
    mails = OutboxMail.objects.filter(kind="settled", recipient=world.reseller_owner)
    sealed_last, sealed_first = (words(mail.html) for mail in mails.order_by("pk"))
    assert "Of this, €120.00 are set off" in sealed_first
    assert "promised" not in sealed_first
    assert "Of this, €30.00 are set off" in sealed_last
    assert "€90.00 are promised to be paid on" in sealed_last


def test_each_person_reads_it_in_the_own_language(world: World) -> None:
    world.reseller_owner.language = "de"
    world.reseller_owner.save()
    close(world.program)
    announcing.announce(now=NOW, chunk=10)
    german, english = (
        OutboxMail.objects.get(recipient=world.reseller_owner),
        OutboxMail.objects.get(language="en"),
    )
    assert "120,00\N{NO-BREAK SPACE}€" in german.text
    assert "€120.00" in english.text
    assert '<html lang="de">' in german.html


def test_nothing_is_announced_before_the_closing_is_sealed(world: World) -> None:
    opened = closing.open_closing(program=world.program, period=Q3, today=TODAY, now=NOW)
    closing.freeze(closing_id=opened.pk, now=NOW)
    work_chunk(closing_id=opened.pk, now=NOW, limit=10)
    assert announcing.announce(now=NOW, chunk=10) == 0
    assert ClosingItem.objects.filter(announced_at__isnull=True).count() == 1


def test_announcing_again_changes_nothing(world: World) -> None:
    close(world.program)
    announcing.announce(now=NOW, chunk=10)
    assert announcing.announce(now=NOW, chunk=10) == 0
    assert len(recipients()) == 2


def test_who_earned_nothing_gets_no_mail(world: World) -> None:
    close(world.rival_program)  # the rival sold for 9,999.99, a cent below the minimum
    announcing.announce(now=NOW, chunk=1)
    assert recipients() == ["reseller_finance@example.com", "reseller_owner@example.com"]
    assert not ClosingItem.objects.filter(announced_at__isnull=True).exists()


def test_people_who_left_or_were_locked_out_are_not_written_to(world: World) -> None:
    Member.objects.filter(user=world.reseller_owner).update(left_on=TODAY)
    world.reseller_finance.is_active = False
    world.reseller_finance.save()
    close(world.program)
    assert announcing.announce(now=NOW, chunk=10) == 0


def test_a_person_with_two_roles_gets_one_mail_and_one_with_two_companies_gets_two(world: World) -> None:
    Member.objects.create(partner=world.reseller, user=world.reseller_owner, role=Member.Role.FINANCE)
    Member.objects.create(partner=world.rival, user=world.reseller_owner, role=Member.Role.OWNER)
    with transaction.atomic():
        sell(
            world.rival,
            world.server,
            Q3.start,
            "1",
            "90000.01",
            distributor=world.distributor,
            document="R-9",
        )
    close(world.rival_program)
    announcing.announce(now=NOW, chunk=10)
    assert OutboxMail.objects.filter(recipient=world.reseller_owner).count() == 2


def test_an_adjustment_of_an_earlier_period_is_told_with_its_sign(world: World) -> None:
    close(world.program, Period.parse("2026Q2"))
    close(world.program)
    announcing.announce(now=NOW, chunk=10)
    OutboxMail.objects.all().delete()
    world.program.refresh_from_db()
    with transaction.atomic():
        sell(
            world.reseller,
            world.topseller,
            Q3.start,
            "1",
            "1000",
            distributor=world.distributor,
            document="late",
        )
    later = Period.parse("2026Q4")
    opened = closing.open_closing(program=world.program, period=later, today=later.end, now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    announcing.announce(now=NOW, chunk=10)
    text = OutboxMail.objects.get(recipient=world.reseller_owner).text
    assert "Top-seller rebate, Q3 2026 (adjustment): +€130.00" in text  # 25 × 10.00 instead of 24 × 5.00
    assert "Top-seller rebate, Q4 2026: €110.00" in text
    assert ", Q4 2026: €240.00." in text
    assert text.count(f"/partner/{world.reseller.number}/rebates/\n") == 1  # where both are listed


def test_what_is_announced_is_marked_in_the_commit_that_makes_the_mails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(world.program)
    put_all = outbox.put_all

    def dies_afterwards(**values: Any) -> None:
        put_all(**values)
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "put_all", dies_afterwards)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        announcing.announce(now=NOW, chunk=10)
    assert OutboxMail.objects.count() == 0
    monkeypatch.undo()
    assert announcing.announce(now=NOW, chunk=10) == 2


def test_four_announcers_at_once_make_each_mail_once(own_database: str) -> None:
    with transaction.atomic():
        world = build_world()
        for number in range(12):
            partner = world.reseller if number == 0 else world.rival
            member_of(partner, f"owner{number}", Member.Role.OWNER)
    close(world.rival_program)
    barrier, made = threading.Barrier(4), []

    def run() -> None:
        barrier.wait()
        made.append(announcing.announce(now=timezone.now(), chunk=1))
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == OutboxMail.objects.count() == 3
    assert not connection.in_atomic_block


def test_the_world_settles_to_the_cent(world: World) -> None:
    assert close(world.program).total == Decimal("120.00")
    assert close(world.rival_program).total == Decimal("5280.00")
    assert SaleLine.objects.count() == 7
