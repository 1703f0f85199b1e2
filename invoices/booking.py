"""What counts of an accepted invoice: sale lines with the invoice as evidence, and the serial numbers they use up.

All of it is one commit with the invoice's own change of state. That nothing is claimed twice is the database's word:
the key of a sale line, the key of a serial number, the key of an invoice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.sentences import _n, fill
from invoices.checks import sign_of
from invoices.facts import Preceding, credits_to, one_company, preceding_of
from invoices.keys import serial_key
from invoices.models import ClaimedSerial, Invoice, InvoiceLine
from partners.models import Partner
from programs.models import Distributor
from sales.booking import ProvenSale, book_lines, take_back_lines
from sales.keys import document_key, line_key
from sales.models import Evidence, SaleLine
from sales.readers.invoices.allowances import less_allowances
from sales.readers.invoices.record import CREDIT_NOTE_TYPES


class NotBookable(DomainError):
    """What the invoice says cannot count. `text` and `params`: the sentence, worded for whoever reads it."""

    def __init__(self, text: str, **params: str) -> None:
        self.text, self.params = text, params
        super().__init__(text)

    def __str__(self) -> str:
        return fill(_(self.text), self.params)


class NothingToBook(NotBookable):
    """Seller, number, date or currency are not known, or no line with its pieces, or what a credit note takes back."""


class SerialClaimed(NotBookable):
    """One of the serial numbers was claimed before at this vendor."""


class TakesBackTooMuch(NotBookable):
    """The credit note takes back more than was claimed."""


def one_at_a_time(invoice: Invoice) -> None:
    """Until the caller's transaction ends nothing else of this partner is booked or taken back.

    So each invoice sees what the others give, and credit notes are booked with their invoice or without it, but not as
    they are taken back.
    """
    company = Partner.objects.filter(pk__in=one_company(invoice)).order_by("pk")
    list(company.select_for_update(no_key=True))


def book(*, invoice: Invoice, now: datetime) -> list[SaleLine]:
    """Book what the invoice sells, or what it takes back; in the caller's transaction.

    Of an invoice, credit notes that came before it are booked along. A credit note has to name its invoice: one that
    does not would take back nothing, now or later. Raises `NothingToBook`, `SerialClaimed`, `TakesBackTooMuch`, and
    `AlreadyBooked` when a line is booked under its document already.
    """
    lines = [line for line in invoice.lines.order_by("position") if line.counts]
    distributor = invoice.distributor
    known = invoice.number_key and invoice.issue_date and invoice.currency and lines
    if distributor is None or not known:
        raise NothingToBook(_n("Distributor, number, date, currency and at least one article must be known."))
    if any(line.pieces is None for line in lines):
        raise NothingToBook(_n("Of some lines it is not known how many pieces they are."))
    if invoice.type_code in CREDIT_NOTE_TYPES:
        if not document_key(invoice.preceding_number):
            raise NothingToBook(_n("Which invoice the credit note takes back must be known."))
        return _take_back(invoice, lines, now)
    booked = _book(invoice, distributor, lines, now)
    _claim_serials(invoice, lines)
    for credit in _waiting_credits(invoice):
        booked += _take_back(credit, [line for line in credit.lines.order_by("position") if line.counts], now)
    return booked


def where_it_counts(invoice: Invoice) -> tuple[int, set[date]]:
    """For which partner and on which days what the invoice says will count."""
    preceding = preceding_of(invoice) if invoice.type_code in CREDIT_NOTE_TYPES else Preceding()
    days = {day for day in (preceding.counted_on or invoice.issue_date,) if day is not None}
    return preceding.partner_id or invoice.partner_id, days


def _take_back(invoice: Invoice, lines: Sequence[InvoiceLine], now: datetime) -> list[SaleLine]:
    """Nothing, as long as nothing of the document it names is claimed. Devices that are back can be sold again."""
    preceding = preceding_of(invoice)
    if not preceding.claimed:
        return []
    sign = sign_of(invoice.type_code, (line.pieces for line in lines))
    wanted: dict[int, Decimal] = {}
    for line in lines:
        assert line.product_id is not None
        assert line.pieces is not None
        wanted[line.product_id] = wanted.get(line.product_id, Decimal(0)) - sign * line.pieces
    if any(quantity > preceding.claimed.get(product, Decimal(0)) for product, quantity in wanted.items()):
        text = _n("The credit note takes back more of invoice {number} than was claimed.")
        raise TakesBackTooMuch(text, number=invoice.preceding_number)
    assert invoice.distributor is not None
    booked = _book(invoice, invoice.distributor, lines, now, preceding)
    emptied = [product for product, quantity in wanted.items() if quantity == preceding.claimed.get(product)]
    _free_serials(invoice, lines, emptied, now)
    return booked


def _book(
    invoice: Invoice,
    distributor: Distributor,
    lines: Sequence[InvoiceLine],
    now: datetime,
    preceding: Preceding | None = None,
) -> list[SaleLine]:
    assert invoice.issue_date is not None
    sign = sign_of(invoice.type_code, (line.pieces for line in lines))
    keys = _line_keys(lines)
    generations = _generations(invoice, distributor)
    net = _net_of(invoice, lines)
    sales = []
    for line, key in zip(lines, keys, strict=True):
        assert line.product_id is not None
        assert line.pieces is not None
        amount = net[line.pk]
        sales.append(
            ProvenSale(
                partner_id=(preceding and preceding.partner_id) or invoice.partner_id,
                product_id=line.product_id,
                distributor=distributor,
                document_number=invoice.number,
                document_line=key,
                document_date=invoice.issue_date,
                article=line.article,
                quantity=sign * line.pieces,
                net=None if amount is None else sign * amount,
                currency=invoice.currency,
                counts_on=preceding.counted_on if preceding else None,
                generation=generations.get(key, 0),
            )
        )
    booked = book_lines(vendor=invoice.vendor, evidence=Evidence.INVOICE, sales=sales, now=now)
    for line, sale_line in zip(lines, booked, strict=True):
        line.sale_line = sale_line
    InvoiceLine.objects.bulk_update(lines, ["sale_line"])
    return booked


def _line_keys(lines: Sequence[InvoiceLine]) -> list[str]:
    """The lines' own numbers, else their places; where a document gives a number twice, with a count behind it."""
    seen: dict[str, int] = {}
    keys = []
    for line in lines:
        key = line_key(line.line_id or str(line.position))[:70]
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if seen[key] == 1 else f"{key}#{seen[key]}")
    return keys


