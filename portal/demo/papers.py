"""Invoices of distributors as files: XML alone, a PDF that carries it, or a PDF to be looked at only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pikepdf
from django.template.loader import render_to_string

from common.money import round_cents

VAT = Decimal("0.19")
ATTACHED = "xrechnung.xml"


@dataclass(frozen=True)
class Line:
    article: str
    name: str
    quantity: int
    price: Decimal
    serials: Sequence[str] = ()

    @property
    def net(self) -> Decimal:
        return self.quantity * self.price


@dataclass(frozen=True)
class Paper:
    """`takes_back`: of a credit note, the invoice it takes back from."""

    number: str
    day: date
    seller: str
    seller_vat_id: str
    buyer: str
    buyer_vat_id: str
    buyer_postcode: str
    lines: Sequence[Line]
    takes_back: str = ""

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal("0.00"))

    @property
    def vat(self) -> Decimal:
        return round_cents(self.net * VAT)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def xml(paper: Paper) -> bytes:
    """As UBL."""
    kind = "CreditNote" if paper.takes_back else "Invoice"
    names = {
        "root": kind,
        "line_name": f"{kind}Line",
        "quantity_name": "CreditedQuantity" if paper.takes_back else "InvoicedQuantity",
    }
    return render_to_string("demo/invoice.xml", {"paper": paper, **names}).encode()


def pdf(paper: Paper, *, with_data: bool) -> bytes:
    """One page that says what the invoice says; `with_data`: it carries the XML too."""
    document = _page(_drawn(paper))
    if with_data:
        document.attachments[ATTACHED] = pikepdf.AttachedFileSpec(document, xml(paper), mime_type="text/xml")
    return _saved(document)


def letter(title: str, *lines: str) -> bytes:
    """One page with a title and lines below it."""
    below = [("F1", 11, 740 - 18 * place, line) for place, line in enumerate(lines)]
    return _saved(_page(_shown([("F2", 16, 780, title), *below])))


def _page(drawn: bytes) -> pikepdf.Pdf:
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=_font("Helvetica"), F2=_font("Helvetica-Bold")))
    page.Contents = document.make_stream(drawn)
    return document


def _saved(document: pikepdf.Pdf) -> bytes:
    file = io.BytesIO()
    document.save(file, deterministic_id=True)
    return file.getvalue()


def _font(name: str) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name(f"/{name}"),
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )


def _drawn(paper: Paper) -> bytes:
    title = "Gutschrift" if paper.takes_back else "Rechnung"
    head = [
        ("F2", 16, 780, f"{title} {paper.number}"),
        ("F1", 10, 755, f"{paper.seller}, USt-IdNr. {paper.seller_vat_id}"),
        ("F1", 10, 740, f"An: {paper.buyer}"),
        ("F1", 10, 725, f"Datum: {paper.day:%d.%m.%Y}"),
        ("F2", 10, 690, "Artikel                Menge        Netto"),
    ]
    if paper.takes_back:
        head.append(("F1", 10, 710, f"Zu Rechnung {paper.takes_back}"))
    lines = [
        ("F1", 10, 670 - 16 * place, f"{line.article}  {line.name}   {line.quantity} Stk   {_amount(line.net)}")
        for place, line in enumerate(paper.lines)
    ]
    below = 650 - 16 * len(paper.lines)
    foot = [
        ("F1", 10, below, f"Netto {_amount(paper.net)}   USt 19 % {_amount(paper.vat)}"),
        ("F2", 11, below - 20, f"Gesamtbetrag {_amount(paper.gross)}"),
    ]
    return _shown([*head, *lines, *foot])


def _shown(texts: Iterable[tuple[str, int, int, str]]) -> bytes:
    """Texts with their font, its size, and their height on the page."""
    shown = (f"BT /{font} {size} Tf 60 {height} Td ({_escaped(text)}) Tj ET" for font, size, height, text in texts)
    return "\n".join(shown).encode("cp1252", "replace")


def _amount(amount: Decimal) -> str:
    """As a German distributor writes it."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + " EUR"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
