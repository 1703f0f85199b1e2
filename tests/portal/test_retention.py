"""What is kept as long as the settings say: gone from the moment at which its period is over, and not before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, transaction
from django.db.models import F, Model, QuerySet
from django.test import Client

from common import retention
from common.access import SALES
from common.kept import forgetting
from common.models import ApiAnswer, Bounce, EmailChange, OutboxMail, User
from common.proofs import Proof
from common.tasks import forget
from deals import ending, writing
from deals.models import Deal, DealFile, Opening, Probe
from deals.moving import fetched
from partners import applications
from partners.models import (
    AccessRequest,
    Application,
    BroughtContact,
    Member,
    MemberInvitation,
    Partner,
    Registration,
    Seat,
    ViewedPage,
    Viewing,
)
from programs.models import Absence, StaffInvitation
from sales.models import CustomerNumber, Invitation
from tests import teams
from tests.deals.projects import act as acting
from tests.deals.projects import drafted, hospital, open_deals, protected, submitted
from tests.partners.applying import Newcomer, act, asks_for_access, newcomer, open_to_all
from tests.people import member_of, person, signed_in
from tests.trainings.teaching import accept, hand_in, training
from tests.world import NOW, World
from trainings.models import CertificateClaim, Training

SECOND = timedelta(seconds=1)
Made = tuple[type[Model], int]


def due(key: str, since: datetime = NOW) -> datetime:
    return since + timedelta(days=settings.RETENTION_DAYS[key])


def account(world: World) -> Made:
    user = User.objects.create_user("nobody@example.com", "a password nobody uses", date_joined=NOW)
    OutboxMail.objects.create(kind="x", period="x", recipient=user, address=user.email, language="en", subject="x")
    return User, user.pk


def change(world: World) -> Made:
    made = EmailChange.objects.create(
        user=world.reseller_owner, old_address="a@example.com", new_address="b@example.com", old_digest="a",
        new_digest="b", created_at=NOW - timedelta(days=2), expires_at=NOW,
    )  # fmt: skip
    return EmailChange, made.pk


def api_answer(world: World) -> Made:
    of = {"user": world.reseller_owner, "key": "k", "digest": "d", "status": 200, "body": {}}
    return ApiAnswer, ApiAnswer.objects.create(**of, answered_at=NOW).pk


def bounce(world: World) -> Made:
    of = {"address": "a@example.com", "bounced_at": NOW - timedelta(days=900)}
    Bounce.objects.create(**of)
    Bounce.objects.filter(address="a@example.com").update(ended_at=NOW)
    Bounce.objects.create(**of)
    return Bounce, Bounce.objects.filter(ended_at=NOW).get().pk


def registration(world: World) -> Made:
    return Registration, Registration.objects.create(user=world.reseller_owner, changed_at=NOW).pk


def member_invitation(world: World) -> Made:
    made = teams.invite(world)
    MemberInvitation.objects.filter(pk=made.pk).update(expires_at=NOW)
    return MemberInvitation, made.pk


def staff_invitation(world: World) -> Made:
    made = teams.invite_staff(world)
    StaffInvitation.objects.filter(pk=made.pk).update(revoked_at=NOW)
    return StaffInvitation, made.pk


def customer_invitation(world: World) -> Made:
    made = Invitation.objects.create(
        vendor=world.vendor, distributor=world.distributor, customer_number="K-9", address="k@example.com",
        invited_by=world.channel_manager, invited_at=NOW, valid=(NOW.date(), NOW.date() + timedelta(days=30)),
    )  # fmt: skip
    return Invitation, made.pk


def access_request(world: World) -> Made:
    made = asks_for_access(world.reseller, "colleague")
    AccessRequest.objects.filter(pk=made.pk).update(decided_at=NOW, decided_by=world.reseller_owner)
    return AccessRequest, made.pk


def certificate_proof(world: World) -> Made:
    """Its file; that it was handed in and decided stays."""
    technical = training(world.program, world.vendor_admin)
    claim = hand_in(technical, world.reseller, world.reseller_technician)
    accept(claim, world.channel_manager)
    return CertificateClaim, claim.pk


def brought(world: World) -> BroughtContact:
    of = {"vendor": world.vendor, "partner": world.reseller, "role": "sales", "language": "de"}
    return BroughtContact.objects.create(address="b@example.com", imported_at=NOW, **of)


def brought_contact(world: World) -> Made:
    return BroughtContact, brought(world).pk


def viewing(world: World) -> Made:
    of = {"user": world.channel_manager, "vendor": world.vendor, "partner": world.reseller}
    made = Viewing.objects.create(started_at=NOW, **of)
    ViewedPage.objects.create(viewing=made, path="/", at=NOW)
    return Viewing, made.pk


def refused_company(world: World) -> Made:
    open_to_all(world.program)
    known = newcomer(world)
    applications.refuse(application=known.application, act=act(world.channel_manager, known.application, "No."))
    asks_for_access(known.partner, "colleague")
    return Partner, known.partner.pk


def deal_draft(world: World) -> Made:
    open_deals(world)
    submitted(world)
    return Deal, drafted(world, title="Another").pk


def probe(world: World) -> Made:
    of = {"kind": Probe.Kind.LIMIT, "person": world.reseller_sales}
    return Probe, Probe.objects.create(enrolment=world.enrolment, at=NOW, **of).pk


def deal_opening(world: World) -> Made:
    open_deals(world)
    of = {"deal": protected(world), "person": world.channel_manager}
    return Opening, Opening.objects.create(at=NOW, **of).pk


CASES: dict[str, Callable[[World], Made]] = {
    "unconfirmed-accounts": account,
    "email-changes": change,
    "api-answers": api_answer,
    "bounces": bounce,
    "registrations": registration,
    "member-invitations": member_invitation,
    "staff-invitations": staff_invitation,
    "customer-invitations": customer_invitation,
    "access-requests": access_request,
    "brought-contacts": brought_contact,
    "viewings": viewing,
    "companies-without-program": refused_company,
    "deal-drafts": deal_draft,
    "deal-probes": probe,
    "deal-openings": deal_opening,
}


def test_an_absence_is_forgotten_so_many_days_after_its_last_one(world: World) -> None:
    days = (NOW.date() - timedelta(days=7), NOW.date())
    Absence.objects.create(vendor=world.vendor, person=world.channel_manager, valid=days)
    for now, there in ((due("absences") - timedelta(days=1), True), (due("absences"), False)):
        retention.forget_due(now=now)
        assert Absence.objects.exists() is there


def test_the_contact_of_an_ended_deal_is_forgotten_and_the_deal_stays(world: World) -> None:
    open_deals(world)
    ended, running = protected(world), protected(world, title="Another", contact_phone="+49 3501 4711")
    ending.lose(deal=ended, lost_to=Deal.LostTo.PRICE, text="", act=acting(world.reseller_sales, ended))
    for now, there in ((due("deal-contacts") - SECOND, True), (due("deal-contacts"), False)):
        retention.forget_due(now=now)
        assert bool(fetched(ended.pk).contact_name) is there
    assert fetched(ended.pk).customer_name == "Klinikum Elbtal gGmbH"
    assert fetched(running.pk).contact_phone == "+49 3501 4711"


def test_the_files_of_an_ended_deal_are_forgotten_and_those_of_a_running_one_stay(world: World) -> None:
    open_deals(world)
    ended, running = protected(world), protected(world, title="Another")
    for deal in (ended, running):
        writing.attach(deal=deal, proof=Proof("plan.pdf", b"%PDF-1.7"), act=acting(world.reseller_sales, deal))
    ending.lose(deal=ended, lost_to=Deal.LostTo.PRICE, text="", act=acting(world.reseller_sales, ended))
    for now, left in ((due("deal-files") - SECOND, {ended, running}), (due("deal-files"), {running})):
        retention.forget_due(now=now)
        assert {each.deal for each in DealFile.objects.all()} == left


def test_a_draft_is_kept_as_long_as_somebody_writes_at_it(world: World) -> None:
    open_deals(world)
    drafts = [drafted(world, title=title) for title in ("Left alone", "Written", "With a file")]
    later = NOW.date() + timedelta(days=30)
    by = world.reseller_sales
    writing.save(deal=drafts[1], written=hospital(world, title="Anew"), act=acting(by, drafts[1], day=later))
    writing.attach(deal=drafts[2], proof=Proof("plan.pdf", b"%PDF-1.7"), act=acting(by, drafts[2], day=later))
    retention.forget_due(now=due("deal-drafts"))
    assert set(Deal.objects.values_list("title", flat=True)) == {"Anew", "With a file"}
    retention.forget_due(now=due("deal-drafts", NOW + timedelta(days=30)))
    assert not Deal.objects.exists()


def test_the_file_of_a_certificate_from_elsewhere_goes_and_what_was_decided_stays(world: World) -> None:
    _model, pk = certificate_proof(world)
    open_one = hand_in(Training.objects.get(), world.reseller, world.reseller_sales)
    for now, there in ((due("certificate-proofs") - SECOND, True), (due("certificate-proofs"), False)):
        retention.forget_due(now=now)
        claim = CertificateClaim.objects.get(pk=pk)
        assert (claim.content is not None) is bool(claim.file_name) is there
        assert (claim.state, claim.issuer) == ("accepted", "Akademie")
    open_one.refresh_from_db()
    assert open_one.content is not None


@pytest.mark.parametrize("key", CASES)
def test_it_is_there_on_the_last_moment_of_its_period_and_gone_after(world: World, key: str) -> None:
    model, pk = CASES[key](world)
    for now, there in ((due(key) - SECOND, True), (due(key), False)):
        with time_machine.travel(now):
            assert retention.forget_due(now=now)
        assert model._default_manager.filter(pk=pk).exists() == there


def test_a_company_goes_with_its_history(world: World) -> None:
    _model, pk = refused_company(world)
    histories = {Partner: "pgh_obj", Application: "partner", Member: "partner", Seat: "partner"}

    def kept(of: int) -> list[bool]:
        events = [(model.pgh_event_model.objects, field) for model, field in histories.items()]  # type: ignore[attr-defined]
        return [found.filter(**{field: of}).exists() for found, field in events]

    assert all(kept(pk))
    retention.forget_due(now=due("companies-without-program"))
    assert not any(kept(pk))
    assert kept(world.reseller.pk)[0]
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        Partner.pgh_event_model.objects.all().delete()  # type: ignore[attr-defined]


def test_every_rule_has_a_period_and_every_period_a_rule() -> None:
    keys = {rule.key for rule in retention.rules}
    assert keys == set(settings.RETENTION_DAYS)
    assert keys == {
        *CASES,
        "mail-contents",
        "sessions",
        "certificate-proofs",
        "invoice-files",
        "deal-contacts",
        "deal-files",
        "absences",
    }


def test_of_a_sent_mail_stays_that_there_was_one(world: World) -> None:
    of = {"kind": "x", "address": "a@example.com", "language": "en", "subject": "Hello", "text": "Dear", "html": "<p>"}
    sent = OutboxMail.objects.create(period="1", state=OutboxMail.State.SENT, sent_at=NOW, **of)
    waiting = OutboxMail.objects.create(period="2", **of)
    retention.forget_due(now=due("mail-contents") - SECOND)
    sent.refresh_from_db()
    assert sent.text == "Dear"
    retention.forget_due(now=due("mail-contents"))
    for mail in (sent, waiting):
        mail.refresh_from_db()
    assert (sent.subject, sent.text, sent.html, sent.address, sent.sent_at) == ("", "", "", "a@example.com", NOW)
    assert waiting.text == "Dear"


def test_what_was_kept_in_the_portal_or_dismissed_is_forgotten_too(world: World) -> None:
    of = {"kind": "x", "address": "a@example.com", "language": "en", "subject": "Hello", "text": "Dear", "url": "/"}
    state = OutboxMail.State
    mails = [OutboxMail.objects.create(period=each, state=each, **of) for each in (state.KEPT, state.DISMISSED)]
    OutboxMail.objects.update(created_at=NOW)
    collected = OutboxMail.objects.create(period="collected", state=state.COLLECTED, **of)
    retention.forget_due(now=due("mail-contents") - SECOND)
    assert OutboxMail.objects.filter(text="Dear").count() == 3
    retention.forget_due(now=due("mail-contents"))
    assert list(OutboxMail.objects.filter(subject="", text="", url="").order_by("pk")) == mails
    assert OutboxMail.objects.get(text="Dear") == collected


def test_a_bounce_that_is_not_over_is_kept(world: World) -> None:
    Bounce.objects.create(address="a@example.com", bounced_at=NOW)
    retention.forget_due(now=NOW + timedelta(days=4000))
    assert Bounce.objects.exists()


def test_expired_sessions_go_with_what_is_noted_about_them(world: World) -> None:
    signed_in(world.reseller_owner)
    session = Session.objects.get()
    UserSession.objects.create(
        user=world.reseller_owner, session_key=session.session_key, ip="127.0.0.1", created_at=NOW
    )
    retention.forget_due(now=session.expire_date - SECOND)
    assert UserSession.objects.exists()
    retention.forget_due(now=session.expire_date)
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_an_account_with_a_role_an_address_or_a_visit_is_kept(world: World) -> None:
    kept = [
        person("confirmed"),
        member_of(world.reseller, "member", SALES),
        User.objects.create_user("came@example.com"),
    ]
    User.objects.filter(pk=kept[2].pk).update(last_login=NOW)
    unconfirmed = User.objects.create_user("member@example.org")
    world.reseller.members.create(user=unconfirmed, role=SALES)
    retention.forget_due(now=NOW + timedelta(days=400))
    assert User.objects.filter(pk__in=[*(user.pk for user in kept), unconfirmed.pk]).count() == 4


def test_what_is_still_open_is_kept(world: World) -> None:
    asks_for_access(world.reseller, "colleague")
    retention.forget_due(now=NOW + timedelta(days=4000))
    assert AccessRequest.objects.exists()


def test_pages_that_were_looked_at_are_removed_by_forgetting_alone(world: World) -> None:
    client: Client = signed_in(world.channel_manager)
    client.post("/vendor/lenovo/partners/2B3C4D5F/view/")
    client.get("/partner/2B3C4D5F/")
    known = newcomer_with_terms(world)
    steps, pages, viewings = known.application.steps.all(), ViewedPage.objects.all(), Viewing.objects.all()
    kept: list[QuerySet[Any]] = [pages, steps]
    for rows in kept:
        with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
            rows.delete()
    for rows in (*kept, viewings):
        with pytest.raises(ProgrammingError, match="Cannot update"), forgetting():
            rows.update(id=F("id"))
    with forgetting():
        ViewedPage.objects.all().delete()
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        Viewing.objects.all().delete()
    retention.forget_due(now=NOW + timedelta(days=4000))
    assert not Viewing.objects.exists()


def newcomer_with_terms(world: World) -> Newcomer:
    open_to_all(world.program)
    return newcomer(world)


def test_a_company_that_waits_takes_part_or_has_something_else_is_kept(world: World) -> None:
    waits = newcomer_with_terms(world)
    refused = newcomer(world, name="refused", vat_id="")
    applications.refuse(application=refused.application, act=act(world.channel_manager, refused.application, "No."))
    number = {"vendor": world.vendor, "distributor": world.distributor, "number": "K-7"}
    CustomerNumber.objects.create(partner=refused.partner, **number)
    retention.forget_due(now=NOW + timedelta(days=4000))
    kept = {world.reseller, world.rival, waits.partner, refused.partner}
    assert set(Partner.objects.all()) == kept
    assert refused.application.steps.count() == 2
    CustomerNumber.objects.filter(**number).delete()
    retention.forget_due(now=NOW + timedelta(days=4000))
    assert set(Partner.objects.all()) == kept - {refused.partner}
    assert User.objects.filter(pk=refused.user.pk).exists()


def test_a_contact_whose_invitation_is_open_or_young_stays_with_it(world: World) -> None:
    contact = brought(world)
    invitation = teams.invite(world)
    BroughtContact.objects.filter(pk=contact.pk).update(invitation=invitation)
    ended = NOW + timedelta(days=100)
    MemberInvitation.objects.filter(pk=invitation.pk).update(expires_at=ended)
    assert retention.forget_due(now=due("brought-contacts", ended) - SECOND)
    assert BroughtContact.objects.exists()
    assert MemberInvitation.objects.exists()
    assert retention.forget_due(now=due("brought-contacts", ended))
    assert not BroughtContact.objects.exists()
    assert not MemberInvitation.objects.exists()


def test_it_goes_in_small_steps_and_on_where_it_stopped(world: World) -> None:
    for number in range(7):
        Registration.objects.create(user=person(f"p{number}"), changed_at=NOW)
    looked = iter(range(1000))
    # The rule of registrations is one of the last: by then every rule before it has looked once.
    stopped_after = [rule.key for rule in retention.rules].index("registrations") + 2
    now = due("registrations")
    assert not retention.forget_due(now=now, go_on=lambda: next(looked) < stopped_after, chunk=2)
    assert Registration.objects.count() == 3
    assert retention.forget_due(now=due("registrations"), chunk=2)
    assert not Registration.objects.exists()


def test_the_task_looks_once_a_day(world: World) -> None:
    of = {"user": world.reseller_owner, "changed_at": NOW}
    with time_machine.travel(due("registrations")):
        forget()
        Registration.objects.create(**of)
        forget()
        assert Registration.objects.exists()
