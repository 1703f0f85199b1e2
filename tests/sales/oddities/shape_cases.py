"""What stands around the data, and which columns there are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.sales.oddities.cases import (
    GERMAN,
    ROWS,
    SALES,
    Case,
    add_columns,
    as_csv,
    one_row,
    said,
    table,
)

HEADER = "Kundennummer;Belegnummer;Pos;Datum;Artikelnummer;Menge;Netto"
ROW = "1;R1;1;31.10.2026;A;2;2,50"
WIDTH = len(GERMAN)
PADDING = [""] * (WIDTH - 1)
TABLE = table()


SHAPE_CASES = [
    Case(
        "title lines above the header",
        as_csv([["Sell-out-Report 4. Quartal 2026"], ["Distributor:", "Allnet"], [], *TABLE]),
        ROWS,
        left_out={"title": 2, "empty": 1},
    ),
    Case("the separator named in the first line", b"sep=;\r\n" + as_csv(TABLE), ROWS, left_out={"title": 1}),
    Case(
        "totals below",
        as_csv([*TABLE, [], ["Summe", *PADDING[:5], "1225", "1.231,58"]]),
        ROWS,
        left_out={"total": 1, "empty": 1},
    ),
    Case(
        "a subtotal per customer in the middle",
        as_csv([*TABLE[:3], ["K-0815", "Zwischensumme Müller", *PADDING[:4], "27", "1.334,46"], *TABLE[3:]]),
        ROWS,
        left_out={"total": 1},
    ),
    Case(
        "an amount brought forward at the top of a page",
        as_csv([*TABLE[:2], ["Übertrag:", *PADDING], *TABLE[2:]]),
        ROWS,
        left_out={"total": 1},
    ),
    Case(
        "a customer called Total stays a customer",
        as_csv(table(sales=[SALES[0].__class__(**{**SALES[0].__dict__, "name": "Total Energie GmbH"})])),
        [{**ROWS[0], "customer_name": "Total Energie GmbH"}],
    ),
    Case("the header again in the middle", as_csv([*TABLE[:3], TABLE[0], *TABLE[3:]]), ROWS, left_out={"header": 1}),
    Case(
        "page heads in the middle",
        as_csv([*TABLE[:3], ["Seite 2 von 2"], [], TABLE[0], *TABLE[3:]]),
        ROWS,
        left_out={"remark": 1, "empty": 1, "header": 1},
    ),
    Case("a remark below", as_csv([*TABLE, [], ["*** Ende der Liste ***"]]), ROWS, left_out={"remark": 1, "empty": 1}),
    Case(
        "a file that breaks off in the middle of a row",
        as_csv(TABLE)[:-30],
        problems=[(5, "Belegdatum", ""), (5, "Artikelnummer", ""), (5, "Position", ""), (5, "Menge", "")],
    ),
    Case(
        "empty rows between",
        as_csv([row for line in TABLE for row in (line, [], [""] * WIDTH)]),
        ROWS,
        left_out={"empty": 10},
    ),
    Case("empty columns", as_csv([["", *row[:3], "", "", *row[3:], ""] for row in TABLE]), ROWS),
    Case("columns that nobody reads", as_csv(add_columns(TABLE, ["Lager", "Rabatt"], *[["Nord", "5 %"]] * 4)), ROWS),
    Case(
        "a line break inside quotes",
        as_csv(table(sales=[SALES[0].__class__(**{**SALES[0].__dict__, "name": "Müller\n& Söhne GmbH"})])),
        ROWS[:1],
    ),
    Case(
        "quotes inside quotes",
        one_row(HEADER + ";Kunde", ROW + ';"Die ""Drei"" GmbH"'),
        [{"customer_name": 'Die "Drei" GmbH'}],
    ),
    Case(
        "a quotation mark in the middle of a cell",
        one_row(HEADER + ";Bezeichnung", ROW + ';Monitor 24" schwarz'),
        [{"article_name": 'Monitor 24" schwarz'}],
    ),
    Case(
        "marks that nobody sees",
        one_row(HEADER, "\u200bK\u00a01;R1;1;31.10.2026;D\u00ad785;2;2,50"),
        [{"customer_number": "K 1", "article": "D785"}],
    ),
    Case(
        "an amount split by its decimal comma",
        one_row(HEADER.replace(";", ","), "1,R1,1,31.10.2026,A,2,2,50"),
        problems=[(2, "", "50")],
    ),
    Case(
        "no line numbers",
        as_csv([row[:3] + row[4:] for row in TABLE]),
        [
            {**row, "document_line": line}
            for row, line in zip(ROWS, ["D785#1", "00123#1", "D785#1", "D865#1"], strict=True)
        ],
    ),
    Case(
        "line numbers that are all empty",
        as_csv([row if row is TABLE[0] else [*row[:3], "", *row[4:]] for row in TABLE]),
        [
            {**row, "document_line": line}
            for row, line in zip(ROWS, ["D785#1", "00123#1", "D785#1", "D865#1"], strict=True)
        ],
    ),
    Case(
        "no document numbers",
        one_row("Kundennr.;Datum;Artikelnr.;Menge;Netto", "k-1;31.10.2026;A;2;2,50", "k-1;31.10.2026;A;1;1,25"),
        [
            {"document_number": "", "document_key": "20261031@K-1", "document_line": "A#1"},
            {"document_number": "", "document_key": "20261031@K-1", "document_line": "A#2"},
        ],
    ),
    Case(
        "a row without its document number",
        one_row(HEADER, ROW, "k-1;;7;31.10.2026;A;1;1,25"),
        [{"document_key": "R1", "document_line": "1"}, {"document_key": "20261031@K-1", "document_line": "A#1"}],
    ),
    Case(
        "customers by VAT id",
        one_row("USt-IdNr.;Beleg;Datum;Artikelnr.;Menge;Netto", "de 123 456 789;R1;31.10.2026;A;2;2,50"),
        [{"customer_number": "DE123456789", "customer_vat_id": "DE123456789"}],
    ),
    Case(
        "customers by name and place",
        one_row(
            "Firma;PLZ;Ort;Beleg;Datum;Artikelnr.;Menge;Netto",
            "Elbtal  Systemhaus;01067;Dresden;R1;31.10.2026;A;2;2,50",
        ),
        [{"customer_number": "ELBTAL SYSTEMHAUS 01067", "customer_postcode": "01067", "customer_city": "Dresden"}],
    ),
    Case(
        "a row without any customer",
        one_row(HEADER + ";Kunde", ROW + ";x", ";R2;1;31.10.2026;A;2;2,50;"),
        problems=[(3, "Kundennummer", "")],
    ),
    Case(
        "articles by GTIN",
        one_row("Kundennr;Beleg;Datum;EAN;Menge;Netto", "1;R1;31.10.2026;4012345 678901;2;2,50"),
        [{"article": "4012345678901", "gtin": "4012345678901"}],
    ),
    Case(
        "the maker's and the distributor's own article number",
        one_row(
            "Kundennr;Beleg;Datum;Artikelnummer;Herstellerartikelnummer;Artikel;Menge;Netto",
            "1;R1;31.10.2026;4711;D785;Telefon;2;2,50",
        ),
        [{"article": "D785", "distributor_article": "4711", "article_name": "Telefon"}],
    ),
    Case(
        "only the distributor's own article number",
        one_row("Kundennr;Beleg;Datum;Distributor SKU;Menge;Netto", "1;R1;31.10.2026;4711;2;2,50"),
        [{"article": "4711", "distributor_article": "4711"}],
    ),
    Case(
        "a credit that names its sale",
        one_row(HEADER + ";Gutschrift zu;Bezugsposition", "1;G1;1;31.10.2026;A;-2;-2,50;R 0-7;0010"),
        [{"original_document_key": "R07", "original_line": "10"}],
    ),
    Case(
        "quantities in packs, known words for pieces",
        one_row(HEADER + ";ME", ROW + ";VE10", "1;R1;2;31.10.2026;A;3;2,50;Stk.", "1;R1;3;31.10.2026;A;4;2,50;"),
        [{"quantity": Decimal(20)}, {"quantity": Decimal(3)}, {"quantity": Decimal(4)}],
        ["unit:VE10"],
        said(units={"VE10": "10"}),
    ),
    Case(
        "a pack factor for an article",
        one_row(HEADER, "1;R1;1;31.10.2026;A;2;2,50", "1;R1;2;31.10.2026;B;2;2,50"),
        [{"quantity": Decimal(2)}, {"quantity": Decimal(2)}],
    ),
    Case(
        "no amounts at all",
        one_row("Kundennr;Beleg;Datum;Artikelnummer;Menge", "1;R1;31.10.2026;A;2"),
        [{"net": None}],
        ["column:net"],
        said(net=False),
    ),
    Case(
        "two columns that can both be the date",
        one_row(HEADER + ";Rechnungsdatum", ROW + ";30.10.2026"),
        [{"document_date": date(2026, 10, 30)}],
        ["column:date"],
        said(columns={"date": "Rechnungsdatum"}),
    ),
    Case(
        "two columns of the same name",
        one_row(HEADER + ";Menge", ROW + ";3"),
        [{"quantity": Decimal(3)}],
        ["column:quantity"],
        said(columns={"quantity": "#8"}),
    ),
    Case(
        "an unknown name for a column",
        one_row(HEADER.replace("Menge", "Bewegung"), ROW),
        [{"quantity": Decimal(2)}],
        ["column:quantity"],
        said(columns={"quantity": "Bewegung"}),
    ),
    Case(
        "a column whose head is empty",
        one_row(HEADER.replace("Menge", ""), ROW),
        [{"quantity": Decimal(2)}],
        ["column:quantity"],
        said(columns={"quantity": "#6"}),
    ),
    Case(
        "a net amount beside a gross one",
        one_row(HEADER.replace("Netto", "Betrag;Nettobetrag"), "1;R1;1;31.10.2026;A;2;2,98;2,50"),
        [{"net": Decimal("2.5")}],
    ),
    Case(
        "names of columns in capitals, with dots and spaces",
        as_csv(
            table([" KUNDEN - NR. ", "KUNDE", "Beleg-Nr", "POS.", "BELEG DATUM", "Art.-Nr.", "MENGE", "NETTO (EUR)"])
        ),
        ROWS,
    ),
    Case(
        "a plus in front of a text, made harmless by a spreadsheet's habit",
        one_row(HEADER + ";Kunde", ROW + ";'+49 Systeme"),
        [{"customer_name": "+49 Systeme"}],
    ),
    Case(
        "every wrong cell of every row is told",
        one_row(HEADER, "1;R1;1;31.13.2026;A;viele;2,505", ROW, ";R2;;31.10.2026;;1;1,50"),
        problems=[
            (2, "Datum", "31.13.2026"),
            (2, "Menge", "viele"),
            (2, "Netto", "2,505"),
            (4, "Kundennummer", ""),
            (4, "Artikelnummer", ""),
            (4, "Pos", ""),
        ],
    ),
    Case("the same row twice stays two rows", as_csv([*TABLE, TABLE[-1]]), [*ROWS, ROWS[-1]]),
    Case(
        "names that are longer than anybody needs are cut",
        one_row(HEADER + ";Kunde", ROW + ";" + "x" * 300),
        [{"customer_name": "x" * 200}],
    ),
]
