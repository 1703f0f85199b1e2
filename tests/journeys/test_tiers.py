"""A tier as people live it in the browser: reached, put at risk, lost on its day or kept in time, and forecast."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import psycopg
import time_machine
from django.utils.translation import override
from playwright.sync_api import expect

from common.formats import date_long, money
from common.models import OutboxMail, User
from common.periods import months_after
from partners.models import EnrolmentTier, Member, Partner
from programs.models import Program, Tier
from tests.journeys.browser import Window, plain
from tests.journeys.conftest import Inside, OpenWindow, desktop_in_english, paired, phone_in_german
from tests.journeys.reading import word
from tests.journeys.test_reports import upload
from tests.journeys.test_sign_in import tab_to
from tests.sales.sending import report
from tests.serving import Served, served
from tests.tiers.ladder import ask
from tests.trainings.teaching import PDF, at, certified, planned, training
from tests.world import NOW, START, TODAY
from tiers import mails, tasks
from trainings.models import Training

PARTNER, VENDOR = "/partner/2B3C4D5F", "/vendor/lenovo"
WAY = f"{PARTNER}/tiers/topseller/"
TIER_AT_VENDOR = f"{VENDOR}/partners/2B3C4D5F/tiers/topseller/"
OWNER, TECHNICIAN = "reseller_owner@example.com", "reseller_technician@example.com"
MANAGER = "channel_manager@example.com"
SUBMIT = "button.btn-primary"
TECHNICAL: dict[str, object] = {"kind": "certificate", "trainings": ["technical"]}
# The world's reseller has 46,120.00 so far.
SILVER: list[dict[str, object]] = [
    {"kind": "verified"}, TECHNICAL, {"kind": "case_study"}, {"kind": "revenue", "amount": "50000.00"},
]  # fmt: skip
GOLD: list[dict[str, object]] = [{"kind": "verified"}, {"kind": "revenue", "amount": "60000.00"}]
NOVEMBER = report("K-1;Elbtal Systemhaus GmbH;RE-1;10;02.11.2026;21HM;4;4.000,00;EUR;")
DUE = date(2027, 2, 14)
"""90 days after the day of the world."""


def tick(moment: datetime = NOW) -> None:
    """What the workers do within a minute after a change: assess what is due, and make the mails."""
    with time_machine.travel(moment):
        tasks.assess_program(Program.objects.get(slug="topseller").pk)
        tasks.announce()


def configure(language: str, *, held: str) -> None:
    """The reseller holds this tier; whoever gets mails reads this language."""
    program = Program.objects.get(slug="topseller")
    ask(program, silver=SILVER, gold=GOLD)
    tier = Tier.objects.get(program=program, code=held)
    EnrolmentTier.objects.filter(enrolment__program=program).update(tier=tier)
    User.objects.update(language=language)
    training(program, User.objects.get(email=MANAGER))


def certify() -> None:
    """The technician holds the certificate, and nothing else is asked for."""
    program = Program.objects.get(slug="topseller")
    ask(program, silver=[{"kind": "verified"}, TECHNICAL])
    certified(
        Training.objects.get(), User.objects.get(email=TECHNICIAN), Partner.objects.get(number="2B3C4D5F"),
        TODAY - timedelta(days=30), User.objects.get(email=MANAGER),
    )  # fmt: skip


def mailed(kind: str) -> str:
    """What the owner's only mail of this kind says."""
    return plain(OutboxMail.objects.get(kind=kind, address=OWNER).text)


def told(text: str, language: str, **values: str) -> str:
    """A sentence of the pages in the person's language."""
    return plain(word(text, language) % values)


def day(which: date, language: str) -> str:
    with override(language):
        return plain(date_long(which))


def press(window: Window, label: str, language: str) -> None:
    """Reach the link or button with Tab, and take it."""
    tab_to(window.page, word(label, language))
    window.page.keyboard.press("Enter")


# --- from Registered to Silver ---------------------------------------------------------------------------------------


