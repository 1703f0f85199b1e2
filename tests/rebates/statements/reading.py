"""Statements made and read back: the text of the PDF, its pages as pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import override
from PIL import Image
from pypdf import PdfReader

from rebates.documents.statement_pdf import Sheet
from rebates.models import Payment, Statement
from rebates.statements.covered import covered_by
from rebates.statements.facts import facts_of
from rebates.statements.making import make_statements
from rebates.statements.words import Paper, sheet_of
from tests.world import NOW


def made(now: datetime = NOW) -> list[Statement]:
    """Everything that waits, made; the latest statements last."""
    before = set(Statement.objects.values_list("pk", flat=True))
    make_statements(now=now, chunk=2, go_on=lambda: True)
    return list(Statement.objects.exclude(pk__in=before).order_by("pk"))


def pages_of(content: bytes | memoryview) -> Iterator[str]:
    """All words of each page, with single blanks."""
    for page in PdfReader(io.BytesIO(bytes(content))).pages:
        yield " ".join(page.extract_text().split()).replace("\u200b", "").replace("\u00a0", " ")


def text_of(content: bytes | memoryview) -> str:
    """All words of the PDF."""
    return " ".join(pages_of(content))


def text_before(end: str, content: bytes | memoryview) -> str:
    """All words that stand before these; the pages after them are not read, which takes long."""
    text = ""
    for page in pages_of(content):
        text = f"{text} {page}".strip()
        if end in text:
            break
    return text.partition(end)[0]


def sheet(payment: Payment, language: str, number: str = "BS-1") -> Sheet:
    covered = covered_by(payment)
    facts = facts_of(payment, covered=covered, document=Statement.Document.BONUS)
    with override(language):
        return sheet_of(facts, Paper(number, NOW))


def ink(page: bytes) -> float:
    """The share of a page's pixels that are darker than paper."""
    picture = Image.open(io.BytesIO(page)).convert("L")
    counts = picture.histogram()
    return sum(counts[:200]) / sum(counts)
