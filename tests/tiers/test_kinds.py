"""Each kind of criterion: what it counts, on what it rests, until when; and requirement documents made of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from common.dated import since
from partners.models import EnrolmentStatus, Member
from programs.criteria import CriteriaError, Criterion, Evidence, Group, Measurement, kinds, parse
from programs.models import Program
from programs.texts import requirement
from tests.people import member_of
from tests.tiers.ladder import revenue
from tests.trainings.teaching import certified, training
from tests.world import NOW, TODAY, World, enrol, make_partner
from tiers import judging
from tiers.models import CaseStudy, ManualCheck
from trainings.models import Training

DAY = timedelta(days=1)
DOCUMENTS: dict[str, dict[str, Any]] = {
    "verified": {"kind": "verified"},
    "certificate": {"kind": "certificate", "trainings": ["technical"]},
    "case_study": {"kind": "case_study"},
    "revenue": {"kind": "revenue", "amount": "20000.00"},
    "registered_deals": {"kind": "registered_deals", "months": 12},
    "won_deals": {"kind": "won_deals"},
    "manual": {"kind": "manual", "code": "showroom", "de": "Ausstellung", "en": "A showroom"},
}


def criterion(kind: str, **params: Any) -> Criterion:
    (found,) = parse([{**DOCUMENTS[kind], **params}]).of
    assert isinstance(found, Criterion)
    return found


def measured(world: World, kind: str, on: date = TODAY, **params: Any) -> Measurement:
    one, partners = criterion(kind, **params), {world.enrolment.pk: world.reseller.pk}
    return one.kind.measure(one.params, world.program, partners, on).get(world.enrolment.pk) or one.nothing()


def study(world: World, title: str, accepted_on: date | None) -> CaseStudy:
    state = "accepted" if accepted_on else "submitted"
    return CaseStudy.objects.create(
        enrolment=world.enrolment, title=title, written_by=world.reseller_sales, state=state, accepted_on=accepted_on,
        due_on=None if accepted_on else TODAY,
    )  # fmt: skip


def check(world: World, code: str, start: date, until: date | None = None) -> None:
    ManualCheck.objects.create(
        enrolment=world.enrolment, code=code, evidence=f"Seen until {until}", valid=since(start, until),
        checked_by=world.channel_manager, checked_at=NOW,
    )  # fmt: skip


@pytest.fixture
def technical(world: World) -> Training:
    return training(world.program, world.vendor_admin)


def test_every_kind_that_is_registered_is_tried_here() -> None:
    assert {kind.key for kind in kinds} == set(DOCUMENTS)


# --- the kinds -------------------------------------------------------------------------------------------------------


def test_whoever_takes_part_is_verified(world: World) -> None:
    assert measured(world, "verified").met
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="applied")
    assert judging.taking_part(world.program, TODAY) == {}


def test_a_certificate_counts_from_its_first_day_to_before_its_last(world: World, technical: Training) -> None:
    start = TODAY + DAY
    holder = world.reseller_technician
    certified(technical, holder, world.reseller, start, world.channel_manager)
    assert not measured(world, "certificate").met, "dated tomorrow"
    end = date(2028, 11, 17)
    held = measured(world, "certificate", start)
    assert (held.have, held.until, held.evidence) == (1, end, (Evidence(holder.name, end),))
    assert measured(world, "certificate", end - DAY).met
    assert not measured(world, "certificate", end).met


def test_a_certificate_counts_while_its_holder_works_here(world: World, technical: Training) -> None:
    holder = world.reseller_technician
    certified(technical, holder, world.reseller, TODAY, world.channel_manager)
    Member.objects.filter(user=holder).update(left_on=TODAY + 3 * DAY)
    assert measured(world, "certificate", TODAY + 2 * DAY).met
    assert not measured(world, "certificate", TODAY + 3 * DAY).met
    Member.objects.create(partner=world.reseller, user=holder, role="technician", joined_on=TODAY + 9 * DAY)
    assert measured(world, "certificate", TODAY + 9 * DAY).met


def test_people_with_a_certificate_of_each_training_and_in_the_role_count(world: World, technical: Training) -> None:
    sales = training(world.program, world.vendor_admin, "sales", validity_months=12)
    holder, seller = world.reseller_technician, world.reseller_sales
    both: dict[str, Any] = {"trainings": ["technical", "sales"]}
    certified(technical, holder, world.reseller, TODAY, world.channel_manager)
    certified(sales, seller, world.reseller, TODAY, world.channel_manager)
    assert measured(world, "certificate", **both).have == 0
    certified(sales, holder, world.reseller, TODAY, world.channel_manager)
    held = measured(world, "certificate", **both)
    assert (held.have, held.until) == (1, date(2027, 11, 16)), "the shorter one"
    assert measured(world, "certificate", trainings=["sales"], people=2).met
    assert measured(world, "certificate", trainings=["sales"], role="sales").evidence[0].what == seller.name
    assert not measured(world, "certificate", trainings=["technical"], role="sales").met


def test_with_n_people_the_criterion_lasts_as_long_as_the_nth_longest(world: World, technical: Training) -> None:
    for months, holder in enumerate((world.reseller_technician, world.reseller_sales, world.reseller_owner)):
        certified(technical, holder, world.reseller, date(2026, 1 + months, 31 - 3 * months), world.channel_manager)
    two = measured(world, "certificate", people=2)
    assert (two.have, two.until) == (3, date(2028, 2, 28))
    assert measured(world, "certificate", people=3).until == date(2028, 1, 31)
    assert measured(world, "certificate", people=4).until is None


def test_case_studies_count_from_the_day_they_are_accepted_for_as_long_as_is_said(world: World) -> None:
    study(world, "Waiting", None)
    study(world, "Tomorrow", TODAY + DAY)
    study(world, "Leap", date(2024, 2, 29))
    study(world, "Recent", date(2026, 10, 1))
    assert [each.what for each in measured(world, "case_study").evidence] == ["Recent", "Leap"]
    recent = measured(world, "case_study", months=12)
    assert (recent.have, recent.until) == (1, date(2027, 10, 1))
    assert measured(world, "case_study", months=33, count=2).until == date(2026, 11, 29)
    assert measured(world, "case_study", date(2026, 11, 28), months=33, count=3).met
    assert not measured(world, "case_study", date(2026, 11, 29), months=33, count=3).met


def test_revenue_counts_in_months_that_end_yesterday(world: World) -> None:
    before = measured(world, "revenue").have
    for number, day in enumerate((TODAY, TODAY - DAY, date(2025, 11, 16), date(2025, 11, 15))):
        revenue(world, str(10 ** (3 + number)), day, f"Z-{number}")
    assert measured(world, "revenue").have - before == 10_000 + 100_000
    assert measured(world, "revenue", TODAY + DAY).have - before == 1_000 + 10_000


@pytest.mark.parametrize(
    ("on", "counted"),
    [
        (date(2028, 2, 29), {date(2027, 3, 1), date(2028, 2, 28)}),
        (date(2028, 3, 1), {date(2027, 3, 1), date(2028, 2, 28), date(2028, 2, 29)}),
        (date(2029, 1, 1), {date(2028, 2, 28), date(2028, 2, 29), date(2028, 12, 31)} | {date(2028, 3, 1)}),
        (date(2029, 2, 28), {date(2028, 2, 28), date(2028, 2, 29), date(2028, 12, 31)} | {date(2028, 3, 1)}),
        (date(2029, 3, 1), {date(2028, 3, 1), date(2028, 12, 31)}),
    ],
)
def test_the_window_of_revenue_over_leap_days_and_a_years_end(world: World, on: date, counted: set[date]) -> None:
    days = (date(2027, 2, 28), date(2027, 3, 1), date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1),
            date(2028, 12, 31))  # fmt: skip
    for place, day in enumerate(days):
        revenue(world, str(10**place), day, f"Z-{place}")
    assert measured(world, "revenue", on).have == sum(10 ** days.index(day) for day in counted)


def test_a_manual_check_holds_on_its_days_and_the_longest_of_several_says_until_when(world: World) -> None:
    check(world, "showroom", TODAY - 10 * DAY, TODAY)
    check(world, "agreement", TODAY)
    assert not measured(world, "manual").met
    check(world, "showroom", TODAY - DAY, TODAY + 9 * DAY)
    check(world, "showroom", TODAY - DAY, TODAY + 5 * DAY)
    held = measured(world, "manual")
    assert (held.have, held.until, held.evidence[0].what) == (1, TODAY + 9 * DAY, f"Seen until {TODAY + 9 * DAY}")


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_fifty_enrolments_take_as_many_queries_as_one(world: World, technical: Training, kind: str) -> None:
    one = criterion(kind)
    partners = {world.enrolment.pk: world.reseller.pk}
    for number in range(50):
        partner = make_partner(f"Partner {number}", f"MANY{number:04}")
        holder = member_of(partner, f"holder_{number}", "technician")
        certified(technical, holder, partner, TODAY, world.channel_manager)
        enrolment = enrol(partner, world.program, tier="silver")
        partners[enrolment.pk] = partner.pk
        check(world, "showroom", TODAY)
    first = dict(list(partners.items())[1:2])

    def queries(of: dict[int, int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            found = one.kind.measure(one.params, Program.objects.get(pk=world.program.pk), of, TODAY)
        assert set(found) <= set(of)
        return len(captured)

    assert queries(first) == queries(partners)


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_each_kind_says_what_it_asks_for_where_one_stands_and_what_to_do(
    world: World, technical: Training, kind: str, language: str
) -> None:
    one = criterion(kind)
    with translation.override(language):
        said = [
            one.kind.sentence(one.params, world.program),
            one.kind.progress(one.params, world.program, one.nothing()),
            one.kind.advice(one.params, world.program, one.nothing()),
        ]
        assert all(text and "%(" not in text for text in said)
        assert set(one.kind.fields(world.program)) <= set(type(one.params).model_fields)


# --- groups ----------------------------------------------------------------------------------------------------------

HELD = {"a": Measurement(Decimal(1), Decimal(1), until=date(2027, 3, 1)),
        "b": Measurement(Decimal(1), Decimal(1), until=date(2027, 5, 1)),
        "open": Measurement(Decimal(1), Decimal(1)),
        "not": Measurement(Decimal(0), Decimal(1))}  # fmt: skip


def asked(*codes: str) -> list[dict[str, str]]:
    return [{"kind": "manual", "code": code, "de": code, "en": code} for code in codes]


def look_up(one: Criterion) -> Measurement:
    return HELD[one.params.model_dump()["code"]]


@pytest.mark.parametrize(
    ("document", "met", "until", "missing"),
    [
        (asked("a", "b"), True, date(2027, 3, 1), []),
        (asked("a", "not"), False, None, ["not"]),
        ([{"any_of": asked("a", "b", "not")}], True, date(2027, 5, 1), []),
        ([{"any_of": asked("a", "open")}], True, None, []),
        ([{"any_of": asked("not", "not")}], False, None, ["not", "not"]),
        ([{"n_of": 2, "of": asked("a", "b", "open")}], True, date(2027, 5, 1), []),
        ([{"n_of": 2, "of": asked("a", "b", "not")}], True, date(2027, 3, 1), []),
        ([{"n_of": 3, "of": asked("a", "b", "not")}], False, None, ["not"]),
        ([*asked("b"), {"any_of": [*asked("not"), {"n_of": 2, "of": asked("a", "b")}]}], True, date(2027, 3, 1), []),
        ([], True, None, []),
    ],
)  # fmt: skip
def test_groups_say_whether_they_are_met_until_when_and_what_is_missing(
    document: list[Any], met: bool, until: date | None, missing: list[str]
) -> None:
    group = parse(document)
    assert group.met(look_up) is met
    if met:
        assert group.until(look_up) == until
    assert [one.params.model_dump()["code"] for one in group.missing(look_up)] == missing


def test_a_group_reads_as_one_line(world: World) -> None:
    (group,) = parse([{"n_of": 2, "of": [*asked("a"), {"any_of": asked("b", "open")}, *asked("not")]}]).of
    assert isinstance(group, Group)
    assert requirement(group, world.program) == "2 of these: a; b or open; not"


# --- what is no document ---------------------------------------------------------------------------------------------

A = asked("a")[0]


@pytest.mark.parametrize(
    ("document", "places"),
    [
        ({}, [""]),
        ([None], ["[1]"]),
        ([{"kind": "weather"}], ["[1]"]),
        ([{"kind": ["revenue"]}], ["[1]"]),
        ([A, {"kind": "revenue"}, {"kind": "revenue", "amount": "-1"}], ["[2].amount", "[3].amount"]),
        ([{"kind": "certificate", "trainings": []}], ["[1].trainings"]),
        ([{"kind": "certificate", "trainings": ["a", "a"]}], ["[1].trainings"]),
        ([{"kind": "certificate", "trainings": ["a"], "role": "king"}], ["[1].role"]),
        ([{"kind": "case_study", "count": True}], ["[1].count"]),
        ([{"kind": "verified", "more": "1"}], ["[1].more"]),
        ([{"any_of": []}], ["[1].any_of"]),
        ([{"any_of": [A], "of": [A]}], ["[1].of"]),
        ([{"n_of": 3, "of": [A, A]}], ["[1].n_of"]),
        ([{"n_of": 1}], ["[1].of"]),
        ([{"any_of": [A, {"n_of": 1, "of": [{"kind": "manual"}]}]}], ["[1].any_of[2].of[1].de",
          "[1].any_of[2].of[1].en", "[1].any_of[2].of[1].code"]),
        ([{"any_of": [{"any_of": [{"any_of": [{"any_of": [A]}]}]}]}], ["[1].any_of[1].any_of[1].any_of[1]"]),
    ],
)  # fmt: skip
def test_whatever_is_wrong_is_said_with_its_place(document: Any, places: list[str]) -> None:
    with pytest.raises(CriteriaError) as refused:
        parse(document)
    found = list(dict.fromkeys(problem.path for problem in refused.value.problems))
    assert found[: len(places)] == places
    with translation.override("de"):
        assert all(str(problem) for problem in refused.value.problems)
