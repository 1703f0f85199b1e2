"""A person gets everything that is kept about them, and nothing that can be kept is forgotten."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from common import mail_choices, mail_operations, personal, stopping
from common.access import Actor
from common.models import Bounce, OutboxMail, User
from deals.models import Probe
from partners.models import Member
from programs.models import VendorStaff
from tests.common.telling import OPTIONAL, tell
from tests.people import PASSWORD
from tests.portal.addresses import Populated
from tests.world import NOW, TODAY

SignedIn = Callable[..., Client]
DOWNLOAD = "/account/data/download/"


@pytest.fixture
def there(populated: Populated) -> Populated:
    return populated


def proven(client: Client) -> Client:
    """Who has just given the password again."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def files(content: bytes) -> tuple[str, dict[str, Any]]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read("README.txt").decode(), json.loads(archive.read("data.json"))["sections"]


def test_every_key_to_a_person_is_exported_or_said_not_to_be_personal() -> None:
    """A later app that keeps something about people says so in its `personal.py`."""
    covered = {key for each in personal.sections for key in each.covers} | set(personal.not_personal)
    forgotten = sorted(key for key in map(_key, _keys_to_people()) if key not in covered)
    assert forgotten == []
    assert len(covered) > 25


def _keys_to_people() -> list[Any]:
    """The history's tables repeat, version by version, what the tables they follow say."""
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    return [
        field
        for field in fields
        if field.related_model is User
        and field.model._meta.app_label != "pghistory"
        and not hasattr(field.model, "pgh_tracked_model")
    ]


def _key(field: Any) -> str:
    return f"{field.model._meta.label}.{field.name}"


def test_what_is_said_to_be_covered_is_there() -> None:
    known = {_key(field) for field in _keys_to_people()}
    assert {key for each in personal.sections for key in each.covers} <= known


def test_a_person_downloads_what_they_are_did_and_wrote(there: Populated, signed_in: SignedIn) -> None:
    answer = proven(signed_in(there.world.reseller_owner)).get(DOWNLOAD)
    assert answer["Content-Type"] == "application/octet-stream"
    text, data = files(answer.content)
    assert "What the portal has about Reseller Owner" in text
    assert all(f"\n{key}: " in text for key in data)
    assert data["account"][0]["email"] == "reseller_owner@example.com"
    assert data["companies"][0]["partner__name"] == "Elbtal Systemhaus GmbH"
    assert [row["name"] for row in data["tokens"]] == ["ERP"]
    assert data["applications"][0]["program__name"] == there.world.program.name
    assert data["application-messages"][0]["step"] == "applied"
    assert data["address-changes"][0]["new_address"] == "another.address@example.com"
    assert data["invited"][0]["address"] == "newcomer@elbtal.example"
    assert "newcomer" not in {row["address"].partition("@")[0] for row in data["mails"]}
    assert data["mails"]


def test_questions_viewings_and_roles_at_vendors_are_in_it(there: Populated, signed_in: SignedIn) -> None:
    asked = personal.gather(user=there.world.reseller_sales)
    assert asked["question-messages"][0]["text"] == "Our invoice R-1005 is in no report."
    viewer = signed_in(there.world.channel_manager)
    viewer.post("/vendor/lenovo/partners/2B3C4D5F/view/")
    viewer.get("/partner/2B3C4D5F/sales/")
    saw = personal.gather(user=there.world.channel_manager)
    assert [row["path"] for row in saw["viewed-pages"]] == ["/partner/2B3C4D5F/sales/"]
    assert saw["vendors"][0]["vendor__name"] == "Lenovo"
    assert saw["vendor-roles"][0]["pgh_label"] == "insert"


