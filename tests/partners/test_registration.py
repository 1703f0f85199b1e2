"""From a stranger to a company with an application: what is typed stays, nothing is told to strangers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from common import outbox, personal
from common.companies import Company
from common.models import OutboxMail, User
from partners import access_requests, applications, registration
from partners.applications import NotAccepted, NotOpen
from partners.models import (
    AccessRequest,
    Application,
    Enrolment,
    Member,
    MemberInvitation,
    Partner,
    Registration,
    Seat,
)
from partners.registration import CompanyFacts, RegisteredAlready, Wanted
from tests import teams
from tests.partners.applying import NEWCOMER, act, newcomer, open_to_all
from tests.people import person, signed_in
from tests.rendering import words
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
COMPANY = {name: value for name, value in vars(NEWCOMER).items() if name != "language"}


@pytest.fixture
def stranger(world: World) -> User:
    open_to_all(world.program, questions=[{"code": "focus", "de": "Schwerpunkt?", "en": "Focus?", "required": False}])
    return person("newcomer", first_name="", last_name="")


def typed(client: Client, **changes: str) -> None:
    assert client.post("/register/company/", {**COMPANY, **changes}).status_code == 302
    assert client.post("/register/programs/", {"programs": ["topseller"]}).status_code == 302


def send(client: Client, **changes: str) -> object:
    answers = {"topseller-focus": "Schools", "topseller-version": "1", "topseller-accepted": "on", **changes}
    return client.post("/register/confirm/", answers)


# --- the whole path ---------------------------------------------------------------------------------------------------


def test_a_stranger_becomes_an_applicant_in_three_steps(world: World, stranger: User) -> None:
    client = signed_in(stranger)
    typed(client, first_name="Jana", last_name="Kern")
    response = send(client)
    assert response.status_code == 302  # type: ignore[attr-defined]
    partner = Partner.objects.get(name="Blaufuchs IT GmbH")
    assert Member.objects.get(partner=partner).user == stranger
    assert Seat.objects.get(partner=partner).country == "DE"
    assert not Enrolment.objects.filter(partner=partner).exists()
    application = partner.applications.get()
    assert application.answers == {"focus": "Schools"}
    assert application.participation_terms.version == 1  # type: ignore[union-attr]
    # Applied on Monday: two days of the office.
    assert application.due_on == date(2026, 11, 18)
    stranger.refresh_from_db()
    assert stranger.name == "Jana Kern"
    page = client.get("/register/done/")
    assert "answers by 18 November 2026" in words(page.content.decode())
    assert "Lenovo is checking" in words(client.get(f"/partner/{partner.number}/").content.decode())


def test_at_most_eight_answers_are_required(world: World, stranger: User) -> None:
    client = signed_in(stranger)
    company = client.get("/register/company/").context["form"]
    typed(client)
    asked = client.get("/register/confirm/").context["forms"]
    required = [field for form in (company, *asked) for field in form.visible_fields() if field.field.required]
    # And an address and a password when signing up.
    assert len(required) + 2 <= 8


def test_what_was_typed_is_there_again_whatever_was_wrong_with_it(stranger: User) -> None:
    client = signed_in(stranger)
    response = client.post("/register/company/", {**COMPANY, "city": "", "website": "no address"})
    assert response.status_code == 422
    again = signed_in(stranger).get("/register/company/")
    shown = again.content.decode()
    assert "Blaufuchs IT GmbH" in shown
    assert "no address" in shown
    assert "what you have typed so far" in words(shown)


def test_a_page_that_is_closed_loses_nothing(stranger: User) -> None:
    client = signed_in(stranger)
    assert client.post("/register/keep/", {"name": "Blaufuchs\0", "city": "x" * 10_000}).status_code == 204
    kept = Registration.objects.get(user=stranger).typed["company"]
    assert kept["name"] == "Blaufuchs"
    assert len(kept["city"]) == 500


def test_answers_are_kept_where_the_terms_are_not_accepted(stranger: User) -> None:
    client = signed_in(stranger)
    typed(client)
    assert "<p>Taking part is free.</p>" in client.get("/register/confirm/").content.decode()
    response = client.post("/register/confirm/", {"topseller-focus": "Schools", "topseller-version": "1"})
    assert response.status_code == 422
    assert "Without your yes to the terms" in words(response.content.decode())
    assert "Schools" in client.get("/register/confirm/").content.decode()


def test_terms_that_changed_meanwhile_have_to_be_read_again(world: World, stranger: User) -> None:
    client = signed_in(stranger)
    typed(client)
    client.get("/register/confirm/")
    open_to_all(world.program)
    response = send(client)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert "The terms have changed meanwhile" in words(response.content.decode())  # type: ignore[attr-defined]
    assert not Partner.objects.filter(name="Blaufuchs IT GmbH").exists()


# --- VAT id ----------------------------------------------------------------------------------------------------------


def test_a_vat_id_that_cannot_be_one_is_a_warning(stranger: User) -> None:
    client = signed_in(stranger)
    wrong = {**COMPANY, "vat_id": "DE123456780"}
    first = client.post("/register/company/", wrong)
    assert "does not look like a VAT id" in words(first.content.decode())
    assert client.post("/register/company/", wrong).status_code == 302


@pytest.mark.parametrize(
    ("vat_id", "country", "fits"),
    [
        ("DE136695976", "DE", True),
        ("de 136 695 976", "DE", True),
        ("DE136695977", "DE", False),
        ("ATU13585627", "AT", True),
        ("136695976", "DE", False),
        ("CHE-123", "CH", True),
        ("", "CH", True),
    ],
)
def test_vat_ids_are_checked_by_form_and_digits(vat_id: str, country: str, fits: bool) -> None:
    assert registration.looks_like_vat_id(vat_id, country) is fits


# --- twice, at once, from behind -------------------------------------------------------------------------------------


def test_a_double_click_registers_one_company(stranger: User) -> None:
    client = signed_in(stranger)
    typed(client)
    assert send(client).status_code == 302  # type: ignore[attr-defined]
    second = send(client)
    assert second.status_code == 302  # type: ignore[attr-defined]
    assert second["Location"] == "/register/done/"  # type: ignore[index]
    assert Partner.objects.filter(name="Blaufuchs IT GmbH").count() == 1


def test_registering_without_a_draft_is_refused(world: World, stranger: User) -> None:
    wanted = [Wanted(world.program, {}, applications.current_terms(world.program))]
    with pytest.raises(RegisteredAlready):
        registration.register(user=stranger, company=NEWCOMER, wanted=wanted, now=NOW, today=TODAY)


@pytest.mark.parametrize("path", ["programs", "confirm"])
def test_later_steps_lead_back_to_the_first_while_it_is_not_complete(stranger: User, path: str) -> None:
    response = signed_in(stranger).get(f"/register/{path}/")
    assert response["Location"] == "/register/company/"


def test_nothing_remains_of_a_registration_that_fails(world: World, stranger: User) -> None:
    registration.remember(user=stranger, typed={}, now=NOW)
    foreign = CompanyFacts(**{**vars(NEWCOMER), "country": "FR"})
    wanted = [Wanted(world.program, {}, applications.current_terms(world.program))]
    with pytest.raises(NotOpen, match="open to companies in DE"):
        registration.register(user=stranger, company=foreign, wanted=wanted, now=NOW, today=TODAY)
    assert not Partner.objects.filter(name=NEWCOMER.name).exists()
    with pytest.raises(NotAccepted):
        registration.register(
            user=stranger, company=NEWCOMER, wanted=[Wanted(world.program, {}, None)], now=NOW, today=TODAY
        )


def test_a_program_of_the_public_page_is_chosen_already(stranger: User) -> None:
    client = Client(headers={"accept-language": "en"})
    page = client.get("/register/?program=topseller")
    assert "/account/signup/?next=" in page.content.decode()
    client = signed_in(stranger)
    address = client.get("/register/?program=topseller")["Location"]
    client.post(address, COMPANY)
    assert Registration.objects.get(user=stranger).typed["programs"] == ["topseller"]


# --- a company that is there already ---------------------------------------------------------------------------------


def ask(client: Client, **company: str) -> object:
    client.post("/register/keep/", {**COMPANY, **company})
    return client.post("/register/access/", follow=True)


@pytest.mark.parametrize("language", ["en", "de"])
def test_nobody_learns_whether_a_company_is_registered(world: World, stranger: User, language: str) -> None:
    """The page is the same to the letter for a company that is known and for one that is not."""
    world.reseller.postcode = "01067"
    world.reseller.save()
    other = person("other_stranger")
    for user in (stranger, other):
        # Everybody of the tests has an address of the same domain, which would give the company away.
        user.email = f"{user.pk}@gmx.de"
        user.save()
    known = ask(signed_in(stranger, language=language), name=world.reseller.name, postcode="01067")
    unknown = ask(signed_in(other, language=language), name=world.reseller.name.replace("Elbtal", "Isartal"))
    assert AccessRequest.objects.get().partner == world.reseller
    pages = []
    for response, user in ((known, stranger), (unknown, other)):
        text = words(response.content.decode())  # type: ignore[attr-defined]
        pages.append(text.replace(user.email, "").replace(user.name, ""))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "company",
    [
        Company("Something else", vat_id="DE 111 111 125"),
        Company("Elbtal Systemhaus", postcode="01067"),
        Company("Something else", email_domain="elbtal.example"),
    ],
    ids=["vat id", "name and postcode", "mail domain"],
)
def test_the_owner_of_a_known_company_gets_a_mail(world: World, stranger: User, company: Company) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(vat_id="DE111111125", postcode="01067")
    User.objects.filter(pk=world.reseller_sales.pk).update(email="sales@elbtal.example")
    access_requests.ask_for_access(user=stranger, company=company, now=NOW)
    mail = OutboxMail.objects.get(kind="access-asked")
    assert mail.recipient == world.reseller_owner
    assert stranger.email in mail.text


def test_a_mail_provider_says_nothing_about_a_company(world: World, stranger: User) -> None:
    User.objects.filter(pk=world.reseller_sales.pk).update(email="somebody@gmx.de")
    company = Company("Something else", email_domain="gmx.de")
    access_requests.ask_for_access(user=stranger, company=company, now=NOW)
    assert not AccessRequest.objects.exists()


def test_asking_again_and_again_writes_no_more_mails(world: World, stranger: User) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(vat_id="DE111111125")
    for _again in range(5):
        access_requests.ask_for_access(user=stranger, company=Company("x", vat_id="DE111111125"), now=NOW)
    assert OutboxMail.objects.filter(kind="access-asked").count() == 1


def test_who_was_left_out_asks_the_same_company_again_after_a_month(world: World, stranger: User) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(vat_id="DE111111125")
    owner = act(world.reseller_owner).actor

    def asked(days: int) -> int:
        company = Company("x", vat_id="DE111111125")
        access_requests.ask_for_access(user=stranger, company=company, now=NOW + timedelta(days=days))
        return AccessRequest.objects.count()

    assert asked(0) == 1
    access_requests.decline(request=AccessRequest.objects.get(), actor=owner, now=NOW)
    assert [asked(1), asked(29)] == [1, 1]
    teams.invite(world, stranger.email, now=NOW + timedelta(days=29))
    assert MemberInvitation.objects.get().address == stranger.email
    assert asked(30) == 2
    assert OutboxMail.objects.filter(kind="access-asked").count() == 2


def test_the_answer_is_the_same_and_a_mail_is_written_where_nobody_is_told(
    world: World, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing a mail is what takes long."""
    User.objects.filter(pk=stranger.pk).update(email="stranger@gmx.de")
    Partner.objects.filter(pk=world.reseller.pk).update(vat_id="DE111111125")
    written: list[str] = []
    write = outbox.written

    def noted(**mail: Any) -> dict[str, str]:
        written.append(mail["kind"])
        return write(**mail)

    monkeypatch.setattr(outbox, "written", noted)
    client = signed_in(stranger)
    answers = []
    for vat_id in ("DE111111125", "DE111111125", "DE136695976"):
        answers.append(words(ask(client, vat_id=vat_id).content.decode()).replace(vat_id, "VAT"))  # type: ignore[attr-defined]
        AccessRequest.objects.filter(decided_at=None).update(
            decided_at=timezone.now(), decided_by=world.reseller_owner, granted=False
        )
    assert written == ["access-asked"] * 3
    assert answers[0] == answers[1] == answers[2]
    assert AccessRequest.objects.count() == 1


