"""The HTTP API: who gets in, what is told, and that a foreign thing is not there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from ninja.operation import Operation
from pytest_django import Settings

from common import tokens
from common.api import MOST_ITEMS, Token
from common.models import ApiToken, User
from common.periods import Period
from common.tokens import Scope
from partners.models import Member
from portal.api import api
from rebates import closing
from rebates.models import Closing
from rebates.settling import work_chunk
from sales.models import SaleLine
from tests.people import bearer, person, signed_in, token_client
from tests.world import NOW, TODAY, World, sell

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


def get(client: Client, path: str, **query: Any) -> Any:
    answer = client.get(ROOT + path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refused(answer: Any, status: int) -> str:
    """The sentence of an error, which has the shape of every error."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    return str(body["detail"])


def close(world: World) -> Closing:
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q3"), today=TODAY, now=NOW)
    return closing.run(closing_id=opened.pk, now=NOW, chunk=10)


# --- who gets in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic abc", "Bearer prm_\u00e4"])
def test_without_a_valid_token_nothing_is_told(world: World, header: str) -> None:
    answer = Client(headers={"authorization": header} if header else {}).get(f"{ROOT}/me")
    assert "Bearer" in refused(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_browser_session_opens_nothing(world: World) -> None:
    refused(signed_in(world.reseller_owner).get(f"{ROOT}/me"), 401)


def test_a_token_opens_no_page(world: World) -> None:
    assert token_client(world.reseller_owner).get("/account/tokens/").status_code == 302


def test_me_says_whose_token_it_is_and_what_it_may_do(world: World) -> None:
    told = get(token_client(world.reseller_owner, Scope.SALES), "/me")
    assert told.pop("expires_at").startswith("2026-11-17T11:00:")
    assert told == {
        "email": "reseller_owner@example.com",
        "name": "Reseller Owner",
        "platform_admin": False,
        "roles": [
            {"kind": "partner", "key": world.reseller.number, "name": "Elbtal Systemhaus GmbH", "roles": ["owner"]}
        ],
        "token": "tests",
        "scopes": ["sales:read"],
    }


def operations() -> Iterator[tuple[str, Operation]]:
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield f"{prefix}{path}", operation


def scope_of(check: Any) -> Scope:
    """The scope that a token needs to pass the check."""
    scope: Scope = check.scope
    return scope


def test_every_operation_asks_for_a_token_and_all_but_me_for_a_scope() -> None:
    scopes = {path: [scope_of(auth) for auth in operation.auth_callbacks] for path, operation in operations()}
    for path, found in scopes.items():
        if path in ("", "/me") or "anything" in path:
            continue
        assert len(found) == 1, path
        assert isinstance(found[0], Scope), path


ADDRESSES = ["/partners", "/enrolments", "/sales", "/reports", "/settlements", "/closings"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_token_without_the_scope_is_told_which_one_it_lacks(world: World, path: str) -> None:
    [needed] = [scope_of(one.auth_callbacks[0]) for at, one in operations() if at == path and "GET" in one.methods]
    others = [scope for scope in Scope if scope != needed]
    sentence = refused(token_client(world.vendor_admin, *others).get(ROOT + path), 403)
    assert needed.value in sentence
    assert token_client(world.vendor_admin, needed).get(ROOT + path).status_code == 200


def test_a_token_follows_its_person_when_roles_end(world: World) -> None:
    client = token_client(world.reseller_owner)
    assert get(client, "/sales")["items"]
    Member.objects.filter(user=world.reseller_owner).update(left_on=TODAY)
    assert get(client, "/sales")["items"] == []


def test_a_token_dies_with_its_person_its_end_and_its_revocation(world: World) -> None:
    ends: list[Callable[[ApiToken], object]] = [
        lambda token: User.objects.filter(pk=token.user_id).update(is_active=False),
        lambda token: ApiToken.objects.filter(pk=token.pk).update(expires_at=NOW - timedelta(days=1)),
        lambda token: tokens.revoke(token=token, now=NOW),
    ]
    for end in ends:
        user = person(f"owner{ApiToken.objects.count()}")
        token, secret = tokens.issue(
            user=user, name="t", scopes=[Scope.SALES], expires_at=NOW + timedelta(days=1), now=NOW
        )
        assert get(bearer(secret), "/me")
        end(token)
        refused(bearer(secret).get(f"{ROOT}/me"), 401)


def test_a_token_is_no_way_around_a_second_factor_that_is_needed_later(world: World, settings: Settings) -> None:
    user = person("newcomer")
    client = token_client(user)
    assert get(client, "/me")
    world.vendor.staff.create(user=user, role="channel_manager")
    assert "second factor" in refused(client.get(f"{ROOT}/me"), 403)
    User.objects.filter(pk=user.pk).update(is_demo=True)
    refused(client.get(f"{ROOT}/me"), 403)
    settings.DEMO_MODE = True
    assert get(client, "/me")


# --- what is told ---------------------------------------------------------------------------------------------------


def test_a_partner_reads_its_live_figures_with_explanation_and_next_step(world: World) -> None:
    loyalty, bonus = get(token_client(world.reseller_owner), f"/partners/{world.reseller.number}/figures")
    if loyalty["program"] != "topseller":
        loyalty, bonus = bonus, loyalty
    assert loyalty["attainment"] == "22"
    assert loyalty["amount"] == "110.00"
    assert (loyalty["starts_on"], loyalty["ends_on"]) == ("2026-10-01", "2026-12-31")
    assert loyalty["next_step"] == {
        "at": "25",
        "missing": "3",
        "until": "2026-12-31",
        "gain": "140.00",
        "sentence": "3 more units by 31 December: +€140.00",
    }
    assert loyalty["explanation"][0] == "Sale lines that count: 1"
    assert loyalty["explanation"][-1] == "Rebate: €110.00"
    assert loyalty["left_out"] == [{"reason": "product", "lines": 1, "units": "3", "net": "120.00"}]
    assert bonus["amount"] == "3000.00"


def test_a_vendor_sees_of_a_shared_partner_only_its_own_figures(world: World) -> None:
    figures = get(token_client(world.channel_manager), f"/partners/{world.reseller.number}/figures")
    assert [figure["program"] for figure in figures] == ["topseller"]


def test_a_line_that_was_booked_shows_in_the_next_request(world: World) -> None:
    client = token_client(world.channel_manager)
    address = f"/partners/{world.reseller.number}/figures"
    before = get(client, address)[0]["amount"]
    sell(world.reseller, world.topseller, TODAY, "3", "3000", distributor=world.distributor, document="R-5")
    assert (before, get(client, address)[0]["amount"]) == ("110.00", "250.00")


def test_sentences_come_in_the_language_that_is_asked_for(world: World) -> None:
    client = token_client(world.channel_manager)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    [figure] = get(client, f"/partners/{world.reseller.number}/figures")
    assert figure["explanation"][-1].endswith("110,00\N{NO-BREAK SPACE}€")
    assert figure["amount"] == "110.00"


def test_sales_are_filtered_by_partner_vendor_and_half_open_days(world: World) -> None:
    client = token_client(world.rival_channel_manager)
    documents = [sale["document"] for sale in get(client, "/sales")["items"]]
    assert documents == ["R-3001", "R-3002", "R-2001", "R-2002"]
    assert len(get(client, "/sales", partner=world.rival.number)["items"]) == 2
    found = get(client, "/sales", since="2026-08-12", until="2026-10-20")["items"]
    assert {sale["counts_on"] for sale in found} == {"2026-08-12"}
    assert get(client, "/sales", vendor=world.vendor.slug)["items"] == []


def test_a_sale_is_told_with_numbers_as_text(world: World) -> None:
    sale = get(token_client(world.reseller_owner), "/sales", vendor="lenovo")["items"][0]
    line = SaleLine.objects.get(document_number="R-1001")
    assert sale == {
        "id": line.pk,
        "partner": world.reseller.number,
        "vendor": "lenovo",
        "distributor": "allnet",
        "article": "21HM",
        "product": "ThinkPad T14",
        "document": "R-1001",
        "line": "1",
        "document_date": "2026-08-12",
        "counts_on": "2026-08-12",
        "quantity": "24",
        "net": "24000.00",
        "currency": "EUR",
        "evidence": "sell_out",
        "project": "",
        "reverses": None,
        "booked_at": "2026-11-16T11:00:00Z",
    }


def test_a_sale_without_a_value_has_none(world: World) -> None:
    sell(world.reseller, world.topseller, TODAY, "1", None, distributor=world.distributor, document="R-0")
    assert get(token_client(world.reseller_owner), "/sales")["items"][-1]["net"] is None


def test_settlements_appear_once_their_closing_is_sealed(world: World) -> None:
    client = token_client(world.reseller_owner)
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q3"), today=TODAY, now=NOW)
    closing.freeze(closing_id=opened.pk, now=NOW)
    work_chunk(closing_id=opened.pk, now=NOW, limit=10)
    assert get(client, "/settlements")["items"] == []
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    [settlement] = get(client, "/settlements", period="2026Q3", program="topseller")["items"]
    assert (settlement["amount"], settlement["result"], settlement["attainment"]) == ("120.00", "120.00", "24")
    assert settlement["explanation"][-1] == "Rebate: €120.00"


def test_the_vendor_reads_closings_reports_and_partners(world: World) -> None:
    done = close(world)
    client = token_client(world.vendor_finance)
    [told] = get(client, "/closings", program="topseller")["items"]
    assert told == get(client, f"/closings/{done.pk}")
    assert (told["state"], told["total"], told["period"]) == ("sealed", "120.00", "2026Q3")
    [report] = get(client, "/reports")["items"]
    assert report == get(client, f"/reports/{world.report.pk}")
    assert (report["rows"], report["booked"], report["waiting"], report["known"]) == (4, 3, 1, 0)
    [partner] = get(client, "/partners")["items"]
    assert partner == get(client, f"/partners/{world.reseller.number}")
    [enrolment] = get(client, "/enrolments")["items"]
    assert (enrolment["status"], enrolment["tier"], enrolment["enrolled_on"]) == ("active", "silver", "2026-01-01")


def test_a_distributor_reads_its_reports_and_no_sales(world: World) -> None:
    client = token_client(world.reporter)
    assert [report["id"] for report in get(client, "/reports")["items"]] == [world.report.pk]
    assert get(client, "/sales")["items"] == []


# --- what is not there ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "missing"),
    [
        ("/partners/{rival}", "/partners/22222222"),
        ("/partners/{rival}/figures", "/partners/22222222/figures"),
        ("/reports/{rival_report}", "/reports/999999999"),
        ("/closings/{rival_closing}", "/closings/999999999"),
    ],
)
def test_a_foreign_thing_is_not_there_exactly_like_a_missing_one(world: World, address: str, missing: str) -> None:
    rival_closing = closing.open_closing(
        program=world.rival_program, period=Period.parse("2026Q3"), today=TODAY, now=NOW
    )
    foreign = address.format(
        rival=world.rival.number, rival_report=world.rival_report.pk, rival_closing=rival_closing.pk
    )
    client = token_client(world.channel_manager)
    first, second = client.get(ROOT + foreign), client.get(ROOT + missing)
    assert refused(first, 404)
    assert first.content == second.content
    assert dict(first.headers) == dict(second.headers)
    assert token_client(world.rival_channel_manager).get(ROOT + foreign).status_code == 200


def test_a_filter_by_something_foreign_finds_nothing(world: World) -> None:
    client = token_client(world.channel_manager)
    for path, query in (
        ("/sales", {"partner": world.rival.number}),
        ("/settlements", {"partner": world.rival.number}),
        ("/enrolments", {"program": world.rival_program.slug}),
        ("/closings", {"program": world.rival_program.slug}),
        ("/reports", {"vendor": world.rival_vendor.slug}),
    ):
        assert get(client, path, **query) == {"items": [], "next": None}


@pytest.mark.parametrize("path", ["/nothing", "/partners/a b", "/reports/x", "/partners/", "/closings/1/2/3"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_unknown_address_is_answered_as_the_api_answers(world: World, path: str, method: str) -> None:
    refused(getattr(token_client(world.reseller_owner), method)(ROOT + path), 404)
    refused(getattr(Client(), method)(ROOT + path), 401)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/sales", {"limit": MOST_ITEMS + 1}),
        ("/sales", {"limit": 0}),
        ("/sales", {"after": -1}),
        ("/sales", {"after": 2**63}),
        ("/sales", {"after": "x"}),
        ("/sales", {"since": "31.12.2026"}),
        ("/sales", {"partner": "a\x00b"}),
        ("/partners", {"after": "a'b"}),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_at_its_field(world: World, path: str, query: dict[str, Any]) -> None:
    answer = token_client(world.reseller_owner).get(ROOT + path, query)
    refused(answer, 422)
    [error] = answer.json()["errors"]
    assert error["field"] == next(iter(query))
    assert error["message"]


def test_what_breaks_is_answered_without_details(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(**_values: object) -> None:
        raise RuntimeError("secret detail")

    client = token_client(world.reseller_owner)
    monkeypatch.setattr("rebates.api.live_figures", breaks)
    answer = client.get(f"{ROOT}/partners/{world.reseller.number}/figures")
    assert "secret" not in refused(answer, 500)


# --- pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_pages_together_are_the_whole_list_whatever_their_size(world: World, limit: int) -> None:
    client = token_client(world.platform_admin)
    seen: list[int] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        page = get(client, "/sales", **query)
        assert len(page["items"]) <= limit
        seen += [sale["id"] for sale in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == list(SaleLine.objects.order_by("id").values_list("id", flat=True))


def test_partners_are_paged_by_their_number(world: World) -> None:
    client = token_client(world.platform_admin)
    first = get(client, "/partners", limit=1)
    assert (first["items"][0]["number"], first["next"]) == ("2B3C4D5F", "2B3C4D5F")
    second = get(client, "/partners", limit=1, after=first["next"])
    assert (second["items"][0]["number"], second["next"]) == ("6G7H8J9K", None)


def test_a_list_takes_the_same_queries_however_long_it_is(world: World) -> None:
    client = token_client(world.reseller_owner)
    get(client, "/sales")
    counts = []
    for number in (0, 30):
        for each in range(number):
            sell(world.reseller, world.topseller, TODAY, "1", "1", distributor=world.distributor, document=f"M-{each}")
        with CaptureQueriesContext(connection) as captured:
            get(client, "/sales", limit=200)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6


# --- the document ---------------------------------------------------------------------------------------------------


def test_the_openapi_document_describes_every_operation_its_scope_and_its_errors() -> None:
    document = Client().get(f"{ROOT}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    described = [(path, verb, one) for path, verbs in document["paths"].items() for verb, one in verbs.items()]
    assert len(described) == len([1 for _path, operation in operations() if operation.include_in_schema])
    for path, _verb, one in described:
        assert one["description"], path
        assert one["security"] == [{Token.__name__: []}], path
        assert one.get("x-scope") in {*Scope.values, None}, path
        assert {"401", "403", "404", "422"} <= set(one["responses"]), path
    assert json.dumps(document).count('"format": "float"') == 0
    assert '"type": "number"' not in json.dumps(document)


def test_the_index_leads_to_the_document() -> None:
    assert Client().get(f"{ROOT}/").json() == {"version": "1.0.0", "openapi": f"{ROOT}/openapi.json"}
