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
    CUSTOMER_VAT_ID = "customer_vat_id"
    CUSTOMER_POSTCODE = "customer_postcode"
    CUSTOMER_CITY = "customer_city"
    DOCUMENT = "document"
    LINE = "line"
    DATE = "date"
    ARTICLE = "article"
    GTIN = "gtin"
    DISTRIBUTOR_ARTICLE = "distributor_article"
    ARTICLE_NAME = "article_name"
    QUANTITY = "quantity"
    UNIT = "unit"
    NET = "net"
    CURRENCY = "currency"
    PROJECT = "project"
    ORIGINAL_DOCUMENT = "original_document"
    ORIGINAL_LINE = "original_line"


LABELS = {
    Column.CUSTOMER_NUMBER: Term(_n("Customer number")),
    Column.CUSTOMER_NAME: Term(_n("Customer")),
    Column.CUSTOMER_VAT_ID: Term(_n("VAT id of the customer")),
    Column.CUSTOMER_POSTCODE: Term(_n("Postcode")),
    Column.CUSTOMER_CITY: Term(_n("City")),
    Column.DOCUMENT: Term(_n("Document number")),
    Column.LINE: Term(_n("Line")),
    Column.DATE: Term(_n("Document date")),
    Column.ARTICLE: Term(_n("Article number")),
    Column.GTIN: Term(_n("GTIN (EAN)")),
    Column.DISTRIBUTOR_ARTICLE: Term(_n("Distributor’s own article number")),
    Column.ARTICLE_NAME: Term(_n("Article name")),
    Column.QUANTITY: Term(_n("Quantity")),
    Column.UNIT: Term(_n("Unit")),
    Column.NET: Term(_n("Net amount")),
    Column.CURRENCY: Term(_n("Currency")),
    Column.PROJECT: Term(_n("Project")),
    Column.ORIGINAL_DOCUMENT: Term(_n("Document that is returned or credited")),
    Column.ORIGINAL_LINE: Term(_n("Line that is returned or credited")),
}
REQUIRED = (
    (Column.DATE,),
    (Column.QUANTITY,),
    (Column.CUSTOMER_NUMBER, Column.CUSTOMER_VAT_ID, Column.CUSTOMER_NAME),
    (Column.ARTICLE, Column.GTIN, Column.DISTRIBUTOR_ARTICLE),
)
"""A report has one of each group at least."""

