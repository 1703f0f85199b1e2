"""Applications decided and sent at the same time, by connections that commit for real."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import transaction

from common.models import User
from partners import applications, registration
from partners.applications import Admission, MovedOn, current_terms
from partners.models import Application, ApplicationStep, Enrolment, Partner
from partners.models.applications import ApplicationQuerySet
from partners.registration import RegisteredAlready, Wanted
from tests.partners.applying import NEWCOMER, Newcomer, act, newcomer, open_to_all
from tests.people import person, signed_in, staff_of
from tests.sales.sending import at_once
from tests.world import NOW, TODAY, World, build_world

ROUNDS = 5


@pytest.fixture
def committed(own_database: str) -> World:
    """The small world with a program that takes applications, committed, on a database of the test's own."""
    with transaction.atomic():
        world = build_world()
        open_to_all(world.program)
        return world


@pytest.fixture
def other(committed: World) -> User:
    return staff_of(committed.vendor, "other_manager", "channel_manager")


def decided(world: World, known: Newcomer, other: User) -> list[Any]:
    """One channel manager approves while another refuses."""
    first, second = (Application.objects.get(pk=known.application.pk) for _ in range(2))
    approving, refusing = act(world.channel_manager, first), act(other, second, "No.")
    return at_once(
        lambda: applications.approve(application=first, admission=Admission(TODAY), act=approving),
        lambda: applications.refuse(application=second, act=refusing),
    )


def test_of_two_managers_at_once_one_decides_and_the_other_is_told(committed: World, other: User) -> None:
    for number in range(ROUNDS):
        known = newcomer(committed, name=f"newcomer_{number}")
        found = decided(committed, known, other)
        assert sorted(type(each).__name__ for each in found) == ["ApplicationStep", "MovedOn"]
        known.application.refresh_from_db()
        assert known.application.steps.count() == 2
        approved = known.application.state == Application.State.APPROVED
        assert Enrolment.objects.filter(partner=known.partner).exists() is approved


def test_without_the_lock_both_would_decide(committed: World, other: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the test above proves would not hold by itself."""
    barrier = threading.Barrier(2, timeout=20)
    write = applications._write

    def written_together(*args: Any) -> ApplicationStep:
        barrier.wait()
        return write(*args)

    known = newcomer(committed)
    monkeypatch.setattr(ApplicationQuerySet, "select_for_update", lambda rows, **options: rows)
    monkeypatch.setattr(applications, "_write", written_together)
    found = decided(committed, known, other)
    assert not any(isinstance(each, MovedOn) for each in found)
    assert known.application.steps.count() == 3


def test_a_registration_sent_from_two_windows_makes_one_company(committed: World) -> None:
    user = person("newcomer")
    registration.remember(user=user, typed={"company": {}}, now=NOW)
    wanted = [Wanted(committed.program, {}, current_terms(committed.program))]

    def send() -> Partner:
        return registration.register(user=user, company=NEWCOMER, wanted=wanted, now=NOW, today=TODAY)

    found = at_once(*[send] * 3)
    assert sorted(type(each).__name__ for each in found) == ["Partner", "RegisteredAlready", "RegisteredAlready"]
    assert Partner.objects.filter(name=NEWCOMER.name).count() == Application.objects.count() == 1
    assert any(isinstance(each, RegisteredAlready) for each in found)


def test_clicks_on_send_in_several_windows_make_one_company(committed: World) -> None:
    """What was typed is kept before it is sent: a late click must not begin anew what an earlier one has sent."""
    sent = {"topseller-version": "1", "topseller-accepted": "on"}
    for number in range(ROUNDS):
        user = person(f"newcomer_{number}")
        company = {**vars(NEWCOMER), "name": f"Blaufuchs {number} GmbH"}
        registration.remember(user=user, typed={"company": company, "programs": ["topseller"]}, now=NOW)
        windows = [signed_in(user) for _ in range(4)]
        found = at_once(*[lambda window=window: window.post("/register/confirm/", sent) for window in windows])
        assert {response["Location"] for response in found} == {"/register/done/"}  # type: ignore[index]
        assert Partner.objects.filter(name=company["name"]).count() == 1
        assert registration.typed_by(user) == {}
