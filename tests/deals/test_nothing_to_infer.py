"""A partner can neither see nor infer somebody else's deal: two worlds that differ only in it answer byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from common.models import User
from common.proofs import Proof
from deals import writing
from deals.models import Conflict, Deal
from deals.tasks import check_deal
from partners.models import Enrolment
from tests.deals.projects import act, approve, competitor, hospital, of_competitor, open_deals
from tests.rendering import dashboard
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
LIST = "/partner/2B3C4D5F/deals/"
DIFFERENT = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'), "csrf"),
    (re.compile(r'"X-CSRFToken": "[^"]+"'), "csrf"),
    (re.compile(r"nonce-[\w+/=-]+"), "nonce"),
)
"""What is made anew for every answer."""


@pytest.fixture(autouse=True)
def rules(world: World) -> Enrolment:
    open_deals(world)
    return competitor(world)


@pytest.fixture(autouse=True)
def standing_still() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def nobody_else(world: World) -> None:
    pass


def waiting(world: World) -> None:
    with_file(world, of_competitor(world))


def protected_already(world: World) -> None:
    with_file(world, approve(world, of_competitor(world)))


def with_file(world: World, deal: Deal) -> None:
    writing.attach(deal=deal, proof=Proof("theirs.pdf", b"%PDF-theirs"), act=act(world.rival_owner, deal))


def walk(world: World, client: Client, others: Callable[[World], None]) -> list[tuple[str, str]]:
    """Register the project and look at everything, in a world in which others have done theirs."""
    answers: list[tuple[str, str]] = []

    def add(what: str, answer: Any) -> None:
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()))
        answers.append((what, f"{answer.status_code}\n{headers}\n{content.decode(errors='replace')}"))

    with transaction.atomic():
        others(world)
        add("begin", client.post(f"{LIST}new/", {"program": world.program.slug}))
        written = hospital(world)
        for part in ("customer", "project", "done"):
            deal = Deal.objects.get(partner=world.reseller)
            typed = {name: value for name, value in written.fields().items() if value is not None}
            rows = {"products-0-product": world.topseller.pk, "products-0-quantity": 40}
            sent = {**typed, **rows, "seen": deal.version}
            add(f"typed {part}", client.post(f"{LIST}1/write/{part}/", sent, headers={"hx-request": "true"}))
            add(f"write {part}", client.post(f"{LIST}1/write/{part}/", {**sent, "seen": deal.version + 1}))
        sent = {"proof": SimpleUploadedFile("plan.pdf", b"%PDF-plan")}
        add("attach", client.post(f"{LIST}1/files/", sent, headers={"x-one-by-one": "true"}))
        add("look", client.get(f"{LIST}1/"))
        deal = Deal.objects.get(partner=world.reseller)
        add("send", client.post(f"{LIST}1/send/", {"seen": deal.version}))
        for moment in ("before", "after"):
            for path in (
                "",
                "board/",
                "1/",
                "1/change/",
                "1/withdraw/",
                "?export=csv",
                "?q=Klinikum",
                "?state=submitted",
            ):
                add(f"{moment} {path}", client.get(LIST + path))
            answers.append((f"{moment} dashboard", dashboard(client, "/partner/2B3C4D5F/")))
            check_deal(deal.pk)
        changed = {**typed, **rows, "customer_name": "Klinikum Pirna", "seen": deal.version + 1}
        add("change", client.post(f"{LIST}1/change/", changed))
        add("changed", client.get(f"{LIST}1/"))
        add("withdraw", client.post(f"{LIST}1/withdraw/", {"seen": deal.version + 2}))
        add("withdrawn", client.get(f"{LIST}1/"))
        assert Conflict.objects.exists() == (others is not nobody_else)
        transaction.set_rollback(True)
    return answers


def same(text: str) -> str:
    for pattern, word in DIFFERENT:
        text = pattern.sub(word, text)
    return text


@pytest.mark.parametrize("others", [waiting, protected_already])
def test_every_answer_is_the_same_whether_somebody_else_has_the_project_or_not(
    world: World, signed_in: SignedIn, others: Callable[[World], None]
) -> None:
    with transaction.atomic():
        alone = walk(world, signed_in(world.reseller_sales), nobody_else)
        transaction.set_rollback(True)
    beside = walk(world, signed_in(world.reseller_sales), others)
    assert [what for what, _text in alone] == [what for what, _text in beside]
    for (what, one), (_what, other) in zip(alone, beside, strict=True):
        assert same(one) == same(other), what