@paired
def test_from_registered_to_silver_with_a_training_a_case_study_and_a_report(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int, tmp_path: Path
) -> None:
    with inside(own_portal):
        configure(language, held="registered")
        evening = {"starts_at": at(TODAY, 19), "ends_at": at(TODAY, 21), "book_until": TODAY}
        planned(Training.objects.get(), User.objects.get(email=MANAGER), TODAY, **evening)
    owner = windows(own_portal, OWNER, language=language, width=width)
    manager = windows(own_portal, MANAGER, language=language, width=width)

    owner.go(WAY)
    expect(owner.page.locator("h1")).to_have_text(told("My way to %(tier)s", language, tier="Silver"))
    expect(owner.page.locator("#ahead .check.is-met")).to_have_count(1)
    owner.see()
    _train(owner, manager, language)
    _write_case_study(owner, manager, language)
    manager.go(f"{VENDOR}/reports/upload/")
    upload(manager, tmp_path, "november.csv", NOVEMBER)
    expect(manager.page.locator(".messages")).to_be_visible()

    # Everything is met; the vendor has to say so.
    with inside(own_portal):
        tick()
    owner.go(WAY)
    expect(owner.page.locator("#ahead .check.is-met")).to_have_count(4)
    expect(owner.page.locator("main")).to_contain_text(
        told("Your rise to %(tier)s is proposed", language, tier="Silver")
    )
    owner.see()
    page = manager.page
    manager.go(f"{VENDOR}/")
    page.locator("#waiting").get_by_role(
        "link", name=word("%(count)s proposed rise to decide", language) % {"count": 1}
    ).click()
    manager.see()
    page.get_by_role("link", name="Elbtal Systemhaus GmbH").click()
    expect(page.locator("#proposal")).to_be_visible()
    manager.see()
    page.locator("#proposal").locator(SUBMIT).press("Enter")
    expect(page.locator(".messages")).to_contain_text("Silver")
    expect(page.locator("#proposal")).to_have_count(0)
    manager.see()

    with inside(own_portal):
        tick()
        assert told(
            "You are now %(tier)s in %(program)s", language, tier="Silver", program="Top-Seller Loyalty"
        ) in mailed(mails.RISEN)
    owner.go(WAY)
    expect(owner.page.locator("h1")).to_have_text(told("My way to %(tier)s", language, tier="Gold"))
    expect(owner.page.locator("#history .event p:first-child")).to_have_text(["Silver", "Registered"])
    expect(owner.page.locator("#history time").first).to_have_attribute("datetime", re.compile(f"^{TODAY}"))
    owner.see()


def _train(owner: Window, manager: Window, language: str) -> None:
    """The owner books a seat by keyboard, for the one who is chosen already; the vendor writes down who was there."""
    page = owner.page
    page.locator("#ahead").get_by_role("link", name=word("Trainings", language)).focus()
    page.keyboard.press("Enter")
    page.locator("main a[href*='/trainings/']").first.click()
    page.locator("#dates a").click()
    page.locator("#book select").focus()
    page.keyboard.type("Reseller Technician")
    page.locator(f"#book {SUBMIT}").press("Enter")
    expect(page.locator("#team .badge")).to_have_text(word("booked", language))
    owner.see()
    manager.go(f"{VENDOR}/trainings/")
    page = manager.page
    page.locator("main").get_by_role(
        "link", name="Technische Schulung" if language == "de" else "Technical training"
    ).click()
    page.locator("main tbody a").first.click()
    page.locator(f"#attendance {SUBMIT}").click()
    expect(page.locator("#participants .badge")).to_have_text(word("attended", language))


def _write_case_study(owner: Window, manager: Window, language: str) -> None:
    """Handed in from the page about the way, and accepted."""
    page = owner.page
    owner.go(WAY)
    expect(owner.page.locator("#ahead .check.is-met", has_text="Reseller Technician")).to_have_count(1)
    page.locator("#ahead").get_by_role("link", name=word("Write a case study", language)).press("Enter")
    page.locator("[name=title]").fill("Telefonie im Rathaus")
    page.locator("[name=customer]").fill("Stadt Pirna")
    page.locator("main form textarea").first.fill("Vierzig Telefone in drei Tagen.")
    page.locator("main form").locator(SUBMIT).press("Enter")
    expect(page.locator("#told")).to_contain_text("Vierzig Telefone")
    manager.go(f"{VENDOR}/case-studies/")
    page = manager.page
    page.get_by_role("link", name="Telefonie im Rathaus").click()
    page.locator("#answer input[value=accept]").check()
    page.locator("#answer").locator(SUBMIT).click()
    expect(page).to_have_url(f"{manager.url}{VENDOR}/case-studies/")


