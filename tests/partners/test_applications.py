"""Applications: one decision, a clock that stands still while the applicant is asked, everybody told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from common.access import Actor
from common.models import OutboxMail
from partners import applications, services
from partners.applications import Admission, MovedOn, NotAllowed, NotAnswered, NotOpen
from partners.models import Application, ApplicationStep, Care, Enrolment, EnrolmentStatus, EnrolmentTier, Partner
from programs.models import ParticipationTerms, Tier, Vendor
from programs.office_days import office_day_after
from tests.partners.applying import Newcomer, act, newcomer, open_to_all
from tests.people import signed_in, staff_of
from tests.rendering import words
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
State, Step = Application.State, ApplicationStep.Step
QUEUE = "/vendor/lenovo/applications/"


@pytest.fixture
def applicant(world: World) -> Newcomer:
    open_to_all(world.program)
    return newcomer(world)


def mails(kind: str) -> list[str]:
    return sorted(OutboxMail.objects.filter(kind=f"application-{kind}").values_list("address", flat=True))


# --- approving -------------------------------------------------------------------------------------------------------


def test_an_approved_company_takes_part_in_the_lowest_tier_and_is_told(world: World, applicant: Newcomer) -> None:
    deciding = act(world.channel_manager, applicant.application)
    applications.approve(application=applicant.application, admission=Admission(TODAY), act=deciding)
    enrolment = Enrolment.objects.get(partner=applicant.partner)
    assert enrolment.enrolled_on == TODAY
    assert enrolment.statuses.get().status == EnrolmentStatus.Status.ACTIVE
    assert enrolment.tiers.get().tier.code == "registered"
    assert mails("received") == mails("approved") == [applicant.user.email]
    assert mails("new") == [world.channel_manager.email]


def test_tier_day_manager_and_caretaker_are_chosen_when_approving(world: World, applicant: Newcomer) -> None:
    silver = Tier.objects.get(program=world.program, code="silver")
    admission = Admission(date(2026, 11, 1), silver, world.channel_manager, world.distributor)
    applications.approve(
        application=applicant.application, admission=admission, act=act(world.channel_manager, applicant.application)
    )
    held = EnrolmentTier.objects.get(enrolment__partner=applicant.partner)
    assert (held.tier, held.valid_from) == (silver, date(2026, 11, 1))
    care = Care.objects.get(partner=applicant.partner)
    assert (care.vendor, care.manager, care.distributor) == (world.vendor, world.channel_manager, world.distributor)


def test_a_manager_of_another_vendor_looks_after_nobody_here(world: World, applicant: Newcomer) -> None:
    admission = Admission(TODAY, manager=world.rival_channel_manager)
    with pytest.raises(NotAllowed, match="does not work for Lenovo"):
        applications.approve(
            application=applicant.application,
            admission=admission,
            act=act(world.channel_manager, applicant.application),
        )
    applicant.application.refresh_from_db()
    assert applicant.application.state == State.OPEN
    assert not Enrolment.objects.filter(partner=applicant.partner).exists()


def test_a_company_that_had_left_comes_back_into_its_history(world: World, applicant: Newcomer) -> None:
    deciding = act(world.channel_manager, applicant.application)
    applications.approve(application=applicant.application, admission=Admission(date(2026, 11, 2)), act=deciding)
    enrolment = Enrolment.objects.get(partner=applicant.partner)
    terms = ParticipationTerms.objects.get()

    def apply_again() -> Application:
        return applications.apply(
            partner=applicant.partner, program=world.program, answers={}, accepted=terms, act=act(applicant.user)
        )

    with pytest.raises(NotOpen, match="already"):
        apply_again()
    services.set_status(enrolment=enrolment, status="ended", on=date(2026, 11, 9), actor=deciding.actor)
    again = apply_again()
    applications.approve(application=again, admission=Admission(TODAY), act=act(world.channel_manager, again))
    assert Enrolment.objects.filter(partner=applicant.partner).count() == 1
    assert [each.status for each in enrolment.statuses.order_by("valid")] == ["active", "ended", "active"]
    enrolment.refresh_from_db()
    assert enrolment.enrolled_on == date(2026, 11, 2)


# --- asking back, refusing, withdrawing ------------------------------------------------------------------------------


def test_the_clock_stands_still_while_the_applicant_is_asked(world: World, applicant: Newcomer) -> None:
    application = applicant.application
    applications.ask_back(application=application, act=act(world.channel_manager, application, "Your licence?"))
    assert application.state == State.ASKED_BACK
    assert mails("asked-back") == [applicant.user.email]
    friday = date(2026, 11, 20)
    applications.reply(application=application, act=act(applicant.user, application, "Here it is.", today=friday))
    assert application.state == State.OPEN
    assert application.due_on == date(2026, 11, 24)
    assert mails("replied") == [world.channel_manager.email]


def test_after_a_refusal_the_company_applies_once_more(world: World, applicant: Newcomer) -> None:
    application = applicant.application
    applications.refuse(application=application, act=act(world.channel_manager, application, "No dealer."))
    client = signed_in(applicant.user)
    page = client.get(f"/partner/{applicant.partner.number}/applications/{application.pk}/")
    assert "No dealer." in words(page.content.decode())
    assert page.context["again_url"]
    client.post(page.context["again_url"], {"topseller-version": "1", "topseller-accepted": "on"})
    assert [each.state for each in applicant.partner.applications.order_by("id")] == [State.REFUSED, State.OPEN]
    mail = OutboxMail.objects.get(kind="application-refused")
    assert "No dealer." in mail.text
    again = applicant.partner.applications.latest("id")
    told = words(signed_in(world.channel_manager).get(f"{QUEUE}{again.pk}/").content.decode())
    assert "No dealer." in told


def test_a_withdrawn_application_leaves_the_queue(world: World, applicant: Newcomer) -> None:
    applications.withdraw(application=applicant.application, act=act(applicant.user, applicant.application))
    page = signed_in(world.channel_manager).get(QUEUE + "?state=open")
    assert applicant.partner.name not in page.content.decode()
    with pytest.raises(MovedOn, match="withdrawn this application meanwhile"):
        applications.refuse(
            application=applicant.application, act=act(world.channel_manager, applicant.application, "No.")
        )


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["vendor_finance", "rival_channel_manager", "platform_admin", "reseller_owner"])
def test_nobody_else_decides(world: World, applicant: Newcomer, who: str) -> None:
    for decide in (applications.refuse, applications.ask_back):
        with pytest.raises(NotAllowed):
            decide(application=applicant.application, act=act(getattr(world, who), applicant.application, "x"))
    with pytest.raises(NotAllowed):
        applications.approve(
            application=applicant.application,
            admission=Admission(TODAY),
            act=act(getattr(world, who), applicant.application),
        )


def test_only_owners_apply_for_their_company(world: World) -> None:
    terms = open_to_all(world.program)
    for user in (world.reseller_sales, world.rival_owner, world.channel_manager):
        with pytest.raises(NotAllowed):
            applications.apply(partner=world.reseller, program=world.program, answers={}, accepted=terms, act=act(user))


def test_questions_that_must_be_answered_are(world: World) -> None:
    question = {"code": "focus", "de": "Schwerpunkt?", "en": "Focus?", "required": True}
    terms = open_to_all(world.rival_program, questions=[question])
    EnrolmentStatus.objects.filter(enrolment=world.second_enrolment).delete()
    with pytest.raises(NotAnswered):
        applications.apply(
            partner=world.reseller,
            program=world.rival_program,
            answers={"focus": "  "},
            accepted=terms,
            act=act(world.reseller_owner),
        )


def test_a_program_that_is_not_public_or_over_takes_no_applications(world: World) -> None:
    with pytest.raises(NotOpen):
        applications.check_open(partner=world.rival, program=world.program, today=TODAY)
    open_to_all(world.program, ends_on=TODAY)
    with pytest.raises(NotOpen):
        applications.check_open(partner=world.rival, program=world.program, today=TODAY)


# --- at once ---------------------------------------------------------------------------------------------------------


def test_who_decides_second_is_told(world: World, applicant: Newcomer) -> None:
    other = staff_of(world.vendor, "other_manager", "channel_manager", first_name="Olga", last_name="Beck")
    first, second = (act(who, applicant.application, "No.") for who in (world.channel_manager, other))
    applications.refuse(application=applicant.application, act=first)
    with pytest.raises(MovedOn, match="has refused this application meanwhile"):
        applications.approve(application=applicant.application, admission=Admission(TODAY), act=second)
    assert not Enrolment.objects.filter(partner=applicant.partner).exists()


def test_a_double_click_decides_once(world: World, applicant: Newcomer) -> None:
    same = act(world.channel_manager, applicant.application)
    for later in (0, 1):
        clicked = Admission(TODAY)
        again = act(world.channel_manager, None, seen=same.seen, now=NOW + timedelta(seconds=later))
        applications.approve(application=applicant.application, admission=clicked, act=again)
    assert applicant.application.steps.filter(step=Step.APPROVED).count() == 1
    assert len(mails("approved")) == 1


def test_the_database_lets_no_second_undecided_application_in(world: World, applicant: Newcomer) -> None:
    first = applicant.application
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(
            partner=first.partner,
            program=first.program,
            applied_by=applicant.user,
            applied_at=NOW,
            since=NOW,
            due_on=TODAY,
        )


@pytest.mark.parametrize(
    "statement", ["UPDATE partners_applicationstep SET text = 'x'", "DELETE FROM partners_applicationstep"]
)
def test_what_was_written_stays(applicant: Newcomer, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"Cannot (update|delete)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# --- duplicates and pages --------------------------------------------------------------------------------------------


def test_likely_duplicates_stand_beside_the_applicant_with_what_differs(world: World) -> None:
    open_to_all(world.program)
    Partner.objects.filter(pk=world.reseller.pk).update(vat_id="DE136695976", city="Dresden")
    known = newcomer(world, name="newcomer")
    page = signed_in(world.channel_manager).get(f"{QUEUE}{known.application.pk}/")
    (duplicate,) = page.context["company"]["duplicates"]
    assert duplicate["name"] == world.reseller.name
    assert ("same VAT id", False) in duplicate["reasons"]
    rows = {row["label"]: row for row in page.context["company"]["rows"]}
    assert rows["City"]["others"][0] == {"value": "Dresden", "differs": True}
    assert rows["VAT id"]["others"][0]["differs"] is False


def test_partners_of_other_vendors_are_no_duplicates(world: World) -> None:
    open_to_all(world.program)
    Partner.objects.filter(pk=world.rival.pk).update(vat_id="DE136695976")
    known = newcomer(world)
    page = signed_in(world.channel_manager).get(f"{QUEUE}{known.application.pk}/")
    assert page.context["company"]["duplicates"] == []
    assert world.rival.name not in page.content.decode()


def test_the_queue_decides_and_goes_on_to_the_next(world: World, applicant: Newcomer) -> None:
    client = signed_in(world.channel_manager)
    dashboard = words(client.get("/vendor/lenovo/panels/waiting/").content.decode())
    assert "1 application to decide" in dashboard
    page = client.get(f"{QUEUE}{applicant.application.pk}/")
    form = page.context["forms"]["approve"]
    data = {
        "approve-seen": form.initial["seen"],
        "approve-tier": form.initial["tier"].pk,
        "approve-on": TODAY.isoformat(),
        "approve-manager": world.channel_manager.pk,
        "approve-distributor": "",
        "approve-text": "Welcome.",
    }
    response = client.post(f"{QUEUE}{applicant.application.pk}/approve/", data)
    assert response["Location"] == QUEUE + "?state=open&sort=due_on"
    mail = OutboxMail.objects.get(kind="application-approved")
    assert "Welcome." in mail.text
    again = client.post(f"{QUEUE}{applicant.application.pk}/approve/", {**data, "approve-text": "Twice."})
    assert again.status_code == 422
    assert "has approved this application meanwhile" in words(again.content.decode())


def test_what_somebody_wrote_stays_where_the_other_was_faster(world: World, applicant: Newcomer) -> None:
    client = signed_in(world.channel_manager)
    page = client.get(f"{QUEUE}{applicant.application.pk}/")
    seen = page.context["forms"]["refuse"].initial["seen"]
    other = staff_of(world.vendor, "other_manager", "channel_manager")
    applications.ask_back(application=applicant.application, act=act(other, applicant.application, "Why?"))
    response = client.post(
        f"{QUEUE}{applicant.application.pk}/refuse/", {"refuse-seen": seen, "refuse-text": "My long reason"}
    )
    shown = response.content.decode()
    assert response.status_code == 422
    assert "My long reason" in shown
    assert "has written meanwhile" in words(shown)


# --- days of the office ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "state", "day", "due"),
    [
        ("DE", "", date(2026, 12, 23), date(2026, 12, 28)),
        # Women's Day is a holiday in Berlin alone; in 2027 it is a Monday.
        ("DE", "BE", date(2027, 3, 5), date(2027, 3, 10)),
        ("DE", "BY", date(2027, 3, 5), date(2027, 3, 9)),
        ("XX", "", date(2026, 12, 24), date(2026, 12, 28)),
    ],
)
def test_holidays_of_the_vendors_state_do_not_count(country: str, state: str, day: date, due: date) -> None:
    assert office_day_after(Vendor(country=country, subdivision=state), day, 2) == due


def test_the_system_decides_nothing(applicant: Newcomer) -> None:
    with pytest.raises(NotAllowed):
        applications.refuse(application=applicant.application, act=applications.Act(Actor.system(), NOW, TODAY, "x"))
