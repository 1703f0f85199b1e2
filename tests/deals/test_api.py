"""Registering deals over the HTTP API, and reading what became of them."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from common.models import User
from common.tokens import Scope
from deals import checking, deciding
from deals.models import Conflict, Deal, Opening, Probe
from deals.moving import fetched
from tests.deals.projects import act, approve, checked, of_competitor, open_deals, protected, submitted
from tests.people import token_client
from tests.portal.test_api import ROOT, get, refused
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
State = Deal.State

PROJECT: dict[str, Any] = {
    "program": "topseller",
    "customer": {
        "name": "Klinikum Elbtal gGmbH", "street": "Klinikweg 4", "postcode": "01796", "city": "Pirna",
        "domain": "klinikum-elbtal.example",
    },
    "contact": {"name": "Frau Dr. Lindner", "email": "lindner@klinikum-elbtal.example"},
    "title": "Telefonie Haus B",
    "products": [{"article": "21HM", "quantity": 40}],
    "expected_value": "24000.00",
    "expected_on": "2027-02-15",
    "done": "Zwei Termine vor Ort, Bedarf aufgenommen.",
}  # fmt: skip


@pytest.fixture
def system(world: World, today: Any) -> Client:
    """The partner's own software, with a token of somebody in its sales."""
    open_deals(world)
    return token_client(world.reseller_sales, Scope.DEALS, Scope.DEALS_WRITE)


def post(client: Client, path: str, body: Any, key: str = "", method: str = "post") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return getattr(client, method)(ROOT + path, body, content_type="application/json", headers=headers)


def register(client: Client, key: str = "", partner: str = "2B3C4D5F", **changed: Any) -> Any:
    return post(client, f"/partners/{partner}/deals", {**PROJECT, **changed}, key)


def done(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_draft_is_begun_changed_sent_updated_and_withdrawn(world: World, system: Client) -> None:
    draft = done(register(system, done=""), 201)
    assert (draft["reference"], draft["state"], draft["version"]) == ("2B3C4D5F-1", "draft", 1)
    at = "/deals/2B3C4D5F-1"
    written = {**draft["written"], "done": "Two visits.", "version": 1}
    changed = done(post(system, at, written, method="put"))
    assert changed["written"] == {**draft["written"], "done": "Two visits."}
    sent = done(post(system, f"{at}/submit", {"version": 2}))
    assert (sent["state"], sent["submitted_at"][:16]) == ("submitted", "2026-11-16T11:00")
    deal = Deal.objects.get()
    assert (deal.written_by, deal.place) == (world.reseller_sales, 1)
    approve(world, deal, text="Good luck.")
    found = get(system, at)
    assert (found["state"], found["told"], found["protected_until"]) == ("protected", "Good luck.", "2027-02-14")
    updated = done(post(system, f"{at}/updates", {"version": found["version"], "text": "Offer sent."}))
    assert updated["update_due_on"] == "2026-12-14"
    gone = done(post(system, f"{at}/withdraw", {"version": updated["version"]}))
    assert (gone["state"], gone["ended_on"]) == ("withdrawn", "2026-11-16")


def test_a_question_asked_back_is_answered(world: World, system: Client) -> None:
    done(register(system, send=True), 201)
    deal = Deal.objects.get()
    deciding.ask_back(deal=deal, text="Which floor?", act=act(world.channel_manager, deal))
    asked = get(system, "/deals/2B3C4D5F-1")
    assert asked["state"] == "asked_back"
    replied = done(post(system, "/deals/2B3C4D5F-1/replies", {"version": asked["version"], "text": "The third."}))
    assert (replied["state"], replied["version"]) == ("submitted", asked["version"] + 1)


def test_what_is_told_of_a_deal_is_everything_it_says(system: Client) -> None:
    told = done(register(system, send=True), 201)
    customer = {**PROJECT["customer"], "country": "DE", "vat_id": ""}
    contact = {**PROJECT["contact"], "phone": ""}
    said = {name: PROJECT[name] for name in ("title", "products", "expected_value", "expected_on", "done")}
    assert told["written"] == {**said, "customer": customer, "contact": contact, "need": ""}
    assert (told["vendor"], told["program"], told["currency"]) == ("lenovo", "topseller", "EUR")
    assert get(system, "/deals/2B3C4D5F-1") == told


def test_sending_tells_workers_to_compare_after_the_commit(
    system: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as to_workers:
        done(register(system, "key-1", send=True), 201)
    assert len(to_workers) == 1
    assert [deal.checked_at for deal in checking.unchecked()] == [None]
    with django_capture_on_commit_callbacks() as to_workers:
        done(register(system, "key-2", title="Another"), 201)
    assert to_workers == []


def test_a_request_sent_again_with_its_key_gets_the_first_answer_and_another_one_a_conflict(system: Client) -> None:
    first, again = (done(register(system, "key-1", send=True), 201) for _ in range(2))
    assert first == again
    refused(register(system, "key-1", send=True, title="Another"), 409)
    assert Deal.objects.count() == 1


def test_a_step_sent_twice_is_done_once_and_of_an_old_version_nothing(system: Client) -> None:
    register(system)
    first, again = (done(post(system, "/deals/2B3C4D5F-1/submit", {"version": 1})) for _ in range(2))
    assert first == again
    refused(post(system, "/deals/2B3C4D5F-1/withdraw", {"version": 1}), 409)
    assert Deal.objects.get().steps.count() == 1


def test_what_is_missing_is_named_and_the_draft_kept(system: Client) -> None:
    answer = register(system, send=True, customer={"name": "Klinikum"}, products=[])
    assert "missing" in refused(answer, 422)
    errors = [(error["field"], error["value"]) for error in answer.json()["errors"]]
    assert errors == [
        ("customer.postcode", ""), ("customer.city", ""), ("products", ""), ("reference", "2B3C4D5F-1"),
    ]  # fmt: skip
    assert get(system, "/deals/2B3C4D5F-1")["state"] == "draft"


@pytest.mark.parametrize("key", ["", "key-1"])
def test_who_goes_on_at_the_daily_limit_is_noted_whether_the_request_has_a_key_or_not(
    world: World, system: Client, key: str
) -> None:
    open_deals(world, most_a_day=1)
    done(register(system, send=True), 201)
    for _time in range(2):
        answer = register(system, key, send=True, title="Another")
        assert "tomorrow" in refused(answer, 422)
        assert answer.json()["errors"][0]["value"] == "2B3C4D5F-2"
    assert Probe.objects.filter(kind=Probe.Kind.LIMIT).count() == (1 if key else 2)
    assert Deal.objects.filter(state=State.DRAFT).count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"products": [{"article": "9105", "quantity": 1}]},
        {"products": [{"article": "21HM", "quantity": 1}, {"article": "21HM", "quantity": 2}]},
        {"products": [{"article": "21HM", "quantity": 0}]},
        {"contact": {"email": "nobody"}},
        {"customer": {"name": "a\x00b"}},
        {"customer": {"country": "Narnia"}},
        {"expected_value": "-1"},
        {"expected_value": "1e9"},
        {"expected_on": "15.2.2027"},
    ],
)
def test_what_makes_no_sense_is_refused(system: Client, changed: dict[str, Any]) -> None:
    refused(register(system, **changed), 422)
    assert not Deal.objects.exists()


