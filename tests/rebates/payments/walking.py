"""All that finance does with payments, by its pages: for tests of what must not happen on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from common.models import OutboxMail, User
from rebates.models import (
    AnswerLine,
    BankAnswer,
    Payment,
    PaymentApproval,
    PaymentFile,
    PaymentHold,
    PaymentRun,
    PaymentSettings,
    Posting,
)
from tests.people import signed_in
from tests.rebates.bank import Reason, Said, pain002
from tests.rebates.payments.paying import DAY, Finance
from tests.world import TODAY, World


@dataclass
class Browsers:
    """One for each person. `extra`: goes along with every form; `times`: so often each form is sent."""

    world: World
    extra: Mapping[str, object] = field(default_factory=dict)
    times: int = 1
    open: dict[int, Client] = field(default_factory=dict)

    def of(self, person: User) -> Client:
        return self.open.setdefault(person.pk, signed_in(person))

    def post(self, person: User, name: str, *args: object, **data: object) -> None:
        """Bytes are sent as a file."""
        url = reverse(f"rebates:{name}", args=[self.world.vendor.slug, *args])
        for _ in range(self.times):
            files = {key: SimpleUploadedFile("answer.xml", it) for key, it in data.items() if isinstance(it, bytes)}
            sent = {**self.extra, **data, **files}
            assert self.of(person).post(url, sent).status_code in (200, 302, 422)


def answer_of(run: PaymentRun) -> bytes:
    """Its only payment was rejected, and one that nobody knows was carried out."""
    said = [
        Said(run.payments.get().end_to_end_id, "RJCT", Reason("AM04", "no cover")),
        Said("somebody-elses", "ACSC", settled="2026-11-30"),
    ]
    return pain002(about=run.files.latest("number").message_id, payments=said)


def whole_way(browsers: Browsers, finance: Finance) -> None:
    """A run cancelled; one that is rejected by the bank after a second file, and one that is paid; a hold."""
    world, post = browsers.world, browsers.post
    first, second, proposer = finance.first, finance.second, finance.proposer
    settings = {
        "holder": "Lenovo GmbH", "iban": "DE02120300000000202051", "minimum": "0", "most": "5000",
        "days_after_closing": "14", "lead_days": "5",
    }  # fmt: skip
    post(proposer, "payment-settings", **settings)

    run = _proposed(browsers, proposer)
    post(first, "payment-cancel", run.number, reason="Wrong day")

    run = _exported(browsers, finance)
    post(first, "payment-another", run.number, reason="Lost", not_submitted="on")
    post(second, "payment-release", run.number, 2, sha256=run.files.get(number=2).sha256)
    post(first, "payment-file", run.number, 2)
    post(second, "payment-answers", file=answer_of(run))
    post(second, "payment-look-at", AnswerLine.objects.get(outcome="unknown").pk, note="Not ours")

    run = _exported(browsers, finance)
    paid = {"said": "paid", "value_date": TODAY.isoformat()}
    post(first, "payment", run.number, run.payments.get().pk, **paid)

    post(proposer, "payment-hold-new", partner=world.reseller.number, why="fraud", text="One account, two names")
    hold = PaymentHold.objects.get().pk
    post(first, "payment-hold-ask", hold, reason="Explained")
    post(second, "payment-hold-keep", hold)
    post(first, "payment-hold-ask", hold, reason="Explained once more")
    post(second, "payment-hold-release", hold)


def _proposed(browsers: Browsers, proposer: User) -> PaymentRun:
    browsers.post(proposer, "payment-propose", day=DAY.isoformat())
    return PaymentRun.objects.latest("number")


def _exported(browsers: Browsers, finance: Finance) -> PaymentRun:
    run = _proposed(browsers, finance.proposer)
    for person in (finance.first, finance.second):
        browsers.post(person, "payment-approve", run.number, sha256=run.sha256)
    browsers.post(finance.proposer, "payment-file", run.number, 1)
    run.refresh_from_db()
    assert run.state == PaymentRun.State.EXPORTED
    return run


def done_so_far() -> list[str]:
    """Everything that was done with money, whatever the ids; not who looked, and what was refused or said twice."""
    known = AnswerLine.Outcome.KNOWN
    rows = (
        PaymentRun.objects.order_by("number").values_list(
            "number", "state", "way", "currency", "pay_on", "count", "total", "sha256", "cancelled_by", "vendor"
        ),
        Payment.objects.order_by("id").values_list(
            "end_to_end_id", "partner", "amount", "currency", "holder", "iban", "bic", "state", "answer_code",
            "value_date", "account_stays",
        ),
        PaymentFile.objects.order_by("message_id").values_list("message_id", "sha256", "requested_by", "released_by"),
        PaymentApproval.objects.order_by("id").values_list("run__number", "person", "sha256"),
        PaymentHold.objects.values_list("partner", "why", "text", "placed_by", "release_asked_by", "released_by"),
        BankAnswer.objects.order_by("id").values_list("sha256", "taken_by", "vendor"),
        AnswerLine.objects.exclude(outcome=known).order_by("id").values_list(
            "end_to_end_id", "said", "value_date", "outcome", "said_by", "looked_at_by", "note"
        ),
        PaymentSettings.objects.values_list(),
        Posting.objects.order_by("id").values_list(
            "entry__kind", "entry__partner", "entry__payment__end_to_end_id", "account", "amount"
        ),
        OutboxMail.objects.order_by("kind").values_list("kind").annotate(Count("pk")),
    )  # fmt: skip
    return [str(row) for each in rows for row in each]


TAMPERED: Mapping[str, object] = {
    "amount": Decimal("99999.00"), "total": Decimal("99999.00"), "balance": Decimal("99999.00"), "count": 9,
    "account": 4711, "iban": "DE89370400440532013000", "holder": "Mallory", "bic": "MALLDEFFXXX", "currency": "USD",
    "state": "settled", "sha256": "0" * 64, "content": "paid", "way": "list", "pay_on": DAY + timedelta(days=1),
    "vendor": 4711, "partner": 4711, "run": 4711, "run_id": 4711, "payment_id": 4711, "number": 9, "message_id": "X",
    "requested_by": 4711, "released_by": 4711, "release_asked_by": 4711, "actor": 4711, "person": 4711,
    "approved_at": TODAY, "exported_at": TODAY, "settled_at": TODAY, "released_at": TODAY, "now": TODAY,
    "today": TODAY, "outcome": "booked", "status": "ACSC", "scheduled_by": 4711, "end_to_end_id": "X",
}  # fmt: skip
"""What no form of payments asks for, but where it does, and then the test's own value goes instead."""
