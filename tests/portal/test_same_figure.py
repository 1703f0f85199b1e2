"""A rebate's figure is the same wherever a partner reads it: mail, dashboard, API, statement, ledger.

What is running is told by the weekly mail, the dashboard's card and the API; what is settled by the mail at the end of
the quarter, the dashboard, the API, the statement and the ledger. Each is read as it reaches its reader, and turned
back into numbers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Max, Q, Sum
from django.test import Client
from django.utils.html import strip_tags
from django.utils.translation import override
from pytest_django import DjangoDbBlocker

from common.models import OutboxMail, User
from common.period_names import period_name
from common.periods import Period
from partners.models import Partner
from portal import volume
from portal.testing import clone_database, django_on
from programs.models import Program, RebateTerms
from rebates import announcing, closing
from rebates.accounts import BETWEEN
from rebates.mails import SETTLED
from rebates.models import ClosingItem, PaymentSettings, Posting, Statement, WeeklyStatus
from rebates.statements import making
from rebates.status.mail import STANDING
from tests.demo import WrittenDemo
from tests.people import member_of, signed_in, token_client
from tests.rebates.payments.many import approved_accounts, finance_person, iban, pay_all
from tests.rebates.statements.reading import text_before
from tests.rebates.status.mailing import make_all
from tests.world import NOW

ENOUGH = 60
SHOWN = 3
"""How many settled periods a dashboard lists."""
LANGUAGES = ("de", "en")
MONEY = {"de": r"([-−+]?[\d.]+,\d\d)\s€", "en": r"([-−+]?€[\d,]+\.\d\d)"}

Rebate = tuple[str, str, str]
"""Program, code of the terms, period."""
Figures = Mapping[Rebate, Decimal]


@dataclass(frozen=True)
class Reader:
    """A partner with somebody who reads for it, in a language."""

    partner: Partner
    user: User
    pages: Client
    api: Client

    @property
    def language(self) -> str:
        return self.user.language

    @cached_property
    def dashboard(self) -> str:
        """With its panels, as the browser fetches them; looked at once, when everything has happened."""
        columns = ("main", "side")
        base = f"/partner/{self.partner.number}/"
        whole = [self.pages.get(base), *(self.pages.get(f"{base}panels/{column}/") for column in columns)]
        return "\n".join(answer.content.decode() for answer in whole if answer.status_code == 200)


def reader_of(partner: Partner, place: int) -> Reader:
    """A new owner; every second one reads German, and statements are in the language of the company."""
    language = LANGUAGES[place % 2]
    Partner.objects.filter(pk=partner.pk).update(language=language)
    user = member_of(partner, f"reader_{place}", "owner", language=language)
    return Reader(partner, user, signed_in(user, language=language), token_client(user))


# --- the sources ------------------------------------------------------------------------------------------------------


def number(text: str, language: str) -> Decimal:
    """As it is written in this language: −1.234,56 or −€1,234.56."""
    group, point = (".", ",") if language == "de" else (",", ".")
    return Decimal(text.replace("€", "").replace("−", "-").replace(group, "").replace(point, "."))


def said_of(rebates: Mapping[Rebate, RebateTerms], text: str, language: str) -> Figures:
    """The first amount after each place where a rebate is named with its period; several places add up."""
    plain = re.sub(r"[\u00a0\u202f\u2009]", " ", text)
    found: dict[Rebate, Decimal] = defaultdict(Decimal)
    with override(language):
        for key, terms in rebates.items():
            label = f"{terms.name}, {period_name(Period.parse(key[2]))}"
            for amount in re.findall(rf"{re.escape(label)}\b.*?{MONEY[language]}", plain, re.DOTALL):
                found[key] += number(amount, language)
    return found


def known_rebates(periods: Sequence[str]) -> dict[Rebate, RebateTerms]:
    terms = RebateTerms.objects.filter(state="published").select_related("program").order_by("version")
    return {(each.program.slug, each.code, period): each for each in terms for period in periods}


PERIODS = ("2025Q4", "2026Q1", "2026Q2", "2026Q3", "2026Q4")


def from_mails(kind: str, reader: Reader) -> Figures:
    found: dict[Rebate, Decimal] = defaultdict(Decimal)
    for mail in OutboxMail.objects.filter(kind=kind, recipient=reader.user):
        of_program = {key: terms for key, terms in known_rebates(PERIODS).items() if terms.program.name in mail.text}
        for key, amount in said_of(of_program, mail.text, reader.language).items():
            found[key] += amount
    return found


def from_weekly_mail(reader: Reader) -> Figures:
    return from_mails(STANDING, reader)


def from_quarters_mail(reader: Reader) -> Figures:
    return from_mails(SETTLED, reader)


LINK = r'href="/partner/\w+/rebates/([\w-]+)/([\w-]+)/([\w-]+)/"'


def amounts_on(html: str, block: str, language: str) -> dict[Rebate, Decimal]:
    """In each of these elements the rebate that its link names, and its first amount."""
    found = {}
    for element in re.findall(block, html, re.DOTALL):
        link = re.search(LINK, element)
        text = re.sub(r"[\u00a0\u202f\u2009]", " ", strip_tags(element[element.index('num">') :])) if link else ""
        if link and (amount := re.search(MONEY[language], text)):
            found[link[1], link[2], link[3]] = number(amount[1], language)
    return found


def from_running_cards(reader: Reader) -> Figures:
    return amounts_on(reader.dashboard, r'<article class="card rebate-card">.*?</article>', reader.language)


def from_settled_panel(reader: Reader) -> Figures:
    return amounts_on(reader.dashboard, r'<li class="plain-row">.*?</li>', reader.language)


def from_api_figures(reader: Reader) -> Figures:
    rows = reader.api.get(f"/api/v1/partners/{reader.partner.number}/figures").json()
    return {(row["program"], row["terms"], row["period"]): Decimal(row["amount"]) for row in rows}


def from_api_settlements(reader: Reader) -> Figures:
    found: dict[Rebate, Decimal] = defaultdict(Decimal)
    answer = reader.api.get(f"/api/v1/settlements?partner={reader.partner.number}&limit=200").json()
    assert answer.get("next") is None, answer
    for row in answer["items"]:
        found[row["program"], row["terms"], row["period"]] += Decimal(row["amount"])
    return found


def from_ledger(reader: Reader, only: Q | None = None) -> Figures:
    booked = Posting.objects.filter(
        only or Q(), entry__partner=reader.partner, entry__settlement__isnull=False, account__in=BETWEEN
    ).order_by()
    named = booked.values_list(
        "entry__settlement__terms__program__slug", "entry__settlement__terms__code", "entry__settlement__period"
    )
    # What is owed stands on the credit side, which is negative.
    return {(program, code, period): -total for program, code, period, total in named.annotate(total=Sum("amount"))}


def paid_in_ledger(reader: Reader) -> Figures:
    """What was booked before the last payment that has a statement, of each vendor."""
    last = Statement.objects.filter(partner=reader.partner).order_by()
    until = last.values_list("vendor").annotate(at=Max("payment__run__proposed_at"))
    booked = [Q(entry__vendor=vendor, entry__booked_at__lt=at) for vendor, at in until]
    return from_ledger(reader, reduce(or_, booked)) if booked else {}


def from_statements(reader: Reader) -> Figures:
    """What the documents' summaries say, before they tell how it came about."""
    found: dict[Rebate, Decimal] = defaultdict(Decimal)
    for statement in Statement.objects.filter(partner=reader.partner).select_related("vendor"):
        of_vendor = {
            key: terms
            for key, terms in known_rebates(PERIODS).items()
            if terms.program.vendor_id == statement.vendor_id
        }
        end = {"de": "Wie die Beträge entstanden sind", "en": "How the amounts came about"}[statement.language]
        for key, amount in said_of(of_vendor, text_before(end, statement.content), statement.language).items():
            found[key] += amount
    return found


