"""What is known around an invoice: gathered here, judged in `checks`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.utils.timezone import localdate

from common.companies import LIKELY, Company, compare, vat_key
from invoices.checks import Facts, SoldLine
from invoices.keys import serial_key
from invoices.models import ClaimedSerial, Invoice, InvoiceLine
from invoices.rules import rules_of
from partners.models import Enrolment, Succession
from programs.models import Authorisation, Distributor, Product
from sales.identifying import product_of
from sales.keys import document_key
from sales.models import CustomerNumber, Evidence, SaleLine
from sales.readers.invoices.documents import remark_from
from sales.selectors import currencies_of

_WORD = re.compile(r"[^\W_]+")


def facts_of(invoice: Invoice) -> Facts:
    """Everything `checks` asks, in a constant number of queries. Lines have their product and pieces already."""
    lines = list(invoice.lines.select_related("product"))
    sold = [line for line in lines if line.kind == "DETAIL" and not line.left_out]
    uploaded_on = localdate(invoice.uploaded_at)
    day = invoice.issue_date or uploaded_on
    authorised = _authorised(invoice, day)
    record = invoice.record or {}
    to_partner, to_others = _reported(invoice)
    preceding = preceding_of(invoice)
    return Facts(
        uploaded_on=uploaded_on,
        window_days=rules_of(invoice.vendor).window_days,
        currencies=currencies_of(invoice.vendor),
        structured=bool(record),
        typed=bool(invoice.typed) or any(line.typed for line in lines),
        type_code=invoice.type_code,
        number=invoice.number,
        issue_date=invoice.issue_date,
        currency=invoice.currency,
        seller_name=invoice.seller_name,
        lines=_sold_lines(invoice, sold),
        remarks=[(each.text, dict(each.params)) for each in map(remark_from, record.get("warnings", ()))],
        scan=invoice.scan,
        comparison=invoice.comparison,
        hybrid=invoice.kind == Invoice.FileKind.PDF and bool(record),
        seller_known_by=invoice.seller_vat_id or invoice.seller_gln,
        distributor=invoice.distributor.name if invoice.distributor else "",
        authorised=invoice.distributor_id in {each.pk for each in authorised},
        authorised_names=[each.name for each in authorised],
        seller_resembles="" if invoice.distributor else _resembled(invoice.seller_name, authorised),
        company=invoice.partner.name,
        buyer_name=invoice.buyer_name,
        buyer=_buyer(invoice),
        taken_serials=_taken_serials(invoice, sold),
        reported=to_partner,
        reported_to_others=to_others,
        duplicate=duplicates_of(invoice).filter(partner=invoice.partner_id).exists(),
        contested=duplicates_of(invoice).exclude(partner=invoice.partner_id).exists(),
        preceding_number=invoice.preceding_number,
        claimed=preceding.claimed,
    )


def distributor_named(*, vat_id: str, gln: str) -> Distributor | None:
    """The distributor with this VAT id, else with this GLN; never by name."""
    known = list(Distributor.objects.exclude(vat_id="", gln=""))
    if key := vat_key(vat_id):
        found = [each for each in known if each.vat_id and vat_key(each.vat_id) == key]
        return found[0] if len(found) == 1 else None
    found = [each for each in known if gln and each.gln == gln.strip()]
    return found[0] if len(found) == 1 else None


def duplicates_of(invoice: Invoice) -> QuerySet[Invoice]:
    """Other uploads to the vendor of the same invoice that claim something or may yet."""
    same = Q(sha256=invoice.sha256)
    if invoice.number_key and invoice.seller_key:
        same |= Q(number_key=invoice.number_key, seller_key=invoice.seller_key)
    claiming = Invoice.objects.filter(same, vendor=invoice.vendor_id)
    return claiming.exclude(state__in=["refused", "withdrawn"]).exclude(pk=invoice.pk)


def products_meant(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[int | None]:
    """The vendor's product that each line means by article number or GTIN, None where nobody knows."""
    statement = f"""
        SELECT {product_of("asked")} FROM (
            SELECT %(vendor)s::bigint AS vendor_id, %(distributor)s::bigint AS distributor_id, given.article,
                given.gtin, given.article AS distributor_article, given.place
            FROM unnest(%(articles)s::text[], %(gtins)s::text[]) WITH ORDINALITY AS given (article, gtin, place)
        ) AS asked ORDER BY place
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "vendor": invoice.vendor_id,
                "distributor": invoice.distributor_id,
                "articles": [line.article for line in lines],
                "gtins": ["".join(filter(str.isdigit, line.gtin)) for line in lines],
            },
        )
        return [row[0] for row in cursor.fetchall()]


# --- sellers and buyers ----------------------------------------------------------------------------------------------


def _authorised(invoice: Invoice, day: date) -> list[Distributor]:
    """Distributors whose sales count on the day in a program in which the partner takes part."""
    programs = Enrolment.objects.filter(partner=invoice.partner_id, program__vendor=invoice.vendor_id)
    valid = Authorisation.objects.filter(program__in=programs.values("program"), valid__contains=day)
    return list(Distributor.objects.filter(pk__in=valid.values("distributor")).order_by("name"))


def _resembled(name: str, authorised: Sequence[Distributor]) -> str:
    seller = Company(name)
    return next((each.name for each in authorised if name and compare(seller, Company(each.name)).score >= LIKELY), "")


def _buyer(invoice: Invoice) -> str:
    """Whether the buyer is the partner, or a company that goes on as it: same, other or unknown."""
    gone_on = Succession.objects.filter(vendor=invoice.vendor_id, target=invoice.partner_id).select_related("source")
    companies = [invoice.partner, *(each.source for each in gone_on)]
    if key := vat_key(invoice.buyer_vat_id):
        own = {vat_key(each.vat_id) for each in companies if each.vat_id}
        if key in own:
            return "same"
        if own:
            return "other"
    buyer = (invoice.record or {}).get("buyer", {})
    numbers = CustomerNumber.objects.filter(
        vendor=invoice.vendor_id, distributor=invoice.distributor_id, partner=invoice.partner_id
    )
    if buyer.get("ids") and numbers.filter(number__in=buyer["ids"]).exists():
        return "same"
    named = Company(invoice.buyer_name, buyer.get("postcode") or "")
    # A name alone is not enough: others may have the same. Only what a person types says nothing about the place.
    placed = [each for each in companies if invoice.record is None or (named.postcode and each.postcode)]
    alike = [compare(named, Company(each.name, each.postcode)).score for each in placed]
    return "same" if invoice.buyer_name and max(alike, default=0) >= LIKELY else "unknown"


# --- lines -----------------------------------------------------------------------------------------------------------


def _sold_lines(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[SoldLine]:
    unknown = [line for line in lines if line.product_id is None]
    names = _words_of_vendor(invoice) if unknown else frozenset()
    return [
        SoldLine(
            label=line.name or line.article or line.line_id or str(line.position),
            product=line.product_id,
            pieces=line.pieces,
            unit=line.unit,
            serials=tuple(map(serial_key, line.serials)),
            net=line.net,
            list_price=line.product.list_price if line.product else None,
            vendors=line.product_id is None and not names.isdisjoint(_words(f"{line.name} {line.article}")),
        )
        for line in lines
    ]


def _words_of_vendor(invoice: Invoice) -> frozenset[str]:
    """The vendor's name and its articles' numbers, as they may stand in a line's text."""
    articles = Product.objects.filter(vendor=invoice.vendor_id).values_list("article", flat=True)
    return frozenset(word for text in (invoice.vendor.name, *articles) for word in _words(text) if len(word) > 2)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _taken_serials(invoice: Invoice, lines: Sequence[InvoiceLine]) -> list[str]:
    keys = {serial_key(serial): serial for line in lines if line.product_id for serial in line.serials}
    taken = ClaimedSerial.objects.filter(vendor=invoice.vendor_id, serial__in=keys, released_at=None)
    return sorted(keys[key] for key in taken.exclude(line__invoice=invoice.pk).values_list("serial", flat=True))


