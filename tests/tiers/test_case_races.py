"""Case studies written and answered at the same time, by connections that commit for real."""

from __future__ import annotations

from collections.abc import Callable

from tests.sales.asking import mailed
from tests.sales.sending import at_once
from tests.tiers.studies import accept, begin, handed_in, rewrite, send_back
from tests.world import World
from tiers import case_mails
from tiers.models import CaseStudy, CaseStudyStep


def test_of_two_managers_at_once_one_wins(committed: World) -> None:
    for number in range(5):
        study = handed_in(committed, title=f"Number {number}")
        found = at_once(accepting(committed, study), returning(committed, study))
        assert sorted(type(each).__name__ for each in found) == ["CaseStudy", "MovedOn"]
        study.refresh_from_db()
        assert study.steps.count() == 2
        assert study.steps.last().step == study.state  # type: ignore[union-attr]


def test_of_two_who_hand_in_at_once_one_wins_and_the_vendor_is_told_once(committed: World) -> None:
    study = begin(committed)
    found = at_once(*[writing(committed, study, text) for text in ("Mine", "Hers")])
    assert sorted(type(each).__name__ for each in found) == ["CaseStudy", "MovedOn"]
    assert CaseStudyStep.objects.count() == 1
    assert mailed(case_mails.SUBMITTED) == ["channel_manager"]


def test_the_same_draft_at_once_is_one(committed: World) -> None:
    found = at_once(*[lambda: begin(committed)] * 4)
    assert found == [CaseStudy.objects.get()] * 4


def accepting(world: World, study: CaseStudy) -> Callable[[], object]:
    given = CaseStudy.objects.get(pk=study.pk)
    return lambda: accept(world, given, by=world.channel_manager)


def returning(world: World, study: CaseStudy) -> Callable[[], object]:
    given = CaseStudy.objects.get(pk=study.pk)
    return lambda: send_back(world, given, by=world.vendor_admin)


def writing(world: World, study: CaseStudy, text: str) -> Callable[[], object]:
    given = CaseStudy.objects.get(pk=study.pk)
    return lambda: rewrite(world, given, text=text, hand_in=True)
