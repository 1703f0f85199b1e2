"""A partner goes on as another one: lines from the day on move, what is closed stays to the cent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client

from common.access import Actor
from common.models import OutboxMail, User
from common.periods import Period
from partners.models import Application, EnrolmentStatus, Member, Partner, Succession
from rebates import closing
from rebates.models import Closing, LedgerEntry, Posting, Settlement
from sales import claims, merging
from sales.importing import ImportResult
from sales.matching import match_article
from sales.merging import (
    ChangedMeanwhile,
    InClosedPeriod,
    Merge,
    NotAllowed,
    NotMergeable,
    StillOpen,
    merge_partners,
    preview,
)
from sales.models import CustomerNumber, SaleLine
from sales.staging import Staging
from sales.undoing import move_customer
from tests.partners.applying import applied
from tests.people import member_of
from tests.rendering import words
from tests.sales.asking import ask_for_missing, said
from tests.sales.matching_world import known, make_other, match, waits
from tests.sales.sending import at_once, many_rows, report, send
from tests.sales.test_returns import sheet
from tests.trainings.teaching import book, planned, training
from tests.world import NOW, TODAY, World, enrol, make_partner, make_program
from trainings.bookings import release_left
from trainings.models import Booking

SignedIn = Callable[[User], Client]
QUARTER = date(2026, 10, 1)
SECONDS = 0.5
"""How long a report waits for a merge that, with the locks, waits for the report."""


@pytest.fixture
def source(world: World) -> Partner:
    """A partner with 5 top-sellers in the third quarter, and 7 in the fourth, under K-99."""
    return sold(world)


def sold(world: World) -> Partner:
    partner = make_other(world)
    waits(world, "R-8")
    waits(world, "R-9", on=date(2026, 10, 5), quantity=Decimal(7), net=Decimal("7000.00"))
    match(world, partner)
    return partner


@pytest.fixture
def target(world: World) -> Partner:
    partner = make_partner("Blaufuchs UG", "8Y8Y8Y8Y")
    enrol(partner, world.program, tier="gold")
    return partner


def merge(world: World, source: Partner, target: Partner, on: date = QUARTER, **given: Any) -> Succession:
    actor, now = Actor.of(given.pop("by", world.channel_manager)), given.pop("now", NOW)
    wanted = Merge(world.vendor, source, target, on, **{"reason": "Takeover.", **given})
    return merge_partners(merge=wanted, actor=actor, now=now, today=TODAY)


def close(world: World, period: str) -> Closing:
    opened = closing.open_closing(program=world.program, period=Period.parse(period), today=date(2028, 1, 20), now=NOW)
    return closing.run(closing_id=opened.pk, now=NOW, chunk=10)


def settled(**fields: Any) -> list[Any]:
    rows = Settlement.objects.filter(**fields).order_by("pk")
    return list(rows.values_list("pk", "enrolment", "period", "attainment", "result", "amount", "explanation"))


def quantities(partner: Partner) -> dict[date, Decimal]:
    lines = SaleLine.objects.filter(partner=partner).order_by().values_list("counts_on")
    return {day: total for day, total in lines.annotate(total=Sum("quantity")) if total}


def test_lines_from_the_day_on_move_and_those_before_it_stay(world: World, source: Partner, target: Partner) -> None:
    succession = merge(world, source, target)
    assert succession.lines == 1
    assert quantities(source) == {date(2026, 8, 20): Decimal(5)}
    assert quantities(target) == {date(2026, 10, 5): Decimal(7)}
    assert known(world).partner == target
    assert SaleLine.objects.filter(partner=source, reverses__isnull=False).count() == 1


def test_who_comes_along_keeps_the_seats_at_trainings_and_who_stays_keeps_them_where_they_are(
    world: World, source: Partner, target: Partner
) -> None:
    goes, stays = (member_of(source, name, "technician") for name in ("goes", "stays"))
    technical = training(world.program, world.channel_manager)
    ahead = planned(technical, world.channel_manager)
    gone = planned(technical, world.channel_manager)
    for person in (goes, stays):
        book(ahead, person, source)
        Booking.objects.create(
            date=gone, partner=source, user=person, state="attended", booked_by=person, booked_at=NOW, since=NOW
        )
    merge(world, source, target, people=[goes.pk])
    assert set(Booking.objects.values_list("date", "user", "partner")) == {
        (ahead.pk, goes.pk, target.pk), (ahead.pk, stays.pk, source.pk),
        (gone.pk, goes.pk, source.pk), (gone.pk, stays.pk, source.pk),
    }  # fmt: skip
    assert release_left(now=NOW) == 0


def test_closed_periods_stay_as_they_are_and_later_closings_adjust_nothing(
    world: World, source: Partner, target: Partner
) -> None:
    close(world, "2026Q2")
    close(world, "2026Q3")
    before = settled()
    entries = list(LedgerEntry.objects.order_by("pk").values_list("key", "partner"))
    inputs = list(SaleLine.objects.filter(counts_on__lt=QUARTER).order_by("pk").values_list("pk", "partner", "net"))
    merge(world, source, target)
    assert settled() == before
    assert list(LedgerEntry.objects.order_by("pk").values_list("key", "partner")) == entries
    after = SaleLine.objects.filter(counts_on__lt=QUARTER).order_by("pk").values_list("pk", "partner", "net")
    assert list(after) == inputs
    fourth = close(world, "2026Q4")
    assert settled(closing=fourth, period__in=["2026Q2", "2026Q3"]) == []
    assert not LedgerEntry.objects.filter(kind="adjustment").exists()


def test_what_is_sold_from_the_day_on_earns_for_the_successor(world: World, source: Partner, target: Partner) -> None:
    waits(world, "R-10", on=date(2026, 10, 6), quantity=Decimal(5))
    match(world, source)
    close(world, "2026Q3")
    merge(world, source, target)
    close(world, "2026Q4")
    owed = Posting.objects.filter(account="owed").order_by().values_list("entry__partner").annotate(sum=Sum("amount"))
    assert dict(owed)[target.pk] == Decimal("-60.00")  # 12 pieces at 5.00
    assert source.pk not in dict(owed)


def test_later_reports_and_waiting_rows_count_for_the_successor(world: World, source: Partner, target: Partner) -> None:
    merge(world, source, target)
    send(world, many_rows(customer="K-99", count=3))
    assert quantities(target)[date(2026, 11, 2)] == Decimal(3)


def test_what_was_sold_before_the_day_counts_for_the_source_whenever_it_is_reported(
    world: World, source: Partner, target: Partner
) -> None:
    waits(world, "R-11", on=date(2026, 9, 2), article="unknown", customer_number="K-99")
    merge(world, source, target)
    sale, new = "K-99;;RE-1;1;30.09.2026;21HM;6;6000,00;;", "K-99;;RE-2;1;01.10.2026;21HM;2;2000,00;;"
    send(world, report(sale, new))
    send(world, sheet("K-99;GS-1;1;02.11.2026;21HM;-1;-1000,00;RE-1;1"))
    match_article(
        actor=Actor.of(world.channel_manager), vendor=world.vendor, distributor=world.distributor, number="unknown",
        product=world.topseller, now=NOW,
    )  # fmt: skip
    assert quantities(source) == {date(2026, 8, 20): 5, date(2026, 9, 2): 5, date(2026, 9, 30): 5}
    assert quantities(target) == {date(2026, 10, 1): 2, date(2026, 10, 5): 7}


def test_a_corrected_report_leaves_sales_before_the_day_with_the_source(
    world: World, source: Partner, target: Partner
) -> None:
    first = send(world, report("K-99;;RE-1;1;30.09.2026;21HM;6;6000,00;;", "K-1;;RE-3;1;30.09.2026;21HM;1;1000,00;;"))
    close(world, "2026Q2")
    close(world, "2026Q3")
    merge(world, source, target)
    corrected = report("K-99;;RE-1;1;30.09.2026;21HM;6;6500,00;;", "K-1;;RE-3;1;30.09.2026;21HM;1;1000,00;;")
    send(world, corrected, replaces=first.report)
    assert quantities(source)[date(2026, 9, 30)] == 6
    assert quantities(target) == {date(2026, 10, 5): 7}
    fourth = close(world, "2026Q4")
    assert settled(closing=fourth, period="2026Q3") == []


def test_each_of_three_that_went_on_as_one_another_keeps_its_days(
    world: World, source: Partner, target: Partner
) -> None:
    third = make_partner("Wildgans AG", "7X7X7X7X")
    enrol(third, world.program, tier="gold")
    waits(world, "R-11", on=date(2026, 9, 2), article="unknown", customer_number="K-99")
    merge(world, source, target)
    merge(world, target, third, on=date(2026, 11, 1), now=NOW + timedelta(hours=1))
    days = {"RE-1": "30.09.2026", "RE-2": "01.10.2026", "RE-3": "31.10.2026", "RE-4": "01.11.2026"}
    send(world, report(*(f"K-99;;{number};1;{day};21HM;2;2000,00;;" for number, day in days.items())))
    match_article(
        actor=Actor.of(world.channel_manager), vendor=world.vendor, distributor=world.distributor, number="unknown",
        product=world.topseller, now=NOW,
    )  # fmt: skip
    assert quantities(source) == {date(2026, 8, 20): 5, date(2026, 9, 2): 5, date(2026, 9, 30): 2}
    assert quantities(target) == {date(2026, 10, 1): 2, date(2026, 10, 5): 7, date(2026, 10, 31): 2}
    assert quantities(third) == {date(2026, 11, 1): 2}


def test_a_number_that_a_person_has_matched_in_between_leads_no_further_back(
    world: World, source: Partner, target: Partner
) -> None:
    third = make_partner("Wildgans AG", "7X7X7X7X")
    enrol(third, world.program, tier="gold")
    merge(world, source, target)
    number = known(world)
    for moment, (was, to) in enumerate(((target, third), (third, target)), start=1):
        now = NOW + timedelta(minutes=moment)
        move_customer(actor=Actor.of(world.channel_manager), number=number, was=was, to=to, now=now)
    merge(world, target, third, on=date(2026, 11, 1), now=NOW + timedelta(hours=1))
    send(world, report("K-99;;RE-1;1;30.09.2026;21HM;2;2000,00;;"))
    assert quantities(source) == {date(2026, 8, 20): 5}
    assert quantities(target)[date(2026, 9, 30)] == 2


def test_numbers_of_the_successors_own_count_for_it_whatever_the_day(
    world: World, source: Partner, target: Partner
) -> None:
    match(world, target, number="K-77")
    CustomerNumber.objects.filter(number="K-77").update(since=NOW - timedelta(days=1))
    merge(world, source, target)
    send(world, report("K-77;;RE-1;1;30.09.2026;21HM;6;6000,00;;"))
    assert quantities(target)[date(2026, 9, 30)] == 6


def test_the_source_ends_and_the_successor_takes_part_in_its_programs(
    world: World, source: Partner, target: Partner
) -> None:
    second = make_program(world.vendor, "second", "Second program", ("base",))
    enrol(source, second, tier="base")
    merge(world, source, target)
    ended = EnrolmentStatus.objects.filter(enrolment__partner=source, valid__contains=QUARTER)
    assert {each.status for each in ended} == {"ended"}
    (first, other) = target.enrolments.order_by("pk")
    assert first.tiers.get().tier.code == "gold"
    assert (other.program, other.enrolled_on, other.tiers.get().tier.code) == (second, QUARTER, "base")


def test_people_get_the_same_roles_where_they_are_chosen(world: World, source: Partner, target: Partner) -> None:
    person = world.reseller_sales
    Member.objects.create(partner=source, user=person, role="owner")
    merge(world, source, target, people=[person.pk, world.rival_owner.pk])
    assert Member.objects.get(partner=target).user == person
    assert OutboxMail.objects.filter(kind="partners-merged", recipient=person).count() == 1


def test_sent_twice_it_is_done_once(world: World, source: Partner, target: Partner) -> None:
    assert merge(world, source, target) == merge(world, source, target, seen=1)
    with pytest.raises(NotMergeable):
        merge(world, source, world.reseller)


def test_nothing_moves_inside_a_closed_period_or_when_other_lines_were_seen(
    world: World, source: Partner, target: Partner
) -> None:
    close(world, "2026Q3")
    assert merging.first_day(vendor_id=world.vendor.pk, today=TODAY) == QUARTER
    with pytest.raises(InClosedPeriod):
        merge(world, source, target, date(2026, 9, 30))
    with pytest.raises(ChangedMeanwhile):
        merge(world, source, target, seen=3)
    assert quantities(target) == {}


def test_partners_of_other_vendors_are_merged_by_platform_admins_only(world: World, source: Partner) -> None:
    with pytest.raises(NotAllowed, match="other vendors"):
        merge(world, source, world.reseller)
    assert merge(world, source, world.reseller, by=world.platform_admin).lines == 1


@pytest.mark.parametrize("role", ["vendor_finance", "rival_channel_manager", "reseller_owner"])
def test_only_managers_of_the_vendor_merge(world: World, source: Partner, target: Partner, role: str) -> None:
    with pytest.raises(NotAllowed):
        merge(world, source, target, by=getattr(world, role))


def test_an_application_of_either_company_is_decided_first(world: World, source: Partner, target: Partner) -> None:
    second = make_program(world.vendor, "second", "Second program", ("base",))
    for partner in (source, target):
        application = applied(partner, second, world.reseller_owner)
        with pytest.raises(StillOpen, match=f"{partner.name} has applied for Second program"):
            merge(world, source, target)
        Application.objects.filter(pk=application.pk).update(state="refused")
    applied(target, world.rival_program, world.reseller_owner)
    assert merge(world, source, target).lines == 1


def test_questions_of_the_old_company_are_answered_first(world: World, source: Partner, target: Partner) -> None:
    asker = member_of(source, "asker", "owner")
    number = [ask_for_missing(world, text, by=asker, partner=source) for text in ("One.", "Two.")]
    ask_for_missing(world, by=member_of(target, "other_asker", "owner"), partner=target)
    with pytest.raises(StillOpen, match="2 questions of Telefonbau Schneider GmbH are open"):
        merge(world, source, target)
    claims.decline(claim=number[0], said=said(world.channel_manager, "No.", number[0]))
    claims.ask_back(claim=number[1], said=said(world.channel_manager, "When?", number[1]))
    with pytest.raises(StillOpen, match="1 question of"):
        merge(world, source, target)
    claims.withdraw(claim=number[1], said=said(asker, "", number[1]))
    assert merge(world, source, target).lines == 1


def test_the_preview_is_exact(world: World, source: Partner, target: Partner) -> None:
    for document, day in (("R-11", date(2026, 9, 30)), ("R-12", QUARTER)):
        waits(world, document, on=day, article="unknown")
    close(world, "2026Q3")
    shown = preview(merge=Merge(world.vendor, source, target, QUARTER))
    assert shown.waiting == 1
    assert [each.number for each in shown.numbers] == ["K-99"]
    assert (shown.moved.all.lines, shown.moved.all.net) == (1, {"EUR": Decimal("7000.00")})
    assert (shown.stays.all.lines, shown.stays.all.net) == (1, {"EUR": Decimal("5000.00")})
    assert [(str(part.period), part.lines) for part in shown.stays.settled if part.period] == [("2026Q3", 1)]
    assert shown.moved.settled == ()
    assert [(each.program, each.new) for each in shown.programs] == [(world.program, False)]


def merged_while_a_report_is_booked(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Partner, Partner]:
    """The worst moment: the report knows whose its rows are, and has not booked them; the merge then begins."""
    source, target = sold(world), make_partner("Blaufuchs UG", "8Y8Y8Y8Y")
    enrol(target, world.program, tier="gold")
    sorted_, merged = threading.Event(), threading.Event()
    book = Staging.book

    def book_late(rows: Staging, *given: Any, **options: Any) -> None:
        sorted_.set()
        merged.wait(SECONDS)
        book(rows, *given, **options)

    def merge_meanwhile() -> Succession:
        assert sorted_.wait(20)
        found = merge(world, source, target)
        merged.set()
        return found

    monkeypatch.setattr(Staging, "book", book_late)
    found = at_once(merge_meanwhile, lambda: send(world, many_rows(customer="K-99", count=50)))
    assert {type(each) for each in found} == {Succession, ImportResult}
    return source, target


def test_a_report_at_the_same_time_is_booked_for_the_successor_as_a_whole(
    committed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = merged_while_a_report_is_booked(committed, monkeypatch)
    assert quantities(target)[date(2026, 11, 2)] == Decimal(50)
    assert date(2026, 11, 2) not in quantities(source)


def test_without_the_locks_its_rows_would_stay_behind(committed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the test above proves would not hold by itself."""
    monkeypatch.setattr(merging, "_lock", lambda merge: None)
    source, target = merged_while_a_report_is_booked(committed, monkeypatch)
    assert quantities(source)[date(2026, 11, 2)] == Decimal(50)
    assert date(2026, 11, 2) not in quantities(target)