# --- the certified employee leaves -----------------------------------------------------------------------------------


def _leave(owner: Window, language: str) -> None:
    """The technician is removed from the team, by keyboard."""
    page = owner.page
    owner.go(f"{PARTNER}/team/")
    page.get_by_role("link", name=told("Change roles: %(name)s", language, name="Reseller Technician")).press("Enter")
    press(owner, "Remove from the team", language)
    expect(page.locator("#effect")).to_contain_text("Reseller Technician")
    owner.see()
    press(owner, "Remove from the team", language)
    expect(page.locator("#people")).not_to_contain_text("Reseller Technician")


@desktop_in_english
def test_the_certified_employee_leaves_and_the_tier_is_lost_when_the_grace_period_ends(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int, tmp_path: Path
) -> None:
    with inside(own_portal):
        configure(language, held="silver")
        certify()
        tick()
    owner = windows(own_portal, OWNER, language=language, width=width)
    manager = windows(own_portal, MANAGER, language=language, width=width)
    last_day = told("by %(day)s", language, day=day(DUE - timedelta(days=1), language))

    # The criterion falls at once, and within a minute it is said what to do until when.
    owner.go(WAY)
    expect(owner.page.locator("#kept .check.is-met")).to_have_count(2)
    _leave(owner, language)
    owner.go(WAY)
    expect(owner.page.locator("#kept .check.is-met")).to_have_count(1)
    with inside(own_portal):
        tick()
        tick()
        notice = mailed(mails.NOTICE)
    assert day(DUE, language) in notice
    advice = word("%(count)s more employee takes the training: book a date, or hand in a certificate.", language) % {
        "count": 1
    }
    assert advice in notice
    owner.go(WAY)
    lost = told(
        "Your tier %(held)s ends on %(day)s unless everything it asks for is met again", language,
        held="Silver", day=day(DUE, language),
    )  # fmt: skip
    expect(owner.page.locator("main")).to_contain_text(lost)
    expect(owner.page.locator("#kept")).to_contain_text(advice)
    expect(owner.page.locator("#kept")).to_contain_text(last_day)
    owner.see()
    page = manager.page
    manager.go(f"{VENDOR}/tiers/")
    page.get_by_role("link", name=word("At risk", language)).click()
    row = page.locator("#list tbody tr", has_text="Elbtal")
    expect(row).to_contain_text("Registered")
    manager.see()
    row.get_by_role("link", name="Elbtal").click()
    expect(page.locator("main")).to_contain_text(
        told("Falls to %(tier)s on %(day)s", language, tier="Registered", day=day(DUE, language))
    )
    manager.see()

    # A night before the day nothing has changed; on the day the tier does.
    with inside(own_portal):
        tick(at(DUE - timedelta(days=1), 23))
        assert not OutboxMail.objects.filter(kind=mails.FALLEN).exists()
        tick(at(DUE, 1))
        assert day(DUE, language) in mailed(mails.FALLEN)
    with served(own_portal.database_url, tmp_path, moment=at(DUE, 9)) as later:
        owner = windows(later, OWNER, language=language, width=width)
        manager = windows(later, MANAGER, language=language, width=width)
        owner.go(WAY)
        held = owner.page.locator("#history .event")
        expect(held).to_have_count(2)
        expect(held.first).to_contain_text("Registered")
        expect(held.first.locator("time")).to_have_attribute("datetime", re.compile(f"^{DUE}"))
        expect(held.last).to_contain_text("Silver")
        expect(owner.page.locator("main").get_by_role("alert")).to_have_count(0)
        owner.see()
        manager.go(TIER_AT_VENDOR)
        expect(manager.page.locator("#history")).to_contain_text(
            told("Changed to %(tier)s as announced", language, tier="Registered")
        )
        manager.see()
    with inside(own_portal):
        tiers = EnrolmentTier.objects.filter(enrolment__program__slug="topseller").order_by("valid")
        assert [(each.tier.code, each.valid.lower, each.valid.upper) for each in tiers] == [
            ("silver", START, DUE), ("registered", DUE, None),
        ]  # fmt: skip


