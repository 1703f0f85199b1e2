"""Who gets what at every address: `access_table.txt`, made from the URL resolver and read by people.

An address the table does not know fails; so does an answer that differs from the table. After reading what changed:

    UPDATE_ACCESS_TABLE=1 python -m pytest tests/portal/test_access_table.py -n0
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from pytest_django import DjangoDbBlocker

from common import tokens
from common.models import User
from common.tokens import Scope
from tests.kept import Kept
from tests.people import person, signed_in
from tests.portal.addresses import Address, Populated, Variant, addresses, fillings
from tests.world import NOW, World

# So that the database is set up; each test's own transaction is inside that of `site`.
pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("access_table.txt")
UPDATE = bool(os.environ.get("UPDATE_ACCESS_TABLE"))
ADDRESSES = addresses()
VIEWING = "viewing_as_reseller"
"""The channel manager again, in a window in which a viewing of the reseller has begun (`partners.viewing`)."""
ROLES = (
    "anonymous", "stranger", "platform_admin", "vendor_admin", "channel_manager", "vendor_finance",
    "rival_vendor_admin", "reseller_owner", "reseller_finance", "reseller_sales", "reseller_technician",
    "rival_owner", "reporter", "rival_reporter", VIEWING,
)  # fmt: skip
OUTSIDE = {
    "vendor": ("reseller_finance", "reseller_sales", "reseller_technician", "rival_reporter"),
    "partner": ("vendor_finance", "rival_reporter"),
    "distributor": ("vendor_finance", "reseller_finance", "reseller_sales", "reseller_technician"),
}
"""Per area, who is not asked for it: their roles are of another area, from which somebody else is asked."""
ADMIN_ROLES = ("anonymous", "stranger", "platform_admin", "vendor_admin", "channel_manager", "rival_vendor_admin")
NOT_SERVED = ("no token", "forbidden", "not there", "no such method", "→ account_login", "→ admin:login")
WORDS = {401: "no token", 403: "forbidden", 404: "not there", 405: "no such method"}

Answers = dict[tuple[str, str], dict[str, HttpResponse]]
"""Per method and variant, per role."""


@dataclass(frozen=True)
class Site:
    there: Populated
    sessions: dict[str, str]
    secrets: dict[str, str]
    client: Client

    def ask(self, role: str, address: Address, method: str, path: str) -> HttpResponse:
        """One request of a browser, or of a program with a token; whatever it changes is undone."""
        headers = {}
        self.client.cookies = SimpleCookie()
        if role in self.sessions and address.kind == "api":
            headers = {"authorization": f"Bearer {self.secrets[role]}"}
        elif role in self.sessions:
            self.client.cookies = SimpleCookie({"sessionid": self.sessions[role]})
        with transaction.atomic():
            answer: Any = self.client.generic(method, path, headers=headers)
            transaction.set_rollback(True)
        return answer


@pytest.fixture(scope="module")
def site(kept_populated: Kept[Populated], django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """One data set for all addresses, in a transaction that ends with them."""
    with django_db_blocker.unblock(), time_machine.travel(NOW), kept_populated.lent() as there:
        people: dict[str, User] = {role: getattr(there.world, role) for role in ROLES if hasattr(there.world, role)}
        people["stranger"] = person("stranger")
        sessions = {role: signed_in(user).cookies["sessionid"].value for role, user in people.items()}
        secrets = {role: _secret(user) for role, user in people.items()}
        sessions[VIEWING] = _viewing(there.world)
        secrets[VIEWING] = secrets["channel_manager"]
        client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
        yield Site(there, sessions, secrets, client)


def _viewing(world: World) -> str:
    client = signed_in(world.channel_manager)
    client.post(reverse("partners:view", args=[world.vendor.slug, world.reseller.number]))
    return client.cookies["sessionid"].value


def _secret(user: User) -> str:
    return tokens.issue(user=user, name="table", scopes=Scope.values, expires_at=NOW + timedelta(days=1), now=NOW)[1]


def ask_everybody(site: Site, address: Address) -> Answers:
    """Our own object is asked for by everybody, a foreign one by those who get ours.

    A missing one is asked for by everybody once where anybody gets ours: the others must not see a difference.
    """
    filled = {variant: address.path(kwargs) for variant, kwargs in fillings(address, site.there).items()}
    answers: Answers = {}

    def ask(method: str, variant: Variant, roles: Iterable[str]) -> dict[str, HttpResponse]:
        answers[method, variant] = {role: site.ask(role, address, method, filled[variant]) for role in roles}
        return answers[method, variant]

    for method in methods(address):
        own = ask(method, "own", roles_for(address)) if "own" in filled else {}
        served = [role for role, answer in own.items() if outcome(answer) not in NOT_SERVED]
        if own and not served:
            continue
        if "foreign" in filled and own:
            ask(method, "foreign", served)
        if "missing" in filled:
            asked_before = ("GET", "missing") in answers
            ask(method, "missing", served if asked_before else roles_for(address))
    return answers


def roles_for(address: Address) -> tuple[str, ...]:
    """In the administration every role but ADMIN_ROLES is as good as a stranger, as its first page shows."""
    if address.kind == "admin" and address.name != "admin:index":
        return ADMIN_ROLES
    return tuple(role for role in ROLES if role not in outside(address))


def outside(address: Address) -> Sequence[str]:
    return OUTSIDE.get(address.route.partition("/")[0], ())


def methods(address: Address) -> tuple[str, ...]:
    """Pages are also posted to; the library's own pages are only looked at, their forms are its own business."""
    return ("GET", "POST") if address.kind in ("page", "api") else ("GET",)


