"""A person is taken out: nothing of them is found any more, and whatever money was paid for is as before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection, transaction
from django.test import Client

from common import erasing, leaving, mail_choices, mail_operations, notices, outbox, registry, stopping, summaries
from common.access import OWNER, Actor
from common.erasing import ChangedMeanwhile, GoneAlready, NotAllowed, StillNeeded
from common.models import ApiToken, Bounce, MailChoice, OutboxMail, User
from deals.models import Deal
from partners.models import ApplicationStep, Member, Partner, Registration
from programs.models import Absence, DistributorStaff, Program, VendorStaff
from rebates.models import LedgerEntry, Posting, Settlement
from sales.models import ClaimMessage, SaleLine
from tests import teams
from tests.common.telling import OPTIONAL, tell
from tests.people import PASSWORD, member_of, person, platform_admin, staff_of
from tests.portal.addresses import Populated
from tests.sales.asking import ask_about_sale
from tests.world import NOW

SignedIn = Callable[..., Client]
PAGE = "/account/data/remove/"


@pytest.fixture
def there(populated: Populated) -> Populated:
    return populated


def proven(client: Client) -> Client:
    """Who has just given the password again."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def leave(user: User, by: Actor | None = None) -> None:
    erasing.anonymise(user=user, actor=by or Actor.of(user), now=NOW)


def tables_that_know(*words: str) -> set[str]:
    """Tables in which one of these words stands anywhere, in a row as PostgreSQL writes it."""
    found = set()
    for model in apps.get_models():
        table = model._meta.db_table
        if model._meta.app_label == "pghistory" and table == "pghistory_events":
            continue
        with connection.cursor() as cursor:
            for word in words:
                cursor.execute(f'SELECT 1 FROM "{table}" AS each WHERE each::text ILIKE %s LIMIT 1', [f"%{word}%"])
                if cursor.fetchone():
                    found.add(model._meta.label)
    return found