def test_the_customer_of_a_protected_deal_stays_and_the_rest_may_change(world: World, system: Client) -> None:
    deal = protected(world)
    written = get(system, f"/deals/{deal.reference}")["written"]
    other = {**written, "customer": {**written["customer"], "name": "Somebody else"}}
    assert "stays as it is" in refused(
        post(system, f"/deals/{deal.reference}", {**other, "version": deal.version}, method="put"), 422
    )
    later = post(system, f"/deals/{deal.reference}", {**written, "need": "50", "version": deal.version}, method="put")
    assert done(later)["written"]["need"] == "50"


def test_the_vendor_reads_what_was_sent_without_contacts_in_the_list_and_is_recorded_opening_one(
    world: World, system: Client
) -> None:
    done(register(system), 201)
    deal = approve(world, fetched(submitted(world, title="Sent").pk))
    staff = token_client(world.channel_manager, Scope.DEALS, Scope.DEALS_WRITE)
    listed = staff.get(f"{ROOT}/vendors/lenovo/deals")
    assert [item["reference"] for item in done(listed)["items"]] == [deal.reference]
    assert b"Lindner" not in listed.content
    assert not Opening.objects.exists()
    assert get(staff, f"/deals/{deal.reference}")["written"]["contact"]["name"] == "Frau Dr. Lindner"
    assert Opening.objects.get().person == world.channel_manager
    refused(staff.get(f"{ROOT}/deals/2B3C4D5F-1"), 404)  # a draft is the partner's
    refused(post(staff, f"/deals/{deal.reference}/withdraw", {"version": deal.version}), 403)
    refused(register(staff), 404)


def test_only_those_who_register_deals_do(world: World, system: Client) -> None:
    def status(user: User, **names: str) -> int:
        return int(register(token_client(user, Scope.DEALS_WRITE), **names).status_code)

    assert status(world.reseller_technician) == 403
    for stranger in (world.channel_manager, world.rival_owner, world.reporter):
        assert status(stranger) == 404
    assert status(world.reseller_owner, program="unknown") == 404
    assert status(world.reseller_owner, program="10hoch4") == 422  # registers none
    assert not Deal.objects.exists()
    refused(register(token_client(world.reseller_owner, Scope.DEALS)), 403)
    refused(register(Client()), 401)