# --- the table --------------------------------------------------------------------------------------------------------


def outcome(answer: HttpResponse) -> str:
    if answer.status_code in WORDS:
        return WORDS[answer.status_code]
    if 300 <= answer.status_code < 400:
        return f"→ {destination(answer['Location'])}"
    return str(answer.status_code)


def destination(location: str) -> str:
    """The name of the address one is led to."""
    try:
        return str(resolve(urlsplit(location).path).view_name)
    except Resolver404:
        return "nowhere"


def line(by_role: dict[str, str], outside: Sequence[str]) -> str:
    """ "200: owner, sales; not there: everybody else", the most frequent answer last.

    `outside`: who was not asked, and is one of those for whom it is not there.
    """
    groups: dict[str, list[str]] = {}
    for role, answer in by_role.items():
        groups.setdefault(answer, []).append(role)
    if "not there" in groups:
        groups["not there"] += outside
    in_order = sorted(groups.items(), key=lambda group: len(group[1]))
    *named, (last, roles) = in_order
    others = "everybody" if not named else "everybody else" if len(roles) > 1 else roles[0]
    return "; ".join([*(f"{answer}: {', '.join(roles)}" for answer, roles in named), f"{last}: {others}"])


def section(address: Address, answers: Answers) -> str:
    lines = [
        f"  {method} {variant}: "
        + line(
            {role: outcome(answer) for role, answer in by_role.items()},
            outside(address) if variant != "foreign" else (),
        )
        for (method, variant), by_role in answers.items()
    ]
    return "\n".join([f"/{address.route}", *lines])


@functools.cache
def reviewed() -> dict[str, str]:
    sections = TABLE.read_text().strip().split("\n\n") if TABLE.exists() else []
    return {each.partition("\n")[0]: each for each in sections if not each.startswith("#")}


def served(address: Address, role: str) -> bool:
    """Whether the role gets anything there, as the table says. An address that is not in it serves everybody."""
    _route, *lines = reviewed().get(f"/{address.route}", "").split("\n")
    return not lines or any(_answer(each.partition(": ")[2], role) not in NOT_SERVED for each in lines)


def _answer(by_role: str, role: str) -> str:
    """What `line` says about the role."""
    groups = [group.rpartition(": ") for group in by_role.split("; ")]
    named = [answer for answer, _colon, roles in groups if role in roles.split(", ")]
    return named[0] if named else groups[-1][0]


HEAD = """\
# Who gets what at every address. Our own object is asked for by everybody, a foreign one by those who get ours, a
# missing one by everybody where anybody gets ours. Of the administration every role asks for the first page.
# Made by tests/portal/test_access_table.py; read every change.
"""


def test_the_table_has_every_address_and_no_other(site: Site) -> None:
    if UPDATE:
        sections = [section(address, ask_everybody(site, address)) for address in ADDRESSES]
        TABLE.write_text(HEAD + "\n" + "\n\n".join(sections) + "\n")
        reviewed.cache_clear()
    assert list(reviewed()) == [f"/{address.route}" for address in ADDRESSES]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.route)
def test_everybody_is_answered_as_in_the_table(site: Site, address: Address) -> None:
    answers = ask_everybody(site, address)
    assert section(address, answers) == reviewed().get(f"/{address.route}", "an address the table does not know")
    _nothing_breaks(answers)
    _foreign_is_missing(address, answers)


def _nothing_breaks(answers: Answers) -> None:
    for asked, by_role in answers.items():
        for role, answer in by_role.items():
            assert answer.status_code < 500, (asked, role)


# --- foreign is missing -----------------------------------------------------------------------------------------------

_SECRET = re.compile(r"\b[A-Za-z0-9]{64}\b")


def seen(answer: HttpResponse) -> tuple[int, dict[str, str], str]:
    """An answer without what differs each time: tokens against forgery, and the address itself."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("Content-Length", "Location")}
    text = answer.content.decode().replace(answer.wsgi_request.path, "PATH")  # type: ignore[attr-defined]
    return answer.status_code, headers, _SECRET.sub("TOKEN", text)


def _foreign_is_missing(address: Address, answers: Answers) -> None:
    """What a role may not see is answered exactly like what does not exist, in ours and in the rivals' hands."""
    for method in methods(address):
        missing = {**answers.get(("GET", "missing"), {}), **answers.get((method, "missing"), {})}
        for variant in ("own", "foreign"):
            for role, answer in answers.get((method, variant), {}).items():
                if answer.status_code == 404 and role in missing:
                    assert seen(answer) == seen(missing[role]), (method, variant, role)
