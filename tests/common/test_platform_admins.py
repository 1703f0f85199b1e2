"""The last two platform admins go at the same time: one of them stays."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common import erasing, leaving, platform_admins
from common.access import Actor
from common.admin import UserAdmin
from common.models import User
from tests.people import platform_admin, signed_in
from tests.sales.sending import at_once
from tests.world import NOW, World

SECONDS = 0.5
"""How long one who has checked waits for the other to have checked as well."""


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who go meet between the check and the change: the worst moment there is."""
    both_checked = threading.Barrier(2)

    def after_waiting(change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*args: Any, **kwargs: Any) -> Any:
            with contextlib.suppress(threading.BrokenBarrierError):
                both_checked.wait(SECONDS)
            return change(*args, **kwargs)

        return changed

    monkeypatch.setattr(leaving, "end_access", after_waiting(leaving.end_access))
    monkeypatch.setattr(UserAdmin, "save_model", after_waiting(UserAdmin.save_model))


def removal(user: User) -> Callable[[], None]:
    return lambda: erasing.anonymise(user=user, actor=Actor.of(user), now=NOW)


def demotion(user: User, by: Client) -> Callable[[], object]:
    data = {"email": user.email, "language": "de", "is_active": "on"}
    return lambda: by.post(f"/admin/common/user/{user.pk}/change/", data).status_code


def left() -> int:
    return User.objects.filter(is_superuser=True, is_active=True).count()


def test_of_two_who_remove_their_data_one_is_refused(committed: World, met: None) -> None:
    found = at_once(*map(removal, (committed.platform_admin, platform_admin("second_admin"))))
    assert sorted(type(each).__name__ for each in found) == ["NoneType", "StillNeeded"]
    assert left() == 1


def test_of_two_who_demote_each_other_one_is_refused(committed: World, met: None) -> None:
    first, second = committed.platform_admin, platform_admin("second_admin")
    found = at_once(demotion(second, signed_in(first)), demotion(first, signed_in(second)))
    assert sorted(map(str, found)) in (["200", "302"], ["302", "403"])
    assert left() == 1


def test_without_the_lock_nobody_would_stay(committed: World, met: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_admins, "hold", lambda: None)
    found = at_once(*map(removal, (committed.platform_admin, platform_admin("second_admin"))))
    assert found == [None, None]
    assert left() == 0


@pytest.mark.django_db
def test_the_administration_calls_people_what_they_are() -> None:
    page = signed_in(platform_admin()).get("/admin/").text
    assert ">People</a>" in page
    assert "Users" not in page