def _generations(invoice: Invoice, distributor: Distributor) -> Mapping[str, int]:
    """For lines of the document that were booked and taken back: which generation comes next."""
    before = SaleLine.objects.filter(
        vendor=invoice.vendor_id,
        distributor=distributor,
        evidence=Evidence.INVOICE,
        document_key=document_key(invoice.number),
        reverses__isnull=True,
        reversed_by__isnull=False,
    )
    latest = before.order_by().values_list("document_line").annotate(Max("generation"))
    return {line: generation + 1 for line, generation in latest}


def _net_of(invoice: Invoice, lines: Sequence[InvoiceLine]) -> dict[int, Decimal | None]:
    """Net of each of these lines after its part of the document's allowances, which lower what was paid."""
    allowances = Decimal((invoice.record or {}).get("totals", {}).get("allowances") or 0)
    sold = [line for line in invoice.lines.order_by("position") if line.kind == "DETAIL"]
    net = dict(zip((line.pk for line in sold), less_allowances([line.net for line in sold], allowances), strict=True))
    return {line.pk: net[line.pk] for line in lines}


def _claim_serials(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    claims = [
        ClaimedSerial(vendor=invoice.vendor, serial=key, line=line)
        for line in lines
        for serial in line.serials
        if (key := serial_key(serial))
    ]
    try:
        with transaction.atomic():
            # In one order whoever claims them, so that of two invoices with the same ones the second waits.
            ClaimedSerial.objects.bulk_create(sorted(claims, key=lambda claim: claim.serial))
    except IntegrityError as error:
        raise SerialClaimed(_n("One of the serial numbers was claimed before.")) from error


def _free_serials(credit: Invoice, lines: Sequence[InvoiceLine], emptied: Sequence[int], now: datetime) -> None:
    """The devices that the credit note names are free for another claim; of an article of which it takes back all,
    all are."""
    named = Q()
    for line in lines:
        keys = [key for serial in line.serials if (key := serial_key(serial))]
        named |= Q(line__product=line.product_id, serial__in=keys)
    standing = ClaimedSerial.objects.filter(
        named | Q(line__product__in=emptied),
        vendor=credit.vendor_id,
        released_at=None,
        line__invoice__partner__in=one_company(credit),
        line__sale_line__distributor=credit.distributor_id,
        line__sale_line__document_key=document_key(credit.preceding_number),
    )
    standing.update(released_at=now, returned_by=credit)


def _claim_again(credit: Invoice) -> None:
    """What the credit note freed is claimed as before. Raises `SerialClaimed` when a device is claimed anew by now."""
    try:
        with transaction.atomic():
            ClaimedSerial.objects.filter(returned_by=credit).update(released_at=None, returned_by=None)
    except IntegrityError as error:
        text = _n("A device that came back with this credit note was sold again, and that sale counts already.")
        raise SerialClaimed(text) from error


def _waiting_credits(invoice: Invoice) -> list[Invoice]:
    """Credit notes to this invoice that came before it."""
    return [
        each for each in credits_to(invoice, invoice.number) if not each.lines.filter(sale_line__isnull=False).exists()
    ]


def take_back(*, invoice: Invoice, now: datetime) -> None:
    """Reverse what counts because of the invoice, and free its serial numbers; in the caller's transaction.

    Credit notes to it are reversed along and wait again for an invoice to take back from. Of a credit note, what it
    freed is claimed again. Raises `AlreadyBooked` when something of it is taken back at the same time, `SerialClaimed`.
    """
    one_at_a_time(invoice)
    _claim_again(invoice)
    lines = InvoiceLine.objects.filter(
        invoice__in=[invoice, *credits_to(invoice, invoice.number)], sale_line__isnull=False
    )
    take_back_lines(vendor=invoice.vendor, lines=_standing(invoice, lines), now=now)
    lines.update(sale_line=None)
    claimed = ClaimedSerial.objects.filter(line__invoice=invoice)
    claimed.filter(released_at=None).update(released_at=now)
    claimed.update(returned_by=None)


def _standing(invoice: Invoice, lines: QuerySet[InvoiceLine]) -> list[SaleLine]:
    """The sales of these lines as they count now: some were booked again for a company that goes on as the partner."""
    booked = SaleLine.objects.filter(pk__in=lines.values("sale_line"))
    keys = set(booked.values_list("document_key", "document_line"))
    standing = SaleLine.objects.filter(
        vendor=invoice.vendor_id,
        distributor=invoice.distributor_id,
        evidence=Evidence.INVOICE,
        document_key__in={document for document, _line in keys},
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    return [each for each in standing.order_by("pk") if (each.document_key, each.document_line) in keys]
