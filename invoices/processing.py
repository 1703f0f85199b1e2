"""What workers do with an invoice: read it, check it, decide or give it to a person. Each is one commit.

The row is the truth: whoever comes first goes on where the last one stopped, because the state says what was done.
Who begins claims the invoice for a while, so that nobody does the same. Nothing is locked while a file is opened and
scanned: the partner may withdraw it meanwhile, and then nothing of what was found is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils.crypto import salted_hmac

from common import scanning
from common.errors import DomainError
from common.money import ZERO
from common.sentences import _n
from invoices import booking
from invoices.checks import Facts, all_passed, refusal_in, reported_alike, run_checks
from invoices.facts import duplicates_of, facts_of
from invoices.filling import find_products, find_seller, fits, header_of, lines_of
from invoices.models import Invoice, InvoiceFile, InvoiceLine
from invoices.moving import Duplicate, MovedOn, Reason, State, Step, move, refuse
from invoices.outcomes import Check, params_to
from invoices.rules import rules_of
from invoices.valuing import periods_of, rebate_by_invoices
from sales.booking import AlreadyBooked
from sales.readers.invoices import limited
from sales.readers.invoices.documents import to_document
from sales.readers.invoices.record import CREDIT_NOTE_TYPES, Refused, Remark
from sales.readers.invoices.record import Invoice as Record
from sales.readers.invoices.visible import Visible

log = structlog.get_logger(__name__)

ATTEMPTS = 3
"""How often a worker may begin before a person has to look at the file."""
CLAIMED_FOR = timedelta(minutes=2)
"""How long no other worker begins: more than the scanner's 45 and a child's 30 seconds take."""
SCANNED_AGAIN = 20
"""Files that were not scanned yet and are shown to the scanner again, at once."""
TEXT_KEPT = 200_000
_SHARES = 10_000


def process(*, invoice_id: int, now: datetime, today: date) -> Invoice | None:
    """Go on with an invoice until it is decided or waits for a person. None: nothing is to be done by now, or somebody
    else has done it."""
    with transaction.atomic():
        free = _unclaimed(now).filter(pk=invoice_id)
        if not free.update(attempts=F("attempts") + 1, claimed_until=now + CLAIMED_FOR):
            return None
    rows = Invoice.objects.select_related("vendor", "partner", "distributor")
    try:
        while (invoice := rows.get(pk=invoice_id)).state in Invoice.WORKED_ON:
            if invoice.attempts > ATTEMPTS:
                log.error("invoice given up", invoice=invoice.pk, state=invoice.state)
                _to_person(invoice, now, _n("The portal could not work on it."))
            else:
                _STEPS[State(invoice.state)](invoice, now, today)
    except MovedOn:
        # It was withdrawn meanwhile, or this worker was so slow that another one went on.
        return None
    return invoice


def _unclaimed(now: datetime) -> QuerySet[Invoice]:
    """What workers have to go on with, and none is at."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return Invoice.objects.filter(free, state__in=Invoice.WORKED_ON)


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(invoice: Invoice, now: datetime, today: date) -> None:
    """Received: scanned, then the bytes become a record, or are refused."""
    content = bytes(InvoiceFile.objects.get(pk=invoice.pk).content)
    scan = scan_of(content)
    if scan == Invoice.Scan.INFECTED:
        refuse(invoice, Reason.HARMFUL, of=[State.RECEIVED], now=now, scan=scan)
        return
    opened = limited.open_file(content)
    if opened.refusal is not None:
        refuse(
            invoice, Reason.NOT_READABLE, of=[State.RECEIVED], now=now, data=_sentence(opened.refusal),
            kind=opened.kind or "", scan=scan,
        )  # fmt: skip
        return
    values: dict[str, Any] = {
        "scan": scan,
        "kind": opened.kind,
        "pages": opened.pages,
        "visible_text": opened.text[:TEXT_KEPT],
        "comparison": _COMPARED[opened.visible],
    }
    record = opened.invoice and replace(opened.invoice, warnings=opened.invoice.warnings + opened.remarks)
    if record is not None and not fits(record):
        text = _n("The file names amounts or quantities that are too large to be true.")
        refuse(
            invoice, Reason.NOT_READABLE, of=[State.RECEIVED], now=now, data={"text": text, "params": {}}, **values
        )  # fmt: skip
        return
    if record is not None:
        header = header_of(record)
        for name, value in header.items():
            setattr(invoice, name, value)
        find_seller(invoice)
        values |= header | {
            "record": to_document(record),
            "distributor": invoice.distributor,
            "seller_key": invoice.seller_key,
            "number_key": invoice.number_key,
        }
    try:
        with transaction.atomic():
            move(invoice, Step.READ, of=[State.RECEIVED], to=State.READ, now=now, **values)
            if record is not None:
                InvoiceLine.objects.bulk_create(lines_of(invoice, record))
                _refuse_without_lines(invoice, record, now)
    except Duplicate as duplicate:
        # What it says is kept, but for what makes it this invoice.
        kept = values | {"duplicate_of": duplicate.invoice}
        refuse(invoice, Reason.DUPLICATE, of=[State.RECEIVED], now=now, **kept)


