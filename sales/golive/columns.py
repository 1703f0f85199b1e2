"""The columns of a file with a vendor's partners, and the names they have in German and English."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from common.sentences import _n
from sales.readers.columns import plain
from sales.readers.problems import Problem, Term


class Column(StrEnum):
    NAME = "name"
    STREET = "street"
    POSTCODE = "postcode"
    CITY = "city"
    COUNTRY = "country"
    VAT_ID = "vat_id"
    NUMBER = "number"
    WEBSITE = "website"
    PHONE = "phone"
    LANGUAGE = "language"
    TIER = "tier"
    SINCE = "since"
    ADDRESS = "address"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    ROLE = "role"
    DISTRIBUTOR = "distributor"
    CUSTOMER_NUMBER = "customer_number"


LABELS = {
    Column.NAME: Term(_n("Company")),
    Column.STREET: Term(_n("Street")),
    Column.POSTCODE: Term(_n("Postcode")),
    Column.CITY: Term(_n("City")),
    Column.COUNTRY: Term(_n("Country")),
    Column.VAT_ID: Term(_n("VAT id")),
    Column.NUMBER: Term(_n("Partner number")),
    Column.WEBSITE: Term(_n("Website")),
    Column.PHONE: Term(_n("Telephone")),
    Column.LANGUAGE: Term(_n("Language")),
    Column.TIER: Term(_n("Tier")),
    Column.SINCE: Term(_n("Takes part from")),
    Column.ADDRESS: Term(_n("E-mail address of the contact")),
    Column.FIRST_NAME: Term(_n("First name of the contact")),
    Column.LAST_NAME: Term(_n("Last name of the contact")),
    Column.ROLE: Term(_n("Role of the contact")),
    Column.DISTRIBUTOR: Term(_n("Distributor")),
    Column.CUSTOMER_NUMBER: Term(_n("Customer number")),
}
IDENTIFYING = (Column.NAME, Column.VAT_ID, Column.NUMBER)
"""A file has one of these at least."""

_NAMES = {
    Column.NAME: (
        "company, company name, name, name 1, partner, partner name, reseller, reseller name, dealer, dealer name, "
        "Firma, Firmenname, Unternehmen, Partnername, Händler, Händlername, Fachhändler, Kunde, Kundenname"
    ),
    Column.STREET: (
        "street, street and number, street address, address, address line 1, Straße, Strasse, Straße und Hausnummer, "
        "Straße Nr, Anschrift, Adresse"
    ),
    Column.POSTCODE: "postcode, post code, postal code, zip, zip code, PLZ, Postleitzahl",
    Column.CITY: "city, town, Ort, Stadt",
    Column.COUNTRY: "country, country code, Land, Ländercode, Länderkennzeichen, Staat",
    Column.VAT_ID: (
        "vat id, vat no, vat number, vat, vat reg no, vat registration number, USt ID, UStId, USt IdNr, UStIdNr, "
        "USt ID Nr, Umsatzsteuer ID, Umsatzsteuer IdNr, Umsatzsteueridentnummer, Umsatzsteuer Identifikationsnummer, "
        "UID, UID Nummer"
    ),
    Column.NUMBER: (
        "partner number, partner no, partner id, reseller number, reseller no, reseller id, dealer number, dealer no, "
        "Partnernummer, Partner Nr, Partnernr, Händlernummer, Händler Nr, Fachhändlernummer, Debitorennummer, Debitor"
    ),
    Column.WEBSITE: "website, web site, homepage, url, web, www, Webseite, Internetseite, Internet",
    Column.PHONE: "phone, phone number, telephone, telephone number, tel, Telefon, Telefonnummer, Tel Nr, Rufnummer",
    Column.LANGUAGE: "language, language code, Sprache, Korrespondenzsprache",
    Column.TIER: (
        "tier, level, partner level, partner tier, partner status, Stufe, Partnerstufe, Partnerstatus, Partnerlevel"
    ),
    Column.SINCE: (
        "takes part from, partner since, enrolled on, enrolled since, member since, since, from, start date, valid "
        "from, nimmt teil ab, nimmt teil seit, Teilnahme ab, Teilnahme seit, Partner seit, gültig ab, seit, ab, Beginn"
    ),
    Column.ADDRESS: (
        "email, email address, contact email, contact email address, mail, Mailadresse, EMail Adresse, Email "
        "Ansprechpartner, Ansprechpartner Email, Kontakt Email, Email Kontakt"
    ),
    Column.FIRST_NAME: (
        "first name, given name, contact first name, Vorname, Vorname Ansprechpartner, Ansprechpartner Vorname, "
        "Kontakt Vorname"
    ),
    Column.LAST_NAME: (
        "last name, surname, family name, contact last name, Nachname, Familienname, Nachname Ansprechpartner, "
        "Ansprechpartner Nachname, Ansprechpartner Name, Kontakt Nachname"
    ),
    Column.ROLE: "role, contact role, Rolle, Funktion, Rolle Ansprechpartner, Ansprechpartner Rolle, Kontakt Rolle",
    Column.DISTRIBUTOR: "distributor, distribution, wholesaler, Disti, Distri, Großhändler, Distributor Name",
    Column.CUSTOMER_NUMBER: (
        "customer number, customer no, customer nr, customer id, customer number at distributor, Kundennummer, Kunden "
        "Nr, Kundennr, Kd Nr, KdNr, Kundennummer beim Distributor, Kundennummer Distributor"
    ),
}
_KNOWN = {plain(name): column for column, names in _NAMES.items() for name in names.split(", ")}
WORDS = frozenset(_KNOWN)
"""By which the header is found, as `plain` writes them."""


def places_of(header: Sequence[str], row: int) -> tuple[dict[Column, int], list[Problem]]:
    """Where each column stands; what is wrong with the header as a whole."""
    places: dict[Column, int] = {}
    problems = []
    for place, text in enumerate(header):
        column = _KNOWN.get(plain(text))
        if column is None:
            continue
        if column in places:
            sentence = _n("This column and “{other}” mean the same. Leave one of them out.")
            problems.append(Problem.at(row, text, "", sentence, other=header[places[column]]))
        else:
            places[column] = place
    if not any(column in places for column in IDENTIFYING):
        sentence = _n("There is no column with the companies’ names, VAT ids or partner numbers.")
        problems.append(Problem.at(row, "", "", sentence))
    if (Column.DISTRIBUTOR in places) != (Column.CUSTOMER_NUMBER in places):
        sentence = _n("Customer numbers need two columns: the distributor and the number there.")
        problems.append(Problem.at(row, "", "", sentence))
    return places, problems


def unused(header: Sequence[str]) -> list[str]:
    """Names of columns that say nothing to the portal."""
    return [text for text in header if text.strip() and plain(text) not in _KNOWN]
