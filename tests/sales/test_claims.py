"""Questions about sales: who asks and answers, whose turn it is, who is told, and what must never happen."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from common.access import OWNER, Actor
from common.models import OutboxMail, User
from partners.models import Member
from programs.models import VendorStaff
from sales import claims
from sales.claim_selectors import candidates_for, claims_of, corrections_for
from sales.claims import AlreadyAsked, ClaimedSale, MovedOn, NotACorrection, NotAllowed, NotTheirVendor, TooManyOpen
from sales.models import Claim, ClaimMessage, SaleLine
from tests import people
from tests.sales.asking import PDF, ask_about_sale, ask_for_missing, mailed, said
from tests.world import NOW, TODAY, World, sell

State, Step = Claim.State, ClaimMessage.Step
LATER = NOW + timedelta(days=1)


def correction(world: World, document: str = "R-1005", **given: Any) -> SaleLine:
    given = {"booked_at": LATER, **given}
    return sell(
        world.reseller,
        world.topseller,
        TODAY,
        "2",
        "2000.00",
        distributor=world.distributor,
        document=document,
        **given,
    )


# --- asking ----------------------------------------------------------------------------------------------------------


def test_a_question_waits_for_the_vendor_for_two_business_days(world: World) -> None:
    claim = ask_for_missing(world, proof=PDF, sale={"quantity": Decimal(2)})
    assert (claim.state, claim.due_on, claim.asked_by) == (State.OPEN, date(2026, 11, 18), world.reseller_sales)
    message = claim.messages.get()
    assert (message.step, bytes(message.content or b""), message.sha256) == (Step.ASKED, PDF.content, PDF.sha256)
    friday = ask_for_missing(world, "Another one", today=date(2026, 11, 20))
    assert friday.due_on == date(2026, 11, 24)


def test_the_vendors_channel_managers_are_told_in_their_language(world: World) -> None:
    people.staff_of(world.vendor, "german_manager", "channel_manager", language="de")
    ask_for_missing(world, "Zeile eins\n\n<b>Müller & Söhne</b>")
    assert mailed("claim-asked") == ["channel_manager", "german_manager"]
    english, german = OutboxMail.objects.filter(kind="claim-asked").order_by("id")
    assert english.subject == "Elbtal Systemhaus GmbH misses a sale: R-1005, 21HM, Allnet"
    assert german.subject == "Elbtal Systemhaus GmbH vermisst einen Verkauf: R-1005, 21HM, Allnet"
    assert "<b>Müller & Söhne</b>" in english.text
    assert "&lt;b&gt;Müller &amp; Söhne&lt;/b&gt;" in english.html
    assert "18 November 2026" in english.text
    assert "18. November 2026" in german.text


def test_a_vendor_without_channel_managers_hears_through_its_admins(world: World) -> None:
    VendorStaff.objects.filter(vendor=world.vendor, role=VendorStaff.Role.CHANNEL_MANAGER).delete()
    ask_for_missing(world)
    assert mailed("claim-asked") == ["vendor_admin"]


def test_the_same_question_again_is_the_first_one(world: World) -> None:
    first = ask_for_missing(world, proof=PDF)
    assert ask_for_missing(world, proof=PDF) == first
    assert ask_for_missing(world, "Another one") != first
    sale = ask_about_sale(world)
    assert ask_about_sale(world) == sale
    assert ClaimMessage.objects.count() == 3


def test_a_sale_is_doubted_by_one_question_at_a_time(world: World) -> None:
    claim = ask_about_sale(world)
    with pytest.raises(AlreadyAsked) as refused:
        ask_about_sale(world, "Something else", by=world.reseller_owner)
    assert refused.value.claim == claim
    claims.withdraw(claim=claim, said=said(world.reseller_owner, "", claim))
    assert ask_about_sale(world, "Something else") != claim


def test_twenty_questions_may_be_open_at_each_vendor(world: World) -> None:
    for number in range(claims.MOST_OPEN):
        ask_for_missing(world, f"Question {number}")
    with pytest.raises(TooManyOpen, match="20 questions to Lenovo are unanswered"):
        ask_for_missing(world, "One more")
    ask_for_missing(world, "One more", vendor=world.rival_vendor)
    first = Claim.objects.filter(vendor=world.vendor).earliest("id")
    claims.decline(claim=first, said=said(world.channel_manager, "No.", first))
    ask_for_missing(world, "One more")


def test_only_vendors_of_the_partner_are_asked(world: World) -> None:
    with pytest.raises(NotTheirVendor):
        ask_for_missing(world, by=world.rival_owner, partner=world.rival)


@pytest.mark.parametrize("role", ["reseller_technician", "rival_owner", "channel_manager", "platform_admin"])
def test_others_than_owners_sales_and_bookkeeping_ask_nothing(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        ask_for_missing(world, by=getattr(world, role))
    claim = ask_for_missing(world)
    for step in (claims.withdraw, lambda **given: claims.reply(today=TODAY, **given)):
        with pytest.raises(NotAllowed):
            step(claim=claim, said=said(getattr(world, role), "x", claim))


# --- answering -------------------------------------------------------------------------------------------------------


def test_asking_back_stops_the_clock_until_the_partner_replies(world: World) -> None:
    claim = ask_for_missing(world)
    claims.ask_back(claim=claim, said=said(world.channel_manager, "Which invoice?", claim))
    assert claim.state == State.ASKED_BACK
    assert mailed("claim-asked-back") == ["reseller_sales"]
    wednesday = TODAY + timedelta(days=9)
    claims.reply(claim=claim, said=said(world.reseller_owner, "This one.", claim, proof=PDF), today=wednesday)
    claim.refresh_from_db()
    assert (claim.state, claim.due_on) == (State.OPEN, date(2026, 11, 27))
    assert mailed("claim-replied") == ["channel_manager"]


def test_adding_to_an_open_question_does_not_move_its_clock(world: World) -> None:
    claim = ask_for_missing(world)
    claims.reply(claim=claim, said=said(world.reseller_owner, "By the way", claim), today=TODAY + timedelta(days=9))
    claim.refresh_from_db()
    assert (claim.state, claim.due_on, claim.since) == (State.OPEN, date(2026, 11, 18), NOW)


def test_an_accepted_question_shows_the_line_that_corrects_it(world: World) -> None:
    claim = ask_for_missing(world)
    line = correction(world)
    answer = claims.accept(
        claim=claim, said=said(world.channel_manager, "Booked.", claim, now=LATER), correcting_line=line
    )
    claim.refresh_from_db()
    assert (claim.state, claim.answer, claim.correcting_line, claim.since) == (State.ACCEPTED, answer, line, LATER)
    assert mailed("claim-answered") == ["reseller_sales"]


def test_a_correction_is_the_partners_own_line_booked_since(world: World) -> None:
    claim = ask_for_missing(world, now=NOW + timedelta(minutes=1))
    fitting, by_article = correction(world, line="2"), correction(world, "R-9")
    other = sell(
        world.reseller,
        world.slow_seller,
        TODAY,
        "1",
        "1.00",
        distributor=world.distributor,
        document="R-8",
        booked_at=LATER,
    )
    before = correction(world, "R-7", booked_at=NOW)
    foreign = sell(
        world.rival, world.topseller, TODAY, "1", "1.00", distributor=world.distributor, document="R-6", booked_at=LATER
    )
    assert list(corrections_for(claim)) == [fitting, by_article, other]
    for line in (before, foreign, world.rival_sale):
        with pytest.raises(NotACorrection):
            claims.accept(claim=claim, said=said(world.channel_manager, "x", claim), correcting_line=line)
    assert claim.messages.count() == 1


def test_who_has_left_the_company_is_no_longer_told(world: World) -> None:
    claim = ask_for_missing(world)
    Member.objects.filter(user=world.reseller_sales).update(left_on=TODAY)
    people.member_of(world.reseller, "second_owner", OWNER)
    claims.decline(claim=claim, said=said(world.channel_manager, "No.", claim))
    assert mailed("claim-answered") == ["reseller_owner", "second_owner"]


@pytest.mark.parametrize("role", ["vendor_finance", "rival_channel_manager", "reseller_owner", "platform_admin"])
def test_others_than_channel_managers_and_admins_answer_nothing_about_sales(world: World, role: str) -> None:
    claim = ask_for_missing(world)
    said_by = said(getattr(world, role), "x", claim)
    with pytest.raises(NotAllowed):
        claims.accept(claim=claim, said=said_by, correcting_line=None)
    for step in (claims.decline, claims.ask_back):
        with pytest.raises(NotAllowed):
            step(claim=claim, said=said_by)


def test_nobody_but_a_person_asks(world: World) -> None:
    with pytest.raises(NotAllowed):
        claims.ask_for_missing(
            partner=world.reseller,
            vendor=world.vendor,
            sale=ClaimedSale(document_number="R-1"),
            said=claims.Said(Actor.system(), "x", NOW),
            today=TODAY,
        )


# --- one after the other ---------------------------------------------------------------------------------------------


def test_of_two_answers_the_first_counts_and_the_second_person_is_told(world: World) -> None:
    claim = ask_for_missing(world)
    late = Claim.objects.get(pk=claim.pk)
    second = said(world.vendor_admin, "No.", claim)
    claims.accept(claim=claim, said=said(world.channel_manager, "Yes.", claim), correcting_line=None)
    with pytest.raises(MovedOn, match="Channel Manager has answered this question meanwhile"):
        claims.decline(claim=late, said=second)
    late.refresh_from_db()
    assert (late.state, late.messages.count()) == (State.ACCEPTED, 2)


def test_what_was_written_meanwhile_is_read_before_an_answer(world: World) -> None:
    claim = ask_for_missing(world)
    answer = said(world.channel_manager, "No.", claim)
    claims.reply(claim=claim, said=said(world.reseller_owner, "Here it is.", claim), today=TODAY)
    with pytest.raises(MovedOn, match="Reseller Owner has written meanwhile"):
        claims.decline(claim=claim, said=answer)
    claims.decline(claim=claim, said=said(world.channel_manager, "No.", claim))


def test_a_double_click_counts_once(world: World) -> None:
    claim = ask_for_missing(world)
    reply = said(world.reseller_owner, "Here it is.", claim)
    assert claims.reply(claim=claim, said=reply, today=TODAY) == claims.reply(claim=claim, said=reply, today=TODAY)
    answer = said(world.channel_manager, "Yes.", claim)
    once = claims.accept(claim=claim, said=answer, correcting_line=None)
    assert claims.accept(claim=claim, said=answer, correcting_line=None) == once
    assert claim.messages.count() == 3
    assert mailed("claim-answered") == ["reseller_sales"]


@pytest.mark.parametrize("ended", ["withdrawn", "declined"])
def test_what_has_ended_takes_no_further_step(world: World, ended: str) -> None:
    claim = ask_for_missing(world)
    if ended == "withdrawn":
        claims.withdraw(claim=claim, said=said(world.reseller_owner, "", claim))
    else:
        claims.decline(claim=claim, said=said(world.channel_manager, "No.", claim))
    with pytest.raises(MovedOn):
        claims.reply(claim=claim, said=said(world.reseller_owner, "But", claim), today=TODAY)
    with pytest.raises(MovedOn):
        claims.ask_back(claim=claim, said=said(world.channel_manager, "But", claim))


# --- what is seen ----------------------------------------------------------------------------------------------------


def test_a_question_is_seen_by_the_partner_and_the_vendor_it_asks(world: World) -> None:
    claim = ask_for_missing(world)
    message = claim.messages.get()
    sees = [world.reseller_technician, world.channel_manager, world.vendor_finance, world.platform_admin]
    others = [world.rival_owner, world.rival_channel_manager, world.reporter]

    def visible(person: User) -> tuple[bool, bool]:
        actor = Actor.of(person)
        own = Claim.objects.visible_to(actor).filter(pk=claim.pk).exists()
        return own, ClaimMessage.objects.visible_to(actor).filter(pk=message.pk).exists()

    assert {visible(person) for person in sees} == {(True, True)}
    assert {visible(person) for person in others} == {(False, False)}


def test_what_waits_longest_for_the_vendor_comes_first(world: World) -> None:
    declined, asked_back, late, early = (
        ask_for_missing(world, f"Question {day}", today=TODAY - timedelta(days=day)) for day in (30, 20, 1, 10)
    )
    claims.decline(claim=declined, said=said(world.channel_manager, "No.", declined))
    claims.ask_back(claim=asked_back, said=said(world.channel_manager, "?", asked_back))
    assert list(claims_of(actor=Actor.of(world.channel_manager))) == [early, late, asked_back, declined]


def test_a_missing_sale_is_looked_for_in_what_distributors_reported(world: World) -> None:
    actor = Actor.of(world.channel_manager)

    def found(**sale: object) -> tuple[list[object], list[object]]:
        claim = ask_for_missing(world, f"Question {sale}", sale={"article": "", "document_number": "", **sale})
        candidates = candidates_for(claim, actor=actor)
        return list(candidates.waiting), [line.document_number for line in candidates.booked]

    assert found(document_number="r 1004") == ([world.waiting], [])
    assert found(document_number="r 1004", distributor=None) == ([world.waiting], [])
    assert found(document_number="R1001") == ([], ["R-1001"])
    assert found(document_number="R-2004", distributor=None) == ([], [])  # of another vendor
    assert found(article="21hm") == ([world.waiting], [])
    assert found(article="4X40") == ([], [])
    assert found(document_date=date(2026, 10, 20)) == ([world.waiting], [])
    assert found(document_date=date(2026, 10, 21)) == ([], [])


# --- what the database forbids ---------------------------------------------------------------------------------------


def refused(change: dict[str, object], claim: Claim) -> bool:
    try:
        with transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(**change)
    except DatabaseError:
        return True
    return False


def test_the_database_forbids_an_answer_without_words_and_a_correction_without_an_answer(world: World) -> None:
    claim = ask_for_missing(world)
    line = correction(world)
    assert refused({"state": State.ACCEPTED}, claim)
    assert refused({"answer": claim.messages.get()}, claim)
    assert refused({"correcting_line": line}, claim)
    assert refused({"partner": world.rival}, claim)
    assert refused({"document_number": "X"}, claim)
    claims.decline(claim=claim, said=said(world.channel_manager, "No.", claim))
    assert refused({"state": State.OPEN, "answer": None}, claim)


def test_the_database_keeps_what_was_written(world: World) -> None:
    claim = ask_for_missing(world, proof=PDF)
    for change in (
        lambda: claim.messages.update(text="x"),
        lambda: ClaimMessage.objects.all().delete(),
        lambda: Claim.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_database_forbids_a_second_end_and_a_silent_message(world: World) -> None:
    claim = ask_for_missing(world)
    given = {"claim": claim, "author": world.channel_manager, "at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimMessage.objects.create(step=Step.ASKED_BACK, text="", **given)
    ClaimMessage.objects.create(step=Step.DECLINED, text="No.", **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimMessage.objects.create(step=Step.ACCEPTED, text="Yes.", **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimMessage.objects.create(step=Step.REPLIED, text="See", file_name="a.pdf", **given)
