"""Whatever a record says, written in any syntax it is read as the same record."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Invoice, Line, LineKind, Party, Preceding, Totals
from sales.readers.invoices.values import tidy
from tests.sales.invoices.reading_samples import SYNTAXES

_signs = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Cn", "Co"])
_texts = st.text(_signs, min_size=1, max_size=40).map(tidy).filter(bool)
_ids = st.text(string.ascii_letters + string.digits + " -/._ÄÖÜß&<>\"'", min_size=1, max_size=30).map(tidy).filter(bool)
_maybe = st.none() | _texts
_maybe_id = st.none() | _ids
_numbers = st.decimals(-(10**9), 10**9, places=4, allow_nan=False) | st.decimals(
    -(10**9), 10**9, places=2, allow_nan=False
)
_amounts = st.decimals(0, 10**9, places=2)
_positive = st.none() | st.decimals("0.01", 10**4, places=2)
_days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
_serials = st.lists(_ids.filter(lambda text: len(text) > 2), max_size=4, unique=True).map(tuple)


@st.composite
def _parties(draw: st.DrawFn) -> Party:
    gln = draw(st.none() | st.from_regex("[0-9]{13}", fullmatch=True))
    others = [number for number in draw(st.lists(_ids, max_size=3, unique=True)) if number != gln]
    return Party(
        name=draw(_texts),
        vat_id=draw(_maybe_id),
        gln=gln,
        ids=(gln, *others) if gln else tuple(others),
        postcode=draw(_maybe_id),
        country=draw(st.none() | st.sampled_from(["DE", "AT", "FR"])),
    )


@st.composite
def _preceding(draw: st.DrawFn) -> Preceding:
    return Preceding(draw(_ids), draw(st.none() | _days), draw(_maybe_id))


@st.composite
def _lines(draw: st.DrawFn, number: str, parent: str | None, kind: LineKind) -> Line:
    return Line(
        id=number,
        kind=kind,
        quantity=draw(_numbers),
        unit=draw(st.sampled_from(["H87", "C62", "XPP", "MTR"])),
        net=draw(st.none() | _numbers),
        price=draw(st.none() | _numbers),
        price_base_quantity=draw(_positive),
        name=draw(_maybe),
        seller_article=draw(_maybe_id),
        buyer_article=draw(_maybe_id),
        standard_id=draw(_maybe_id),
        serials=draw(_serials),
        parent=parent,
        allowances=draw(_amounts),
        charges=draw(_amounts),
        preceding=tuple(dict.fromkeys(draw(st.lists(_preceding(), max_size=2)))),
    )


@st.composite
def _invoices(draw: st.DrawFn) -> Invoice:
    lines: list[Line] = []
    for place in range(1, draw(st.integers(0, 4)) + 1):
        parts = draw(st.integers(0, 2))
        lines.append(draw(_lines(f"{place}", None, LineKind.GROUP if parts else LineKind.DETAIL)))
        lines += [draw(_lines(f"{place}.{part}", f"{place}", LineKind.DETAIL)) for part in range(1, parts + 1)]
    amounts: dict[str, Any] = {
        name: draw(st.none() | _numbers) for name in ("lines_net", "net", "gross", "due", "vat", "prepaid", "rounding")
    }
    return Invoice(
        number=draw(_ids),
        type_code=draw(st.sampled_from(["380", "381", "384", "326"])),
        issue_date=draw(_days),
        currency=draw(st.sampled_from(["EUR", "CHF", "PLN"])),
        seller=draw(_parties()),
        buyer=draw(_parties()),
        totals=Totals(**amounts, allowances=draw(_amounts), charges=draw(_amounts)),
        lines=tuple(lines),
        preceding=tuple(dict.fromkeys(draw(st.lists(_preceding(), max_size=3)))),
        profile=draw(_maybe_id),
    )


@pytest.mark.parametrize("syntax", SYNTAXES)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(invoice=_invoices())
def test_a_record_is_read_as_it_was_written(syntax: str, invoice: Invoice) -> None:
    write: Callable[[Invoice], bytes] = SYNTAXES[syntax]
    read = read_xml(write(invoice))
    assert replace(read, warnings=()) == replace(invoice, syntax=syntax)


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60), min_size=3, max_size=3)
)
def test_any_text_in_any_field_ends_in_a_record_or_a_refusal(syntax: str, texts: list[str]) -> None:
    """Nothing but `Refused` ever comes out of the reader, whatever stands in the fields of amounts, days and names."""
    written = SYNTAXES[syntax](_FRAME)
    for place, text in zip(("1799.00", "2026-08-15" if syntax == "ubl" else "20260815", "H87"), texts, strict=True):
        shown = "".join(sign for sign in text if sign >= " " and sign not in "\ufffe\uffff")
        escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        written = written.replace(place.encode(), escaped.encode())
    read = read_xml(written)
    assert read.number == _FRAME.number


_FRAME = Invoice(
    number="1",
    type_code="380",
    issue_date=date(2026, 8, 15),
    currency="EUR",
    seller=Party(name="A"),
    buyer=Party(name="B"),
    totals=Totals(lines_net=Decimal("1799.00")),
    lines=(Line("1", LineKind.DETAIL, Decimal(1), "H87", Decimal("1799.00")),),
)
