"""How many queries each page takes: `query_counts.txt`, read by people, the same for one row and for many.

After reading what changed: UPDATE_QUERY_COUNTS=1 python -m pytest tests/portal/test_query_counts.py -n0
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from common import tokens
from common.access import CHANNEL_MANAGER, OWNER, SALES, TECHNICIAN
from common.models import User
from common.periods import Period
from partners.models import BankAccount, BroughtContact, Partner
from programs.models import MailWording
from rebates import closing
from rebates.models import AnswerLine, JournalExport, LeftOut, Payment, PaymentHold, PaymentRun
from sales import claims
from sales.models import ArticleNumber, CustomerNumber, PartnerImport, WaitingRow
from tests import teams
from tests.invoices.populated import invoice_of
from tests.kept import Kept
from tests.partners import banking
from tests.people import member_of, signed_in, staff_of, token_client
from tests.portal.addresses import Address, Populated, addresses, fillings
from tests.sales.asking import PDF, ask_about_sale, ask_for_missing, said
from tests.trainings.teaching import book, certified, hand_in, planned, training
from tests.world import NOW, START, TODAY, World, enrol, make_partner, make_report, sell, wait
from trainings.models import Training

pytestmark = pytest.mark.django_db
FILE = Path(__file__).with_name("query_counts.txt")
UPDATE = bool(os.environ.get("UPDATE_QUERY_COUNTS"))
HEAD = """\
# Queries per page, with one row and with many. Made by tests/portal/test_query_counts.py; read every change.
"""
MANY = 30
"""More than a page of any list shows."""


@dataclass(frozen=True)
class Counts:
    """Per address: with few rows of everything, and with many."""

    few: dict[str, int]
    many: dict[str, int]


@pytest.fixture(scope="module")
def counts(kept_populated: Kept[Populated], django_db_blocker: DjangoDbBlocker) -> Iterator[Counts]:
    with django_db_blocker.unblock(), time_machine.travel(NOW), kept_populated.lent() as there:
        multiply(there.world, range(1))
        few = count_all(there)
        multiply(there.world, range(1, MANY))
        many = count_all(there, few)
        yield Counts(few, many)


def count_all(there: Populated, before: Mapping[str, int] | None = None) -> dict[str, int]:
    """`before`: what was counted before there were more rows."""
    clients: dict[tuple[bool, User], Client] = {}
    found = {}
    for address in addresses():
        viewer = viewer_of(address, there.world)
        if viewer is None:
            continue
        who = (address.kind == "api", viewer)
        if who not in clients:
            clients[who] = token_client(viewer) if address.kind == "api" else signed_in(viewer)
        route = f"/{address.route}"
        number = queries(clients[who], address.path(fillings(address, there)["own"]), (before or {}).get(route))
        if number is not None:
            found[route] = number
    return found


def viewer_of(address: Address, world: World) -> User | None:
    """Somebody who gets the page."""
    if address.kind in ("account", "admin") and not address.route.startswith("admin/programs/rebateterms"):
        return None
    if address.route.startswith("partner/"):
        return world.reseller_owner
    if address.route.startswith("distributor/"):
        return world.reporter
    return world.reseller_owner if address.name.startswith("common:") else world.vendor_admin


def queries(client: Client, path: str, known: int | None) -> int | None:
    """How many a request takes; None: not a page for everybody.

    What only the first one does is not counted: it fills caches of the process, or notes that something was read. If
    it takes as many as are `known`, there is nothing of that, and it is asked for once.
    """
    with transaction.atomic():
        for _twice in range(2):
            # Nothing is counted any more once the log is full.
            reset_queries()
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(path)
            if answer.status_code != 200:
                return None
            if len(captured) == known:
                break
        transaction.set_rollback(True)
    return len(captured)


def multiply(world: World, numbers: range) -> None:
    """More of everything a page lists: each number is another partner, its sales, a report and an unknown customer."""
    for number in numbers:
        partner = make_partner(f"Systemhaus {number}", f"M{number:07}")
        enrol(partner, world.program, tier="gold")
        report = make_report(world.vendor, world.distributor, matched=2, unmatched=number + 1)
        for count, buyer in enumerate((partner, world.reseller)):
            sell(
                buyer,
                world.topseller,
                TODAY - timedelta(days=number),
                "12",
                "12000.00",
                distributor=world.distributor,
                document=f"M-{number}-{count}",
                report=report,
                report_row=count + 1,
            )
        wait(report, f"W-{number}", article=world.topseller.article, customer=f"Unbekannt {number}")
        wait(report, f"A-{number}", article=f"NEW-{number}", customer=f"Unbekannt {number}")
        WaitingRow.objects.filter(document_number=f"A-{number}").update(doubts=["price", "old"])
        of = {"vendor": world.vendor, "distributor": world.distributor, "said_by": world.channel_manager}
        CustomerNumber.objects.create(number=f"M-{number}", partner=partner, **of)
        ArticleNumber.objects.create(number=f"M-{number}", product=world.topseller, **of)
        if number < tokens.MOST - 5:
            token_client(world.reseller_owner)
        _question(world, number)
        _team(world, number)
        _brought(world, partner, number)
        _taught(world, number)
        _banking(world, partner, number)
        _paying(world, partner, number)
        invoice_of(world.enrolment, world.reseller_owner, f"M-{number}")
        MailWording.objects.create(
            vendor=world.vendor, kind="settled", language="en", version=number + 2, blocks={"opening": str(number)},
            author=world.vendor_admin, created_at=NOW,
        )  # fmt: skip
        JournalExport.objects.create(
            vendor=world.vendor, format="csv", language="de", start=START, end=TODAY, entries=number,
            sha256=str(number), made_by=world.vendor_finance, made_at=NOW,
        )  # fmt: skip
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q1"), today=TODAY, now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=50)


def _banking(world: World, partner: Partner, number: int) -> None:
    """Another partner's account, and one that the reseller has no longer."""
    banking.record(partner, member_of(partner, f"banker_{number}", OWNER))
    of: dict[str, Any] = {"holder": f"Elbtal {number}", "now": NOW + timedelta(minutes=number)}
    changed = banking.record(world.reseller, world.reseller_owner, **of)
    banking.refuse(changed, world.vendor, world.vendor_finance)