def test_of_two_merges_at_once_one_is_done(committed: World) -> None:
    source, target = sold(committed), make_partner("Blaufuchs UG", "8Y8Y8Y8Y")
    enrol(target, committed.program, tier="gold")
    found = at_once(*[lambda: merge(committed, source, target)] * 2)
    assert found[0] == found[1]
    assert SaleLine.objects.filter(partner=source, reverses__isnull=False).count() == 1


def test_a_manager_merges_on_the_page(world: World, source: Partner, target: Partner, signed_in: SignedIn) -> None:
    client = signed_in(world.channel_manager)
    page = f"/vendor/lenovo/partners/9Z9Z9Z9Z/merge/?into={target.number}&on=2026-10-01"
    text = words(client.get(page).content.decode())
    assert "Sales from 1 Oct 2026 on, which move 1 line, €7,000.00" in text
    sent = {"reason": "Takeover.", "seen": "1"}
    assert client.post(page, sent).status_code == client.post(page, sent).status_code == 302
    assert "Merged into Blaufuchs UG" in words(client.get("/vendor/lenovo/partners/9Z9Z9Z9Z/").content.decode())
    assert "Took over Telefonbau" in words(client.get("/vendor/lenovo/partners/8Y8Y8Y8Y/").content.decode())
    for partner, number, sentence in (
        (source, source.number, "your company goes on as Blaufuchs UG"),
        (target, target.number, "your company has taken over Telefonbau Schneider GmbH"),
    ):
        owner = member_of(partner, f"owner_{number}", "owner")
        page = words(signed_in(owner).get(f"/partner/{number}/company/").content.decode())
        assert f"With Lenovo {sentence}" in page
        assert "Lenovo. Takeover." in page
    listed = [row.record["number"] for row in client.get("/vendor/lenovo/partners/").context["table"].rows]
    assert target.number in listed
    assert source.number not in listed