RUNNING: Mapping[str, Callable[[Reader], Figures]] = {
    "the weekly mail": from_weekly_mail,
    "the dashboard": from_running_cards,
    "the API": from_api_figures,
}
SETTLED_AT_ALL: Mapping[str, Callable[[Reader], Figures]] = {
    "the quarter's mail": from_quarters_mail,
    "the API": from_api_settlements,
    "the ledger": from_ledger,
}


def differing(
    said: Mapping[str, Figures], truth: str
) -> dict[str, dict[Rebate, tuple[Decimal | None, Decimal | None]]]:
    """Where a source says another figure than `truth`: what it says, and what that says."""
    wanted = said[truth]
    found = {
        name: {
            key: (figures.get(key), wanted.get(key))
            for key in {**figures, **wanted}
            if figures.get(key) != wanted.get(key)
        }
        for name, figures in said.items()
    }
    return {name: each for name, each in found.items() if each}


def without_zeros(figures: Figures) -> dict[Rebate, Decimal]:
    return {key: amount for key, amount in figures.items() if amount}


# --- the volume's partners: all five ----------------------------------------------------------------------------------


@pytest.fixture
def paid(db: None, today: date) -> list[Reader]:
    """Seventy-eight partners most of whom have sold in the last quarter: closed, announced, paid, with statements."""
    volume.seed(slug="volume", partners=78, lines=10_000, seed=7, today=today, now=NOW)
    program = Program.objects.get(slug="volume")
    readers = [reader_of(each, place) for place, each in enumerate(Partner.objects.filter(name__startswith="Volume"))]
    opened = closing.open_closing(program=program, period=Period.parse("2026Q3"), today=today, now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=100)
    announcing.announce(now=NOW, chunk=100)
    PaymentSettings.objects.create(
        vendor=program.vendor, holder="Volume GmbH", iban=iban(1), minimum=Decimal(0), most=Decimal(10**9)
    )
    owner, keeper, *finance = (finance_person(program.vendor, place) for place in range(5))
    approved_accounts(
        program.vendor, Partner.objects.filter(name__startswith="Volume"), owner, keeper, NOW - timedelta(days=30)
    )
    pay_all(program.vendor, finance)
    making.make_statements(now=NOW, chunk=20, go_on=lambda: True)
    make_all()
    return readers


