"""Pages about bank accounts: who gets them, what a company's own shows, and that whole numbers stand on none."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import personal
from common.access import OWNER, VENDOR_FINANCE
from common.models import OutboxMail
from partners.models import BankAccount
from portal import logs
from tests.partners import banking
from tests.partners.bank_pages import LIST, SignedIn, use_url
from tests.partners.banking import ANOTHER, IBAN, LETTER, MASKED, USABLE, approve, record, refuse, use_of, withdraw
from tests.people import PASSWORD, member_of, staff_of
from tests.rendering import read
from tests.world import NOW, World, enrol, make_partner

OWN = "/partner/2B3C4D5F/bank-account/"
CHANGE, WITHDRAW = f"{OWN}change/", f"{OWN}withdraw/"


def letter(content: bytes = LETTER.content) -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.pdf", content)


def typed(**changes: Any) -> dict[str, Any]:
    return {"iban": "DE89 3704 0044 0532 0130 00", "holder": "Elbtal Systemhaus GmbH", "proof": letter(), **changes}


def proven(client: Client) -> Client:
    """Who has just given the password again."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture
def owner(world: World, signed_in: SignedIn) -> Client:
    return proven(signed_in(world.reseller_owner))


@pytest.fixture
def finance(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_finance)


# --- the company's side ----------------------------------------------------------------------------------------------


def test_an_owner_names_the_account_and_sees_it_masked(world: World, owner: Client) -> None:
    assert "No bank account Nothing can be paid to you" in read(owner, OWN)
    answer = owner.post(CHANGE, typed())
    assert (answer.status_code, answer["Location"]) == (302, OWN)
    page = read(owner, OWN)
    for said in (MASKED, "Commerzbank COBADEFFXXX", "before 19 Nov 2026", "Lenovo being checked", "IBM being checked"):
        assert said in page, said
    account = BankAccount.objects.get()
    assert owner.get(f"{OWN}{account.pk}/file/").content == LETTER.content


def test_the_page_says_it_in_german(world: World, signed_in: SignedIn) -> None:
    record(world.reseller, world.reseller_owner)
    client = proven(signed_in(world.reseller_owner, language="de"))
    page = read(client, OWN)
    for said in ("Bankverbindung", "Lenovo in Prüfung", "Kontoinhaber", "19.11.2026"):
        assert said in page, said
    assert "Kontoauszug" in read(client, CHANGE)


def test_what_vendors_said_and_all_that_happened_stands_on_the_page(world: World, owner: Client) -> None:
    first = record(world.reseller, world.reseller_finance)
    refuse(first, world.vendor, world.vendor_finance, "The name is another one.")
    second = record(world.reseller, world.reseller_owner, iban=ANOTHER, now=NOW + timedelta(hours=1))
    approve(second, world.vendor, world.vendor_finance)
    page = read(owner, OWN)
    for said in (
        "Lenovo Nothing is paid to it before 19 Nov 2026", "approved, usable soon",
        "DE02 •••• •••• 2051 was named", f"Lenovo has not accepted {MASKED}", "The name is another one.",
    ):  # fmt: skip
        assert said in page, said
    withdraw(second, world.reseller_owner, NOW + timedelta(hours=2))
    assert "DE02 •••• •••• 2051 was withdrawn" in read(owner, OWN)
    assert f"{MASKED} was withdrawn" not in read(owner, OWN)


def test_an_account_that_is_used_is_called_approved(world: World, owner: Client) -> None:
    approve(record(world.reseller, world.reseller_owner), world.vendor, world.vendor_finance)
    with time_machine.travel(USABLE):
        page = read(owner, OWN)
    assert "Lenovo approved" in page
    assert "Nothing is paid to" not in page


