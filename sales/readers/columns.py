"""The columns of a sell-out report, and the names distributors give them in German and English."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from common.sentences import _n
from sales.readers.problems import Term


class Column(StrEnum):
    CUSTOMER_NUMBER = "customer_number"
    CUSTOMER_NAME = "customer_name"
    DOCUMENT = "document"
    LINE = "line"
    DATE = "date"
    ARTICLE = "article"
    QUANTITY = "quantity"
    NET = "net"
    CURRENCY = "currency"
    PROJECT = "project"


LABELS = {
    Column.CUSTOMER_NUMBER: Term(_n("Customer number")),
    Column.CUSTOMER_NAME: Term(_n("Customer")),
    Column.DOCUMENT: Term(_n("Document number")),
    Column.LINE: Term(_n("Line")),
    Column.DATE: Term(_n("Document date")),
    Column.ARTICLE: Term(_n("Article number")),
    Column.QUANTITY: Term(_n("Quantity")),
    Column.NET: Term(_n("Net amount")),
    Column.CURRENCY: Term(_n("Currency")),
    Column.PROJECT: Term(_n("Project")),
}
REQUIRED = (Column.CUSTOMER_NUMBER, Column.DOCUMENT, Column.DATE, Column.ARTICLE, Column.QUANTITY, Column.NET)

# Prices per piece ("Preis", "unit price") are missing on purpose: net is the amount of the whole line.
_NAMES = {
    Column.CUSTOMER_NUMBER: (
        "customer number, customer no, customer nr, customer id, customer code, customer account, account number, "
        "account no, cust no, reseller number, reseller no, reseller id, partner number, partner no, dealer "
        "number, dealer no, Kundennummer, Kunden Nr, Kundennr, Kd Nr, KdNr, Kundenkonto, Kunden ID, Debitor, "
        "Debitorennummer, Debitoren Nr, Händlernummer, Händler Nr, Partnernummer, Fachhändlernummer"
    ),
    Column.CUSTOMER_NAME: (
        "customer, customer name, reseller, reseller name, partner, partner name, company, company name, dealer, "
        "dealer name, Kunde, Kundenname, Name, Firma, Name des Kunden, Händler, Händlername, Fachhändler, "
        "Partnername"
    ),
    Column.DOCUMENT: (
        "document, document number, document no, document nr, document id, doc no, invoice, invoice number, "
        "invoice no, invoice nr, invoice id, Beleg, Belegnummer, Beleg Nr, Belegnr, Rechnung, Rechnungsnummer, "
        "Rechnungs Nr, Rechnungsnr, Rechnung Nr, Re Nr"
    ),
    Column.LINE: (
        "line, line number, line no, line nr, line id, position, position no, item no, pos, pos no, document "
        "line, invoice line, Position, Positionsnummer, Positions Nr, Pos Nr, Belegposition, Rechnungsposition, "
        "Belegzeile, Zeile, Zeilennummer"
    ),
    Column.DATE: (
        "date, document date, doc date, invoice date, sales date, sale date, Datum, Belegdatum, Rechnungsdatum, "
        "Verkaufsdatum, Buchungsdatum"
    ),
    Column.ARTICLE: (
        "article, article number, article no, article nr, article id, product, product number, product no, "
        "product code, product id, part number, part no, item number, material, material number, sku, mpn, "
        "manufacturer part number, vendor article number, Artikel, Artikelnummer, Artikel Nr, Artikelnr, Art Nr, "
        "Produkt, Produktnummer, Materialnummer, Herstellernummer, Herstellerartikelnummer, Hersteller "
        "Artikelnummer, Herstellerteilenummer, Bestellnummer"
    ),
    Column.QUANTITY: (
        "quantity, qty, units, pieces, units sold, quantity sold, Menge, Anzahl, Stück, Stückzahl, Stk, Absatz, "
        "Absatzmenge, Verkaufsmenge"
    ),
    Column.NET: (
        "net, net amount, net value, net total, net sales, net revenue, line net, line total net, amount net, "
        "total net, amount, revenue, sales, turnover, net eur, Netto, Nettobetrag, Nettowert, Nettosumme, "
        "Nettoumsatz, Umsatz, Umsatz netto, Betrag, Betrag netto, Netto Betrag, Positionswert netto, Gesamt "
        "netto, Summe netto, Zeilenbetrag netto, Warenwert, Netto EUR, Umsatz EUR"
    ),
    Column.CURRENCY: "currency, currency code, Währung, Währungscode, Waehrung, Whg",
    Column.PROJECT: (
        "project, project number, project no, project reference, project ref, project id, deal, deal id, deal "
        "number, Projekt, Projektnummer, Projekt Nr, Projektreferenz, Projekt ID"
    ),
}


def plain(name: str) -> str:
    """A column's name without case, accents, spaces and punctuation: "Kunden-Nr." -> "kundennr"."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in decomposed if sign.isalnum())


_KNOWN = {plain(name): column for column, names in _NAMES.items() for name in names.split(", ")}


def column_of(name: str) -> Column | None:
    """Which column a header cell names; None for a column that reports may have and nobody reads."""
    return _KNOWN.get(plain(name))


def columns_of(header: Sequence[str]) -> dict[Column, list[int]]:
    """Where each column stands in the header; more than one place is for the caller to refuse."""
    places: dict[Column, list[int]] = {}
    for place, name in enumerate(header):
        if column := column_of(name):
            places.setdefault(column, []).append(place)
    return places
