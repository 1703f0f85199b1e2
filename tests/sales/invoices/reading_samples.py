"""Shared by the tests of reading: all syntaxes, remarks by their codes, and texts exchanged in bytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Invoice, Refused
from tests.sales.invoices.samples import cii, ubl, zugferd1

SYNTAXES: dict[str, Callable[[Invoice], bytes]] = {"ubl": ubl, "cii": cii, "zugferd1": zugferd1}
in_each_syntax = pytest.mark.parametrize("write", SYNTAXES.values(), ids=SYNTAXES)


def codes(invoice: Invoice) -> list[str]:
    return [remark.code for remark in invoice.warnings]


def exchanged(content: bytes, old: str, new: str) -> bytes:
    """`content` with one text in place of another, which must be there."""
    assert old.encode() in content, f"{old} is not in the sample"
    return content.replace(old.encode(), new.encode())


def refusal(content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        read_xml(content)
    return caught.value
