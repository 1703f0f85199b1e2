"""What the week's mail says: the figures of the dashboard, what changed, what waits; in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.models import User
from partners.models import Member
from sales import claims
from tests.people import PASSWORD, member_of
from tests.rebates.status.mailing import MONDAY, WEEK, mail_to, make_in
from tests.rendering import words
from tests.sales.asking import ask_for_missing, said
from tests.world import START, World, enrol, make_partner, publish, sell

SignedIn = Callable[..., Client]
PAGE = "/partner/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q4/"

RATES = """
code: per-device
period: quarter
counts: units
products: topsellers
rates:
  silver: {21HM: 4.00}
  gold: {21HM: 6.00}
"""


def told(world: World, now: Any = MONDAY, *, to: User | None = None) -> str:
    make_in(world.program, now)
    return mail_to(to or world.reseller_owner, world.program).text


def test_it_says_how_far_one_is_and_what_comes_next(world: World) -> None:
    text = told(world)
    assert text.startswith(
        """Hello Reseller Owner,

How Elbtal Systemhaus GmbH stands with Lenovo, Top-Seller Loyalty:

Top-seller rebate, Q4 2026
Rebate so far: €110.00
Units: 22
Revenue: €22,000.00
Step reached: from 10: €5.00 each
3 more units of “Topsellers” by 31 December: +€140.00
46 days left

