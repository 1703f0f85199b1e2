"""Questions asked and answered at the same time, by connections that commit for real."""

from __future__ import annotations

from collections.abc import Callable

from sales import claims
from sales.claims import MOST_OPEN
from sales.models import Claim, ClaimMessage
from tests.sales.asking import ask_for_missing, said
from tests.sales.sending import at_once
from tests.world import World


def test_the_same_question_at_once_is_one(committed: World) -> None:
    found = at_once(*[lambda: ask_for_missing(committed)] * 4)
    assert found == [Claim.objects.get()] * 4
    assert ClaimMessage.objects.count() == 1


def test_questions_at_once_keep_the_limit(committed: World) -> None:
    for number in range(MOST_OPEN - 1):
        ask_for_missing(committed, f"Question {number}")
    found = at_once(*[lambda text=text: ask_for_missing(committed, text) for text in ("a", "b", "c")])
    assert sorted(type(each).__name__ for each in found) == ["Claim", "TooManyOpen", "TooManyOpen"]
    assert Claim.objects.count() == MOST_OPEN


def test_of_two_managers_at_once_one_wins(committed: World) -> None:
    for _ in range(5):
        claim = ask_for_missing(committed)
        found = at_once(accepting(committed, claim), declining(committed, claim))
        assert sorted(type(each).__name__ for each in found) == ["ClaimMessage", "MovedOn"]
        claim.refresh_from_db()
        assert claim.answer in found
        assert claim.messages.count() == 2


def accepting(world: World, claim: Claim) -> Callable[[], object]:
    given, answer = Claim.objects.get(pk=claim.pk), said(world.channel_manager, "Yes.", claim)
    return lambda: claims.accept(claim=given, said=answer, correcting_line=None)


def declining(world: World, claim: Claim) -> Callable[[], object]:
    given, answer = Claim.objects.get(pk=claim.pk), said(world.vendor_admin, "No.", claim)
    return lambda: claims.decline(claim=given, said=answer)