# --- what else proves it ---------------------------------------------------------------------------------------------


def _live(invoice: Invoice, *numbers: str) -> QuerySet[SaleLine]:
    return SaleLine.objects.filter(
        vendor=invoice.vendor_id,
        distributor=invoice.distributor_id,
        document_key__in=[document_key(number) for number in numbers],
        reverses__isnull=True,
        reversed_by__isnull=True,
    ).order_by()


def _reported(invoice: Invoice) -> tuple[Mapping[int, Decimal], bool]:
    """Pieces by product that the distributor reported under this document, and whether for somebody else."""
    if not invoice.number or invoice.distributor_id is None:
        return {}, False
    lines = _live(invoice, invoice.number).filter(evidence=Evidence.SELL_OUT)
    sums: dict[int, Decimal] = defaultdict(Decimal)
    others = False
    for partner, product, quantity in lines.values_list("partner", "product").annotate(Sum("quantity")):
        if partner == invoice.partner_id:
            sums[product] += quantity
        else:
            others = True
    return sums, others and not sums


def one_company(invoice: Invoice) -> set[int]:
    """The partner and all that go on as it or as which it goes on, by id: one company at this vendor."""
    pairs = Succession.objects.filter(vendor=invoice.vendor_id).values_list("source", "target")
    found, ties = {invoice.partner_id}, list(pairs)
    while joined := {pk for pair in ties if not found.isdisjoint(pair) for pk in pair} - found:
        found |= joined
    return found


def credits_to(invoice: Invoice, number: str) -> list[Invoice]:
    """Accepted credit notes of the same company and distributor that name this number, in the order in which they
    came."""
    notes = Invoice.objects.filter(
        vendor=invoice.vendor_id,
        partner__in=one_company(invoice),
        distributor=invoice.distributor_id,
        state=Invoice.State.ACCEPTED,
    ).exclude(preceding_number="")
    key = document_key(number)
    return [each for each in notes.order_by("pk") if document_key(each.preceding_number) == key]


@dataclass(frozen=True)
class Preceding:
    """What was claimed under the invoice that a credit note names. `claimed`: pieces by product not taken back yet.

    `partner_id`: for whom it counts, which may be another company that goes on as this one.
    """

    counted_on: date | None = None
    claimed: Mapping[int, Decimal] = field(default_factory=dict)
    partner_id: int | None = None


def preceding_of(invoice: Invoice) -> Preceding:
    """What the invoice, a credit note, can take back: nothing as long as nothing of the document is claimed."""
    if not invoice.preceding_number or invoice.distributor_id is None:
        return Preceding()
    booked = _live(invoice, invoice.preceding_number).filter(evidence=Evidence.INVOICE, quantity__gt=0)
    first = booked.filter(partner__in=one_company(invoice)).order_by("pk").first()
    if first is None:
        return Preceding()
    sold = booked.filter(partner=first.partner_id)
    claimed: dict[int, Decimal] = dict(sold.values_list("product").annotate(Sum("quantity")))
    notes = [each.number for each in credits_to(invoice, invoice.preceding_number)]
    taken = _live(invoice, *notes).filter(evidence=Evidence.INVOICE, partner=first.partner_id, quantity__lt=0)
    for product, quantity in taken.values_list("product").annotate(Sum("quantity")):
        if product in claimed:
            claimed[product] += quantity
    return Preceding(first.counts_on, claimed, first.partner_id)
