"""Making statements: ten thousand by two processes, from a sample; their memory; and one with a long annex."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override

from common.access import Actor
from common.models import User
from partners.models import Partner
from programs.models import Program
from rebates.documents.statement_pdf import Sheet, pdf
from rebates.models import AnswerLine, PaymentSettings, Statement, StatementFailure
from rebates.payments import answering
from rebates.statements.covered import covered_by
from rebates.statements.facts import facts_of
from rebates.statements.making import make_some
from rebates.statements.words import Paper, sheet_of
from rebates.tasks import STATEMENT_CHUNK
from tests.bench.memory import peak_megabytes
from tests.bench.results import at_most, give, told, within
from tests.rebates.payments.many import approved_accounts, finance_person, iban, pay_all

SAMPLE = 400
MANY = 10_000
PROCESSES = 2
MINUTES, SECONDS = 20, 10
ANNEX = 3_000
WARM = 50
"""Statements after which a process has loaded everything it needs."""
MORE_MEMORY = 1.3


def pay_earlier() -> None:
    """What the quarters before the measured one gave is paid, and its statements are nobody's business here."""
    vendor = Program.objects.get(slug="volume").vendor
    PaymentSettings.objects.create(
        vendor=vendor, holder="Volume GmbH", iban=iban(1), minimum=Decimal(0), most=Decimal(10**9)
    )
    owner, keeper, *finance = (finance_person(vendor, place) for place in range(5))
    now = timezone.now()
    approved_accounts(vendor, _sample(), owner, keeper, now - timedelta(days=settings.BANK_ACCOUNT_COOL_DOWN_DAYS + 2))
    for payment in pay_all(vendor, finance):
        answering.say(
            payment_id=payment.pk, said=AnswerLine.Said.PAID, value_date=timezone.localdate(now), code="", text="",
            account_stays=False, actor=Actor.of(finance[0]), now=now,
        )  # fmt: skip
        StatementFailure.objects.create(payment=payment, reason="not measured", tried_at=now + timedelta(days=1))


def measure() -> None:
    """A run for a sample of the partners, whose statements two processes make side by side."""
    vendor = Program.objects.get(slug="volume").vendor
    pay_all(vendor, list(User.objects.filter(email__endswith="@volume.example").order_by("pk"))[2:])
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.measuring", "statements_made"]
    makers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    outputs = [maker.communicate()[0] for maker in makers]
    seconds = time.perf_counter() - begun
    assert not StatementFailure.objects.exclude(reason="not measured").exists()
    made = Statement.objects.count()
    megabytes = [json.loads(output) for output in outputs]
    grown = max(each["end"] / each["warm"] for each in megabytes)
    annex, size = _long_annex()
    minutes = seconds / made * MANY / 60
    give(
        within(f"{MANY:,} statements by {PROCESSES} processes, from {made:,}", minutes, MINUTES, "min"),
        at_most(f"memory of a process that makes them, at its end against after {WARM}", grown, MORE_MEMORY),
        told("memory of such a process at its peak", f"{max(each['end'] for each in megabytes):.0f} MB"),
        within(f"a statement with an annex of {ANNEX:,} lines ({size / 1e6:.1f} MB)", annex, SECONDS, "s"),
    )


def made() -> None:
    """What one process does; prints its memory as JSON."""
    count, warm = 0, 0.0
    while found := make_some(now=timezone.now(), limit=STATEMENT_CHUNK):
        count += len(found)
        if not warm and count >= WARM:
            warm = peak_megabytes()
    print(json.dumps({"warm": warm or peak_megabytes(), "end": peak_megabytes()}), flush=True)


def _long_annex() -> tuple[float, int]:
    sheet = _sheet(Statement.objects.order_by("-amount")[0])
    [annex, *_others] = sheet.annexes
    rows = [list(annex.grid.rows[place % len(annex.grid.rows)]) for place in range(ANNEX)]
    sheet = replace(sheet, annexes=[replace(annex, grid=replace(annex.grid, rows=rows))])
    begun = time.perf_counter()
    size = len(pdf(sheet))
    return time.perf_counter() - begun, size


def _sheet(statement: Statement) -> Sheet:
    covered = covered_by(statement.payment)
    facts = facts_of(statement.payment, covered=covered, document=Statement.Document.BONUS)
    with override("de"):
        return sheet_of(facts, Paper(statement.number, statement.made_at))


# --- what is paid -----------------------------------------------------------------------------------------------------


def _sample() -> QuerySet[Partner]:
    """Partners spread over all sizes."""
    ids = list(Partner.objects.filter(number__contains="V").order_by("pk").values_list("pk", flat=True))
    return Partner.objects.filter(pk__in=ids[:: max(len(ids) // SAMPLE, 1)][:SAMPLE])
