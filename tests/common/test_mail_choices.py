"""How a person wants each kind of mail, and what becomes of a mail that is made."""

from __future__ import annotations

from typing import Any

import pytest

from common import bouncing, mail_choices, outbox, registry, stopping, summaries
from common.access import Actor
from common.delivery import states_for
from common.mail_choices import AS_NOTICE, AS_SUMMARY, NotAChoice
from common.mail_choices import REGULAR as REGULARLY
from common.models import Bounce, MailChoice, OutboxMail, User
from partners.models import Member
from tests.common.telling import MANDATORY, OPTIONAL, REGULAR, TO_VENDOR, tell
from tests.people import person, signed_in
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
PAGE, ARRIVE = "/account/mails/", "/account/mails/arrive/"
State = OutboxMail.State
FOR_EVERYBODY = "training-booked"
"""At a company."""


def form(user: User) -> Any:
    return signed_in(user).get(PAGE).context["form"]


def typed(user: User, **values: str) -> dict[str, str]:
    """What the page sends: all of its fields, with some changed."""
    return {name: field.initial for name, field in form(user).fields.items()} | values


def bounced(user: User, **fields: Any) -> Bounce:
    return Bounce.objects.create(address=user.email.lower(), bounced_at=NOW, told="550 no such box", **fields)


# --- choosing ---------------------------------------------------------------------------------------------------------


def test_without_a_choice_the_first_of_the_kind_holds(world: World) -> None:
    held = mail_choices.choices_of(actor=Actor.of(world.reseller_owner))
    assert set(held) == {kind.key for kind in registry.mails if kind.choices}
    assert (held[OPTIONAL], held[REGULAR]) == ("at_once", "weekly")


def test_the_page_says_never_to_whoever_gets_none_until_they_ask_for_it(world: World) -> None:
    technician = world.reseller_technician
    assert form(technician).fields[REGULAR].initial == "off"
    signed_in(technician).post(PAGE, typed(technician, **{FOR_EVERYBODY: "portal"}))
    assert set(MailChoice.objects.values_list("kind", flat=True)) == {FOR_EVERYBODY}, "of the others nothing was said"
    Member.objects.create(partner=world.reseller, user=technician, role=Member.Role.SALES)
    assert form(technician).fields[REGULAR].initial == "weekly"


def test_only_kinds_of_where_the_person_works_are_offered(world: World) -> None:
    of_partner, of_vendor = set(form(world.reseller_owner).fields), set(form(world.channel_manager).fields)
    assert OPTIONAL in of_partner - of_vendor
    assert TO_VENDOR in of_vendor - of_partner
    assert MANDATORY not in of_partner | of_vendor
    technician = set(form(world.reseller_technician).fields)
    assert OPTIONAL not in technician, "it goes to owners and bookkeeping"
    assert {FOR_EVERYBODY, REGULAR} <= technician
    assert set(form(person("stranger")).fields) == {summaries.DAILY}


@pytest.mark.parametrize("choice", AS_NOTICE[1:])
def test_a_choice_is_saved_for_its_kind_alone(world: World, choice: str) -> None:
    owner = world.reseller_owner
    answer = signed_in(owner).post(PAGE, typed(owner, **{OPTIONAL: choice}), follow=True)
    assert "Your choice is saved." in answer.content.decode()
    held = mail_choices.choices_of(actor=Actor.of(owner))
    assert held[OPTIONAL] == choice
    assert all(held[kind.key] == kind.choices[0] for kind in mail_choices.kinds() if kind.key != OPTIONAL)
    assert not MailChoice.objects.exclude(user=owner).exists()
    assert form(owner).fields[OPTIONAL].initial == choice