@phone_in_german
def test_a_certificate_in_time_ends_the_notice_and_everybody_is_told(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int, tmp_path: Path
) -> None:
    with inside(own_portal):
        configure(language, held="silver")
        certify()
        Member.objects.filter(user__email=TECHNICIAN).update(left_on=TODAY)
        tick()
    owner = windows(own_portal, OWNER, language=language, width=width)
    manager = windows(own_portal, MANAGER, language=language, width=width)
    (tmp_path / PDF.file_name).write_bytes(PDF.content)

    # The owner has such a certificate from elsewhere and hands it in.
    page = owner.page
    owner.go(WAY)
    expect(page.locator("main").get_by_role("alert")).to_contain_text(day(DUE, language))
    page.locator("#kept").get_by_role("link", name=word("Trainings", language)).press("Enter")
    page.goto(f"{owner.url}{PARTNER}/certificates/")
    page.get_by_role("link", name=word("Hand in a certificate", language)).click()
    page.locator("select[name=holder]").select_option(label="Reseller Owner")
    page.locator("[name=issuer]").fill("Akademie Dresden")
    page.locator("[name=issued_on]").fill("2026-10-01")
    page.locator("input[type=file]").set_input_files(tmp_path / PDF.file_name)
    page.locator("main form").locator(SUBMIT).click()
    expect(page.locator("h1")).to_have_text("Reseller Owner")
    page = manager.page
    manager.go(f"{VENDOR}/certificates/claims/")
    page.get_by_role("link", name="Reseller Owner").click()
    page.locator("#decide input[value=accept]").check()
    page.locator("#decide").locator(SUBMIT).click()
    expect(page).to_have_url(f"{manager.url}{VENDOR}/certificates/claims/")

    with inside(own_portal):
        tick()
        assert told(
            "You keep your tier %(before)s in %(program)s", language, before="Silver", program="Top-Seller Loyalty"
        ) in mailed(mails.RECOVERED)
        tick(at(DUE, 1))
        assert not OutboxMail.objects.filter(kind=mails.FALLEN).exists()
    owner.go(WAY)
    expect(owner.page.locator("main").get_by_role("alert")).to_have_count(0)
    expect(owner.page.locator("#kept .check.is-met")).to_have_count(2)
    owner.see()
    manager.go(TIER_AT_VENDOR)
    expect(page.locator("#history")).to_contain_text(word("Notice withdrawn: everything is met again", language))
    manager.see()


# --- the forecast ----------------------------------------------------------------------------------------------------

BOOKED = """
SELECT counts_on, sum(net) FROM sales_saleline
WHERE partner_id = (SELECT id FROM partners_partner WHERE number = '2B3C4D5F')
  AND vendor_id = (SELECT id FROM programs_vendor WHERE slug = 'lenovo') AND counts_on < '2026-11-16'
GROUP BY counts_on
"""


def reached_by_hand(booked: dict[date, Decimal], target: int) -> date:
    """Day by day: what of the twelve months before is booked, and what this year's days so far brought on average."""
    pace = Fraction(sum(booked.values())) / (TODAY - date(2026, 1, 1)).days
    today = TODAY
    while True:
        start = months_after(today, -12)
        known = sum((amount for when, amount in booked.items() if when >= start), Decimal(0))
        if Fraction(known) + pace * (today - TODAY).days >= target:
            return today
        today += timedelta(days=1)


@paired
def test_the_forecast_is_what_the_booked_sales_say(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    with inside(own_portal):
        configure(language, held="silver")
    with psycopg.connect(own_portal.database_url) as database:
        booked: dict[date, Decimal] = dict(database.execute(BOOKED).fetchall())
    assert sum(booked.values()) == Decimal("46120.00")
    reached = reached_by_hand(booked, 60_000)
    assert reached > TODAY
    owner = windows(own_portal, OWNER, language=language, width=width)
    owner.go(WAY)
    with override(language):
        target = plain(money(Decimal(60_000), "EUR"))
    pace = word("At this year's pace", language)
    expect(owner.page.locator("#ahead .next-step")).to_have_text(
        told(
            "%(pace)s you reach %(target)s on %(day)s.", language, pace=pace, target=target, day=day(reached, language)
        )
    )
    owner.see()
