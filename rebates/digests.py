"""What of closings and the ledger must survive everything, whatever the ids of closings and the times are."""

from __future__ import annotations

from common.digests import AT_ONCE, Rows, Section, sections
from rebates.models import (
    AnswerLine,
    Closing,
    LedgerEntry,
    ManualAdjustment,
    Payment,
    PaymentFile,
    PaymentRun,
    Posting,
    Settlement,
    Statement,
)

# In a key of what is carried stands the closing's id, of which a killed process may have used one up.
ENTRY = (
    "kind", "partner_id", "currency", "closing__period", "settlement__period", "settlement__closing__period",
    "adjustment__reason", "payment__end_to_end_id",
)  # fmt: skip


def closings() -> Rows:
    rows = Closing.objects.order_by("program_id", "period")
    return rows.values_list("program_id", "period", "state", "cut", "total", "comment").iterator(AT_ONCE)


def settlements() -> Rows:
    rows = Settlement.objects.order_by("closing__period", "period", "enrolment_id", "terms_id")
    return rows.values_list(
        "closing__period", "period", "enrolment_id", "terms__code", "attainment", "step", "result", "amount",
        "explanation",
    ).iterator(AT_ONCE)  # fmt: skip


def entries() -> Rows:
    return LedgerEntry.objects.order_by(*ENTRY).values_list(*ENTRY).iterator(AT_ONCE)


def postings() -> Rows:
    columns = (*(f"entry__{name}" for name in ENTRY), "account", "amount")
    return Posting.objects.order_by(*columns).values_list(*columns).iterator(AT_ONCE)


def adjustments() -> Rows:
    rows = ManualAdjustment.objects.order_by("id")
    return rows.values_list("id", "amount", "state", "decided_by", "comment").iterator(AT_ONCE)


def runs() -> Rows:
    rows = PaymentRun.objects.order_by("vendor_id", "number")
    return rows.values_list("vendor_id", "number", "way", "currency", "total", "sha256", "state").iterator(AT_ONCE)


def payments() -> Rows:
    rows = Payment.objects.order_by("end_to_end_id")
    return rows.values_list(
        "end_to_end_id", "partner_id", "amount", "iban", "holder", "state", "value_date", "answer_code"
    ).iterator(AT_ONCE)


def files() -> Rows:
    rows = PaymentFile.objects.order_by("message_id")
    return rows.values_list("message_id", "sha256", "reason", "released_by").iterator(AT_ONCE)


def answers() -> Rows:
    columns = ("end_to_end_id", "said", "value_date", "code", "outcome", "note")
    return AnswerLine.objects.order_by(*columns).values_list(*columns).iterator(AT_ONCE)


def statements() -> Rows:
    """Their bytes say when they were made, which differs."""
    rows = Statement.objects.order_by("vendor_id", "number")
    columns = ("vendor_id", "number", "payment__end_to_end_id", "document", "amount", "language", "reason")
    return rows.values_list(*columns).iterator(AT_ONCE)


MONEY = {
    "closings": closings, "settlements": settlements, "entries": entries, "postings": postings,
    "adjustments": adjustments, "runs": runs, "payments": payments, "files": files, "answers": answers,
    "statements": statements,
}  # fmt: skip


def register() -> None:
    for place, (key, rows) in enumerate(MONEY.items()):
        sections.register(Section(key, rows, order=place))
