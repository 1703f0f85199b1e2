"""How all partners stand, which is kept: never other than what their lines give at that moment."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.filters import FilterSet
from partners.models import EnrolmentStatus, EnrolmentTier, Succession
from programs.models import Vendor
from rebates.tasks import keep_figures_of
from sales.models import ChangedPartner, Evidence, ListedPartners, SaleLine, Standing
from sales.standing import listed_by_activity, standings
from tests.world import NOW, TODAY, World, enrol, make_partner, sell

Kept = dict[int, tuple[str, Decimal, Decimal, date | None]]


def kept(world: World, today: date = TODAY) -> Kept:
    """What is kept; and the counts beside it are those of the same rows."""
    asked: dict[str, Any] = {"vendor": world.vendor, "currency": "EUR", "today": today}
    found = standings(**asked)
    enrolled = Counter(found.filter(enrolled=True).values_list("activity", flat=True))
    assert Counter(listed_by_activity(**asked)) == enrolled
    return {row.partner_id: (row.activity, row.revenue, row.revenue_before, row.last_sale) for row in found}


def anew(world: World, today: date = TODAY) -> Kept:
    ListedPartners.objects.all().delete()
    return kept(world, today)


@pytest.mark.django_db
def test_what_is_booked_shows_in_the_next_request_and_is_what_all_lines_give(world: World) -> None:
    before = kept(world)
    sell(world.reseller, world.topseller, TODAY, "3", "70.00", distributor=world.distributor, document="S-1")
    assert ChangedPartner.objects.filter(vendor=world.vendor).exists()
    after = kept(world)
    assert not ChangedPartner.objects.filter(vendor=world.vendor).exists()
    assert after[world.reseller.pk][1] == before[world.reseller.pk][1] + 70
    assert after[world.reseller.pk][3] == TODAY
    assert after == anew(world)
    line = SaleLine.objects.get(document_number="S-1")
    said: dict[str, Any] = {"distributor": world.distributor, "document": "S-1", "reverses": line}
    sell(world.reseller, world.topseller, TODAY, "-3", "-70.00", **said)
    assert kept(world) == before == anew(world)


@pytest.mark.django_db
def test_an_invoice_stops_counting_when_a_report_books_its_sale_for_another_partner(world: World) -> None:
    before = kept(world)
    given: dict[str, Any] = {"distributor": world.distributor, "document": "I-1"}
    sell(world.reseller, world.topseller, TODAY, "1", "30.00", evidence=Evidence.INVOICE, **given)
    assert kept(world)[world.reseller.pk][1] == before[world.reseller.pk][1] + 30
    sell(world.rival, world.topseller, TODAY, "1", "30.00", **given)
    assert kept(world)[world.reseller.pk][1] == before[world.reseller.pk][1]
    assert kept(world) == anew(world)


@pytest.mark.django_db
def test_another_day_has_figures_of_its_own(world: World) -> None:
    kept(world)
    later = date(2027, 1, 2)
    assert kept(world, later) == anew(world, later)
    assert set(Standing.objects.values_list("day", flat=True)) == {later}


@pytest.mark.django_db
def test_only_partners_whose_lines_were_booked_are_looked_at_anew(world: World) -> None:
    kept(world)
    others = set(Standing.objects.exclude(partner=world.reseller).values_list("pk", flat=True))
    own = Standing.objects.get(partner=world.reseller).pk
    sell(world.reseller, world.topseller, TODAY, "1", "5.00", distributor=world.distributor, document="S-1")
    kept(world)
    assert set(Standing.objects.exclude(partner=world.reseller).values_list("pk", flat=True)) == others
    assert Standing.objects.get(partner=world.reseller).pk != own


@pytest.mark.django_db
def test_a_worker_looks_before_anybody_asks_and_then_no_line_is_read(world: World) -> None:
    sell(world.reseller, world.topseller, TODAY, "1", "5.00", distributor=world.distributor, document="S-1")
    keep_figures_of(world.vendor.pk)
    with CaptureQueriesContext(connection) as captured:
        found = kept(world)
    assert not any("sales_saleline" in query["sql"] for query in captured)
    assert found == anew(world)


@pytest.mark.django_db
def test_who_was_enrolled_just_now_stands_in_the_list_and_who_left_does_not(world: World) -> None:
    before = kept(world)
    fresh = make_partner("Spreewald IT", "3C4D5F6G")
    enrolment = enrol(fresh, world.program, tier="silver")
    assert kept(world) == {**before, fresh.pk: ("never", Decimal(0), Decimal(0), None)} == anew(world)
    EnrolmentTier.objects.filter(enrolment=enrolment).delete()
    EnrolmentStatus.objects.filter(enrolment=enrolment).delete()
    enrolment.delete()
    assert kept(world) == before == anew(world)


@pytest.mark.django_db
def test_who_bought_without_being_enrolled_is_kept_and_not_counted(world: World, signed_in: Any) -> None:
    stranger = make_partner("Oderbruch Netze", "4D5F6G7H")
    sell(stranger, world.topseller, TODAY, "1", "9.00", distributor=world.distributor, document="S-9")
    assert kept(world)[stranger.pk][1] == 9
    assert not Standing.objects.get(partner=stranger).enrolled
    page = signed_in(world.channel_manager).get("/vendor/lenovo/partners/")
    found = page.context["filter"]
    # A group that is empty may be missing: a Counter says zero to that.
    assert Counter(found.counts_of("activity")) == Counter(FilterSet.counts_of(found, "activity"))
    assert "Oderbruch Netze" not in page.content.decode()
    assert sum(found.counts_of("activity").values()) == page.context["table"].paginator.count


@pytest.mark.django_db
def test_who_was_merged_away_is_not_counted_in_the_next_request(world: World) -> None:
    asked: dict[str, Any] = {"vendor": world.vendor, "currency": "EUR", "today": TODAY}
    before = listed_by_activity(**asked)
    assert sum(before.values()) == Standing.objects.filter(vendor=world.vendor, enrolled=True).count() == 1
    Succession.objects.create(
        vendor=world.vendor, source=world.reseller, target=world.rival, on=TODAY, by=world.vendor_admin, at=NOW
    )
    activity = Standing.objects.get(vendor=world.vendor, partner=world.reseller).activity
    assert listed_by_activity(**asked) == {**before, activity: before[activity] - 1}


@pytest.mark.django_db
def test_a_vendor_without_partners_is_looked_at_once(world: World) -> None:
    vendor = Vendor.objects.create(slug="nobody", name="Nobody")
    asked: dict[str, Any] = {"vendor": vendor, "currency": "EUR", "today": TODAY}
    assert listed_by_activity(**asked) == {"active": 0, "sleeping": 0, "never": 0}
    with CaptureQueriesContext(connection) as captured:
        listed_by_activity(**asked)
    assert len(captured) == 1