See how it came about:
"""
    )
    assert settings.PORTAL_URL + PAGE in text.splitlines()
    assert mail_to(world.reseller_owner, world.program).subject == "Top-Seller Loyalty: €110.00 so far"


def test_each_person_reads_it_in_the_own_language(world: World) -> None:
    User.objects.filter(pk=world.reseller_owner.pk).update(language="de")
    text = told(world)
    assert "Noch 3 Stück aus „Topsellers“ bis 31. Dezember: +140,00\u00a0€" in text
    assert "Step reached" in told(world, to=world.reseller_sales)
    assert mail_to(world.reseller_owner, world.program).language == "de"


def test_it_says_what_has_changed_since_the_last_mail(world: World) -> None:
    assert "Since" not in told(world), "the first one says nothing about it"
    assert "Nothing has changed since 16 November." in told(world, MONDAY + WEEK)
    with transaction.atomic():
        sell(
            world.reseller, world.topseller, date(2026, 11, 24), "3", "3000", distributor=world.distributor,
            document="R-7",
        )  # fmt: skip
    text = told(world, MONDAY + 3 * WEEK)
    assert "Since 23 November: +3 units, rebate +€140.00" in text, "since the one that came, not since a week ago"
    assert "Rebate so far: €250.00" in text
    world.topseller.refresh_from_db()
    with transaction.atomic():
        sell(
            world.reseller, world.topseller, date(2026, 11, 25), "-3", "-3000", distributor=world.distributor,
            document="R-8",
        )  # fmt: skip
    assert "Since 7 December: −3 units, rebate −€140.00" in told(world, MONDAY + 4 * WEEK)


def test_a_new_quarter_begins_without_a_change(world: World) -> None:
    told(world, MONDAY + 6 * WEEK)
    text = told(world, MONDAY + 7 * WEEK)  # 4 January
    assert "Top-seller rebate, Q1 2027" in text
    assert "since" not in text.lower()


def test_revenue_is_said_in_money(world: World) -> None:
    make_in(world.rival_program, MONDAY)
    with transaction.atomic():
        sell(
            world.reseller, world.server, date(2026, 11, 17), "1", "1000.50", distributor=world.distributor,
            document="R-7",
        )  # fmt: skip
    make_in(world.rival_program, MONDAY + WEEK)
    text = mail_to(world.reseller_owner, world.rival_program).text
    assert "Since 16 November: +€1,000.50, rebate +€100.05" in text
    assert "Revenue: €31,000.50" in text


def test_several_rebates_of_a_program_are_in_one_mail(world: World) -> None:
    publish(world.program, RATES, "Bonus per device")
    text = told(world)
    assert text.index("Bonus per device, Q4 2026") < text.index("Top-seller rebate, Q4 2026")
    assert "Tier: Silver" in text
    assert "Rebate so far: €88.00" in text
    assert "€198.00 so far" in mail_to(world.reseller_owner, world.program).subject
    assert f"{settings.PORTAL_URL}/partner/2B3C4D5F/rebates/" in text.splitlines(), "the page that lists them"
    assert settings.PORTAL_URL + PAGE in text.splitlines()


def test_it_says_what_waits_for_the_reader(world: World) -> None:
    claim = ask_for_missing(world)
    claims.ask_back(claim=claim, said=said(world.channel_manager, "Which invoice?", claim))
    member_of(world.reseller, "apprentice", Member.Role.TECHNICIAN)
    text = told(world)
    page = f"{settings.PORTAL_URL}/partner/2B3C4D5F/questions/{claim.pk}/"
    assert f"Waiting for you:\n- Lenovo has a question for you\n  {page}\n" in text
    html = mail_to(world.reseller_owner, world.program).html
    assert f'<a href="{page}">Lenovo has a question for you</a>' in html
    make_in(world.rival_program)
    assert "Lenovo" not in mail_to(world.reseller_owner, world.rival_program).text


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_figures_are_those_of_the_dashboard(world: World, signed_in: SignedIn, language: str) -> None:
    User.objects.filter(pk=world.reseller_owner.pk).update(language=language)
    make_in(world.program, timezone.now())
    make_in(world.rival_program, timezone.now())
    dashboard = words(signed_in(world.reseller_owner, language=language).get("/partner/2B3C4D5F/").content.decode())
    for program in (world.program, world.rival_program):
        mail = mail_to(world.reseller_owner, program)
        amount, *others = re.findall(r"^(?:Rebate so far|Bonus bisher): (.+)$", mail.text, re.MULTILINE)
        assert not others
        assert words(amount) in dashboard
        assert words(amount) in words(mail.html)
        next_step = next(line for line in mail.text.splitlines() if "31 Dec" in line or "31. Dez" in line)
        assert words(next_step) in dashboard
        days = next(line for line in mail.text.splitlines() if line.endswith((" left", " Tage")))
        assert words(days) in dashboard


def test_html_needs_no_pictures_and_reads_in_the_dark(world: World) -> None:
    told(world)
    html = mail_to(world.reseller_owner, world.program).html
    assert "<img" not in html
    assert "url(" not in html
    assert 'name="color-scheme" content="light dark"' in html
    assert "width: 88%" in html, "22 of 25"
    assert "color: #" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL).replace("background: #", "")


def test_the_way_is_as_long_as_it_is(world: World) -> None:
    nobody, everybody = make_partner("Anfang GmbH", "NEW23456"), make_partner("Ende GmbH", "NEW34567")
    for partner, name in ((nobody, "beginner"), (everybody, "winner")):
        enrol(partner, world.program, on=START)
        member_of(partner, name, Member.Role.OWNER)
    with transaction.atomic():
        sell(everybody, world.topseller, date(2026, 10, 5), "60", "6000", distributor=world.distributor, document="W-1")
    make_in(world.program)
    beginner, winner = (User.objects.get(email=f"{name}@example.com") for name in ("beginner", "winner"))
    assert "width: 0%" in mail_to(beginner, world.program).html
    assert "width: 100%" in mail_to(winner, world.program).html
    assert "Highest step reached. Every further unit: +€15.00" in mail_to(winner, world.program).text


def test_the_link_leads_through_sign_in_to_the_page(world: World, client: Client) -> None:
    assert settings.PORTAL_URL + PAGE in told(world)
    asked = client.get(PAGE)
    assert asked.status_code == 302
    signed = client.post(asked["Location"], {"login": world.reseller_owner.email, "password": PASSWORD}, follow=True)
    assert signed.request["PATH_INFO"] == PAGE


def test_many_enrolments_cost_as_many_queries_as_few(world: World) -> None:
    def queries(now: Any) -> int:
        with CaptureQueriesContext(connection) as asked:
            make_in(world.program, now, chunk=100)
        return len(asked)

    queries(MONDAY)  # whatever is remembered from then on
    few = queries(MONDAY + WEEK)
    for number in range(20):
        partner = make_partner(f"Partner {number}", f"MANY{number:04}")
        enrol(partner, world.program, on=START)
        member_of(partner, f"many_{number}", Member.Role.OWNER)
    assert queries(MONDAY + timedelta(days=14)) == few