# Prices per piece ("Preis", "unit price") are missing on purpose: net is the amount of the whole line.
_NAMES = {
    Column.CUSTOMER_NUMBER: (
        "customer number, customer no, customer nr, customer id, customer code, customer account, account number, "
        "account no, cust no, reseller number, reseller no, reseller id, partner number, partner no, dealer "
        "number, dealer no, Kundennummer, Kunden Nr, Kundennr, Kd Nr, KdNr, Kundenkonto, Kunden ID, Debitor, "
        "Debitorennummer, Debitoren Nr, Händlernummer, Händler Nr, Partnernummer, Fachhändlernummer, Auftraggeber, "
        "sold to, sold to number, bill to number"
    ),
    Column.CUSTOMER_NAME: (
        "customer, customer name, reseller, reseller name, partner, partner name, company, company name, dealer, "
        "dealer name, Kunde, Kundenname, Name, Firma, Name des Kunden, Händler, Händlername, Fachhändler, "
        "Partnername, sold to name, Firmenname, Name 1, Kundenbezeichnung"
    ),
    Column.CUSTOMER_VAT_ID: (
        "vat id, vat no, vat number, vat reg no, vat registration number, customer vat id, customer vat number, "
        "customer vat, tax id, USt ID, UStId, USt IdNr, UStIdNr, USt ID Nr, Umsatzsteuer ID, Umsatzsteuer IdNr, "
        "Umsatzsteueridentnummer, Umsatzsteuer Identifikationsnummer, Kunde USt ID, USt ID Kunde, USt IdNr Kunde, "
        "UID, UID Nummer, VAT, VAT ID Kunde"
    ),
    Column.CUSTOMER_POSTCODE: (
        "postcode, post code, postal code, zip, zip code, customer postcode, customer zip, customer postal code, PLZ, "
        "Postleitzahl, PLZ Kunde, Kunde PLZ, Kunden PLZ"
    ),
    Column.CUSTOMER_CITY: (
        "city, town, customer city, customer town, Ort, Stadt, Wohnort, Ort Kunde, Kunde Ort, Kundenort"
    ),
    Column.DOCUMENT: (
        "document, document number, document no, document nr, document id, doc no, invoice, invoice number, "
        "invoice no, invoice nr, invoice id, Beleg, Belegnummer, Beleg Nr, Belegnr, Rechnung, Rechnungsnummer, "
        "Rechnungs Nr, Rechnungsnr, Rechnung Nr, Re Nr, Faktura, Fakturanummer, Faktura Nr"
    ),
    Column.LINE: (
        "line, line number, line no, line nr, line id, position, position no, item no, pos, pos no, document "
        "line, invoice line, Position, Positionsnummer, Positions Nr, Pos Nr, Belegposition, Rechnungsposition, "
        "Belegzeile, Zeile, Zeilennummer, Fakturaposition"
    ),
    Column.DATE: (
        "date, document date, doc date, invoice date, sales date, sale date, Datum, Belegdatum, Rechnungsdatum, "
        "Verkaufsdatum, Buchungsdatum, Rechnungs Datum, Beleg Datum, Rg Datum, Re Datum, Fakturadatum, billing date, "
        "posting date"
    ),
    Column.ARTICLE: (
        "manufacturer part number, manufacturer part no, manufacturer number, manufacturer article number, mfr part "
        "number, mfr part no, mfg part no, mfg part number, mpn, vendor article number, vendor part number, vendor "
        "part no, vendor sku, Herstellernummer, Hersteller Nr, Herstellerartikelnummer, Hersteller Artikelnummer, "
        "Hersteller Artikel Nr, Hersteller Art Nr, Herstellerartikelnr, Herstellerteilenummer, Hersteller "
        "Teilenummer, Hersteller Teilenr, Herst Art Nr, Herst Nr, HAN"
    ),
    Column.GTIN: "gtin, ean, upc, ean code, ean number, gtin ean, ean gtin, barcode, EAN Nummer, EAN Nr, GTIN Nr",
    Column.DISTRIBUTOR_ARTICLE: (
        "distributor article number, distributor article no, distributor sku, distributor part number, our article "
        "number, our article no, our sku, internal article number, Distributor Artikelnummer, "
        "Distributorartikelnummer, eigene Artikelnummer, unsere Artikelnummer, unsere Art Nr, interne Artikelnummer, "
        "Lieferantenartikelnummer, "
        "Artikelnummer intern, Disti Artikelnummer, Disti SKU"
    ),
    Column.ARTICLE_NAME: (
        "article name, article description, product name, product description, item name, item description, "
        "description, material description, Artikelbezeichnung, Artikelname, Artikel Bezeichnung, Artikeltext, "
        "Bezeichnung, Bezeichnung 1, Beschreibung, Produktname, Produktbezeichnung, Materialbezeichnung, "
        "Materialkurztext, Artikelbeschreibung, Kurztext"
    ),
    Column.QUANTITY: (
        "quantity, qty, units, pieces, units sold, quantity sold, Menge, Anzahl, Stück, Stückzahl, Stk, Absatz, "
        "Absatzmenge, Verkaufsmenge, Fakturamenge, fakturierte Menge, berechnete Menge, invoiced quantity, sales "
        "quantity"
    ),
    Column.UNIT: (
        "unit, unit of measure, uom, quantity unit, sales unit, unit code, Einheit, Mengeneinheit, Maßeinheit, ME, "
        "Verkaufseinheit, VE, VPE, VKE, Verpackungseinheit, VKME, Verkaufsmengeneinheit, Mengen Einheit"
    ),
    Column.NET: (
        "net, net amount, net value, net total, net sales, net revenue, line net, line total net, amount net, "
        "total net, Netto, Nettobetrag, Nettowert, Nettosumme, Nettoumsatz, Umsatz netto, Betrag netto, Netto Betrag, "
        "Netto Umsatz, Positionswert netto, Gesamt netto, Summe netto, Zeilenbetrag netto, Nettowarenwert"
    ),
    Column.CURRENCY: "currency, currency code, Währung, Währungscode, Waehrung, Whg, Währungskennzeichen",
    Column.PROJECT: (
        "project, project number, project no, project reference, project ref, project id, deal, deal id, deal "
        "number, Projekt, Projektnummer, Projekt Nr, Projektreferenz, Projekt ID"
    ),
    Column.ORIGINAL_DOCUMENT: (
        "original document, original document number, original document no, original invoice, original invoice "
        "number, original invoice no, reference invoice, reference invoice number, reference document, reference "
        "document number, ref invoice, ref document, credited invoice, credit for, Ursprungsbeleg, "
        "Ursprungsbelegnummer, Ursprungsrechnung, Originalbeleg, Originalrechnung, Bezugsbeleg, Bezugsbelegnummer, "
        "Bezugsrechnung, Referenzbeleg, Referenzrechnung, Gutschrift zu, Gutschrift zu Rechnung, Storno zu, Bezug"
    ),
    Column.ORIGINAL_LINE: (
        "original line, original line number, original position, reference line, reference item, reference position, "
        "Ursprungsposition, Bezugsposition, Originalposition, Referenzposition, Pos Ursprungsbeleg"
    ),
}
# Names that mean a column when no other in the file does so more clearly, and which one they mean beside such.
_WEAK_NAMES = {
    (Column.ARTICLE, Column.DISTRIBUTOR_ARTICLE): (
        "article number, article no, article nr, article id, article code, product number, product no, product code, "
        "product id, part number, part no, item number, item code, material, material number, sku, Artikelnummer, "
        "Artikel Nr, Artikelnr, Art Nr, Produktnummer, Materialnummer, Bestellnummer, Material Nr"
    ),
    (Column.ARTICLE, Column.ARTICLE_NAME): "article, product, item, Artikel, Produkt",
    (Column.NET, None): (
        "amount, revenue, sales, turnover, value, Umsatz, Betrag, Warenwert, Wert, Positionswert, Summe, Gesamtbetrag"
    ),
}


