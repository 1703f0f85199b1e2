"""One invoice on a page: what it says, how its checks came out, what each line brings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common import formats
from common.ui import Chart, Fact, Series, Tone
from invoices.filling import PIECE_CODES
from invoices.models import Invoice, InvoiceLine
from invoices.outcomes import Check, Outcome
from invoices.wording import OUTCOMES, sentence

_WORST_FIRST = (Outcome.FAILED, Outcome.OPEN, Outcome.WARNING, Outcome.PASSED)


@dataclass(frozen=True)
class ShownCheck:
    text: str
    icon: str
    tone: Tone
    outcome: str


@dataclass(frozen=True)
class ShownLine:
    """A line on the page. `note`: why it does not count, or what was typed; `share`: its rebate, None: none yet."""

    label: str
    number: str
    quantity: str
    net: str
    counts: bool
    note: str
    serials: Sequence[str]
    share: Decimal | None
    url: str


def facts_shown(invoice: Invoice, *, with_sources: bool = False) -> list[Fact]:
    """What the invoice says, and what of it was typed; `with_sources`: also what comes from the file's data."""
    typed, read = set(invoice.typed), with_sources and invoice.record is not None
    money = {name: formats.money(value, invoice.currency or "EUR") if value is not None else ""
             for name, value in (("net", invoice.net), ("gross", invoice.gross))}  # fmt: skip
    day = formats.date_long(invoice.issue_date) if invoice.issue_date else ""
    rows = [
        ("number", _("Number"), invoice.number, ""),
        ("issue_date", _("Date"), day, ""),
        ("seller_name", _("Seller"), invoice.seller_name, invoice.seller_vat_id),
        ("distributor", _("Distributor"), invoice.distributor.name if invoice.distributor else "", ""),
        ("buyer_name", _("Buyer"), invoice.buyer_name, invoice.buyer_vat_id),
        ("preceding_number", _("Takes back invoice"), invoice.preceding_number, ""),
        ("net", _("Net"), money["net"], ""),
        ("gross", _("Total"), money["gross"], ""),
    ]
    facts = [
        Fact(label, value, hint=", ".join(filter(None, (hint, _source(name, typed, read=read)))))
        for name, label, value, hint in rows
        if value
    ]
    return [*facts, Fact(_("File"), invoice.file_name, hint=formats.datetime_short(invoice.uploaded_at))]


def _source(name: str, typed: Collection[str], *, read: bool) -> str:
    """Where a field's value comes from. Which distributor it is, is found by the seller's numbers."""
    if name in typed:
        return _("typed")
    return _("from the data") if read and name != "distributor" else ""


def checks_shown(invoice: Invoice) -> list[ShownCheck]:
    """How every check came out, the worst first."""
    outcomes = [Check.from_document(each) for each in invoice.checks]
    ranked = sorted(outcomes, key=lambda check: _WORST_FIRST.index(check.outcome))
    words = {
        Outcome.PASSED: _("passed"),
        Outcome.WARNING: _("look at it"),
        Outcome.OPEN: _("not certain"),
        Outcome.FAILED: _("not passed"),
    }
    return [ShownCheck(sentence(each), *OUTCOMES[each.outcome], words[each.outcome]) for each in ranked]


def lines_shown(
    invoice: Invoice, lines: Sequence[InvoiceLine], shares: Mapping[int, Decimal], partner_number: str = ""
) -> list[ShownLine]:
    """The lines; where `partner_number` is given, those that count lead to their sale in the partner's list."""
    return [_shown(invoice, line, shares, partner_number) for line in lines]


def _shown(invoice: Invoice, line: InvoiceLine, shares: Mapping[int, Decimal], partner_number: str) -> ShownLine:
    sale: Any = line.sale_line
    url = ""
    if sale is not None:
        url = (
            reverse("sales:partner-sale", args=[partner_number, sale.pk])
            if partner_number
            else reverse("sales:vendor-sale", args=[invoice.vendor.slug, sale.pk])
        )
    quantity = "" if line.quantity is None else f"{formats.number(line.quantity)} {_unit(line)}".strip()
    return ShownLine(
        label=line.product.name if line.product else line.name or line.article or line.line_id,
        number=line.product.article if line.product else line.article,
        quantity=quantity,
        net="" if line.net is None else formats.money(line.net, invoice.currency or "EUR"),
        counts=line.counts,
        note=_note(line),
        serials=line.serials,
        share=shares.get(sale.pk) if sale is not None else None,
        url=url,
    )


def _unit(line: InvoiceLine) -> str:
    """Pieces go without saying."""
    return "" if line.unit.upper() in PIECE_CODES else line.unit


def _note(line: InvoiceLine) -> str:
    notes = []
    if line.kind != "DETAIL":
        notes.append(_("sum or text"))
    elif line.left_out:
        notes.append(_("left out"))
    elif line.product_id is None:
        notes.append(_("no article of the program"))
    elif line.pieces is None:
        notes.append(_("pieces not known"))
    elif line.pieces != line.quantity:
        notes.append(_("%(count)s pieces") % {"count": formats.number(line.pieces)})
    if line.typed:
        notes.append(_("typed"))
    return ", ".join(notes)


def by_distributor_chart(rows: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Decisions by distributor: without a person, by one, refused; None where nothing was decided."""
    if not rows:
        return None
    by_person = [row["decided"] - row["automatic"] - row["refused"] for row in rows]
    automatic = sum(row["automatic"] for row in rows)
    decided = sum(row["decided"] for row in rows)
    return Chart(
        id="by-distributor",
        title=_("Decisions by distributor"),
        axis=_("Distributor"),
        labels=[row["distributor__name"] or _("not known") for row in rows],
        series=[
            Series(_("accepted automatically"), [row["automatic"] for row in rows]),
            Series(_("accepted by a person"), by_person),
            Series(_("refused"), [row["refused"] for row in rows]),
        ],
        kind="bar",
        stacked=True,
        summary=_("%(automatic)s of %(decided)s were accepted automatically.")
        % {"automatic": formats.number(automatic), "decided": formats.number(decided)},
    )


def reasons_chart(rows: Sequence[tuple[str, int]]) -> Chart | None:
    """Why invoices were refused; None where none was."""
    if not rows:
        return None
    labels = [str(Invoice.Reason(code).label) for code, _count in rows]
    return Chart(
        id="reasons",
        title=_("Why invoices were refused"),
        axis=_("Reason"),
        labels=labels,
        series=[Series(_("Invoices"), [count for _code, count in rows])],
        kind="bar",
        summary=_("Most often: %(reason)s") % {"reason": labels[0]},
    )
