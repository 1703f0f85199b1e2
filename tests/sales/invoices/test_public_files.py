"""Field by field against records that an independent stylesheet made of public invoices."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Invoice
from sales.readers.invoices.shown import as_document
from tests.sales.invoices.public_files import PublicFile, needs_public_files, public_files

_NUMBERS = {"quantity", "net", "price", "price_base_quantity", "lines_net", "gross", "due"}
_OF_SUB_LINES = {"name", "price", "price_base_quantity", "seller_article", "standard_id"}
EXPLAINED = {
    "en16931/cii__examples__CII_business_example_01.xml": {
        "lines[0].price_base_quantity": ("1498", "1273"),
        "lines[2].price_base_quantity": ("2.75", "2.48"),
    },
    "en16931/cii__examples__CII_example5.xml": {"lines[0].price_base_quantity": ("1.1", "1")},
}
"""What is expected and what is read where they differ; docs/invoice-reading.md says why."""

pytestmark = needs_public_files


@pytest.mark.parametrize("file", public_files(), ids=str)
def test_a_public_invoice_is_read_as_expected(file: PublicFile) -> None:
    invoice = read_xml(file.xml())
    read, expected = as_document(invoice), file.expected()
    _leave_out_what_the_stylesheet_loses(expected, read, invoice)
    assert dict(_differences(expected, read, "")) == EXPLAINED.get(str(file), {})


@pytest.mark.parametrize("name", EXPLAINED)
def test_where_another_value_is_read_a_person_is_asked(name: str) -> None:
    (file,) = (file for file in public_files() if str(file) == name)
    assert "repeated" in {remark.code for remark in read_xml(file.xml()).warnings}


def _leave_out_what_the_stylesheet_loses(expected: dict[str, Any], read: dict[str, Any], invoice: Invoice) -> None:
    """The stylesheet forgets the article and price of lines below lines of UBL; its authors have mended that since."""
    for line, own, record in zip(expected["lines"], read["lines"], invoice.lines, strict=True):
        if line["name"] is None and record.parent is not None and invoice.syntax == "ubl":
            for field in _OF_SUB_LINES:
                assert line[field] is None
                line[field] = own[field]


def _differences(expected: Any, read: Any, path: str) -> Iterator[tuple[str, tuple[Any, Any]]]:
    if isinstance(expected, dict):
        for name, value in expected.items():
            yield from _differences(value, read[name], f"{path}.{name}".lstrip("."))
    elif isinstance(expected, list):
        assert len(expected) == len(read), path
        for place, (value, own) in enumerate(zip(expected, read, strict=True)):
            yield from _differences(value, own, f"{path}[{place}]")
    elif not _same(expected, read, path.rpartition(".")[2]):
        yield path, (expected, read)


def _same(expected: str | None, read: str | None, name: str) -> bool:
    if name in _NUMBERS and expected is not None and read is not None:
        return Decimal(expected) == Decimal(read)
    return expected == read