def plain(name: str) -> str:
    """A column's name without case, accents, spaces and punctuation: "Kunden-Nr." -> "kundennr"."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in decomposed if sign.isalnum())


_KNOWN = {plain(name): column for column, names in _NAMES.items() for name in names.split(", ")}
_WEAKLY = {plain(name): columns for columns, names in _WEAK_NAMES.items() for name in names.split(", ")}
# Behind an amount's name: "Netto EUR", "Umsatz in €", "Net amount (USD)".
_CURRENCIES = ("eur", "euro", "chf", "usd", "gbp", "pln", "czk", "sek", "dkk", "nok", "huf")


def amount_and_currency(name: str) -> tuple[str, str]:
    """The plain name of an amount's column without the currency behind it, and that currency: "Netto in EUR"."""
    key = plain(name.replace("€", " eur").replace("$", " usd").replace("£", " gbp"))
    for code in _CURRENCIES:
        bare = key.removesuffix(code).removesuffix("in")
        if key.endswith(code) and (_KNOWN.get(bare) is Column.NET or _WEAKLY.get(bare, ("",))[0] is Column.NET):
            return bare, "EUR" if code == "euro" else code.upper()
    return key, ""


def columns_of(header: Sequence[str]) -> dict[Column, list[int]]:
    """Where each column may stand in the header; of several places a person has to choose."""
    places: dict[Column, list[int]] = {}
    weak: list[tuple[int, Column, Column | None]] = []
    for place, name in enumerate(header):
        key, _currency = amount_and_currency(name)
        if column := _KNOWN.get(key):
            places.setdefault(column, []).append(place)
        elif found := _WEAKLY.get(key):
            weak.append((place, *found))
    # Numbers before names, so that "Artikel" beside "Artikelnummer" is the name.
    for place, column, instead in sorted(weak, key=lambda one: one[2] is Column.ARTICLE_NAME):
        clear = [other for other in places.get(column, []) if (other, column, instead) not in weak]
        if not clear:
            places.setdefault(column, []).append(place)
        elif instead is not None and instead not in places:
            places[instead] = [place]
    return places