def test_mail_dashboard_api_statement_and_ledger_say_the_same_figure(paid: list[Reader]) -> None:
    sources = {**SETTLED_AT_ALL, "the dashboard": from_settled_panel, "the statement": from_statements}
    settled = running = 0
    for reader in paid:
        said = {name: without_zeros(source(reader)) for name, source in sources.items()}
        assert differing(said, "the ledger") == {}, reader.partner
        settled += bool(said["the ledger"])
        said = {name: dict(source(reader)) for name, source in RUNNING.items()}
        assert differing(said, "the API") == {}, reader.partner
        running += any(said["the API"].values())
    assert min(settled, running) >= ENOUGH


# --- the demo's partners ----------------------------------------------------------------------------------------------


@pytest.fixture
def demo_readers(written_demo: WrittenDemo, today: date, django_db_blocker: DjangoDbBlocker) -> Iterator[list[Reader]]:
    """Everybody the demo has settled anything for, told anew by mail; what is changed is undone."""
    with (
        clone_database(written_demo.database, f"{written_demo.database}_figures") as name,
        django_on(name, django_db_blocker),
        transaction.atomic(),
    ):
        OutboxMail.objects.filter(kind__in=[SETTLED, STANDING]).delete()
        WeeklyStatus.objects.all().delete()
        partners = Partner.objects.filter(pk__in=ClosingItem.objects.values("enrolment__partner")).order_by("pk")
        readers = [reader_of(each, place) for place, each in enumerate(partners)]
        ClosingItem.objects.update(announced_at=None)
        announcing.announce(now=NOW, chunk=100)
        make_all()
        yield readers
        transaction.set_rollback(True)


def agree(figures: Figures, others: Figures, *, on: Sequence[Rebate]) -> bool:
    return all(figures.get(key, 0) == others.get(key, 0) for key in on)


def test_for_the_demos_partners_they_say_the_same_too(demo_readers: list[Reader]) -> None:
    """Of what is not paid yet there is no statement, and a dashboard lists the latest periods."""
    told = shown = stated = 0
    for reader in demo_readers:
        said: dict[str, Any] = {name: without_zeros(source(reader)) for name, source in SETTLED_AT_ALL.items()}
        ledger = said["the ledger"]
        assert differing(said, "the ledger") == {}, reader.partner
        documents = {
            "the statement": without_zeros(from_statements(reader)),
            "the ledger": without_zeros(paid_in_ledger(reader)),
        }
        assert differing(documents, "the ledger") == {}, reader.partner
        dashboard = from_settled_panel(reader)
        assert len(dashboard) <= SHOWN
        assert agree(dashboard, ledger, on=list(dashboard)), (reader.partner, dashboard, ledger)
        # Who is suspended has earned nothing, and gets no weekly mail that says so.
        running = {name: without_zeros(source(reader)) for name, source in RUNNING.items()}
        assert differing(running, "the API") == {}, reader.partner
        told += bool(from_api_figures(reader))
        shown += bool(dashboard)
        stated += bool(documents["the statement"])
    assert min(told, shown) >= ENOUGH
    assert stated > 20