@pytest.mark.parametrize("values", [{OPTIONAL: "weekly"}, {OPTIONAL: ""}, {REGULAR: "digest"}, {OPTIONAL: "nonsense"}])
def test_what_a_kind_does_not_offer_is_refused_and_nothing_is_saved(world: World, values: dict[str, str]) -> None:
    owner = world.reseller_owner
    answer = signed_in(owner).post(PAGE, typed(owner, **values))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(values)
    assert not MailChoice.objects.exists()


def test_a_kind_of_somebody_elses_work_or_that_has_to_be_sent_is_not_saved(world: World) -> None:
    owner = world.reseller_owner
    signed_in(owner).post(PAGE, typed(owner, **{TO_VENDOR: "portal", MANDATORY: "portal", "nonsense": "portal"}))
    assert not MailChoice.objects.filter(kind__in=[TO_VENDOR, MANDATORY, "nonsense"]).exists()
    for kind in (MANDATORY, "nonsense"):
        with pytest.raises(NotAChoice):
            mail_choices.choose(user_id=owner.pk, kind=kind, choice="portal")


def test_a_stored_choice_that_the_kind_no_longer_offers_counts_as_none(world: World) -> None:
    owner = world.reseller_owner
    MailChoice.objects.create(user=owner, kind=OPTIONAL, choice="monthly")
    assert mail_choices.choices_of(actor=Actor.of(owner))[OPTIONAL] == "at_once"
    assert mail_choices.chosen(kind=registry.mails[OPTIONAL], users=[owner.pk]) == {owner.pk: "at_once"}


def test_every_kind_offers_what_a_notice_or_a_regular_mail_offers() -> None:
    assert {kind.choices for kind in registry.mails} == {(), AS_NOTICE, REGULARLY, AS_SUMMARY}


def test_nobody_has_to_have_what_concerns_neither_access_nor_money() -> None:
    """Whoever adds a kind that is always sent says so here, and why it has to arrive in docs/mails.md."""
    always = {
        "account-": "one's account, by whoever has the password",
        "team-": "who may enter", "access-": "who may enter", "invitation": "who may enter",
        "bank-account-": "where the money goes",
        "participation-": "what earns money", "partners-merged": "what earns money", "company-change-": "who is paid",
        "application-": "an applicant waits for the answer",
        "statement": "a document for the books", "payment_came_back": "money", "ledger_halted": "money",
    }  # fmt: skip
    sent = {kind.key for kind in registry.mails if not kind.choices}
    assert [key for key in sorted(sent) if not key.startswith(tuple(always))] == []
    assert [start for start in always if not any(key.startswith(start) for key in sent)] == []


# --- what becomes of a mail -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "choice", "state"),
    [
        (OPTIONAL, "at_once", State.PENDING),
        (OPTIONAL, "digest", State.COLLECTED),
        (OPTIONAL, "portal", State.KEPT),
        (REGULAR, "weekly", State.PENDING),
        (REGULAR, "monthly", State.PENDING),
        (REGULAR, "off", State.KEPT),
        (summaries.DAILY, "daily", State.PENDING),
        (summaries.DAILY, "off", State.KEPT),
    ],
)
def test_the_choice_decides_what_becomes_of_a_mail(kind: str, choice: str, state: str) -> None:
    owner = person("owner")
    mail_choices.choose(user_id=owner.pk, kind=kind, choice=choice)
    assert tell(owner, kind).state == state
    outbox.put_all(kind=kind, letters=[("another", owner, registry.mails[kind].sample())])
    assert OutboxMail.objects.get(period="another").state == state
    # Another kind, and another person, are another matter.
    assert tell(owner, TO_VENDOR).state == State.PENDING
    assert tell(person("other"), kind).state == State.PENDING


def test_a_choice_of_some_mail_changes_nothing_about_what_was_made_before() -> None:
    owner = person("owner")
    mail = tell(owner)
    mail_choices.choose(user_id=owner.pk, kind=OPTIONAL, choice="digest")
    mail.refresh_from_db()
    assert mail.state == State.PENDING