def test_how_a_person_wants_mails_and_what_they_decided_about_those_of_others_is_in_it(there: Populated) -> None:
    owner, admin = there.world.reseller_owner, there.world.platform_admin
    mail_choices.choose(user_id=owner.pk, kind=OPTIONAL, choice="digest")
    Bounce.objects.create(address=owner.email, bounced_at=NOW, told="550 no such box")
    of_owner = personal.gather(user=owner)
    assert of_owner["mail-choices"] == [{"kind": OPTIONAL, "choice": "digest"}]
    assert [row["told"] for row in of_owner["bounces"]] == ["550 no such box"]
    stopping.stop(actor=Actor.of(admin), reason="The server is moved.", now=NOW)
    stopping.go_on(actor=Actor.of(admin), now=NOW)
    failed = tell(owner, state=OutboxMail.State.FAILED)
    mail_operations.dismiss(actor=Actor.of(admin), ids=[failed.pk], now=NOW)
    of_admin = personal.gather(user=admin)
    assert of_admin["mail-stops"][0]["reason"] == "The server is moved."
    assert [row["ended_at"] for row in of_admin["mail-stops-ended"]] == [NOW]
    assert of_admin["mails-decided"] == [{"kind": OPTIONAL, "handled_at": NOW}]
    assert owner.email not in str(of_admin)


def test_what_a_person_did_with_deals_is_in_it_and_not_that_somebody_else_has_the_same_project(
    there: Populated,
) -> None:
    met = {"kind": Probe.Kind.MET, "person": there.world.reseller_owner, "at": NOW}
    Probe.objects.create(enrolment=there.world.enrolment, deal=there.dealt.deal, **met)
    owner = personal.gather(user=there.world.reseller_owner)
    assert [row["customer_name"] for row in owner["deals"]] == ["Klinikum Elbtal gGmbH"]
    assert [row["file_name"] for row in owner["deal-files"]] == ["plan.pdf"]
    assert [row["state"] for row in owner["deal-extensions"]] == ["open"]
    assert (len(owner["deal-limits"]), owner["deal-conflicts"]) == (1, [])
    assert "Lindner" not in str(owner)
    assert "lindner@" not in str(owner)
    manager = personal.gather(user=there.world.channel_manager)
    assert {row["step"] for row in manager["deal-steps"]} >= {"approved", "asked_back", "extended"}


def test_who_has_gone_to_another_company_does_not_read_how_deals_of_the_old_one_go_on(there: Populated) -> None:
    world = there.world
    Member.objects.filter(user=world.reseller_sales).update(left_on=TODAY)
    Member.objects.create(partner=world.rival, user=world.reseller_sales, role=Member.Role.SALES)
    VendorStaff.objects.filter(user=world.channel_manager).delete()
    for user, section in ((world.reseller_sales, "deals"), (world.channel_manager, "deals-decided")):
        rows = personal.gather(user=user)[section]
        assert rows
        assert {key for row in rows for key in row}.isdisjoint({"state", "title", "customer_name", "need", "done"})


def test_no_secret_and_no_content_of_a_file_is_in_it(there: Populated, signed_in: SignedIn) -> None:
    for user in (there.world.reseller_owner, there.world.reseller_sales):
        content = proven(signed_in(user)).get(DOWNLOAD).content
        _text, data = files(content)
        keys = {key for rows in data.values() for row in rows for key in row}
        assert keys.isdisjoint({"password", "digest", "old_digest", "new_digest", "content", "data", "session_key"})


def test_nothing_of_anybody_else_is_in_it(there: Populated) -> None:
    written = str(personal.gather(user=there.world.reseller_owner))
    for foreign in ("Rheinblick", "rival_owner", "newcomer@rheinblick.example"):
        assert foreign not in written


def test_people_whose_accounts_somebody_kept_are_not_in_their_data(there: Populated, signed_in: SignedIn) -> None:
    admin, other = there.world.platform_admin, there.world.rival_owner
    data = {"email": other.email, "last_name": "Another", "language": "de", "is_active": "on"}
    assert signed_in(admin).post(f"/admin/common/user/{other.pk}/change/", data).status_code == 302
    written = personal.gather(user=admin)["administration"]
    assert [row["content_type__model"] for row in written] == ["user"]
    assert other.email not in str(written)


def test_the_file_explains_itself_in_the_language_of_the_page(there: Populated, signed_in: SignedIn) -> None:
    client = proven(signed_in(there.world.reseller_owner, language="de"))
    text, _data = files(client.get(DOWNLOAD).content)
    assert "Passwörter" in text


def test_a_session_left_open_is_not_enough(there: Populated, signed_in: SignedIn) -> None:
    client = proven(signed_in(there.world.reseller_owner))
    assert client.get(DOWNLOAD).status_code == 200
    with time_machine.travel(NOW + timedelta(hours=1)):
        answer = client.get(DOWNLOAD)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert Client().get(DOWNLOAD)["Location"].startswith("/account/login/")
