"""Uploading invoices over the HTTP API, and asking what became of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.access import OWNER
from common.models import User
from common.tokens import Scope
from invoices import receiving
from invoices.models import Invoice
from sales.readers.invoices.record import Invoice as Record
from tests.invoices.bonus import Bonus, worked_on
from tests.people import member_of, token_client
from tests.portal.test_api import ROOT, refused
from tests.sales.invoices.samples import hybrid, ubl
from tests.sales.matching_world import make_other

State = Invoice.State


def upload(client: Client, bonus: Bonus, content: bytes | Record, key: str = "", **about: str) -> Any:
    content = content if isinstance(content, bytes) else ubl(content)
    sent = {"vendor": bonus.world.vendor.slug, "partner": bonus.partner.number, **about}
    headers = {"Idempotency-Key": key} if key else {}
    file = SimpleUploadedFile("rechnung.xml", content)
    return client.post(f"{ROOT}/invoices", {**sent, "file": file}, headers=headers)


@pytest.fixture
def system(bonus: Bonus) -> Client:
    """The partner's own software, with a token of its bookkeeping."""
    return token_client(bonus.world.reseller_finance, Scope.INVOICES, Scope.INVOICES_WRITE)


def asked(client: Client, pk: int) -> Any:
    answer = client.get(f"{ROOT}/invoices/{pk}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_partners_system_uploads_an_invoice_and_asks_what_became_of_it(
    bonus: Bonus, system: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as to_workers:
        taken = upload(system, bonus, hybrid(bonus.record()))
    assert (taken.status_code, taken.json()["state"], len(to_workers)) == (202, "received", 1)
    assert (taken.json()["rebate"], taken.json()["checks"]) == (None, [])
    invoice = Invoice.objects.get(pk=taken.json()["id"])
    assert invoice.uploaded_by == bonus.world.reseller_finance
    worked_on(invoice)
    found = asked(system, invoice.pk)
    told = ("state", "number", "issue_date", "currency", "pieces", "rebate", "reason")
    assert [found[name] for name in told] == ["accepted", "RE-1", "2026-10-20", "EUR", "3.000", "36.00", ""]
    assert {each["outcome"] for each in found["checks"]} == {"passed"}
    assert "Allnet is an authorised distributor." in [each["message"] for each in found["checks"]]
    assert [each["id"] for each in system.get(f"{ROOT}/invoices").json()["items"]] == [invoice.pk]


def test_a_refusal_says_why(bonus: Bonus, system: Client) -> None:
    worked_on(bonus.upload(bonus.record()))
    taken = upload(system, bonus, bonus.record(number="re 1")).json()
    worked_on(Invoice.objects.get(pk=taken["id"]))
    found = asked(system, taken["id"])
    assert (found["state"], found["reason"], found["rebate"]) == ("refused", "duplicate", None)


def test_the_same_file_again_is_answered_with_the_first_one(bonus: Bonus, system: Client) -> None:
    first, again = (upload(system, bonus, bonus.record()) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json() == first.json()
    assert Invoice.objects.count() == 1


def test_a_request_sent_again_with_its_key_gets_the_first_answer_and_another_one_a_conflict(
    bonus: Bonus, system: Client
) -> None:
    first, again = (upload(system, bonus, bonus.record(), "key-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    refused(upload(system, bonus, bonus.record(number="RE-2"), "key-1"), 409)
    refused(upload(system, bonus, bonus.record(number="RE-2"), "no spaces"), 422)
    wrong = [upload(system, bonus, b"", "key-2") for _ in range(2)]
    assert [answer.status_code for answer in wrong] == [422, 422]
    assert wrong[0].json() == wrong[1].json()
    assert Invoice.objects.count() == 1


def test_a_file_that_is_too_large_is_not_taken(bonus: Bonus, system: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LARGEST", 10)
    refused(upload(system, bonus, bonus.record()), 413)
    assert not Invoice.objects.exists()


def test_more_files_than_the_vendor_takes_a_day_are_not_taken(bonus: Bonus, system: Client) -> None:
    bonus.rules(per_day=1)
    assert upload(system, bonus, bonus.record()).status_code == 202
    assert "uploaded today" in refused(upload(system, bonus, bonus.record(number="RE-2")), 422)


def test_only_those_who_may_upload_do(bonus: Bonus) -> None:
    def status(user: User, **names: str) -> int:
        client = token_client(user, Scope.INVOICES_WRITE)
        return int(upload(client, bonus, bonus.record(), **names).status_code)

    world = bonus.world
    assert status(world.reseller_technician) == 403
    for stranger in (world.channel_manager, world.vendor_admin, world.rival_owner, world.reporter):
        assert status(stranger) == 404
    assert status(world.reseller_owner, partner=world.rival.number) == 404
    assert status(world.reseller_owner, partner="unknown") == 404
    assert status(world.rival_owner, partner=world.rival.number) == 404  # takes part in nothing of this vendor
    assert status(world.reseller_owner, vendor="unknown") == 404
    assert not Invoice.objects.exists()


def test_a_token_does_only_what_it_was_made_for(bonus: Bonus) -> None:
    invoice = bonus.upload(bonus.record())
    owner = bonus.world.reseller_owner
    refused(upload(token_client(owner, Scope.INVOICES), bonus, bonus.record(number="RE-2")), 403)
    refused(token_client(owner, Scope.INVOICES_WRITE).get(f"{ROOT}/invoices/{invoice.pk}"), 403)
    refused(upload(Client(), bonus, bonus.record(number="RE-2")), 401)


def test_an_invoice_is_there_for_its_company_and_its_vendor_and_for_nobody_else(bonus: Bonus) -> None:
    invoice = bonus.processed(bonus.record())
    other = member_of(make_other(bonus.world), "other_owner", OWNER)
    world = bonus.world
    for person in (world.reseller_owner, world.reseller_technician, world.channel_manager):
        client = token_client(person, Scope.INVOICES)
        assert asked(client, invoice.pk)["state"] == State.ACCEPTED
        assert len(client.get(f"{ROOT}/invoices", {"vendor": "lenovo"}).json()["items"]) == 1
        assert client.get(f"{ROOT}/invoices", {"vendor": "ibm"}).json()["items"] == []
    for person in (other, world.rival_owner, world.rival_channel_manager, world.reporter):
        client = token_client(person, Scope.INVOICES)
        assert client.get(f"{ROOT}/invoices/{invoice.pk}").status_code == 404
        assert client.get(f"{ROOT}/invoices").json()["items"] == []
