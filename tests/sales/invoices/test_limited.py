"""What a caller gets of a file: data, refusal or pages to read, the text, the comparison, the pictures."""

from __future__ import annotations

import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from sales.readers.invoices.limited import Opened, open_file, read_file, render
from sales.readers.invoices.opening import FileKind
from sales.readers.invoices.record import Refused
from sales.readers.invoices.visible import Visible
from tests.sales.invoices.hostile import jpeg
from tests.sales.invoices.pdfs import NUMBER, attached, cii, hybrid, pdf, shown

pytestmark = pytest.mark.usefixtures("readers_started_anew")

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "zugferd"


def codes(opened: Opened) -> list[str]:
    return [remark.code for remark in opened.remarks]


def test_a_hybrid_has_data_text_and_a_comparison() -> None:
    opened = open_file(hybrid())
    assert opened.invoice is not None
    assert (opened.invoice.number, opened.invoice.totals.gross) == (NUMBER, Decimal("1234.56"))
    assert (opened.kind, opened.refusal, opened.pages) == (FileKind.PDF, None, 1)
    assert (opened.visible, opened.remarks) == (Visible.AGREES, ())
    assert opened.text.splitlines() == [f"Rechnung {NUMBER}", "1 Phone", "Gesamtbetrag 1.234,56 EUR"]


def test_a_hybrid_that_shows_something_else_says_so() -> None:
    opened = open_file(hybrid(content=shown("Rechnung RE-1", "Gesamtbetrag 99.999,00 EUR")))
    assert opened.invoice is not None
    assert (opened.visible, codes(opened)) == (Visible.DIFFERS, ["number_not_visible", "total_not_visible"])


def test_a_hybrid_of_pictures_has_nothing_to_compare() -> None:
    opened = open_file(hybrid(content=b""))
    assert (opened.visible, codes(opened)) == (Visible.NO_TEXT, ["no_visible_text"])


def test_data_alone_have_nothing_to_compare() -> None:
    opened = open_file(cii())
    assert opened.invoice is not None
    assert (opened.kind, opened.visible, opened.text, opened.pages) == (FileKind.XML, None, "", 0)


def test_a_pdf_without_data_is_for_a_person_who_reads_its_text() -> None:
    opened = open_file(pdf())
    assert (opened.invoice, opened.refusal, opened.visible, opened.pages) == (None, None, None, 1)
    assert "1.234,56" in opened.text


def test_a_photo_is_for_a_person() -> None:
    opened = open_file(jpeg())
    assert (opened.kind, opened.invoice, opened.refusal, opened.pages) == (FileKind.JPEG, None, None, 1)


def test_data_that_are_refused_refuse_the_file() -> None:
    opened = open_file(attached([("factur-x.xml", b"<Order/>")]))
    assert opened.refusal is not None
    assert (opened.kind, opened.refusal.code, opened.invoice) == (FileKind.PDF, "not_an_invoice", None)


def test_reading_gives_the_invoice_with_all_remarks() -> None:
    assert read_file(hybrid()).warnings == read_file(cii()).warnings
    differs = read_file(hybrid(content=shown("Rechnung RE-1")))
    assert {"number_not_visible", "total_not_visible"} <= {remark.code for remark in differs.warnings}


@pytest.mark.parametrize(
    ("content", "code"), [(pdf(), "no_data"), (jpeg(), "no_data"), (b"", "empty"), (b"x", "unknown_kind")]
)
def test_reading_what_carries_no_data_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_file(content)
    assert refusal.value.code == code


@pytest.mark.parametrize("content", [pdf(), jpeg()], ids=["pdf", "jpeg"])
def test_pages_are_drawn(content: bytes) -> None:
    assert Image.open(io.BytesIO(render(content, 0))).format == "JPEG"


@pytest.mark.parametrize(("content", "page"), [(pdf(), 1), (pdf(), -1), (jpeg(), 1), (cii(), 0)])
def test_pages_that_are_not_there_are_refused(content: bytes, page: int) -> None:
    with pytest.raises(Refused) as refusal:
        render(content, page)
    assert refusal.value.code == "no_such_page"


def test_a_caller_loads_none_of_the_libraries_that_parse() -> None:
    program = "import sys, sales.readers.invoices.limited; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"lxml", "pikepdf", "pypdfium2", "PIL", "django"}.isdisjoint(loaded)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_public_examples_agree_with_their_pages() -> None:
    """Two of the forty are known to show another invoice than they carry."""
    opened = {file.name: open_file(file.read_bytes()) for file in CORPUS.glob("*.pdf")}
    assert len(opened) == 40
    assert all(one.invoice for one in opened.values())
    assert {name for name, one in opened.items() if one.visible is not Visible.AGREES} == {
        "Mustangproject__MustangGnuaccountingBeispielRE-20201121_508_withBOM.pdf",
        "PHP_@gpFacturX__sample_inofficial_20190125_atgp_factur-x_v_1_0.pdf",
    }
