"""Whether an invoice agrees with itself: remarks on what is missing, does not add up, or means something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext

from common.money import plain, shortest
from common.sentences import _n
from sales.readers.invoices import fields as of
from sales.readers.invoices import values
from sales.readers.invoices.fields import TOLERANCE, Fields
from sales.readers.invoices.record import CREDIT_NOTE_TYPES, ZERO, Invoice, Line, LineKind
from sales.readers.problems import Term

_USUAL_TYPES = frozenset({"326", "380", "389", *CREDIT_NOTE_TYPES})
_CORRECTED = "384"


def check(invoice: Invoice, fields: Fields) -> None:
    """Adds to the remarks of `fields`. Raises nothing: whether a remark hinders is for whoever claims a line."""
    with localcontext() as context:
        context.prec = 80
        _check_head(invoice, fields)
        _check_totals(invoice, fields)
        if not invoice.lines:
            text = _n("The invoice has no lines (profiles MINIMUM and BASIC WL): nothing in it can be claimed.")
            fields.remark("no_lines", text)
            return
        _check_tree(invoice.lines, fields)
        _check_sum_of_lines(invoice, fields)
        for line, name in _named(invoice.lines):
            fields.line = name
            _check_line(line, fields)
        fields.line = None
        _check_serials(invoice.lines, fields)


def _check_head(invoice: Invoice, fields: Fields) -> None:
    said = (
        (invoice.number, of.NUMBER),
        (invoice.type_code, of.TYPE_CODE),
        (invoice.issue_date, of.ISSUE_DATE),
        (invoice.currency, of.CURRENCY),
        (invoice.seller.name, of.SELLER),
        (invoice.buyer.name, of.BUYER),
    )
    for value, what in said:
        if value is None:
            fields.missing(what)
    for text, what in ((invoice.number, of.NUMBER), (invoice.seller.vat_id, of.SELLER_VAT)):
        _check_letters(text, what, fields)
    code = invoice.type_code
    if code == _CORRECTED:
        text = _n("The document corrects an earlier invoice (type 384): somebody must say what it replaces.")
        fields.remark("corrected", text)
    elif code is not None and code not in _USUAL_TYPES:
        text = _n("The document is neither a usual invoice nor a credit note (type {code}).")
        fields.remark("unusual_type", text, code=code)


def _check_totals(invoice: Invoice, fields: Fields) -> None:
    totals = invoice.totals
    for value, what in ((totals.net, of.NET), (totals.gross, of.GROSS), (totals.due, of.DUE)):
        # ZUGFeRD 1.0 need not say what is due.
        if value is None and (what is not of.DUE or invoice.syntax != "zugferd1"):
            fields.missing(what)
    if totals.gross is not None and totals.gross < 0:
        text = _n("The gross total is negative ({gross}): somebody must say whether this is a credit note.")
        fields.remark("negative_total", text, gross=plain(totals.gross))
    if totals.lines_net is None and invoice.lines:
        fields.missing(of.LINES_NET)
    if totals.lines_net is not None:
        _compare(fields, of.NET, totals.net, totals.lines_net - totals.allowances + totals.charges)
    if totals.net is not None:
        _compare(fields, of.GROSS, totals.gross, totals.net + (totals.vat or ZERO))
    # Profiles without lines do not say what has been paid before.
    if totals.gross is not None and invoice.lines:
        due = totals.gross - (totals.prepaid or ZERO) + (totals.rounding or ZERO)
        # Payments for others are part of the amount due in XRechnung's extension, elsewhere a mere note.
        if totals.due != due + totals.third_party:
            _compare(fields, of.DUE, totals.due, due)


def _compare(fields: Fields, what: str, stated: Decimal | None, calculated: Decimal) -> None:
    if stated is not None and abs(stated - calculated) > TOLERANCE:
        fields.remark(
            "total_differs",
            _n("The {what} is {stated}, but {calculated} follows from the other amounts."),
            what=what,
            stated=plain(stated),
            calculated=plain(calculated),
        )


def _check_sum_of_lines(invoice: Invoice, fields: Fields) -> None:
    stated = invoice.totals.lines_net
    nets = [line.net for line in invoice.lines if line.kind is LineKind.DETAIL]
    if stated is not None and None not in nets:
        added = sum((net for net in nets if net is not None), ZERO)
        if abs(stated - added) > TOLERANCE:
            text = _n("The lines add up to {added}, the invoice says {stated}.")
            fields.remark("lines_differ", text, added=plain(added), stated=plain(stated))


def _check_tree(lines: tuple[Line, ...], fields: Fields) -> None:
    """Lines below lines: every line named once, every group the sum of its parts, nothing sold below what is sold."""
    numbers = Counter(line.id for line in lines if line.id)
    for number, times in numbers.items():
        if times > 1:
            fields.remark("line_repeated", _n("Line {line} is there {times} times."), line=number, times=str(times))
    if not any(line.parent for line in lines):
        return
    by_number = {line.id: line for line in lines if line.id}
    rooted: dict[str, bool] = {}
    parts: dict[str, list[Line]] = {}
    for line in lines:
        if line.parent:
            parts.setdefault(line.parent, []).append(line)
            if not _is_rooted(line.parent, by_number, rooted):
                text = _n("Line {line} belongs to line {parent}, which cannot be found.")
                fields.remark("parent_unknown", text, line=line.id or "?", parent=line.parent)
    for number, below in parts.items():
        if above := by_number.get(number):
            _check_parts(above, below, fields)


def _is_rooted(number: str, by_number: dict[str, Line], rooted: dict[str, bool]) -> bool:
    """Whether one comes from line `number` to one that belongs to none. `rooted`: of which lines that is known."""
    way: set[str] = set()
    at: str | None = number
    while at and at not in rooted and at not in way and at in by_number:
        way.add(at)
        at = by_number[at].parent
    ends_well = not at or rooted.get(at, False)
    rooted |= dict.fromkeys(way, ends_well)
    return ends_well


def _check_parts(above: Line, below: list[Line], fields: Fields) -> None:
    sold = [line for line in below if line.kind is not LineKind.INFORMATION]
    if above.kind is not LineKind.GROUP and sold:
        text = _n("Line {line} is sold, and so are lines that belong to it: it may be counted twice.")
        fields.remark("sold_twice", text, line=above.id or "?")
    elif above.kind is LineKind.GROUP and above.net is not None and all(line.net is not None for line in sold):
        added = sum((line.net for line in sold if line.net is not None), ZERO)
        if abs(above.net - added) > TOLERANCE:
            text = _n("Line {line} is {stated}, but the lines that belong to it add up to {added}.")
            fields.remark("group_differs", text, line=above.id or "?", stated=plain(above.net), added=plain(added))


def _check_line(line: Line, fields: Fields) -> None:
    if line.id is None and line.kind is not LineKind.INFORMATION:
        fields.missing(of.LINE_ID)
    if line.kind is not LineKind.DETAIL:
        return
    for value, what in (
        (line.quantity, of.QUANTITY),
        (line.unit, of.UNIT),
        (line.net, of.LINE_NET),
        (line.name, of.NAME),
    ):
        if value is None:
            fields.missing(what)
    _check_arithmetic(line, fields)
    for text, letters_of in ((line.seller_article, of.ARTICLE), *((serial, of.SERIAL) for serial in line.serials)):
        _check_letters(text, letters_of, fields)
    if line.serials and line.quantity is not None and abs(line.quantity) != len(line.serials):
        fields.remark(
            "serial_count",
            _n("Line {line}: {serials} serial numbers for a quantity of {quantity}."),
            line=fields.line or "?",
            serials=str(len(line.serials)),
            quantity=shortest(line.quantity),
        )


def _check_letters(text: str | None, what: Term, fields: Fields) -> None:
    """What is compared with other documents must not differ from them by letters that only look the same."""
    if text and values.has_look_alikes(text):
        fields.doubtful(what, text)


def _check_arithmetic(line: Line, fields: Fields) -> None:
    if line.price_base_quantity is not None and line.price_base_quantity <= 0:
        fields.unreadable(of.PRICE_BASE, plain(line.price_base_quantity))
        return
    if line.price is None or line.quantity is None or line.net is None:
        return
    gross = line.quantity * line.price / (line.price_base_quantity or Decimal(1))
    calculated = (gross - line.allowances + line.charges).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if abs(line.net - calculated) > TOLERANCE:
        fields.remark(
            "line_differs",
            _n("Line {line}: the net amount is {stated}, but quantity and price give {calculated}."),
            line=fields.line or "?",
            stated=plain(line.net),
            calculated=plain(calculated),
        )


def _check_serials(lines: Iterable[Line], fields: Fields) -> None:
    seen = Counter(serial for line in lines for serial in line.serials if line.kind is LineKind.DETAIL)
    for serial, times in seen.items():
        if times > 1:
            text = _n("The serial number {serial} stands in {times} lines.")
            fields.remark("serial_repeated", text, serial=serial, times=str(times))


def _named(lines: Iterable[Line]) -> Iterator[tuple[Line, str]]:
    for place, line in enumerate(lines, start=1):
        yield line, line.id or str(place)