_COMPARED = {
    None: Invoice.Comparison.NOTHING,
    Visible.NO_TEXT: Invoice.Comparison.NOTHING,
    Visible.AGREES: Invoice.Comparison.AGREES,
    Visible.DIFFERS: Invoice.Comparison.DIFFERS,
}


def _refuse_without_lines(invoice: Invoice, record: Record, now: datetime) -> None:
    """Data that only have totals cannot prove what was sold."""
    remark = next((each for each in record.warnings if each.code == "no_lines"), None)
    if remark is not None:
        refuse(invoice, Reason.NO_LINES, of=[State.READ], now=now, data=_sentence(remark))


def _sentence(said: Refused | Remark) -> dict[str, Any]:
    return {"text": said.text, "params": params_to(dict(said.params))}


# --- checking --------------------------------------------------------------------------------------------------------


def _check(invoice: Invoice, now: datetime, today: date) -> None:
    """Read: its articles are found, and everything is checked."""
    with transaction.atomic():
        documents = _checks_of(invoice)
        move(invoice, Step.CHECKED, of=[State.READ], to=State.CHECKED, now=now, checks=documents)


def _checks_of(invoice: Invoice) -> list[dict[str, Any]]:
    find_products(invoice)
    return [check.to_document() for check in run_checks(facts_of(invoice))]


def scan_of(content: bytes) -> Invoice.Scan:
    """What the virus scanner says of the file; one that does not answer has not said "clean"."""
    found = scanning.scan(content)
    return {
        scanning.Verdict.CLEAN: Invoice.Scan.CLEAN,
        scanning.Verdict.INFECTED: Invoice.Scan.INFECTED,
        scanning.Verdict.NOT_CONFIGURED: Invoice.Scan.NOT_CONFIGURED,
        scanning.Verdict.UNREACHABLE: Invoice.Scan.WAITING,
    }[found.verdict]


# --- deciding --------------------------------------------------------------------------------------------------------


def _decide(invoice: Invoice, now: datetime, today: date) -> None:
    """Checked: accepted or refused where no person is needed, else given to one."""
    facts = facts_of(invoice)
    outcomes = [Check.from_document(each) for each in invoice.checks]
    if invoice.objected:
        _to_person(invoice, now, _n("The partner asked to look at it again."))
        return
    if (refusal := refusal_in(outcomes)) is not None:
        sentence = {"text": refusal.text, "params": params_to(refusal.params)}
        duplicate = duplicates_of(invoice).first() if refusal.refuses == Reason.DUPLICATE else None
        refuse(
            invoice, Reason(refusal.refuses), of=[State.CHECKED], now=now, data=sentence, duplicate_of=duplicate
        )  # fmt: skip
        return
    if not all_passed(outcomes):
        _to_person(invoice, now, _n("Not every check has passed."))
        return
    if (reason := _needs_person(invoice, facts)) is not None:
        _to_person(invoice, now, reason)
        return
    try:
        with transaction.atomic():
            _accept(invoice, now, today, unreported=not reported_alike(facts))
    except (booking.NotBookable, OverLimit, NoRebate, AlreadyBooked, Duplicate) as error:
        log.info("invoice not accepted", invoice=invoice.pk, why=str(error))
        invoice.refresh_from_db()
        if isinstance(error, booking.NotBookable):
            _to_person(invoice, now, error.text, **error.params)
        else:
            _to_person(invoice, now, _TO_PERSON[type(error)])


class OverLimit(DomainError):
    """The invoice's rebate is more than is accepted without a person and without a report."""


class NoRebate(DomainError):
    """The limits say nothing about an invoice that only counts as revenue."""


_TO_PERSON: dict[type[Exception], str] = {
    OverLimit: _n("Its rebate is above what is accepted without a person."),
    NoRebate: _n("It gives no rebate, but would count as revenue."),
    AlreadyBooked: _n("Lines of this document count already."),
    Duplicate: _n("This invoice is here already."),
}
"""Why a person looks at what cannot be accepted without one."""


def _needs_person(invoice: Invoice, facts: Facts) -> str | None:
    rules = rules_of(invoice.vendor)
    if not rules.automatic:
        return _n("All invoices are looked at by a person.")
    if in_sample(invoice, rules.sample):
        return _n("It is one of those that a person looks at all the same.")
    if reported_alike(facts):
        return None
    by_person = Invoice.objects.filter(
        vendor=invoice.vendor_id, partner=invoice.partner_id, state=State.ACCEPTED, automatic=False
    )
    if by_person.count() < rules.accepted_before:
        return _n("The first invoices of a partner are looked at by a person.")
    return None


def in_sample(invoice: Invoice, percent: int) -> bool:
    """Whether the invoice belongs to the share that a person sees: the same answer however often it is uploaded."""
    drawn = salted_hmac("invoices.sample", f"{invoice.vendor_id} {invoice.seller_key} {invoice.number_key}")
    return int.from_bytes(drawn.digest()[:8], "big") % _SHARES < percent * _SHARES // 100