def _paying(world: World, partner: Partner, number: int) -> None:
    """Another payment in the run, another run, a hold, an answer that needs a person, and a payment that came back."""
    run, finance = PaymentRun.objects.get(vendor=world.vendor, number=1), world.vendor_finance
    account = BankAccount.objects.get(partner=partner)
    of: dict[str, Any] = {"vendor": world.vendor, "amount": Decimal(5)}
    Payment.objects.create(run=run, partner=partner, end_to_end_id=f"more-{number}", **of, **_to(account))
    other = PaymentRun.objects.create(
        proposal=run.proposal, vendor=world.vendor, number=number + 2, way=run.way, pay_on=run.pay_on, count=1,
        total=Decimal(5), sha256=run.sha256, proposed_at=NOW, currency=f"X{number}",
    )  # fmt: skip
    own = BankAccount.objects.get(partner=world.reseller, replaced_at__isnull=True)
    paid = Payment.objects.create(
        run=other, partner=world.reseller, currency=other.currency, end_to_end_id=f"of-reseller-{number}", **of,
        **_to(own),
    )  # fmt: skip
    AnswerLine.objects.create(
        vendor=world.vendor, payment=paid, end_to_end_id=paid.end_to_end_id, said="paid", outcome="contradicts",
        said_by=finance, at=NOW,
    )  # fmt: skip
    PaymentHold.objects.create(
        vendor=world.vendor, partner=partner, why="other", text="Asked by the court", placed_by=finance, placed_at=NOW
    )
    LeftOut.objects.create(proposal=run.proposal, partner=partner, balance=Decimal(1), why=LeftOut.Why.MINIMUM)


def _to(account: BankAccount) -> dict[str, Any]:
    return {"account": account, "holder": account.holder, "iban": account.iban}


def _team(world: World, number: int) -> None:
    """Colleagues and open invitations, at the company and at the vendor."""
    member_of(world.reseller, f"colleague_{number}", SALES, TECHNICIAN)
    staff_of(world.vendor, f"manager_{number}", CHANNEL_MANAGER)
    teams.invite(world, f"invited_{number}@elbtal.example")
    teams.invite_staff(world, f"invited_{number}@lenovo.example")


def _brought(world: World, partner: Partner, number: int) -> None:
    """Files with partners, and contacts that came in them."""
    file = {"vendor": world.vendor, "program": world.program, "file_name": f"partners-{number}.csv", "content": b""}
    PartnerImport.objects.create(sha256=str(number), uploaded_at=NOW, uploaded_by=world.channel_manager, **file)
    address = f"contact_{number}@example.org"
    of = {"vendor": world.vendor, "partner": partner, "role": SALES, "language": "de", "imported_at": NOW}
    BroughtContact.objects.create(address=address, **of)


def _taught(world: World, number: int) -> None:
    """Trainings and dates, and at the first date people who are booked, wait, hold certificates and hand them in."""
    first = Training.objects.filter(program=world.program).earliest("pk")
    training(world.program, world.vendor_admin, f"training-{number}", audience=())
    planned(first, world.vendor_admin, TODAY + timedelta(days=20 + number))
    colleague = User.objects.get(email=f"colleague_{number}@example.com")
    book(first.dates.earliest("pk"), colleague, world.reseller)
    certified(first, colleague, world.reseller, TODAY - timedelta(days=700 - number), world.vendor_admin)
    hand_in(first, world.reseller, colleague)


def _question(world: World, number: int) -> None:
    """Answered ones may be any number: every other is about the same sale, the last one stays open."""
    if number % 2:
        claim = ask_for_missing(world, f"Question {number}", proof=PDF)
    else:
        claim = ask_about_sale(world, f"Question {number}")
    if number + 1 < MANY:
        claims.decline(claim=claim, said=said(world.channel_manager, "No.", claim))


def reviewed() -> dict[str, int]:
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    pairs = (line.split() for line in lines if line.startswith("/"))
    return {route: int(number) for route, number in pairs}


def test_a_page_takes_the_same_queries_for_one_row_and_for_many(counts: Counts) -> None:
    grown = {
        route: (number, counts.many[route]) for route, number in counts.few.items() if counts.many[route] != number
    }
    assert grown == {}


def test_the_queries_of_each_page_are_those_of_the_file(counts: Counts) -> None:
    if UPDATE:
        width = max(map(len, counts.many)) + 2
        FILE.write_text(HEAD + "\n" + "".join(f"{route:<{width}}{n}\n" for route, n in counts.many.items()))
    assert counts.many == reviewed()
