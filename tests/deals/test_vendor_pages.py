"""The vendor's pages about one deal: what is similar beside it, the decision, longer protection, openings."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.formats import date_short
from common.models import User
from common.proofs import Proof
from deals import deciding, ending, writing
from deals.models import Conflict, Deal, Extension, Opening, Probe
from partners.models import Member
from tests.deals.populated_vendor import same_project
from tests.deals.projects import (
    act,
    approve,
    asked_for_longer,
    checked,
    competitor,
    drafted,
    hospital,
    of_competitor,
    open_deals,
    protected,
    submitted,
    won,
)
from tests.rendering import dashboard, read, words
from tests.world import NOW, World

SignedIn = Callable[[User], Client]
LIST = "/vendor/lenovo/deals/"
OWN, RIVAL = f"{LIST}2B3C4D5F/1/", f"{LIST}6G7H8J9K/1/"
State = Deal.State


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


def decision(deal: Deal, outcome: str, **given: Any) -> dict[str, Any]:
    return {"seen": deal.version, "outcome": outcome, "last": "2027-02-13", "other": "", "text": "", **given}


def both(world: World) -> tuple[Deal, Deal]:
    """The reseller was first, the rival comes with the same project, and both are compared."""
    return submitted(world), checked(of_competitor(world))


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


# --- side by side ----------------------------------------------------------------------------------------------------


def test_a_similar_deal_stands_beside_it_and_says_in_words_what_agrees(world: World, manager: Client) -> None:
    first = submitted(world)
    checked(
        of_competitor(
            world, customer_name="Klinikum Elbtal", customer_street="Am Ring 1", products={world.slow_seller.pk: 3}
        )
    )
    text = read(manager, RIVAL)
    assert "was there before" in text
    assert "Klinikum Elbtal gGmbH similar" in text
    assert "01796 agrees" in text
    assert "Klinikweg 4 differs" in text
    assert "Against: other products" in text
    assert f"{first.reference} Elbtal Systemhaus GmbH" in text
    assert "came later" in read(manager, OWN)


def test_first_complete_registration_wins_by_default(world: World, manager: Client) -> None:
    first, _later = both(world)
    form = manager.get(RIVAL).context["form"]
    assert (form["outcome"].value(), form["other"].value()) == ("duplicate", first.pk)
    assert manager.get(OWN).context["form"]["outcome"].value() == "protect"


def test_what_was_judged_says_by_whom(world: World, manager: Client) -> None:
    _first, later = both(world)
    Conflict.objects.update(judged="other", judged_by=world.vendor_admin)
    assert f"another project {world.vendor_admin.name}" in read(manager, RIVAL)
    assert manager.post(f"{RIVAL}decide/", decision(later, "protect")).status_code == 302


def test_how_a_partners_deals_ended_and_its_tries_stand_beside(world: World, manager: Client) -> None:
    won(world, protected(world, title="Won one"))
    submitted(world)
    both_text = read(manager, f"{LIST}2B3C4D5F/2/")
    assert "Won 1 (100%) of 1 that were protected and have ended" in both_text
    Probe.objects.create(enrolment=competitor(world), kind="limit", person=world.rival_owner, at=NOW)
    checked(of_competitor(world))
    text = read(manager, RIVAL)
    assert "1 of 1 registrations in 90 days met somebody else’s project." in text
    assert "Stopped by the daily limit: 1 times." in text


# --- deciding --------------------------------------------------------------------------------------------------------


def ticks_on(answer: Any) -> list[str]:
    """What can be ticked as another project on the page."""
    return re.findall(r'name="another"\s+value="([^"]+)"', answer.content.decode())


def test_a_tick_on_a_page_that_shows_the_other_deal_as_it_was_is_asked_for_once_more(
    world: World, manager: Client
) -> None:
    first, later = both(world)
    ticked = decision(later, "protect", another=ticks_on(manager.get(RIVAL)))
    written = hospital(world, customer_street="Klinikweg 6")
    writing.change(deal=first, written=written, act=act(world.reseller_sales, first))
    answer = manager.post(f"{RIVAL}decide/", ticked)
    assert "1 similar deal stands before this one." in errors(answer)["__all__"][0]
    assert "Klinikweg 6" in answer.content.decode()
    assert not re.search(r'name="another"[^>]*checked', answer.content.decode())
    again = decision(later, "protect", another=ticks_on(answer))
    assert manager.post(f"{RIVAL}decide/", again).status_code == 302


@pytest.mark.parametrize("tick", ["1", "x-1", "1-", "9" * 40 + "-1", "1-" + "9" * 40])
def test_what_is_no_tick_of_the_page_is_left_out(world: World, manager: Client, tick: str) -> None:
    _first, later = both(world)
    answer = manager.post(f"{RIVAL}decide/", decision(later, "protect", another=[tick]))
    assert "1 similar deal stands before this one." in errors(answer)["__all__"][0]


def test_another_project_is_ticked_and_the_deal_protected_then_the_next_follows(world: World, manager: Client) -> None:
    first, later = both(world)
    answer = manager.post(f"{RIVAL}decide/", decision(later, "protect"))
    assert "1 similar deal stands before this one." in errors(answer)["__all__"][0]
    answer = manager.post(f"{RIVAL}decide/", decision(later, "protect", another=ticks_on(answer)), follow=True)
    assert answer.redirect_chain == [(OWN, 302)]
    assert "Telefonie Haus B is protected for Rheinblick IT GmbH." in words(answer.content.decode())
    later.refresh_from_db()
    assert (later.state, str(later.protected_until)) == (State.PROTECTED, "2027-02-14")
    assert first.state == State.SUBMITTED


def test_a_conflict_that_is_found_on_the_way_is_shown_and_nothing_typed_is_lost(world: World, manager: Client) -> None:
    submitted(world)
    later = of_competitor(world)
    assert manager.get(RIVAL).context["similar"] == []
    answer = manager.post(f"{RIVAL}decide/", decision(later, "protect", last="2027-01-31", text="Gladly."))
    assert len(answer.context["similar"]) == 1
    page = answer.content.decode()
    assert 'value="2027-01-31"' in page
    assert "Gladly." in page
    ticked = decision(later, "protect", text="Gladly.", another=ticks_on(answer))
    assert manager.post(f"{RIVAL}decide/", ticked)["Location"] == OWN


def test_already_protected_names_whose_and_takes_no_words(world: World, manager: Client) -> None:
    first, later = both(world)
    answer = manager.post(f"{RIVAL}decide/", decision(later, "duplicate", other=first.pk, text="It is Elbtal's."))
    assert list(errors(answer)) == ["text"]
    assert list(errors(manager.post(f"{RIVAL}decide/", decision(later, "duplicate")))) == ["other"]
    manager.post(f"{RIVAL}decide/", decision(later, "duplicate", other=first.pk))
    later.refresh_from_db()
    assert (later.state, later.duplicate_of) == (State.DUPLICATE, first)
    assert "You have decided that it is this project: Elbtal Systemhaus GmbH" in read(manager, RIVAL)


def test_a_deal_that_is_not_similar_cannot_be_named_as_the_other(world: World, manager: Client) -> None:
    _first, later = both(world)
    unlike = submitted(world, customer_name="Stadtwerke Hof", customer_domain="", customer_city="Hof")
    assert list(errors(manager.post(f"{RIVAL}decide/", decision(later, "duplicate", other=unlike.pk)))) == ["other"]


@pytest.mark.parametrize(("outcome", "state"), [("refuse", State.REFUSED), ("ask_back", State.ASKED_BACK)])
def test_refusing_and_asking_back_need_words(world: World, manager: Client, outcome: str, state: str) -> None:
    deal = submitted(world)
    assert list(errors(manager.post(f"{OWN}decide/", decision(deal, outcome)))) == ["text"]
    answer = manager.post(f"{OWN}decide/", decision(deal, outcome, text="Which products?"), follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "No other deal waits for your decision." in words(answer.content.decode())
    deal.refresh_from_db()
    assert deal.state == state
    assert "Which products?" in read(manager, OWN)


def test_without_a_day_nothing_is_protected(world: World, manager: Client) -> None:
    deal = submitted(world)
    assert list(errors(manager.post(f"{OWN}decide/", decision(deal, "protect", last="")))) == ["last"]
    for day in ("2035-01-01", "9999-12-31", "0001-01-01"):
        far = errors(manager.post(f"{OWN}decide/", decision(deal, "protect", last=day)))
        assert far == {"__all__": ["Please choose a day after today, within two years."]}


def test_who_decides_too_late_is_told_and_keeps_what_was_typed(world: World, manager: Client) -> None:
    deal = submitted(world)
    deciding.refuse(deal=deal, text="No.", act=act(world.vendor_admin, deal))
    answer = manager.post(f"{OWN}decide/", decision(deal, "ask_back", text="Which products?"))
    assert answer.status_code == 422
    text = words(answer.content.decode())
    assert "has changed this deal meanwhile." in text
    assert "You had written: “Which products?”" in text
    assert answer.context["form"] is None


def test_after_a_change_of_the_partner_the_decision_is_sent_once_more(world: World, manager: Client) -> None:
    deal = submitted(world)
    changed = writing.written_of(deal)
    writing.change(
        deal=deal, written=writing.Written(**{**changed.fields(), "need": "More"}, products=changed.products),
        act=act(world.reseller_sales, deal),
    )  # fmt: skip
    answer = manager.post(f"{OWN}decide/", decision(deal, "protect"))
    assert "meanwhile" in errors(answer)["__all__"][0]
    again = {**decision(deal, "protect"), "seen": answer.context["form"]["seen"].value()}
    assert manager.post(f"{OWN}decide/", again).status_code == 302


def test_a_deal_is_left_for_later_and_comes_again(world: World, manager: Client) -> None:
    submitted(world, title="First")
    submitted(world, title="Second")
    assert manager.get(OWN).context["later_url"] == f"{LIST}2B3C4D5F/2/"
    assert manager.get(f"{LIST}2B3C4D5F/2/").context["later_url"] == OWN


def test_nobody_decides_about_what_they_entered_or_their_own_company(
    world: World, manager: Client, signed_in: SignedIn
) -> None:
    entered = submitted(world, by=world.channel_manager)
    assert "You have entered this deal for the partner." in read(manager, OWN)
    assert manager.get(OWN).context["form"] is None
    assert manager.post(f"{OWN}decide/", decision(entered, "protect")).status_code == 403
    assert manager.get(LIST).context["next_url"] == ""
    Member.objects.create(partner=world.reseller, user=world.vendor_admin, role="sales")
    assert "You work for this company." in read(signed_in(world.vendor_admin), OWN)


def test_finance_reads_and_decides_nothing(world: World, signed_in: SignedIn) -> None:
    deal = submitted(world)
    finance = signed_in(world.vendor_finance)
    page = finance.get(OWN)
    assert page.context["form"] is None
    assert "You may read them." in words(page.content.decode())
    assert finance.post(f"{OWN}decide/", decision(deal, "protect")).status_code == 403
    assert finance.get(LIST).context["new_url"] == ""


def test_no_other_vendor_gets_to_a_deal(world: World, signed_in: SignedIn) -> None:
    submitted(world)
    rival = signed_in(world.rival_channel_manager)
    assert rival.get("/vendor/ibm/deals/2B3C4D5F/1/").status_code == 404
    assert rival.get(OWN).status_code == 404


# --- longer protection -----------------------------------------------------------------------------------------------


def test_longer_protection_is_decided_with_the_facts_beside_it(world: World, manager: Client) -> None:
    extension = asked_for_longer(world, protected(world))
    text = read(manager, OWN)
    assert "The board meets in June." in text
    assert "Protected until now 13 February 2027 Then protected until 14 April 2027 60 days longer" in text
    seen = manager.get(OWN).context["deal"].version
    form = {"longer-seen": seen, "longer-granted": "no", "longer-text": ""}
    assert list(manager.post(f"{OWN}extension/", form).context["longer_form"].errors) == ["text"]
    manager.post(f"{OWN}extension/", {**form, "longer-granted": "yes"})
    extension.refresh_from_db()
    assert extension.state == Extension.State.GRANTED
    assert "Until 14 April 2027" in read(manager, OWN)


# --- openings --------------------------------------------------------------------------------------------------------


def test_opening_a_protected_deal_is_recorded_and_the_page_says_so(
    world: World, manager: Client, signed_in: SignedIn
) -> None:
    deal = submitted(world)
    manager.get(OWN)
    assert not Opening.objects.exists(), "not decided yet"
    approve(world, deal)
    text = read(manager, OWN)
    assert "That you have opened this page is recorded, and the partner sees it." in text
    assert f"Who opened it at the vendor The partner sees this list. {world.channel_manager.name}" in text
    manager.get(OWN)
    signed_in(world.vendor_finance).get(OWN)
    signed_in(world.platform_admin).get(OWN)
    looked = [world.channel_manager, world.vendor_finance, world.platform_admin]
    assert [each.person for each in Opening.objects.order_by("pk")] == looked


def test_a_protected_deal_shown_beside_another_is_not_opened_and_shows_no_contact(
    world: World, manager: Client
) -> None:
    """Its partner would read in the record that somebody else has registered the same project."""
    protected(world)
    checked(of_competitor(world, contact_name="Herr Anders"))
    text = read(manager, RIVAL)
    assert "Klinikweg 4" in text
    assert "Lindner" not in text
    assert not Opening.objects.exists()


# --- files, what waits, the partner's page ---------------------------------------------------------------------------


def test_a_file_is_only_ever_downloaded(world: World, manager: Client, signed_in: SignedIn) -> None:
    deal = drafted(world)
    kept = writing.attach(deal=deal, proof=Proof("plan.pdf", b"%PDF-1.4"), act=act(world.reseller_sales, deal))
    address = f"{OWN}attachments/{kept.pk}/"
    assert manager.get(address).status_code == 404, "a draft"
    writing.submit(deal=deal, act=act(world.reseller_sales, deal))
    answer = manager.get(address)
    assert (answer.content, answer["Content-Type"]) == (b"%PDF-1.4", "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    assert signed_in(world.rival_channel_manager).get(address).status_code == 404


def test_what_waits_stands_on_the_dashboard_and_for_admins_what_is_overdue(
    world: World, manager: Client, signed_in: SignedIn
) -> None:
    asked_for_longer(world, protected(world))
    submitted(world)
    text = words(dashboard(manager, "/vendor/lenovo/"))
    assert "1 deal to decide" in text
    assert "1 request for longer protection" in text
    with time_machine.travel(NOW + timedelta(days=7)):
        assert "deal is overdue" not in words(dashboard(manager, "/vendor/lenovo/"))
        admin = words(dashboard(signed_in(world.vendor_admin), "/vendor/lenovo/"))
        assert "Decisions about 2 deals are overdue" in admin


def test_the_partners_page_has_a_card_about_its_deals(world: World, manager: Client) -> None:
    page = "/vendor/lenovo/partners/2B3C4D5F/"
    assert 'id="deals"' not in manager.get(page).content.decode()
    won(world, protected(world))
    text = read(manager, page)
    assert "Deals All deals Registered 1 Protected 1 Won 1 (100%)" in text


def test_pages_take_the_same_queries_for_one_deal_and_for_many(world: World, manager: Client) -> None:
    def queries() -> list[int]:
        found = []
        for path in (LIST, f"{LIST}board/", f"{LIST}figures/", RIVAL, "/vendor/lenovo/partners/6G7H8J9K/"):
            manager.get(path)
            with CaptureQueriesContext(connection) as captured:
                manager.get(path)
            found.append(len(captured))
        return found

    open_deals(world, most_open=100, most_a_day=100)
    protected(world, title="First")
    checked(of_competitor(world))
    few = queries()
    for number, town in enumerate(
        ("Backhaus Ott", "Zoo Plauen", "Kanzlei Yilmaz", "Seilbahn Oybin", "Druckerei Fuchs")
    ):
        same_project(world, world.enrolment, world.channel_manager, world.topseller, f"N{number}x")
        approve(world, submitted(world, title=f"Protected {number}", customer_name=f"{town} GmbH", customer_domain=""))
    for deal in Deal.objects.order_by("place"):
        checked(deal)
    assert len(manager.get(RIVAL).context["similar"]) == 6
    assert queries() == few


def test_nothing_that_is_written_is_ever_run(world: World, manager: Client) -> None:
    evil = "<script>alert(1)</script>"
    submitted(world, title=evil, done=evil, customer_name="Klinikum Elbtal gGmbH", contact_name=evil)
    checked(of_competitor(world, title=evil))
    for path in (LIST, f"{LIST}board/", OWN, RIVAL):
        assert evil not in manager.get(path).content.decode()


def test_a_decision_about_what_is_decided_already_says_so_whatever_was_sent(world: World, manager: Client) -> None:
    protected(world)
    answer = manager.post(f"{OWN}decide/")
    assert answer.status_code == 422
    assert "has changed this deal meanwhile." in words(answer.content.decode())


def test_of_many_openings_both_sides_read_the_latest_twenty(world: World, manager: Client, signed_in: SignedIn) -> None:
    deal = protected(world)
    hours = [Opening(deal=deal, person=world.vendor_admin, at=NOW - timedelta(hours=each)) for each in range(1, 31)]
    Opening.objects.bulk_create(hours)
    for page in (manager.get(OWN), signed_in(world.reseller_sales).get("/partner/2B3C4D5F/deals/1/")):
        assert len(page.context["openings"]) == 20


def test_a_lost_deal_is_not_listed_as_protected_until_a_day_to_come(world: World, manager: Client) -> None:
    deal = protected(world)
    last = date_short(deal.last_day)
    assert last in read(manager, LIST)
    ending.lose(deal=deal, lost_to=Deal.LostTo.PRICE, text="", act=act(world.reseller_sales, deal))
    assert last not in read(manager, LIST)
