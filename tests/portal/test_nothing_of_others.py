"""Nobody sees anything of a company they have nothing to do with: markers in all its data, and a look at everything.

The company is the rival. It is a partner of the rival vendor, and sells what the rival distributor delivers. Neither
the reseller, nor the vendor and its distributor, nor a stranger have anything to do with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from common import teams
from common.access import SALES, Actor
from common.models import OutboxMail, User
from partners import applications, team
from partners.models import AccessRequest, Member, Partner, Registration
from programs.models import Distributor, Vendor
from rebates import announcing
from rebates.models import ClosingItem
from rebates.status import making
from sales import claims
from tests.archives import text_in
from tests.kept import Kept
from tests.partners.applying import act
from tests.people import member_of, person, signed_in, token_client
from tests.portal.addresses import Address, Kwargs, Populated, Variant, addresses, fillings
from tests.portal.markers import Rows, found_in, mark, models_with_texts_of, rows_of
from tests.portal.test_access_table import ROLES, served
from tests.sales.asking import said
from tests.world import NOW, TODAY, World
from trainings import certificates

pytestmark = pytest.mark.django_db
ADDRESSES = [address for address in addresses() if not address.route.startswith(("static/", "admin/jsi18n"))]
RESELLER = ("reseller_owner", "reseller_technician")
OTHERS = (*RESELLER, "vendor_admin", "vendor_finance", "reporter", "stranger")
"""Those who see the most on each side, and those who see the least: what lies between is a part of the first."""
VIEWING, VIEWING_FOR_RIVAL = "viewing", "viewing_for_rival_vendor"
EXPORTS = ("csv", "xlsx")


@dataclass(frozen=True)
class Marked:
    there: Populated
    rows: Rows
    names: dict[str, str]
    """Fields with a marker, by its number."""
    filled: Mapping[str, Mapping[Variant, Kwargs]]
    """What to put into the places of each address, found before the markers hide it."""
    pages: dict[str, Client]
    api: dict[str, Client]

    def browser(self, role: str, address: Address) -> Client:
        return (self.api if address.kind == "api" and role in self.api else self.pages)[role]


@pytest.fixture(scope="module")
def marked(kept_populated: Kept[Populated], django_db_blocker: DjangoDbBlocker) -> Iterator[Marked]:
    with django_db_blocker.unblock(), time_machine.travel(NOW), kept_populated.lent() as there:
        world = there.world
        _more_of_the_rival(there)
        people: dict[str, User] = {role: getattr(world, role) for role in OTHERS if hasattr(world, role)}
        people["stranger"] = person("stranger")
        people["rival_owner"], people["rival_channel_manager"] = world.rival_owner, world.rival_channel_manager
        people["rival_reporter"] = world.rival_reporter
        pages = {role: signed_in(each) for role, each in people.items()}
        pages[VIEWING] = _viewing(world.channel_manager, world.vendor, world)
        pages[VIEWING_FOR_RIVAL] = _viewing(world.rival_channel_manager, world.rival_vendor, world)
        api = {role: token_client(each) for role, each in people.items()}
        rows = rows_of(world.rival, world.rival_distributor, *_people(world.rival))
        filled = {address.route: fillings(address, there) for address in ADDRESSES}
        names = mark(rows, leave=(Distributor,))
        yield Marked(there, rows, names, filled, pages, api)


def _more_of_the_rival(there: Populated) -> None:
    """What the populated world has of the reseller alone."""
    world = there.world
    for name in ("rival_finance", "rival_sales"):
        member_of(world.rival, name, SALES)
    # A comment stands only where somebody has accepted an amount.
    of_rival = ClosingItem.objects.filter(enrolment=world.rival_enrolment)
    of_rival.update(accepted=1, accepted_by=world.rival_vendor_finance, comment="?")
    Registration.objects.create(user=world.rival_owner, typed={"name": "?"}, changed_at=NOW)
    viewer = signed_in(world.rival_channel_manager)
    viewer.post(reverse("partners:view", args=[world.rival_vendor.slug, world.rival.number]))
    viewer.get(f"/partner/{world.rival.number}/")


def _people(partner: Partner) -> list[User]:
    """Members of the company, and who asks to be one."""
    members = Member.objects.filter(partner=partner).values("user_id")
    asking = AccessRequest.objects.filter(partner=partner).values("user_id")
    return list(User.objects.filter(pk__in=members.union(asking)))


def _viewing(viewer: User, vendor: Vendor, world: World) -> Client:
    client = signed_in(viewer)
    client.post(reverse("partners:view", args=[vendor.slug, world.reseller.number]))
    return client


# --- looking ----------------------------------------------------------------------------------------------------------


def paths(address: Address, marked: Marked) -> list[str]:
    """The address with the reseller's objects, with the rival's in our area, and with the rival's in its own."""
    filled = marked.filled[address.route]
    if "secret" in address.places:
        # Whoever holds the link of an invitation is meant to read who invites.
        return [address.path(filled["own"])]
    asked = [filled[variant] for variant in ("own", "foreign") if variant in filled]
    return list(dict.fromkeys([*map(address.path, asked), of_the_rival(address, marked)]))


