"""Whatever is changed in the input changes the record in that field and no other, or leaves a remark, or is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Invoice, Preceding, Refused
from tests.sales.invoices.changing import MEANINGS, Place, get, other, places, value_of, without
from tests.sales.invoices.public_files import PublicFile, needs_public_files, public_files
from tests.sales.invoices.reading_samples import SYNTAXES, in_each_syntax
from tests.sales.invoices.samples import sample, totalled

PLACES = int(os.environ.get("INVOICE_PLACES", "6"))
"""How many places of a public file are changed; with 100000 it is all of them and takes minutes."""
_UNREADABLE = {"number": ("1E3", "12,50", "x"), "day": ("2026-02-30", "20261301", "x")}


def _full() -> Invoice:
    """A sample in which every field says something."""
    first, second = sample().lines
    earlier = (Preceding("RE-1", date(2026, 7, 1)),)
    first = replace(first, buyer_article="B-1", allowances=Decimal("9.00"), charges=Decimal("4.00"), preceding=earlier)
    first = replace(first, net=Decimal("894.00"), price_base_quantity=Decimal(1))
    totals = replace(sample().totals, charges=Decimal("12.00"), rounding=Decimal("0.01"))
    return totalled(replace(sample(), lines=(first, second), totals=totals, preceding=earlier))


@in_each_syntax
def test_every_place_of_a_sample_that_is_changed_shows(write: Callable[[Invoice], bytes]) -> None:
    root = etree.fromstring(write(_full()))
    assert not read_xml(etree.tostring(root)).warnings
    for place in list(places(root, "EUR")):
        _change(root, place)


def test_the_sample_has_a_place_for_every_field_of_ubl_and_cii() -> None:
    """Otherwise the test above would pass over fields in silence."""
    fields = {field for paths in MEANINGS.values() for field in paths.values()} - {""}
    for write in SYNTAXES.values():
        found = {place.field for place in places(etree.fromstring(write(_full())), "EUR")}
        assert found - {""} == fields


@needs_public_files
@pytest.mark.parametrize("file", public_files(), ids=str)
def test_places_of_a_public_invoice_that_are_changed_show(file: PublicFile) -> None:
    root = etree.fromstring(file.xml(), etree.XMLParser(remove_comments=True, remove_pis=True))
    every = list(places(root, read_xml(file.xml()).currency))
    step = max(1, len(every) // PLACES)
    for place in every[len(file.name) % step :: step]:
        _change(root, place)


def _change(root: etree._Element, place: Place) -> None:
    before, written = read_xml(etree.tostring(root)), place.text
    try:
        if place.text.strip():
            _change_to(root, place, before, other(place))
        for text in _UNREADABLE.get(place.kind, ()):
            place.text = text
            read = read_xml(etree.tostring(root))
            assert set(read.warnings) - set(before.warnings), (place.field, text)
            if place.field:
                assert without(read, place) == without(before, place)
                # Stated sums have the single amounts to fall back on, earlier invoices their number.
                if place.field not in {"totals.allowances", "totals.charges", "preceding"}:
                    assert get(read, place) is None, (place.field, text)
    finally:
        place.text = written


def _change_to(root: etree._Element, place: Place, before: Invoice, text: str) -> None:
    place.text = text
    try:
        read = read_xml(etree.tostring(root))
    except Refused:
        return
    told = set(read.warnings) - set(before.warnings)
    if not place.field:
        assert told or read != before, (etree.QName(place.element).localname, text)
        return
    assert without(read, place) == without(before, place), (place.field, text)
    value, new = value_of(place, text), get(read, place)
    if place.field in {"lines.serials", "lines.preceding", "preceding"}:
        assert told or new != get(before, place), place.field
    elif place.kind == "currency":
        assert told, place.field
        assert new is None, place.field
    else:
        assert told or new == value, (place.field, text, new)