def test_asking_often_is_stopped_whether_a_company_is_known_or_not(world: World, stranger: User) -> None:
    """Every question looks at all companies; and how long an answer takes must not be asked a thousand times."""
    client = signed_in(stranger)
    statuses = [client.post("/register/access/").status_code for _time in range(11)]
    assert statuses == [302] * 10 + [429]


def test_the_own_data_do_not_tell_whether_a_company_is_registered(world: World, stranger: User) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(vat_id="DE111111125")
    access_requests.ask_for_access(user=stranger, company=Company("x", vat_id="DE111111125"), now=NOW)
    assert personal.gather(user=stranger)["access"] == []
    request = AccessRequest.objects.get()
    access_requests.grant(request=request, role="sales", actor=act(world.reseller_owner).actor, now=NOW)
    assert [row["partner__name"] for row in personal.gather(user=stranger)["access"]] == [world.reseller.name]


def test_a_company_is_one_line_in_the_mails_about_it(stranger: User) -> None:
    client = signed_in(stranger)
    typed(client, name="Blaufuchs\nIT GmbH", city="Ber\u202elin", first_name="Jana\r\nKern")
    assert send(client).status_code == 302  # type: ignore[attr-defined]
    assert Partner.objects.get(name="Blaufuchs IT GmbH").city == "Berlin"


