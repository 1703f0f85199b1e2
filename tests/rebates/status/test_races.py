"""Several schedulers at once, and killed ones: each mail is made once. With what forbids more taken away, it is not."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection, connections, transaction

from common import outbox
from common.models import OutboxMail
from partners.models import Member
from rebates.models import WeeklyStatus
from rebates.status import claiming
from rebates.status.making import make
from tests import services
from tests.people import member_of
from tests.rebates.status.mailing import MONDAY, WEEK, make_all, make_in
from tests.world import START, TODAY, World, build_world, enrol, make_partner

PARTNERS = 12
MAILS = PARTNERS + 3
CODE = """
import os, signal, sys
from datetime import datetime
from django.utils import timezone
from common import outbox
from rebates.status import making
left, put_all = {left}, outbox.put_all

def counted(**values):
    global left
    put_all(**values)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

outbox.put_all = counted
now = datetime.fromisoformat("{now}")
print(making.make(program_id={program}, now=now, today=timezone.localdate(now), chunk=1))
"""


@pytest.fixture
def many(own_database: str) -> World:
    with transaction.atomic():
        world = build_world()
        for number in range(PARTNERS):
            partner = make_partner(f"Partner {number}", f"RACE{number:04}")
            enrol(partner, world.program, on=START)
            member_of(partner, f"race_{number}", Member.Role.OWNER)
    return world


def at_once(world: World, count: int) -> list[int]:
    """So many schedulers that begin together: how many mails each made."""
    barrier, made = threading.Barrier(count), []

    def run() -> None:
        try:
            barrier.wait()
            made.append(make(program_id=world.program.pk, now=MONDAY, today=TODAY, chunk=1))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made


def mails_per_person() -> Counter[str]:
    return Counter(OutboxMail.objects.filter(kind="standing").values_list("address", flat=True))


def test_four_schedulers_at_once_make_each_mail_once(many: World) -> None:
    made = at_once(many, 4)
    assert len(made) == 4
    assert sum(made) == MAILS
    assert sorted(mails_per_person().values()) == [1] * MAILS
    assert make_in(many.program) == 0


@contextlib.contextmanager
def both_have_claimed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two schedulers that put their mails only when the other has claimed, too, or a second has passed."""
    barrier, put_all = threading.Barrier(2), outbox.put_all

    def after_the_other(**values: object) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        put_all(**values)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "put_all", after_the_other)
        yield


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked = claiming.CLAIM.replace("FOR UPDATE OF told SKIP LOCKED", "")
    assert unlocked != claiming.CLAIM
    monkeypatch.setattr(claiming, "CLAIM", unlocked)


def without_key() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE common_outboxmail DROP CONSTRAINT mail_made_once")


def test_the_lock_alone_keeps_two_from_the_same_mail(many: World, monkeypatch: pytest.MonkeyPatch) -> None:
    without_key()
    with both_have_claimed(monkeypatch):
        assert sum(at_once(many, 2)) == MAILS
    assert set(mails_per_person().values()) == {1}


def test_the_key_alone_keeps_two_from_the_same_mail(many: World, monkeypatch: pytest.MonkeyPatch) -> None:
    without_lock(monkeypatch)
    with both_have_claimed(monkeypatch):
        assert sum(at_once(many, 2)) > MAILS, "both have written the same"
    assert set(mails_per_person().values()) == {1}


def test_without_lock_and_key_mails_are_doubled(many: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the two tests above would see if neither kept anything."""
    without_lock(monkeypatch)
    without_key()
    with both_have_claimed(monkeypatch):
        at_once(many, 2)
    assert max(mails_per_person().values()) == 2


def test_a_claimed_chunk_is_skipped_and_not_waited_for(many: World) -> None:
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            WeeklyStatus.objects.select_for_update().get(enrolment=many.enrolment)
            locked.set()
            done.wait(timeout=20)
        connections.close_all()

    claiming.begin(program=many.program)
    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(timeout=20)
    try:
        assert make_in(many.program) == PARTNERS
    finally:
        done.set()
        holder.join()
    assert make_in(many.program) == 3


def scheduler(world: World, url: str, *, dies_after: int = 0) -> subprocess.Popen[str]:
    code = CODE.format(left=dies_after, now=MONDAY.isoformat(), program=world.program.pk)
    return services.run_manage("shell", "-v", "0", "-c", code, database_url=url)


def test_two_processes_make_each_mail_once(many: World, own_database: str) -> None:
    both = [scheduler(many, own_database) for _ in range(2)]
    try:
        made = [int(process.communicate(timeout=60)[0]) for process in both]
    finally:
        for process in both:
            services.end(process)
    assert sum(made) == MAILS
    assert set(mails_per_person().values()) == {1}


def test_what_a_killed_process_left_is_made_by_the_next(many: World, own_database: str) -> None:
    dying = scheduler(many, own_database, dies_after=4)
    try:
        dying.communicate(timeout=60)
    finally:
        services.end(dying)
    assert dying.returncode == -signal.SIGKILL
    told = WeeklyStatus.objects.filter(week="2026W47").count()
    assert told == 3, "the fourth was killed before its commit"
    make_in(many.program)
    assert set(mails_per_person().values()) == {1}
    assert len(mails_per_person()) == MAILS


def test_ticks_of_a_whole_week_make_each_mail_once(world: World) -> None:
    moment, made = MONDAY - WEEK / 7, 0
    while moment < MONDAY + WEEK:
        made += make_all(moment)
        moment += WEEK / 28
    assert made == 14, "what was left of the week before, and this week"
    assert set(Counter(OutboxMail.objects.values_list("period", "recipient")).values()) == {1}
