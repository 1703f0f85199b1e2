"""A record as plain JSON: what `read_invoice` prints. Amounts and numbers are texts, as the invoice writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from common.money import plain
from common.sentences import fill
from sales.readers.invoices.record import Invoice, Line, Party, Refused, Remark


def as_document(invoice: Invoice) -> dict[str, Any]:
    totals = invoice.totals
    return {
        "number": invoice.number,
        "type_code": invoice.type_code,
        "issue_date": invoice.issue_date and invoice.issue_date.isoformat(),
        "currency": invoice.currency,
        "seller": _party(invoice.seller),
        "buyer": _party(invoice.buyer),
        "totals": {
            "lines_net": _number(totals.lines_net),
            "net": _number(totals.net),
            "gross": _number(totals.gross),
            "due": _number(totals.due),
        },
        "lines": [_line(line) for line in invoice.lines],
        "warnings": [_remark(remark) for remark in invoice.warnings],
    }


def as_error(refused: Refused) -> dict[str, str]:
    return {"code": refused.code, "message": str(refused)}


def _party(party: Party) -> dict[str, str | None]:
    return {"name": party.name, "vat_id": party.vat_id}


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "kind": line.kind.value,
        "quantity": _number(line.quantity),
        "unit": line.unit,
        "net": _number(line.net),
        "price": _number(line.price),
        "price_base_quantity": _number(line.price_base_quantity),
        "name": line.name,
        "seller_article": line.seller_article,
        "standard_id": line.standard_id,
        "serials": list(line.serials),
    }


def _remark(remark: Remark) -> dict[str, str]:
    return {"code": remark.code, "message": fill(remark.text, dict(remark.params))}


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
