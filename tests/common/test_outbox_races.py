"""Two platform admins in the same moment: each mail is decided once, and the mail is stopped once."""

from __future__ import annotations

from common import mail_operations, stopping
from common.access import Actor
from common.models import MailStop, OutboxMail
from tests.common.telling import tell
from tests.people import person, platform_admin
from tests.sales.sending import at_once
from tests.world import NOW

State = OutboxMail.State


def test_two_who_decide_in_the_same_moment_decide_once(own_database: str) -> None:
    admins = [platform_admin(), platform_admin("second")]
    mails = [tell(person(f"p{number}"), state=State.FAILED).pk for number in range(20)]
    actors = [Actor.of(each) for each in admins]

    def one(number: int) -> int:
        call = (mail_operations.send_again, mail_operations.dismiss)[number]
        try:
            return call(actor=actors[number], ids=mails, now=NOW)
        except mail_operations.NothingToDo:
            return 0

    again, dismissed = at_once(lambda: one(0), lambda: one(1))
    assert again + dismissed == len(mails)  # type: ignore[operator]
    by_state = {State.PENDING: again, State.DISMISSED: dismissed}
    assert {state: OutboxMail.objects.filter(state=state).count() for state in by_state} == by_state


def test_of_two_who_stop_and_two_who_let_it_go_on_one_each_is_first(own_database: str) -> None:
    actor = Actor.of(platform_admin())

    def tried(call: object) -> bool:
        try:
            call()  # type: ignore[operator]
        except stopping.ChangedMeanwhile:
            return False
        return True

    def stop() -> bool:
        return tried(lambda: stopping.stop(actor=actor, reason="x", now=NOW))

    def go_on() -> bool:
        return tried(lambda: stopping.go_on(actor=actor, now=NOW))

    assert sorted(at_once(stop, stop)) == [False, True]  # type: ignore[type-var]
    assert sorted(at_once(go_on, go_on)) == [False, True]  # type: ignore[type-var]
    assert MailStop.objects.count() == 1
