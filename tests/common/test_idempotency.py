"""Requests that are sent twice with one key: carried out once, answered alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ninja import Status

from common.api import FieldProblem, Refused
from common.idempotency import KEPT, KeyReused, answer_once, digest_of
from common.models import ApiAnswer, User
from tests.people import person
from tests.world import NOW

pytestmark = pytest.mark.django_db


class Counter:
    """Answers with how often it was asked, or refuses."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.asked, self.refuses = 0, refuses

    def __call__(self) -> Status[Any]:
        self.asked += 1
        if self.refuses:
            raise Refused(422, "no", [FieldProblem(row=2, message="wrong")])
        return Status(201, {"asked": self.asked})


@pytest.fixture
def user() -> User:
    return person("integration")


def ask(
    user: User, answer: Counter, *, key: str | None = "k-1", digest: str = "d", later: timedelta = timedelta()
) -> Any:
    given = answer_once(user=user, key=key, digest=digest, now=NOW + later, answer=answer)
    return given.status_code, given.value


def test_the_same_key_and_request_get_the_first_answer(user: User) -> None:
    answer = Counter()
    assert ask(user, answer) == ask(user, answer) == (201, {"asked": 1})
    assert answer.asked == 1


def test_the_same_key_with_another_request_is_a_conflict(user: User) -> None:
    ask(user, Counter())
    with pytest.raises(KeyReused) as conflict:
        ask(user, Counter(), digest="other")
    assert conflict.value.status == 409


def test_a_refusal_is_kept_and_given_again(user: User) -> None:
    answer = Counter(refuses=True)
    for _ in range(2):
        with pytest.raises(Refused) as refusal:
            ask(user, answer)
        assert (refusal.value.status, refusal.value.errors[0].row) == (422, 2)
    assert answer.asked == 1


def test_without_a_key_and_for_another_person_each_request_is_carried_out(user: User) -> None:
    answer = Counter()
    ask(user, answer, key=None)
    ask(user, answer, key=None)
    ask(user, answer)
    ask(person("another"), answer)
    assert answer.asked == 4


def test_a_failure_is_not_kept(user: User) -> None:
    def fails() -> Status[Any]:
        raise RuntimeError("made to fail")

    with pytest.raises(RuntimeError):
        answer_once(user=user, key="k", digest="d", now=NOW, answer=fails)
    assert not ApiAnswer.objects.exists()


def test_answers_are_forgotten_after_a_week(user: User) -> None:
    answer = Counter()
    ask(user, answer)
    ask(user, answer, later=KEPT + timedelta(seconds=1))
    assert answer.asked == 2


def test_parts_of_a_request_do_not_run_into_each_other() -> None:
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert digest_of("ab", b"c") == digest_of(b"ab", "c")
