"""Serial numbers: wherever the schemas have them, and in texts only where they are clearly named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sales.readers.invoices import serials
from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Invoice
from tests.sales.invoices.reading_samples import exchanged
from tests.sales.invoices.samples import cii, line, sample, totalled, ubl, zugferd1


@pytest.mark.parametrize(
    "name",
    [
        "Serial number", "serial-no.", "S/N", "SN", "Serial Nr", "SERIALNUMBER", "Seriennummer", "Serien-Nr.",
        "Seriennummer(n)", "Gerätenummer", "Numéro de série", "N° de série", "Nº de serie", "Número de serie",
        "Numero di serie", "Matricola", "Serienummer", "Numer seryjny", "Sériové číslo", "Sorozatszám",
    ],
)  # fmt: skip
def test_names_of_serial_numbers_are_known_in_several_languages(name: str) -> None:
    assert serials.is_label(name)


@pytest.mark.parametrize(
    "name", ["Color", "Series", "Serie", "SNMP", "Bestellnummer", "MAC", "Charge", "Losnummer", "", "1"]
)
def test_other_attributes_are_none(name: str) -> None:
    assert not serials.is_label(name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Seriennummer: ABC1234", ["ABC1234"]),
        ("Telefon, Serien-Nr.: 04-13A2; 04-13A3 und 04-13A4. Garantie 2 Jahre", ["04-13A2", "04-13A3", "04-13A4"]),
        ("S/N: 000413A1 000413A2 000413A3 Lieferung 2026", ["000413A1", "000413A2", "000413A3"]),
        ("Serial numbers: A1B2C3, A1B2C4 Color: black", ["A1B2C3", "A1B2C4"]),
        ("SN=4711AB", ["4711AB"]),
        ("Serial number(s): X100, X101", ["X100", "X101"]),
        ("numéro de série : QW123 et QW124", ["QW123", "QW124"]),
        ("Seriennummer: A1111 Seriennummer: A2222", ["A1111", "A2222"]),
        ("SN: 12345678 2026-08-15", ["12345678"]),
        ("Seriennummer: siehe Lieferschein 4711", []),
        ("Seriennummer: 12", []),
        ("Seriennummer ABC1234", []),
        ("Telefon SN40 mit Netzteil", []),
        ("LESSN: 12345", []),
        ("PASSN 12345", []),
        ("Bestell-Nr.: 4711AB", []),
        ("Series: 7000", []),
    ],
)  # fmt: skip
def test_texts_give_serial_numbers_only_behind_a_clear_label(text: str, found: list[str]) -> None:
    assert serials.collected([], [], [text]) == tuple(found)


def test_all_places_together_give_each_number_once() -> None:
    found = serials.collected(["A1111", "A2222"], ["A2222, A3333", "one two"], ["SN: A3333, A4444"])
    assert found == ("A1111", "A2222", "A3333", "one two", "A4444")


def test_ubl_has_them_in_item_instances_attributes_notes_and_descriptions() -> None:
    bare = totalled(replace(sample(), lines=(line("1", "5", "10.00"),)))
    content = exchanged(
        ubl(bare),
        "<cac:Item>",
        "<cac:Delivery><cac:Shipment><cac:GoodsItem><cac:Item><cac:ItemInstance><cbc:SerialID>AA05</cbc:SerialID>"
        "</cac:ItemInstance></cac:Item></cac:GoodsItem></cac:Shipment></cac:Delivery>"
        "<cbc:Note>S/N: AA01</cbc:Note><cac:Item><cbc:Description>Serial no.: AA02</cbc:Description>"
        "<cac:AdditionalItemProperty><cbc:Name>Seriennummer</cbc:Name><cbc:Value>AA03</cbc:Value></cac:AdditionalItemProperty>"
        "<cac:AdditionalItemProperty><cbc:Name>Farbe</cbc:Name><cbc:Value>AA99</cbc:Value></cac:AdditionalItemProperty>"
        "<cac:ItemInstance><cbc:SerialID>AA04</cbc:SerialID></cac:ItemInstance>",
    )
    invoice = read_xml(content)
    assert sorted(invoice.lines[0].serials) == ["AA01", "AA02", "AA03", "AA04", "AA05"]
    assert invoice.warnings == ()


@pytest.mark.parametrize("write", [cii, zugferd1])
def test_cii_has_them_in_product_instances_attributes_notes_and_descriptions(
    write: Callable[[Invoice], bytes],
) -> None:
    content = write(totalled(replace(sample(), lines=(line("1", "4", "10.00"),))))
    content = exchanged(
        content,
        "<ram:LineID>1</ram:LineID>",
        "<ram:LineID>1</ram:LineID><ram:IncludedNote><ram:Content>S/N: AA01</ram:Content></ram:IncludedNote>",
    )
    content = exchanged(
        content,
        "<ram:SpecifiedTradeProduct>",
        "<ram:SpecifiedTradeProduct><ram:Description>Serial no.: AA02</ram:Description>"
        "<ram:ApplicableProductCharacteristic><ram:Description>Seriennummer</ram:Description><ram:Value>AA03</ram:Value>"
        "</ram:ApplicableProductCharacteristic>"
        "<ram:IncludedReferencedProduct><ram:IndividualTradeProductInstance><ram:BatchID>C-1</ram:BatchID>"
        "<ram:SupplierAssignedSerialID>AA04</ram:SupplierAssignedSerialID></ram:IndividualTradeProductInstance>"
        "</ram:IncludedReferencedProduct>",
    )
    invoice = read_xml(content)
    assert sorted(invoice.lines[0].serials) == ["AA01", "AA02", "AA03", "AA04"]
    assert invoice.warnings == ()


def test_a_group_does_not_take_the_numbers_of_its_parts() -> None:
    group = line("1", "1", "10.00")
    part = replace(line("1.1", "1", "10.00", serials=("AA01",)), parent="1")
    invoice = read_xml(ubl(totalled(replace(sample(), lines=(group, part)))))
    assert [line.serials for line in invoice.lines] == [(), ("AA01",)]