def test_at_an_address_where_mails_bounced_only_what_has_to_be_sent_is_sent() -> None:
    owner = person("owner")
    User.objects.filter(pk=owner.pk).update(email="Owner@Example.com")
    owner.refresh_from_db()
    bounce = bounced(owner)
    assert tell(owner).state == State.KEPT
    assert tell(owner, REGULAR).state == State.KEPT
    assert tell(owner, MANDATORY).state == State.PENDING
    Bounce.objects.filter(pk=bounce.pk).update(ended_at=NOW)
    assert tell(owner, period="2026Q4").state == State.PENDING


def test_states_are_found_in_two_queries_for_however_many(django_assert_num_queries: Any) -> None:
    people = [person(f"p{number}") for number in range(5)]
    with django_assert_num_queries(2):
        assert set(states_for(kind=registry.mails[OPTIONAL], people=people).values()) == {State.PENDING}
    with django_assert_num_queries(0):
        states_for(kind=registry.mails[MANDATORY], people=people)


def test_no_summary_goes_to_an_address_where_mails_bounce(today: Any) -> None:
    """What had gathered for it stays to be read in the portal."""
    bouncing_one, reached = person("owner"), person("reached")
    for each in (bouncing_one, reached):
        mail_choices.choose(user_id=each.pk, kind=OPTIONAL, choice="digest")
        tell(each)
    bounced(bouncing_one)
    assert summaries.make_due(now=NOW) == 1
    assert OutboxMail.objects.get(kind=summaries.DAILY).recipient == reached
    assert set(OutboxMail.objects.filter(kind=OPTIONAL).values_list("state", flat=True)) == {State.KEPT}
    assert summaries.make_due(now=NOW) == 0


# --- what waits already -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.PENDING, State.COLLECTED])
def test_who_wants_no_mail_of_a_kind_gets_none_of_those_that_wait_either(state: str) -> None:
    """The mail may be stopped for days, and the daily summary is made in the morning."""
    owner, other = person("owner"), person("other")
    own, of_other, of_another_kind = tell(owner, state=state), tell(other, state=state), tell(owner, MANDATORY)
    mail_choices.choose(user_id=owner.pk, kind=OPTIONAL, choice="portal")
    states = dict(OutboxMail.objects.values_list("pk", "state"))
    assert states == {own.pk: State.KEPT, of_other.pk: state, of_another_kind.pk: State.PENDING}


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENT, State.FAILED, State.UNCERTAIN])
def test_what_was_given_to_the_server_stays_what_it_is_whatever_is_chosen(state: str) -> None:
    owner = person("owner")
    tell(owner, state=state)
    mail_choices.choose(user_id=owner.pk, kind=OPTIONAL, choice="portal")
    assert OutboxMail.objects.get().state == state


# --- bounces on the page ----------------------------------------------------------------------------------------------


def test_the_page_says_that_mails_do_not_arrive_and_takes_it_back() -> None:
    owner, other = person("owner"), person("other")
    bounced(owner)
    bounced(other)
    client = signed_in(owner)
    text = client.get(PAGE).content.decode()
    assert "Mails to owner@example.com do not arrive since" in text
    assert "550 no such box" in text
    assert client.get(ARRIVE).status_code == 405
    assert "mails are sent to you again" in client.post(ARRIVE, follow=True).content.decode()
    assert bouncing.bounce_at(address=owner.email) is None
    assert bouncing.bounce_at(address=other.email) is not None
    assert "sent to you again" not in client.post(ARRIVE, follow=True).content.decode()
    assert "do not arrive" not in client.get(PAGE).content.decode()


def test_stopping_is_a_matter_of_platform_admins(world: World) -> None:
    for actor in (Actor.of(world.vendor_admin), Actor.system()):
        with pytest.raises(stopping.NotAllowed):
            stopping.stop(actor=actor, reason="x", now=NOW)
        with pytest.raises(stopping.NotAllowed):
            stopping.go_on(actor=actor, now=NOW)
