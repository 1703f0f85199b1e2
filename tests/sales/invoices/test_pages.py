"""Pages as text and as pictures, as much as a person needs."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from sales.readers.invoices.page_pictures import page_picture
from sales.readers.invoices.pages import MOST_CHARACTERS, MOST_PAGES, read_text
from sales.readers.invoices.pictures import LONGEST_SIDE
from sales.readers.invoices.record import Refused
from tests.sales.invoices.hostile_pdf import without_pages
from tests.sales.invoices.pdfs import pdf, shown


def of_pages(count: int) -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    kids = b" ".join(b"%d 0 R" % number for number in range(10, 10 + count))
    return pdf(
        {2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), **dict.fromkeys(range(10, 10 + count), page)},
        content=shown("eine Seite"),
    )


def test_text_is_read_page_by_page() -> None:
    said = read_text(of_pages(3))
    assert (said.text, said.count, said.complete) == ("eine Seite\feine Seite\feine Seite", 3, True)


def test_umlauts_and_the_euro_are_text() -> None:
    assert read_text(pdf(content=shown("Büro für 5 €"))).text == "Büro für 5 €"


def test_a_hyphen_at_the_end_of_a_line_is_read_as_it_stands() -> None:
    assert read_text(pdf(content=shown("Nummer RE-AB-", "CD vom"))).text == "Nummer RE-AB-\nCD vom"


def test_so_many_pages_are_read_and_no_more() -> None:
    said = read_text(of_pages(MOST_PAGES + 10))
    assert (said.text.count("Seite"), said.count, said.complete) == (MOST_PAGES, MOST_PAGES, False)


def test_so_much_text_is_read_and_no_more() -> None:
    said = read_text(pdf(content=b"BT /F1 1 Tf 1 TL 9 800 Td " + b"(0123456789) Tj T* " * 30_000 + b"ET"))
    assert len(said.text) < MOST_CHARACTERS
    assert not said.complete


def test_signs_that_nobody_sees_are_left_out() -> None:
    text = read_text(pdf(content=shown("a\x00b\x07c\xadd"))).text
    assert [sign for sign in text if not sign.isprintable()] == []


def test_a_pdf_without_pages_is_refused() -> None:
    with pytest.raises(Refused):
        read_text(without_pages())


def test_a_page_is_drawn_on_white() -> None:
    picture = Image.open(io.BytesIO(page_picture(pdf(), 0)))
    assert picture.size == (1190, 1684)
    assert picture.getpixel((1000, 1500)) == (255, 255, 255)
    assert min(picture.convert("L").tobytes()) < 100


def test_a_landscape_page_lies() -> None:
    width, height = Image.open(io.BytesIO(page_picture(pdf(page=b"/Rotate 90"), 0))).size
    assert width > height


@pytest.mark.parametrize("box", [b"[0 0 1000000000 1000000000]", b"[0 0 14400 14400]", b"[0 0 100000 10]"])
def test_a_huge_page_is_drawn_smaller(box: bytes) -> None:
    assert max(Image.open(io.BytesIO(page_picture(pdf(page=b"/MediaBox" + box), 0))).size) == LONGEST_SIDE