def of_the_rival(address: Address, marked: Marked) -> str:
    world, filled = marked.there.world, marked.filled[address.route]
    areas = {
        "partner": world.rival.number,
        "vendor": world.rival_vendor.slug,
        "distributor": world.rival_distributor.slug,
    }
    return address.path({**filled.get("missing", {}), **filled.get("own", {}), **filled.get("foreign", {}), **areas})


def look(client: Client, method: str, path: str) -> str:
    """All that is answered: text, headers, the cells of a workbook. Whatever it changes is undone."""
    with transaction.atomic():
        answer: Any = client.generic(method, path, follow=False)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    text = content.decode(errors="replace")
    if content.startswith(b"PK"):
        text = text_in(content)
    return f"{answer.status_code} {dict(answer.headers)} {text}"


def seen_by(marked: Marked, role: str, start: str = "") -> dict[str, set[str]]:
    """Per address that shows any: fields whose markers somebody sees there."""
    seen: dict[str, set[str]] = {}
    for address in ADDRESSES:
        if not address.route.startswith(start):
            continue
        client, asked_for = marked.browser(role, address), paths(address, marked)
        # Who gets nothing there is answered as if there were nothing: the access table sees to that.
        for path in asked_for if role not in ROLES or served(address, role) else asked_for[-1:]:
            asked = {f"GET {path}": look(client, "GET", path)}
            if "export=" in asked[f"GET {path}"]:
                asked |= {f"GET {path}?export={each}": look(client, "GET", f"{path}?export={each}") for each in EXPORTS}
            # What is missing when it is looked at is missing when it is posted to: the access table sees to that.
            if address.kind in ("page", "api") and not asked[f"GET {path}"].startswith("404"):
                asked[f"POST {path}"] = look(client, "POST", path)
            seen |= {name: fields for name, text in asked.items() if (fields := found_in(text, marked.names))}
    return seen


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_sees_anything_of_the_company_anywhere(marked: Marked, role: str) -> None:
    assert seen_by(marked, role) == {}


@pytest.mark.parametrize("role", [VIEWING, VIEWING_FOR_RIVAL])
def test_who_looks_at_another_partner_sees_nothing_of_the_company_there(marked: Marked, role: str) -> None:
    assert seen_by(marked, role, "partner/") == {}


# --- that there was something to see ----------------------------------------------------------------------------------


def _seen_everywhere(marked: Marked, role: str, area: str) -> set[str]:
    """As `seen_by`, in the rival's own area."""
    fields: set[str] = set()
    for address in ADDRESSES:
        if not address.route.startswith((area, "account/", "api/", "usersessions")) or "secret" in address.places:
            continue
        client, path = marked.browser(role, address), of_the_rival(address, marked)
        page = look(client, "GET", path)
        exports = [look(client, "GET", f"{path}?export={each}") for each in EXPORTS if "export=" in page]
        fields |= found_in(" ".join([page, *exports]), marked.names)
    return fields


