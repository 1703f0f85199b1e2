"""A project from its registration to Silver, through both sides' pages; and one that lapses with the clock moved on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import time_machine
from django.utils.translation import override
from playwright.sync_api import expect

from common.formats import date_long
from common.models import OutboxMail, User
from deals import deciding, lapsing, mails, writing
from deals.models import Conflict, Deal
from partners.models import EnrolmentTier
from programs.models import Program, Tier
from tests.deals.projects import act, checked, of_competitor, open_deals
from tests.journeys.browser import plain
from tests.journeys.conftest import Inside, OpenWindow, paired
from tests.journeys.reading import word
from tests.journeys.test_deals_partner import SUBMIT, complete, enrolment
from tests.journeys.test_deals_vendor import same_world
from tests.serving import Served, served
from tests.tiers.ladder import ask
from tests.trainings.teaching import at
from tests.world import NOW, TODAY
from tiers import tasks

OWN = "/partner/2B3C4D5F/deals/1/"
AT_VENDOR = "/vendor/lenovo/deals/2B3C4D5F/1/"
WAY = "/partner/2B3C4D5F/tiers/topseller/"
SALES = "reseller_sales@example.com"


def person(address: str) -> User:
    return User.objects.get(email=address)


def draft_for_silver() -> None:
    """A complete draft; Silver asks for a won deal, and the reseller has none yet."""
    program = Program.objects.get(slug="topseller")
    ask(program, silver=[{"kind": "verified"}, {"kind": "won_deals"}], gold=[{"kind": "won_deals", "count": 9}])
    registered = Tier.objects.get(program=program, code="registered")
    EnrolmentTier.objects.filter(enrolment__program=program).update(tier=registered)
    open_deals(same_world())
    writing.begin(enrolment=enrolment(), written=complete(), act=act(person(SALES)))


def sent() -> Deal:
    deal = writing.begin(enrolment=enrolment(), written=complete(), act=act(person(SALES)))
    return writing.submit(deal=deal, act=act(person(SALES), deal))


@paired
def test_a_registered_project_that_met_another_one_is_won_and_counts_for_silver(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    with inside(own_portal), time_machine.travel(NOW):
        draft_for_silver()
    partner = windows(own_portal, SALES, language=language, width=width)
    page = partner.page

    # It is sent, and a competitor sends the same project afterwards.
    partner.go(OWN)
    page.locator("#send button.btn-primary").click()
    expect(page.locator("#standing")).to_be_visible()
    with inside(own_portal), time_machine.travel(NOW):
        checked(of_competitor(same_world(), customer_name="Klinikum Elbtal", customer_postcode="01796"))
        assert Conflict.objects.get().other == Deal.objects.get(partner__number="2B3C4D5F")

    # The vendor sees both, and protects the one that was first.
    manager = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    manager.go(AT_VENDOR)
    expect(manager.page.locator("#similar")).to_be_visible()
    manager.see()
    manager.page.keyboard.press("a")
    manager.page.locator("#decision button.btn-primary").click()
    expect(manager.page).not_to_have_url(manager.url + AT_VENDOR)

    # The partner writes an update, and reports the order with the sale that shows it.
    partner.go(OWN)
    page.locator("#update textarea").fill("Der Vorstand hat zugestimmt.")
    page.locator(f"#update {SUBMIT}").click()
    expect(page.locator("#history")).to_contain_text("Der Vorstand hat zugestimmt.")
    partner.go(f"{OWN}won/")
    partner.see()
    partner.expect_answer(422)
    page.locator(SUBMIT).click()
    page.locator("input[name=lines]").first.check()
    page.locator(SUBMIT).click()
    expect(page.locator("main")).to_contain_text(word("Won", language))
    partner.see()

    # One won deal is what Silver asks for.
    with inside(own_portal), time_machine.travel(NOW):
        tasks.assess_program(Program.objects.get(slug="topseller").pk)
    partner.go(WAY)
    done = plain(word("%(have)s of %(need)s", language) % {"have": 1, "need": 1})
    expect(page.locator("main")).to_contain_text(done)
    partner.see()


@paired
def test_a_protected_deal_without_updates_lapses_after_two_reminders(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int, tmp_path: Path
) -> None:
    with inside(own_portal), time_machine.travel(NOW):
        open_deals(same_world())
        User.objects.update(language=language)
        deal, manager = sent(), person("channel_manager@example.com")
        protection = deciding.Protection(deciding.usual_protection(deal, TODAY))
        deciding.approve(deal=deal, protection=protection, text="", act=act(manager, deal))
    partner = windows(own_portal, SALES, language=language, width=width)
    partner.go(OWN)
    expect(partner.page.locator("main")).to_contain_text(said(TODAY + timedelta(days=28), language))

    with inside(own_portal):
        for passed in range(1, 30):
            day = TODAY + timedelta(days=passed)
            lapsing.look_after(today=day, now=at(day, 9))
        assert OutboxMail.objects.filter(kind=mails.REMINDER, address=SALES).count() == 2
        assert OutboxMail.objects.filter(kind=mails.LAPSED, address=SALES).count() == 1
    with served(own_portal.database_url, tmp_path, moment=at(TODAY + timedelta(days=29), 10)) as later:
        partner = windows(later, SALES, language=language, width=width)
        partner.go(OWN)
        expect(partner.page.locator("main")).to_contain_text(word("Lapsed", language))
        expect(partner.page.locator("#update")).to_have_count(0)
        partner.see()


def said(day: date, language: str) -> str:
    with override(language):
        return plain(date_long(day))