def test_an_owner_lets_somebody_in_or_leaves_them_out(world: World, stranger: User) -> None:
    for role, partner in (("sales", world.reseller), ("", world.rival)):
        request = AccessRequest.objects.create(partner=partner, user=stranger, asked_at=NOW)
        owner = signed_in(world.reseller_owner if role else world.rival_owner)
        page = owner.get(f"/partner/{partner.number}/access-requests/")
        assert stranger.email in page.content.decode()
        answer = "grant" if role else "decline"
        url = f"/partner/{partner.number}/access-requests/{request.pk}/{answer}/"
        for _click in range(2):
            assert owner.post(url, {f"request-{request.pk}-role": role}).status_code == 302
    assert [member.role for member in Member.objects.filter(user=stranger)] == ["sales"]
    assert OutboxMail.objects.filter(kind="access-granted", recipient=stranger).count() == 1


def test_a_person_may_not_work_for_one_vendor_only(world: World) -> None:
    """Applying for the program of another vendor shows that vendor nothing of the first one."""
    open_to_all(world.program)
    known = newcomer(world)
    open_to_all(world.rival_program)
    client = signed_in(known.user)
    assert "10hoch4" in client.get(f"/partner/{known.partner.number}/programs/").content.decode()
    response = client.post(
        f"/partner/{known.partner.number}/programs/10hoch4/apply/", {"10hoch4-version": "1", "10hoch4-accepted": "on"}
    )
    second = Application.objects.get(program=world.rival_program)
    assert response["Location"] == f"/partner/{known.partner.number}/applications/{second.pk}/"
    assert not Application.objects.visible_to(act(world.rival_channel_manager).actor).exclude(pk=second.pk).exists()


def test_nobody_registers_companies_without_end(world: World, stranger: User) -> None:
    client = signed_in(stranger)
    for _number in range(registration.MOST_A_DAY):
        typed(client)
        assert send(client).status_code == 302  # type: ignore[attr-defined]
    typed(client)
    response = send(client)
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert "Please go on tomorrow" in words(response.content.decode())  # type: ignore[attr-defined]


def test_without_a_public_program_there_is_nothing_to_fill_in(world: World) -> None:
    page = signed_in(person("newcomer")).get("/register/company/")
    assert "No program takes applications at present" in words(page.content.decode())
