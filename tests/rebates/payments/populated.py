"""A payment run with everything that has an address of its own, for tests that ask for every page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Model

from common.models import User
from partners.models import BankAccount, RefusedDecision
from programs.models import Vendor
from rebates.models import (
    AnswerLine,
    BankAnswer,
    LeftOut,
    Payment,
    PaymentFile,
    PaymentHold,
    PaymentProposal,
    PaymentRun,
    PaymentSettings,
    RefusedStep,
    Statement,
    StatementFailure,
)
from tests.rebates.payments.paying import DAY, pays
from tests.world import NOW


@dataclass(frozen=True)
class Paying:
    """Of one vendor; `of(word)`: what stands in an address after this word."""

    settings: PaymentSettings
    payment: Payment
    hold: PaymentHold
    answer: BankAnswer
    line: AnswerLine
    statement: Statement

    def of(self, word: str) -> Model:
        found: dict[str, Model] = {
            "<int:number>": self.payment,
            "holds": self.hold,
            "answers": self.answer,
            "lines": self.line,
            "statements": self.statement,
        }
        return found[word]


def paying(account: BankAccount, vendor: Vendor, by: User) -> Paying:
    """A run that waits for approval, its only payment, a hold, a balance left out, and an answer that cannot be."""
    proposal = PaymentProposal.objects.create(
        vendor=vendor, day=DAY, scheduled=True, last_of_year=False, requested_at=NOW
    )
    content = f"the file of {vendor.slug}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    amount = Decimal("12.50")
    run = PaymentRun.objects.create(
        proposal=proposal, vendor=vendor, number=1, way=PaymentRun.Way.SEPA, pay_on=DAY, count=1, total=amount,
        sha256=sha256, proposed_at=NOW,
    )  # fmt: skip
    PaymentFile.objects.create(
        run=run, number=1, message_id=f"{vendor.slug}-R1-F1", file_name=f"{vendor.slug}.xml", content=content,
        sha256=sha256, pay_on=DAY, made_at=NOW,
    )  # fmt: skip
    payment = Payment.objects.create(
        run=run, vendor=vendor, partner=account.partner, amount=amount, account=account, holder=account.holder,
        iban=account.iban, bic=account.bic, end_to_end_id=f"{vendor.slug}-R1-{account.partner.number}",
    )  # fmt: skip
    hold = PaymentHold.objects.create(
        vendor=vendor, partner=account.partner, why=PaymentHold.Why.OTHER, text="Asked by the court", placed_by=by,
        placed_at=NOW,
    )  # fmt: skip
    RefusedStep.objects.create(hold=hold, person=by, step="lift", why="Somebody else has to lift it", at=NOW)
    answer = BankAnswer.objects.create(
        vendor=vendor, file_name="answer.xml", content=b"<Document/>", sha256=sha256, message_id="BANK-1",
        about="somebody-R1-F1", taken_by=by, taken_at=NOW,
    )  # fmt: skip
    line = AnswerLine.objects.create(
        vendor=vendor, answer=answer, payment=payment, end_to_end_id=payment.end_to_end_id, said=AnswerLine.Said.PAID,
        text="Paid on Friday", outcome=AnswerLine.Outcome.CONTRADICTS, said_by=by, at=NOW,
    )  # fmt: skip
    LeftOut.objects.create(
        proposal=proposal, partner=account.partner, currency="CHF", balance=amount, why=LeftOut.Why.NO_WAY,
        detail="Nothing is left of the name",
    )  # fmt: skip
    statement = Statement.objects.create(
        vendor=vendor, partner=account.partner, payment=payment, document=Statement.Document.BONUS,
        number=f"BS-1-{account.partner.number}", language="en", amount=amount, issued_on=DAY, content=content,
        sha256=sha256, made_at=NOW,
    )  # fmt: skip
    StatementFailure.objects.create(payment=payment, reason="DoesNotAddUp: a cent is missing", tried_at=NOW)
    RefusedDecision.objects.create(
        use=account.uses.get(vendor=vendor), person=by, step="approve", why="It is another account now", at=NOW
    )
    return Paying(pays(vendor), payment, hold, answer, line, statement)