def _accept(invoice: Invoice, now: datetime, today: date, *, unreported: bool) -> None:
    """Book it, and see what rebate that gives. Raises what `booking.book` raises, and `OverLimit`."""
    value = accept(invoice, of=[State.CHECKED], now=now, today=today, unreported=unreported)
    if not unreported or invoice.type_code in CREDIT_NOTE_TYPES:
        return
    if not value:
        raise NoRebate
    rules = rules_of(invoice.vendor)
    if value > rules.per_invoice or _accepted_unseen(invoice, today) > rules.per_period:
        raise OverLimit


def accept(
    invoice: Invoice,
    *,
    of: Collection[str],
    now: datetime,
    today: date,
    by_id: int | None = None,
    unreported: bool,
    text: str = "",
) -> Decimal:
    """Book what the invoice says and accept it, in the caller's transaction. Returns the rebate it gives.

    Raises what `booking.book` and `move` raise.
    """
    booking.one_at_a_time(invoice)
    partner, days = booking.where_it_counts(invoice)
    of_partner: dict[str, Any] = {"vendor": invoice.vendor, "partner": partner, "days": days, "today": today}
    before = rebate_by_invoices(**of_partner)
    booking.book(invoice=invoice, now=now)
    value = rebate_by_invoices(**of_partner) - before
    move(
        invoice, Step.ACCEPTED, of=of, to=State.ACCEPTED, now=now, by_id=by_id, text=text, decided_at=now,
        decided_by_id=by_id, automatic=by_id is None, value=value, unreported=unreported,
    )  # fmt: skip
    return value


def _accepted_unseen(invoice: Invoice, today: date) -> Decimal:
    """Rebate of the partner's invoices accepted without person and report, this one included, in its period."""
    assert invoice.issue_date is not None
    periods = periods_of(vendor=invoice.vendor, partner=invoice.partner, day=invoice.issue_date)
    in_period = Q(pk=invoice.pk)
    for period in periods:
        in_period |= Q(issue_date__gte=period.start, issue_date__lt=period.end)
    unseen = Invoice.objects.filter(
        in_period, vendor=invoice.vendor_id, partner=invoice.partner_id, state=State.ACCEPTED, automatic=True,
        unreported=True, value__gt=0,
    )  # fmt: skip
    return unseen.aggregate(sum=Sum("value", default=ZERO))["sum"] or ZERO


def _to_person(invoice: Invoice, now: datetime, text: str, **params: str) -> None:
    """`text`: a template of ours, filled with `params` when it is shown."""
    sentence = {"text": text, "params": params}
    move(invoice, Step.TO_REVIEW, of=Invoice.WORKED_ON, to=State.REVIEW, now=now, data=sentence)


_STEPS = {State.RECEIVED: _read, State.READ: _check, State.CHECKED: _decide}


def scan_again(*, now: datetime) -> None:
    """Ask the virus scanner about files it has not answered for; workers go on with what it finds clean.

    One that somebody works or has worked on stays with people, but for a harmful one, which is refused.
    """
    unscanned = Invoice.objects.filter(scan=Invoice.Scan.WAITING, pk__in=InvoiceFile.objects.values("pk"))
    unscanned = unscanned.exclude(state__in=Invoice.WORKED_ON)
    # In no order: a file that the scanner never answers for does not keep it from all others.
    for pk in list(unscanned.order_by("?").values_list("pk", flat=True)[:SCANNED_AGAIN]):
        scan = scan_of(bytes(InvoiceFile.objects.get(pk=pk).content))
        if scan == Invoice.Scan.WAITING:
            break
        with transaction.atomic():
            invoice = unscanned.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
            if invoice is not None:
                _scanned(invoice, scan, now)


def _scanned(invoice: Invoice, scan: Invoice.Scan, now: datetime) -> None:
    invoice.scan = scan
    if not invoice.is_open:
        Invoice.objects.filter(pk=invoice.pk).update(scan=scan)
    elif scan == Invoice.Scan.INFECTED:
        refuse(invoice, Reason.HARMFUL, of=Invoice.OPEN, now=now, scan=scan)
    elif invoice.state == State.ASKED or invoice.held_by_id or invoice.record is None or _touched(invoice):
        Invoice.objects.filter(pk=invoice.pk).update(scan=scan, checks=_checks_of(invoice))
    else:
        move(invoice, Step.READ, of=[State.REVIEW], to=State.READ, now=now, scan=scan, attempts=0)


def _touched(invoice: Invoice) -> bool:
    """Whether a person has done something with it since it was uploaded."""
    return invoice.events.filter(by__isnull=False).exclude(step=Step.UPLOADED).exists()


def sweep(*, now: datetime) -> list[int]:
    """Ids of invoices whose message may be lost: those that workers have to go on with."""
    waiting = _unclaimed(now).filter(uploaded_at__lte=now)
    return list(waiting.order_by("uploaded_at").values_list("pk", flat=True)[:1000])