@pytest.mark.parametrize(
    "reference",
    ["2B3C4D5F-2", "2B3C4D5F-01", "2B3C4D5F", "6G7H8J9K-1", "x", "2B3C4D5F-99999999999", f"2B3C4D5F-{'9' * 5000}"],
)
def test_what_is_not_there_and_what_is_somebody_elses_are_answered_alike(
    world: World, system: Client, reference: str
) -> None:
    submitted(world)
    theirs = of_competitor(world)
    assert theirs.reference == "6G7H8J9K-1"
    missing = system.get(f"{ROOT}/deals/22222222-1")
    found = system.get(f"{ROOT}/deals/{reference}")
    assert refused(found, 404)
    assert (found.content, dict(found.headers)) == (missing.content, dict(missing.headers))


def test_lists_are_paged_by_numbers_of_ones_own(world: World, system: Client) -> None:
    of_competitor(world)
    for number in range(3):
        done(register(system, title=f"Number {number}"), 201)
    first = get(system, "/partners/2B3C4D5F/deals", limit=2)
    assert ([item["reference"] for item in first["items"]], first["next"]) == (["2B3C4D5F-1", "2B3C4D5F-2"], "2")
    assert len(get(system, "/partners/2B3C4D5F/deals", limit=2, after="2")["items"]) == 1
    assert get(system, "/partners/2B3C4D5F/deals", state="submitted")["items"] == []
    refused(system.get(f"{ROOT}/partners/6G7H8J9K/deals"), 404)


def life(world: World, client: Client) -> list[bytes]:
    """All that a partner's system is told about a project, from the first letter to the end."""
    answers = [register(client, "key-1")]
    at = "/deals/2B3C4D5F-1"
    written = {**answers[0].json()["written"], "version": 1}
    answers.append(post(client, at, {**written, "need": "Quickly"}, method="put"))
    answers += [post(client, f"{at}/submit", {"version": 2}) for _ in range(2)]
    checked(Deal.objects.get(partner=world.reseller))
    answers += [client.get(ROOT + at), client.get(f"{ROOT}/partners/2B3C4D5F/deals")]
    typo = {**written["customer"], "street": "Klinikweg 5"}
    answers.append(post(client, at, {**written, "customer": typo, "version": 3}, method="put"))
    checked(Deal.objects.get(partner=world.reseller))
    answers.append(register(client, "key-2", send=True, title="Once more"))
    other = {**typo, "name": "Stadtwerke Freital GmbH", "domain": ""}
    answers.append(post(client, at, {**written, "customer": other, "version": 4}, method="put"))
    answers.append(post(client, f"{at}/withdraw", {"version": 5, "text": "They wait."}))
    answers += [client.get(ROOT + at), client.get(f"{ROOT}/partners/2B3C4D5F/deals?limit=1")]
    assert {answer.status_code for answer in answers} == {200, 201}
    return [f"{answer.status_code} {dict(answer.headers)}\n".encode() + answer.content for answer in answers]


def test_every_answer_is_the_same_to_the_byte_whether_somebody_else_has_the_project_or_not(
    world: World, system: Client
) -> None:
    """What is protected for the rival, what waits of it, and nothing: three worlds that are alike otherwise."""
    told = []
    for theirs in ("nothing", "waiting", "protected"):
        with time_machine.travel(NOW, tick=False), transaction.atomic():
            if theirs != "nothing":
                deal = of_competitor(world)
                if theirs == "protected":
                    approve(world, deal)
            told.append(life(world, system))
            assert Conflict.objects.exists() is (theirs != "nothing")
            transaction.set_rollback(True)
    assert told[0] == told[1] == told[2]


def test_all_that_is_told_of_a_duplicate_is_one_sentence(world: World, system: Client) -> None:
    theirs = approve(world, of_competitor(world))
    own = checked(submitted(world))
    deciding.mark_duplicate(deal=own, other=theirs, act=act(world.channel_manager, own))
    told = system.get(f"{ROOT}/deals/{own.reference}")
    assert (done(told)["state"], done(told)["told"]) == ("duplicate", "This project is already protected.")
    assert theirs.reference.encode() not in told.content


def test_lists_take_the_same_queries_however_long_they_are(
    world: World, system: Client, django_assert_max_num_queries: Any
) -> None:
    open_deals(world, most_open=100, most_a_day=100)
    for number in range(12):
        submitted(world, title=f"Number {number}")
    staff = token_client(world.channel_manager, Scope.DEALS)
    for client, path in ((system, "/partners/2B3C4D5F/deals"), (staff, "/vendors/lenovo/deals")):
        with django_assert_max_num_queries(12):
            assert len(get(client, path)["items"]) == 12
