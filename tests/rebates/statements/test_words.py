"""Statements of payments: what they say about tax, and in which words."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import transaction
from pypdf import PdfReader

from common.periods import Period
from partners.bookkeeping import Status
from partners.models import Partner
from partners.services import record_seat, record_tax_status
from programs.models import Product
from rebates.documents.statement_pdf import pictures
from rebates.models import PaymentRun, StatementFailure
from tests.rebates import adjusting
from tests.rebates.payments.paying import (
    Finance,
    close,
    exported,
    has_account,
    owed_120,
    pays,
)
from tests.rebates.statements.reading import ink, made, sheet, text_of
from tests.rebates.statements.test_making import Q4
from tests.world import NOW, START, TODAY, World, sell


@pytest.fixture
def run(world: World, finance: Finance) -> PaymentRun:
    """120.00 for the third quarter, given to the bank."""
    owed_120(world, finance)
    return exported(world, finance)


def german(world: World) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(
        language="de", street="Hauptstraße 12", postcode="01067", vat_id="DE123456789"
    )


# --- tax -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("run")
def test_a_small_business_sees_no_vat(world: World) -> None:
    record_tax_status(partner=world.reseller, status=Status.SMALL_BUSINESS, on=START)
    [statement] = made()
    text = text_of(statement.content)
    assert "§ 19 UStG" in text
    assert "VAT contained" not in text


@pytest.mark.usefixtures("run")
def test_who_became_a_small_business_after_the_period_still_sees_the_vat(world: World) -> None:
    record_tax_status(partner=world.reseller, status=Status.SMALL_BUSINESS, on=Q4.start)
    [statement] = made()
    assert "€19.16" in text_of(statement.content)


@pytest.mark.usefixtures("run")
def test_a_partner_abroad_sees_no_german_vat(world: World) -> None:
    record_seat(partner=world.reseller, country="AT", on=START)
    [statement] = made()
    text = text_of(statement.content)
    assert "registered in Austria: no German VAT" in text
    assert "VAT contained" not in text


# --- words -----------------------------------------------------------------------------------------------------------


def test_the_german_document_is_no_gutschrift_whatever_somebody_typed(world: World, finance: Finance) -> None:
    german(world)
    pays(world.vendor)
    has_account(world.reseller, world.vendor, finance.bookkeeper)
    close(world)
    adjusting.booked(world, "10.00", reason="Gutschrift für die GUTSCHRIFTEN des Frühjahrs")
    exported(world, finance)
    [statement] = made()
    text = text_of(statement.content)
    assert "gutschrift" not in text.lower()
    assert "Korrektur für die Korrekturen des Frühjahrs" in text or "Korrektur für die KorrekturEN" in text
    assert statement.language == "de"


def test_it_is_none_either_where_a_product_is_called_so(world: World, finance: Finance) -> None:
    german(world)
    pays(world.vendor)
    has_account(world.reseller, world.vendor, finance.bookkeeper)
    Product.objects.filter(pk=world.topseller.pk).update(name="Gutschrift-Drucker")
    close(world)
    with transaction.atomic():
        sell(
            world.reseller, world.topseller, Period.parse("2026Q3").start, "1", None, distributor=world.distributor,
            document="R-LATE",
        )  # fmt: skip
    close(world, Q4, today=TODAY + timedelta(days=60), now=NOW)
    exported(world, finance)
    [statement] = made()
    text = text_of(statement.content)
    assert "Drucker" in text
    assert "R-LATE:" in text
    assert "gutschrift" not in text.lower()


@pytest.mark.usefixtures("run")
def test_the_german_document_says_everything_in_german(world: World) -> None:
    german(world)
    [statement] = made()
    text = text_of(statement.content)
    for words in (
        "Bonusabrechnung BS-1-", "120,00 €", "30.11.2026", "Seite 1 von 2", "Buchhaltung", "01067 Dresden",
        "Ihre USt-IdNr. DE123456789", "Enthaltene USt.", "19,16 €", "Saldo nach der vorigen Zahlung", "3. Quartal 2026",
        "Der Bonus mindert das Entgelt für Ihre Einkäufe (§ 17 UStG).",
    ):  # fmt: skip
        assert words in text, words
    for words in ("Payment", "Summary", "Bookkeeping", "Amount"):
        assert words not in text, words


@pytest.mark.usefixtures("run")
def test_what_people_typed_is_never_read_as_typst(world: World) -> None:
    hostile = '#panic()[*$\\ `#sys` ${x} <a> @b // /* "q" #{1+1}'
    Partner.objects.filter(pk=world.reseller.pk).update(name=hostile, street="= Heading", city='#import "x"')
    [statement] = made()
    text = text_of(statement.content)
    assert " ".join(hostile.split()) in text
    assert "= Heading" in text
    assert not StatementFailure.objects.exists()


@pytest.mark.usefixtures("run")
def test_a_name_in_signs_that_no_font_has_makes_a_document_all_the_same(world: World) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(name="漢字 😀 Handels GmbH " + "x" * 150)
    [statement] = made()
    assert "Handels GmbH" in text_of(statement.content)


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("language", ["de", "en"])
def test_no_page_is_blank(world: World, language: str) -> None:
    [statement] = made()
    pages = pictures(sheet(statement.payment, language))
    assert len(pages) == len(PdfReader(io.BytesIO(bytes(statement.content))).pages)
    assert all(ink(page) > 0.003 for page in pages)
