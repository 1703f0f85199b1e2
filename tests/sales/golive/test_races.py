"""A file with partners sent, started and run from two windows at the same time, by connections that commit for real."""

from __future__ import annotations

from typing import Any

import pytest

from common.access import Actor
from partners.models import Partner
from sales.golive import files
from sales.golive.files import NotInThatState
from sales.models import PartnerImport
from tests.sales.golive.bringing import NEW, partners
from tests.sales.sending import at_once
from tests.world import NOW, TODAY, World


def receive(world: World) -> PartnerImport:
    user = world.channel_manager
    sent: Any = {"content": partners(NEW), "user": user, "now": NOW, "today": TODAY}
    parties: Any = {"vendor": world.vendor, "program": world.program}
    return files.receive(actor=Actor.of(user), file_name="partners.csv", **parties, **sent)


def start(world: World, file: PartnerImport) -> str:
    files.start(actor=Actor.of(world.channel_manager), file=file, now=NOW)
    return "started"


def run(file: PartnerImport) -> bool:
    return files.run(file_id=file.pk, now=NOW, today=TODAY)


@pytest.mark.parametrize("rows", [0, 500], ids=["by a worker", "at once"])
def test_sent_from_two_windows_it_is_one_file_and_one_company(committed: World, settings: Any, rows: int) -> None:
    settings.PARTNER_ROWS_AT_ONCE = rows
    found = at_once(*[lambda: receive(committed)] * 3)
    file = PartnerImport.objects.get()
    assert found == [file] * 3
    if file.state == PartnerImport.State.CHECKING:
        assert sorted(map(str, at_once(*[lambda: run(file)] * 2))) == ["False", "True"]
    found = at_once(*[lambda: start(committed, file)] * 3)
    assert sum(isinstance(each, NotInThatState) for each in found) == 2
    assert sorted(map(str, at_once(*[lambda: run(file)] * 3))) == ["False", "False", "True"]
    assert Partner.objects.filter(name="Nordlicht IT GmbH").count() == 1


def test_discarding_and_starting_at_once_is_one_of_them(committed: World) -> None:
    file = receive(committed)
    found = at_once(lambda: start(committed, file), lambda: files.discard(file=file))
    assert sum(isinstance(each, NotInThatState) for each in found) == 1