def test_a_wrong_number_comes_back_as_it_was_typed_and_nothing_is_stored(world: World, owner: Client) -> None:
    answer = owner.post(CHANGE, typed(iban="DE88 3704 0044 0532 0130 00"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is no valid IBAN" in page
    assert "DE88 3704 0044 0532 0130 00" in page
    assert "Please choose the file again" in page
    assert not BankAccount.objects.exists()


def test_nothing_but_the_form_s_own_fields_is_taken(world: World, owner: Client) -> None:
    more = {"partner": world.rival.pk, "usable_from": "2020-01-01", "bic": "XXXXDEFFXXX", "state": "approved",
            "recorded_by": world.vendor_finance.pk, "replaced_at": "2020-01-01", "id": 4711}  # fmt: skip
    owner.post(CHANGE, typed(**more))
    account = BankAccount.objects.get()
    assert (account.partner, account.bic, account.recorded_by) == (world.reseller, "COBADEFFXXX", world.reseller_owner)
    assert account.usable_from - account.recorded_at == timedelta(days=3)
    assert set(account.uses.values_list("state", flat=True)) == {"waiting"}


def test_a_form_opened_before_somebody_changed_the_account_changes_nothing(world: World, owner: Client) -> None:
    seen = record(world.reseller, world.reseller_finance)
    form = owner.get(CHANGE).context["form"]
    assert form["replaces"].value() == seen.pk
    record(world.reseller, world.reseller_finance, iban=ANOTHER)
    answer = owner.post(CHANGE, typed(holder="Elbtal", replaces=seen.pk))
    assert "Somebody else has changed the account meanwhile" in answer.content.decode()
    assert BankAccount.objects.filter(replaced_at=None).get().iban == ANOTHER


def test_the_button_withdraws_the_account_that_was_seen_and_no_other(world: World, owner: Client) -> None:
    first = record(world.reseller, world.reseller_owner)
    second = record(world.reseller, world.reseller_finance, iban=ANOTHER)
    owner.post(WITHDRAW, {"account": first.pk})
    second.refresh_from_db()
    assert second.replaced_at is None
    owner.post(WITHDRAW, {"account": second.pk})
    second.refresh_from_db()
    assert second.replaced_by == world.reseller_owner
    foreign = record(world.rival, world.rival_owner)
    for other in (foreign.pk, "x", "", "9" * 30):
        assert owner.post(WITHDRAW, {"account": other}).status_code == 404


# --- the password again ----------------------------------------------------------------------------------------------


def test_the_password_is_asked_for_before_the_form_opens(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.reseller_owner)
    assert client.get(CHANGE)["Location"].startswith("/account/reauthenticate/?next=")
    assert client.post(WITHDRAW)["Location"].startswith("/account/reauthenticate/?next=")
    assert client.get(OWN).status_code == 200
    proven(client)
    assert client.get(CHANGE).status_code == 200


def test_where_the_time_runs_out_nothing_is_stored_and_what_was_typed_comes_back(world: World, owner: Client) -> None:
    with time_machine.travel(NOW + timedelta(hours=1)):
        answer = owner.post(CHANGE, typed())
        assert answer["Location"].startswith("/account/reauthenticate/")
        assert not BankAccount.objects.exists()
        answer = owner.post(answer["Location"], {"password": PASSWORD, "next": CHANGE})
        page = answer.content.decode()
        assert "DE89 3704 0044 0532 0130 00" in page
        assert f'action="{CHANGE}"' in page
        assert "has to be chosen again" in page
        assert not BankAccount.objects.exists()
        assert owner.post(CHANGE, typed())["Location"] == OWN


def test_a_withdrawal_goes_on_after_the_password(world: World, signed_in: SignedIn) -> None:
    account = record(world.reseller, world.reseller_owner)
    client = signed_in(world.reseller_owner)
    asked = client.post(WITHDRAW, {"account": account.pk})
    account.refresh_from_db()
    assert account.replaced_at is None
    client.post(asked["Location"], {"password": PASSWORD, "next": WITHDRAW})
    account.refresh_from_db()
    assert account.replaced_by == world.reseller_owner


# --- who gets what ---------------------------------------------------------------------------------------------------


def test_of_the_company_only_owners_and_bookkeeping_see_it(world: World, signed_in: SignedIn) -> None:
    account = record(world.reseller, world.reseller_owner)
    paths = [OWN, CHANGE, f"{OWN}{account.pk}/file/"]
    for person, expected in (
        (world.reseller_sales, 403), (world.reseller_technician, 403), (world.rival_owner, 404),
        (world.vendor_finance, 404), (world.platform_admin, 404),
    ):  # fmt: skip
        client = proven(signed_in(person))
        assert [client.get(path).status_code for path in paths] == [expected] * 3, person
        assert client.post(WITHDRAW, {"account": account.pk}).status_code == expected
    assert "bank-account" not in signed_in(world.reseller_sales).get("/partner/2B3C4D5F/").content.decode()
    assert "bank-account" in signed_in(world.reseller_finance).get("/partner/2B3C4D5F/").content.decode()


def test_who_looks_for_a_vendor_as_the_partner_sees_it_sees_nothing_of_it(world: World, signed_in: SignedIn) -> None:
    record(world.reseller, world.reseller_owner)
    client = signed_in(staff_of(world.vendor, "both", VENDOR_FINANCE, "channel_manager"))
    client.post("/vendor/lenovo/partners/2B3C4D5F/view/")
    assert client.get(OWN).status_code == 403


def test_at_the_vendor_finance_and_admins_see_it(world: World, signed_in: SignedIn) -> None:
    account = record(world.reseller, world.reseller_owner)
    foreign = record(world.rival, world.rival_owner)
    paths = [LIST, use_url(account, world), use_url(account, world, "file/")]
    for person, expected in (
        (world.vendor_finance, 200), (world.vendor_admin, 200), (world.channel_manager, 403),
        (world.platform_admin, 403), (world.rival_vendor_finance, 404), (world.reseller_owner, 404),
    ):  # fmt: skip
        client = signed_in(person)
        assert [client.get(path).status_code for path in paths] == [expected] * 3, person
    client = signed_in(world.vendor_finance)
    other = use_of(foreign, world.rival_vendor).pk
    for step in ("", "file/"):
        assert client.get(f"{LIST}{other}/{step}").status_code == 404
    for step in ("approve/", "refuse/"):
        assert client.post(f"{LIST}{other}/{step}", {"comment": "No."}).status_code == 404


# --- a whole number is nowhere ---------------------------------------------------------------------------------------


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything written at any level, by a handler made as the settings say."""
    stream = io.StringIO()
    configuration = logs.LOGGING["formatters"]["json"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=configuration["processors"], foreign_pre_chain=configuration["foreign_pre_chain"]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def content_of(answer: Any) -> str:
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8-sig")


def hidden_in(text: str) -> bool:
    plain = "".join(text.split())
    return IBAN not in plain and ANOTHER not in plain and IBAN[4:] not in plain


def test_no_page_mail_export_or_file_about_a_person_has_it(world: World, owner: Client, signed_in: SignedIn) -> None:
    account = record(world.reseller, world.reseller_owner)
    refuse(account, world.vendor, world.vendor_finance)
    account = record(world.reseller, world.reseller_owner, iban=ANOTHER, now=NOW + timedelta(hours=1))
    record(world.reseller, world.reseller_owner, now=NOW + timedelta(hours=2))
    approve(BankAccount.objects.get(replaced_at=None), world.vendor, world.vendor_finance)
    detail = "/vendor/lenovo/partners/2B3C4D5F/"
    seen = [(owner, path) for path in (OWN, CHANGE, "/partner/2B3C4D5F/", "/partner/2B3C4D5F/company/")]
    exports = [f"{path}?export={kind}" for path in (LIST, "/vendor/lenovo/partners/") for kind in ("csv",)]
    for person in (world.vendor_finance, world.vendor_admin):
        seen += [
            (signed_in(person), path) for path in (LIST, detail, "/vendor/lenovo/", use_url(account, world), *exports)
        ]
    for client, path in seen:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert hidden_in(content_of(answer)), path
    for mail in OutboxMail.objects.all():
        assert hidden_in(mail.text + mail.html + mail.subject), mail.kind
    for person in (world.reseller_owner, world.vendor_finance):
        assert hidden_in(str(personal.gather(user=person)))
    assert MASKED in content_of(signed_in(world.vendor_finance).get(f"{LIST}?export=csv"))


def test_the_administration_has_no_account_numbers(world: World, signed_in: SignedIn) -> None:
    record(world.reseller, world.reseller_owner)
    client = signed_in(world.platform_admin)
    index = client.get("/admin/").content.decode()
    assert "bankaccount" not in index
    changed = client.get(f"/admin/partners/partner/{world.reseller.pk}/change/", follow=True).content.decode()
    assert hidden_in(changed)


def test_no_log_has_it(world: World, owner: Client, finance: Client, written: io.StringIO) -> None:
    owner.post(CHANGE, typed(iban="DE88 3704 0044 0532 0130 00"))
    owner.post(CHANGE, typed())
    owner.get(OWN, {"q": IBAN})
    finance.get(LIST, {"q": IBAN})
    finance.post(use_url(BankAccount.objects.get(), world, "approve/"))
    log = structlog.get_logger("test")
    log.warning("account refused", iban=IBAN, note=f"of {IBAN}")
    logging.getLogger("test").error("not paid: %s", "DE89 3704 0044 0532 0130 00")
    assert len(written.getvalue().splitlines()) > 10
    assert hidden_in(written.getvalue())
    assert "370400440532" not in "".join(written.getvalue().split())


def test_an_error_of_the_database_is_logged_without_it(world: World, written: io.StringIO) -> None:
    account = record(world.reseller, world.reseller_owner)
    account.pk, account.holder = None, ""
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        account.save(force_insert=True)
    assert IBAN in str(raised.value), "the database repeats the row"
    logging.getLogger("test").error("failed", exc_info=raised.value)
    (line,) = [json.loads(each) for each in written.getvalue().splitlines() if '"failed"' in each]
    assert "DE89…" in line["exception"]
    assert hidden_in(written.getvalue())


# --- how many queries ------------------------------------------------------------------------------------------------


def test_pages_take_as_many_queries_for_many_accounts_as_for_one(world: World, owner: Client, finance: Client) -> None:
    record(world.reseller, world.reseller_owner)

    def count(client: Client, path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    paths = ((owner, OWN), (finance, LIST), (finance, "/vendor/lenovo/"))
    before = [count(client, path) for client, path in paths]
    for number in range(5):
        partner = make_partner(f"Systemhaus {number}", f"M{number:07}")
        enrol(partner, world.program)
        account = record(partner, member_of(partner, f"owner_{number}", OWNER))
        approve(account, world.vendor, world.vendor_finance)
        changed = record(
            world.reseller, world.reseller_owner, holder=f"Elbtal {number}", now=NOW + timedelta(minutes=number)
        )
        refuse(changed, world.vendor, world.vendor_finance)
    banking.record(world.reseller, world.reseller_finance, iban=ANOTHER, now=NOW + timedelta(hours=1))
    assert [count(client, path) for client, path in paths] == before
