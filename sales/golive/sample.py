"""A file with partners to begin with: all columns, and rows that show what several rows of one company are for."""

from __future__ import annotations

_HEADERS = {
    "de": (
        "Firma;Straße;PLZ;Ort;Land;USt-IdNr.;Partnernummer;Webseite;Telefon;Sprache;Stufe;Nimmt teil ab;E-Mail;"
        "Vorname;Nachname;Rolle;Distributor;Kundennummer"
    ),
    "en": (
        "Company;Street;Postcode;City;Country;VAT id;Partner number;Website;Phone;Language;Tier;Takes part from;"
        "E-mail;First name;Last name;Role;Distributor;Customer number"
    ),
}
_ROLES = {"de": ("Inhaber", "Vertrieb"), "en": ("owner", "sales")}
_ROWS = """\
Musterhaus IT GmbH;Hauptstraße 1;01067;Dresden;DE;DE999999903;P-1001;www.musterhaus.example;+49 351 1234567;de;{tier};\
2026-01-01;chefin@musterhaus.example;Maria;Muster;{owner};{distributor};4711
Musterhaus IT GmbH;;;;;DE999999903;;;;;;;vertrieb@musterhaus.example;Jonas;Beispiel;{sales};;
Beispiel Systeme KG;Marktplatz 5;20095;Hamburg;DE;;P-1002;;;;{tier};2026-02-01;info@beispiel-systeme.example;Jens;\
Beispiel;;{distributor};4712
"""


def sample(language: str, *, tier: str = "Silver", distributor: str = "Allnet") -> str:
    """As CSV. `tier` and `distributor`: names that the vendor knows."""
    owner, sales = _ROLES[language]
    rows = _ROWS.format(tier=tier, distributor=distributor, owner=owner, sales=sales)
    return f"{_HEADERS[language]}\n{rows}"