def digest_of_money() -> str:
    """A fingerprint of every fact about money."""
    rows = [
        list(model._default_manager.order_by("pk").values()) for model in (SaleLine, Settlement, LedgerEntry, Posting)
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_nothing_of_the_person_is_found_anywhere(there: Populated) -> None:
    user = member_of(there.world.reseller, "quimbly_zarathustra", OWNER)
    Registration.objects.create(user=user, typed={"name": "Quimbly"}, changed_at=NOW)
    teams.invite_staff(there.world, user.email)
    ask_about_sale(there.world, "It was 22.", by=user)
    for name in ("Quimbly Zarathustra", "Quimbly"):
        Program.objects.filter(pk=there.world.program.pk).update(contact_name=name, contact_email=user.email)
    LogEntry.objects.log_actions(
        there.world.platform_admin.pk, User.objects.filter(pk=user.pk), CHANGE, f"{user.email}!"
    )
    assert len(tables_that_know("quimbly_zarathustra", "zarathustra")) >= 3
    leave(user)
    # That somebody left is told to the other owners, in mails of their own.
    left = tables_that_know("quimbly_zarathustra", "zarathustra")
    assert left <= {"common.OutboxMail"}
    to_others = OutboxMail.objects.exclude(recipient=user).filter(text__icontains="zarathustra")
    assert {mail.kind for mail in to_others} <= {"team-changed"}
    assert not OutboxMail.objects.filter(recipient=user).exclude(text="", html="", subject="").exists()


def test_who_is_only_called_alike_stays_in_the_log_of_the_administration(there: Populated) -> None:
    user, other = person("anna"), person("joanna")
    for each in (user, other):
        LogEntry.objects.log_actions(there.world.platform_admin.pk, User.objects.filter(pk=each.pk), CHANGE, str(each))
    long = LogEntry.objects.create(
        user=there.world.platform_admin, action_flag=CHANGE, object_repr="x" * 183 + " Anna@example.com"
    )
    leave(user)
    told = LogEntry.objects.exclude(pk=long.pk).order_by("pk").values_list("object_repr", "change_message")
    neutral = erasing.neutral_address(user)
    assert list(told) == [(neutral, neutral), ("joanna@example.com", "joanna@example.com")]
    long.refresh_from_db()
    assert long.object_repr == ("x" * 183 + f" {neutral}")[:200]


def test_the_account_is_closed_and_holds_nothing(there: Populated, signed_in: SignedIn) -> None:
    user = there.world.reseller_sales
    client = signed_in(user)
    leave(user)
    user.refresh_from_db()
    assert user.email == f"former-{user.pk}@removed.invalid"
    assert (user.get_full_name(), user.is_active, user.has_usable_password()) == ("", False, False)
    assert not Member.objects.filter(user=user, left_on__isnull=True).exists()
    assert Member.objects.filter(user=user).exists()
    assert not ApiToken.objects.filter(user=user).exists()
    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get("/account/profile/").status_code == 302


def test_what_they_wrote_stays_without_their_name(there: Populated, signed_in: SignedIn) -> None:
    text = ClaimMessage.objects.get(claim=there.claim).text
    leave(there.world.reseller_sales)
    client = signed_in(there.world.reseller_owner)
    page = client.get(f"/partner/2B3C4D5F/questions/{there.claim.pk}/").content.decode()
    assert text in page
    assert "former user" in page
    assert "Reseller Sales" not in page
    german = signed_in(there.world.reseller_owner, language="de").get(f"/partner/2B3C4D5F/questions/{there.claim.pk}/")
    assert "ehemalige Person" in german.content.decode()


def test_facts_about_money_are_as_before(there: Populated) -> None:
    before = digest_of_money()
    member_of(there.world.reseller, "second_owner", OWNER)
    for user in (there.world.reseller_owner, there.world.vendor_finance, there.world.reporter):
        leave(user)
    assert digest_of_money() == before
    assert Settlement.objects.exists()
    assert ApplicationStep.objects.filter(author=there.world.reseller_owner).exists()


def test_colleagues_read_that_they_left(there: Populated) -> None:
    leave(there.world.reseller_sales, by=Actor.of(there.world.platform_admin))
    mail = OutboxMail.objects.get(kind="team-changed", recipient=there.world.reseller_owner)
    assert mail.subject == "Reseller Sales has left Elbtal Systemhaus GmbH"


def test_staff_of_vendors_and_distributors_leave_them(there: Populated) -> None:
    for user in (there.world.channel_manager, there.world.reporter):
        leave(user)
        assert not VendorStaff.objects.filter(user=user).exists()
        assert not DistributorStaff.objects.filter(user=user).exists()


def test_the_last_one_hands_over_first(there: Populated) -> None:
    with pytest.raises(StillNeeded, match="last owner of Elbtal Systemhaus GmbH"):
        leave(there.world.reseller_owner)
    with pytest.raises(StillNeeded, match="last vendor admin of Lenovo"):
        leave(there.world.vendor_admin)
    with pytest.raises(StillNeeded, match="last platform admin"):
        leave(there.world.platform_admin)
    there.world.reseller_owner.refresh_from_db()
    assert there.world.reseller_owner.is_active
    staff_of(there.world.vendor, "second_admin", VendorStaff.Role.ADMIN)
    leave(there.world.vendor_admin)


def test_the_last_platform_admin_is_not_locked_out_in_the_administration(there: Populated, signed_in: SignedIn) -> None:
    admin = there.world.platform_admin
    page, kept = f"/admin/common/user/{admin.pk}/change/", {"email": admin.email, "language": "de"}
    everything = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
    for gone in everything:
        refused = signed_in(admin).post(page, kept | {name: "on" for name in everything if name != gone})
        assert "last platform admin" in refused.content.decode()
    assert signed_in(admin).post(page, kept | everything).status_code == 302
    platform_admin("second_admin")
    assert signed_in(admin).post(page, {**kept, "is_active": "on"}).status_code == 302
    admin.refresh_from_db()
    assert not admin.is_superuser


def test_only_the_person_and_platform_admins_may(there: Populated) -> None:
    user = there.world.reseller_sales
    token = Actor.of(user, scopes=["figures:read"])
    for other in (Actor.of(there.world.reseller_owner), Actor.of(there.world.vendor_admin), token):
        with pytest.raises(NotAllowed):
            leave(user, by=other)
    leave(user, by=Actor.of(there.world.platform_admin))
    with pytest.raises(GoneAlready):
        leave(user, by=Actor.of(there.world.platform_admin))


def test_the_page_says_what_goes_and_stays_and_does_it_once_confirmed(there: Populated, signed_in: SignedIn) -> None:
    user = there.world.reseller_sales
    client = proven(signed_in(user))
    page = client.get(PAGE).content.decode()
    assert "What stays, and why" in page
    assert client.post(PAGE).status_code == 422
    answer = client.post(PAGE, {"understood": "on"})
    assert answer["Location"] == "/account/login/"
    user.refresh_from_db()
    assert not user.is_active


def test_the_page_of_the_last_owner_says_what_is_in_the_way(there: Populated, signed_in: SignedIn) -> None:
    client = proven(signed_in(there.world.reseller_owner))
    page = client.get(PAGE).content.decode()
    assert "last owner of Elbtal Systemhaus GmbH" in page
    assert "Remove my data for good" not in page
    assert client.post(PAGE, {"understood": "on"}).status_code == 422


def test_platform_admins_do_it_in_the_administration(there: Populated, signed_in: SignedIn) -> None:
    client, user = signed_in(there.world.platform_admin), there.world.reseller_sales
    chosen = {"action": "remove_personal_data", "_selected_action": [user.pk]}
    asked = client.post("/admin/common/user/", chosen).content.decode()
    assert re.search(r"Remove personal data", asked)
    user.refresh_from_db()
    assert user.is_active
    client.post("/admin/common/user/", {**chosen, "confirmed": "yes"})
    user.refresh_from_db()
    assert not user.is_active


def test_an_address_that_comes_at_the_same_moment_is_not_forgotten_to_be_forgotten(
    there: Populated, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = there.world.reseller_sales
    end_access = leaving.end_access

    def another_address_first(**asked: Any) -> None:
        User.objects.filter(pk=user.pk).update(email="another@example.com")
        end_access(**asked)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(leaving, "end_access", another_address_first)
        with pytest.raises(ChangedMeanwhile), transaction.atomic():
            leave(user)


def test_choices_bounces_and_what_waits_for_a_summary_go_with_the_person(there: Populated) -> None:
    user, other = there.world.reseller_sales, there.world.rival_owner
    for each in (user, other):
        mail_choices.choose(user_id=each.pk, kind=OPTIONAL, choice="digest")
        tell(each)
        Bounce.objects.create(address=each.email, bounced_at=NOW, ended_at=NOW)
        Bounce.objects.create(address=each.email, bounced_at=NOW)
    kept = tell(user, period="2026Q2", state=OutboxMail.State.KEPT, url="/partner/2B3C4D5F/")
    leave(user)
    assert set(MailChoice.objects.values_list("user", flat=True)) == {other.pk}
    assert set(Bounce.objects.values_list("address", flat=True)) == {other.email}
    assert set(OutboxMail.objects.filter(state="collected").values_list("recipient", flat=True)) == {other.pk}
    kept.refresh_from_db()
    assert (kept.subject, kept.url) == ("", "")
    assert not notices.notices_of(actor=Actor.of(user)).exists()
    summaries.make_due(now=NOW)
    assert not OutboxMail.objects.filter(kind=summaries.DAILY, recipient=user).exists()


def test_who_is_gone_is_no_contact_at_an_end_customer_and_no_deputy(there: Populated) -> None:
    user, vendor = there.world.vendor_finance, there.world.vendor
    Deal.objects.filter(pk=there.dealt.deal.pk).update(contact_email=user.email.upper(), contact_name="Quimbly")
    days = (NOW.date(), None)
    Absence.objects.filter(pk=there.dealt.absence.pk).update(deputy=user)
    Absence.objects.create(vendor=vendor, person=user, deputy=there.world.channel_manager, valid=days)
    leave(user)
    deal = there.dealt.deal
    deal.refresh_from_db()
    assert (there.dealt.deal.contact_name, there.dealt.deal.contact_email, there.dealt.deal.contact_phone) == (
        "",
        "",
        "",
    )
    assert list(Absence.objects.filter(vendor=vendor).values_list("person", "deputy")) == [
        (there.world.channel_manager.pk, None)
    ]
    there.rival_dealt.deal.refresh_from_db()
    assert there.rival_dealt.deal.contact_name


def test_who_stopped_the_mail_or_decided_about_mails_is_named_no_more(there: Populated, signed_in: SignedIn) -> None:
    admin, second = there.world.platform_admin, platform_admin("second_admin")
    stopping.stop(actor=Actor.of(admin), reason="The server is moved.", now=NOW)
    failed = tell(there.world.rival_owner, state=OutboxMail.State.FAILED)
    mail_operations.dismiss(actor=Actor.of(admin), ids=[failed.pk], now=NOW)
    leave(admin)
    for path in ("/mail/outbox/", f"/mail/outbox/{failed.pk}/"):
        text = signed_in(second).get(path).content.decode()
        assert "Platform Admin" not in text
        assert "former user" in text


@pytest.mark.parametrize("answered", [True, False])
def test_a_mail_that_is_being_sent_meanwhile_is_never_tried_again(there: Populated, answered: bool) -> None:
    """Its sender may have died, or the server may have put it off: by then it says nothing, and leads to nobody."""
    user = member_of(there.world.reseller, "quimbly", OWNER)
    assert registry.mails["statement"].resend_when_uncertain
    tell(user, "statement")
    held = outbox.claim(now=NOW)
    while held is not None and held.recipient != user:
        held = outbox.claim(now=NOW)
    assert held is not None
    leave(user)
    if answered:
        outbox._answer(held, OutboxMail.State.PENDING, NOW, OSError("try again later"))
    outbox.sweep(now=NOW + 2 * outbox.CLAIM_EXPIRES)
    assert OutboxMail.objects.get(pk=held.pk).state == OutboxMail.State.FAILED


def test_nothing_is_sent_any_more_to_an_address_that_was_also_the_bookkeepings(there: Populated) -> None:
    user = member_of(there.world.reseller, "quimbly", OWNER)
    other = there.world.rival
    Partner.objects.filter(pk=there.world.reseller.pk).update(bookkeeping_email=user.email.upper())
    Partner.objects.filter(pk=other.pk).update(bookkeeping_email=f"not.{user.email}")
    leave(user)
    assert Partner.objects.get(pk=there.world.reseller.pk).bookkeeping_email == ""
    assert Partner.objects.get(pk=other.pk).bookkeeping_email == f"not.{user.email}"
    versions = Partner.pgh_event_model.objects.filter(pgh_obj=there.world.reseller)  # type: ignore[attr-defined]
    assert versions.exists()
    assert user.email.lower() not in str(list(versions.values())).lower()
