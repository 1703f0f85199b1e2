"""Publishing terms at the same time, in threads with connections of their own that commit for real."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from common.access import Actor
from common.models import User
from programs import services
from programs.models import Program, RebateTerms
from tests.sales.sending import at_once
from tests.world import NOW, World, build_world

START = date(2027, 1, 1)
TURNS = 5


@pytest.fixture
def committed(own_database: str) -> World:
    """The small world, committed, on a database of the test's own."""
    with transaction.atomic():
        return build_world()


def draft(world: World, version: int, starts_on: date = START) -> RebateTerms:
    terms = world.terms
    return RebateTerms.objects.create(
        program=terms.program,
        code=terms.code,
        name=terms.name,
        version=version,
        starts_on=starts_on,
        document=terms.document,
    )


def outcomes(*attempts: tuple[RebateTerms, User]) -> tuple[list[RebateTerms], list[Exception]]:
    """Everybody publishes at once: what was published, and what the others were told."""

    def publish(terms: RebateTerms, person: User) -> RebateTerms:
        return services.publish_terms(terms_id=terms.pk, actor=Actor.of(person), now=NOW)

    results = at_once(*[lambda one=one: publish(*one) for one in attempts])
    published = [result for result in results if isinstance(result, RebateTerms)]
    return published, [result for result in results if isinstance(result, Exception)]


def published_of(program: Program) -> set[int]:
    return set(RebateTerms.objects.filter(program=program, state="published").values_list("version", flat=True))


def test_of_two_versions_with_the_same_start_one_is_published_and_the_other_told_why(committed: World) -> None:
    for turn in range(TURNS):
        year = 2027 + turn
        drafts = [draft(committed, 10 * turn + number, date(year, 1, 1)) for number in (2, 3)]
        people = (committed.vendor_admin, committed.platform_admin)
        before = published_of(committed.program)
        published, refused = outcomes(*zip(drafts, people, strict=True))
        (winner,), (told,) = published, refused
        assert isinstance(told, services.StartsTooEarly)
        assert str(told) == f"{winner} starts on 1 Jan {year}; a later version starts after that."
        assert published_of(committed.program) == before | {winner.version}
        assert RebateTerms.objects.get(pk=winner.pk).published_by is not None


def test_one_version_is_published_once_by_two_admins_and_the_second_is_told(committed: World) -> None:
    for turn in range(TURNS):
        terms = draft(committed, 2 + turn, date(2027 + turn, 1, 1))
        admins = (committed.vendor_admin, committed.platform_admin)
        (winner,), (told,) = outcomes(*[(terms, person) for person in admins])
        assert isinstance(told, services.NotADraft)
        assert str(told) == f"{terms} is published already."
        assert RebateTerms.objects.get(pk=terms.pk).published_by_id == winner.published_by_id


def test_without_the_lock_on_the_program_the_database_still_keeps_one_start(
    committed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the lock is what makes a sentence of it; the constraint is what makes it impossible."""
    monkeypatch.setattr(services, "_one_at_a_time", lambda program_id: None)
    told: list[Exception] = []
    for turn in range(TURNS * 4):
        drafts = [draft(committed, 10 * turn + number, date(2027 + turn, 1, 1)) for number in (2, 3)]
        published, refused = outcomes(*zip(drafts, [committed.vendor_admin] * 2, strict=True))
        assert len(published) == 1
        told += refused
    assert any(not isinstance(error, services.StartsTooEarly) for error in told)