@pytest.mark.parametrize(
    ("role", "area", "fields"),
    [
        (
            "rival_owner",
            "partner/",
            {
                "common.ApiToken.name", "common.User.email", "common.User.first_name", "partners.Partner.name",
                "partners.ApplicationStep.text", "partners.MemberInvitation.address", "partners.ViewedPage.path",
                "sales.Claim.document_number", "sales.ClaimMessage.text", "sales.ClaimMessage.file_name",
                "sales.SaleLine.document_number", "trainings.CertificateClaim.issuer",
                "trainings.CertificateClaim.file_name",
            },
        ),
        (
            "rival_channel_manager",
            "vendor/",
            {
                "partners.Partner.name", "sales.SellOutReport.file_name", "sales.WaitingRow.customer_name",
                "sales.CustomerNumber.number", "sales.Upload.file_name", "trainings.CertificateClaim.issuer",
                "rebates.ManualAdjustment.reason", "rebates.ManualAdjustment.proof_name",
            },
        ),
        ("rival_reporter", "distributor/", {"sales.SellOutReport.file_name"}),
    ],
)  # fmt: skip
def test_those_whom_it_concerns_see_the_markers(marked: Marked, role: str, area: str, fields: set[str]) -> None:
    assert fields - _seen_everywhere(marked, role, area) == set()


WITHOUT_ROWS = {
    "partners.CareEvent": "nobody looks after the company; its name would stand in `Partner`",
}


def test_there_is_something_of_every_text_the_portal_keeps_about_companies(marked: Marked) -> None:
    """A model with texts that leads to a company and has no row here is not looked for: make one in `populate`."""
    empty = {model._meta.label for model in models_with_texts_of(Partner) if not marked.rows.get(model)}
    assert sorted(empty - WITHOUT_ROWS.keys()) == []


# --- mails ------------------------------------------------------------------------------------------------------------


def test_no_mail_to_anybody_else_says_anything_of_the_company(marked: Marked) -> None:
    """Everything happens that makes mails, at the company and at the reseller, at the same time."""
    there, world = marked.there, marked.there.world
    with transaction.atomic():
        OutboxMail.objects.all().delete()
        announcing.announce(now=NOW, chunk=100)
        for program in (world.program, world.rival_program):
            making.make(program_id=program.pk, now=NOW, today=TODAY, chunk=100)
        for claim, staff in ((there.claim, world.channel_manager), (there.rival_claim, world.rival_channel_manager)):
            claims.ask_back(claim=claim, said=said(staff, "Which invoice?", claim))
        for application, staff in (
            (there.application, world.channel_manager),
            (there.rival_application, world.rival_channel_manager),
        ):
            applications.ask_back(application=application, act=act(staff, application, "Which invoice?"))
        for taught, staff in ((there.taught, world.channel_manager), (there.rival_taught, world.rival_channel_manager)):
            refusing: dict[str, Any] = {
                "reason": "Cannot be read",
                "actor": Actor.of(staff),
                "now": NOW,
                "today": TODAY,
            }
            certificates.refuse(claim=taught.claim, **refusing)
        for partner, owner in ((world.reseller, world.reseller_owner), (world.rival, world.rival_owner)):
            joined = member_of(partner, f"joined_{partner.pk}", SALES)
            actor = Actor.of(owner)
            teams.change_roles(team.TEAM, organisation=partner, user=joined, roles=["finance"], actor=actor, now=NOW)
        concerned = {user.pk for user in _people(world.rival)}
        concerned |= {world.rival_vendor_admin.pk, world.rival_channel_manager.pk, world.rival_vendor_finance.pk}
        mails = list(OutboxMail.objects.all())
        transaction.set_rollback(True)
    others = [mail for mail in mails if mail.recipient_id not in concerned]
    told = {
        f"{mail.kind} {mail.period} to {mail.address}": found_in(
            f"{mail.subject} {mail.text} {mail.html}", marked.names
        )
        for mail in mails
    }
    assert {key for key, fields in told.items() if fields}, "the company's own mails have its markers"
    assert {len(others) > 2, bool(concerned)} == {True}
    assert "standing" in {mail.kind for mail in others}
    keys = [f"{mail.kind} {mail.period} to {mail.address}" for mail in others]
    assert {key: told[key] for key in keys if told[key]} == {}
