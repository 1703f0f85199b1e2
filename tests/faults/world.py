"""A vendor with forty partners and two quarters of sales, for tests with real processes on a database of their own."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import transaction

from common.dated import since
from common.digests import mails
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, Partner, Seat
from programs.models import (
    Authorisation,
    Distributor,
    GroupMembership,
    Product,
    ProductGroup,
    Program,
    RebateTerms,
    Tier,
    Vendor,
)
from rebates.digests import MONEY, closings
from rebates.models import (
    AnswerLine,
    Breach,
    ClosingItem,
    Ledger,
    Payment,
    PaymentApproval,
    PaymentFile,
    PaymentRun,
)
from sales.books import current_cut
from sales.models import SaleLine
from tests.owner import without_triggers

START = date(2026, 1, 1)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOYALTY = {
    "code": "loyalty",
    "period": "quarter",
    "counts": "units",
    "products": "topsellers",
    "mode": "whole_volume",
    "steps": [
        {"from": "10", "per_unit": "5.00"},
        {"from": "25", "per_unit": "10.00"},
        {"from": "50", "per_unit": "15.00"},
    ],
}


def make_world(*, partners: int = 40) -> Program:
    """Partner n bought n units in the first quarter and n + 3 in the second: every step and bound is met."""
    vendor = Vendor.objects.create(slug="acme", name="Acme")
    program = Program.objects.create(vendor=vendor, slug="acme", name="Acme One", countries=["DE"], starts_on=START)
    tier = Tier.objects.create(program=program, code="registered", name="Registered", rank=1)
    distributor = Distributor.objects.create(slug="komsa", name="Komsa")
    Authorisation.objects.create(program=program, distributor=distributor, valid=since(START))
    product = Product.objects.create(vendor=vendor, article="X1", name="Notebook X1")
    group = ProductGroup.objects.create(vendor=vendor, code="topsellers", name="Top sellers")
    GroupMembership.objects.create(group=group, product=product, valid=since(START))
    terms = RebateTerms.objects.create(
        program=program, code="loyalty", name="Loyalty", starts_on=START, document=LOYALTY
    )
    RebateTerms.objects.filter(pk=terms.pk).update(state="published")
    for number in range(1, partners + 1):
        partner = Partner.objects.create(number=f"P{number:03}", name=f"Partner {number}")
        Seat.objects.create(partner=partner, country="DE", valid=since(START))
        enrolment = Enrolment.objects.create(partner=partner, program=program, enrolled_on=START)
        EnrolmentStatus.objects.create(enrolment=enrolment, status="active", valid=since(START))
        EnrolmentTier.objects.create(enrolment=enrolment, tier=tier, valid=since(START))
        sell(vendor, distributor, partner, product, date(2026, 2, 3), number)
        sell(vendor, distributor, partner, product, date(2026, 5, 6), number + 3)
    return program


def sell(
    vendor: Vendor,
    distributor: Distributor,
    partner: Partner,
    product: Product,
    day: date,
    units: int,
    price: Decimal = Decimal(100),
) -> SaleLine:
    """Book one line of `units`."""
    with transaction.atomic():
        document = f"R-{partner.number}-{day.isoformat()}"
        return SaleLine.objects.create(
            vendor=vendor,
            distributor=distributor,
            partner=partner,
            product=product,
            document_number=document,
            document_key=document.replace("-", ""),
            document_line="1",
            document_date=day,
            counts_on=day,
            quantity=Decimal(units),
            net=units * price,
            evidence="sell_out",
            cut=current_cut(vendor_id=vendor.pk),
            booked_at=NOW,
        )


def rebate_of(units: int) -> Decimal:
    """The table of the loyalty program, written down once more without the engine."""
    rate = 15 if units >= 50 else 10 if units >= 25 else 5 if units >= 10 else 0
    return Decimal(units * rate).quantize(Decimal("0.01"))


def money() -> list[str]:
    """What was settled, booked and adjusted, in a fixed order, whatever the ids of closings and the times."""
    return [str(row) for key in ("settlements", "entries", "postings", "adjustments") for row in MONEY[key]()]


def payments() -> list[str]:
    """Runs, what they pay, files, approvals, what the bank said; neither what was said twice nor who took files."""
    runs = PaymentRun.objects.order_by("number").values_list(
        "number", "state", "way", "currency", "pay_on", "count", "total", "sha256", "cancelled_because"
    )
    paid = Payment.objects.order_by("end_to_end_id").values_list(
        "end_to_end_id", "partner", "amount", "iban", "state", "value_date", "answer_code", "account_stays"
    )
    files = PaymentFile.objects.order_by("message_id").values_list(
        "message_id", "sha256", "content", "requested_by", "released_by"
    )
    approvals = PaymentApproval.objects.order_by("run__number", "person").values_list("run__number", "person", "sha256")
    known = AnswerLine.Outcome.KNOWN
    said = AnswerLine.objects.exclude(outcome=known).order_by("answer__sha256", "end_to_end_id", "said")
    words = said.values_list("answer__sha256", "end_to_end_id", "said", "outcome", "said_by")
    return [
        *(str(row) for rows in (runs, paid, approvals, words) for row in rows),
        *(str((*row[:2], hashlib.sha256(row[2]).hexdigest(), *row[3:])) for row in files),
    ]


def digest() -> str:
    """One fingerprint over money, payments, closings, their items, the ledger's state, and the outbox."""
    items = ClosingItem.objects.order_by("closing__period", "enrolment_id").values_list(
        "closing__period", "enrolment_id", "state", "cause", "accepted", "comment", "announced_at"
    )
    ledgers = Ledger.objects.values_list("vendor_id", "checked_at", "halted_at", "released_by", "released_comment")
    breaches = Breach.objects.order_by("rule", "where").values_list("rule", "where", "difference", "gone_at")
    rows = [str(row) for rows in (closings(), items, ledgers, breaches, mails()) for row in rows]
    return hashlib.sha256("\n".join([*money(), *payments(), *rows]).encode()).hexdigest()


def forget_closings() -> None:
    """Take every closing away, which only the owner of the tables can, so that the same quarter is closed anew."""
    with without_triggers("rebates_ledgerentry", "rebates_posting") as cursor:
        cursor.execute("TRUNCATE rebates_closing CASCADE")
