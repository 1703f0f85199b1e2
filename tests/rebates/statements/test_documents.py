"""What stands on paper besides words: colours, the account that is paid; and a payment with documents of two kinds."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from PIL import Image

from common.access import Actor
from common.periods import Period
from programs.models import Product
from rebates.documents.statement_pdf import pictures
from rebates.models import Letterhead, Statement
from rebates.statements.reading import Damaged, take
from tests.owner import without_triggers
from tests.rebates.payments.paying import Q3, Finance, close, exported, owed_120
from tests.rebates.statements.reading import made, sheet, text_of
from tests.world import NOW, TODAY, World, publish, sell

SERVICES = """
code: services
period: quarter
counts: units
products: topsellers
stack: true
document: self_billed_invoice
rates:
  silver: {21HM: 4.00}
  gold: {21HM: 4.00}
"""
RED, GREEN = (0x8A, 0x1C, 0x2B), (0x10, 0x90, 0x20)


@pytest.fixture
def statement(world: World, finance: Finance) -> Statement:
    owed_120(world, finance)
    exported(world, finance)
    [found] = made()
    return found


def colours(page: bytes) -> dict[tuple[int, ...], int]:
    """How many pixels of the page have each colour."""
    found = Image.open(io.BytesIO(page)).convert("RGB").getcolors(1 << 24)
    assert found is not None
    return {colour: count for count, colour in found}  # type: ignore[misc]


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_pages_have_the_vendors_colour_and_its_logo(statement: Statement, language: str) -> None:
    plain = colours(pictures(sheet(statement.payment, language))[0])
    assert RED not in plain
    assert GREEN not in plain
    logo = io.BytesIO()
    Image.new("RGB", (300, 100), GREEN).save(logo, "PNG")
    Letterhead.objects.create(vendor=statement.vendor, colour="#8A1C2B", logo=logo.getvalue())
    first, last = pictures(sheet(statement.payment, language))
    assert colours(first)[RED] > 100
    assert colours(first)[GREEN] > 1000
    assert colours(last)[RED] > 100, "further pages are the vendor's, too"


def test_the_account_is_told_by_its_ends_alone(statement: Statement) -> None:
    text, iban = text_of(statement.content), statement.payment.iban
    assert f"{iban[:4]} •••• •••• {iban[-4:]}, {statement.payment.holder}" in text
    assert iban not in text.replace(" ", "")


def test_articles_that_vendors_name_do_not_make_an_invoice_of_it(world: World, finance: Finance) -> None:
    Product.objects.filter(pk=world.topseller.pk).update(name="Gutschriften-Paket")
    owed_120(world, finance)
    with transaction.atomic():
        sell(world.reseller, world.topseller, Q3.start, "1", None, distributor=world.distributor, document="R-LATE")
    close(world, Period.parse("2026Q4"), today=TODAY + timedelta(days=60))
    exported(world, finance)
    [statement] = made()
    text = text_of(statement.content)
    assert "R-LATE: 21HM Korrekturen-Paket: 1 unit" in text, "what an adjustment comes from"
    assert "21HM Korrekturen-Paket 24" in text, "the annex"
    assert "gutschrift" not in text.lower()


def test_a_payment_of_two_kinds_has_a_document_for_each_and_both_add_up_to_it(world: World, finance: Finance) -> None:
    publish(world.program, SERVICES, "Services")
    owed_120(world, finance)
    exported(world, finance)
    bonus, services = sorted(made(), key=lambda each: each.number)
    number = f"{bonus.payment.run.number}-{world.reseller.number}"
    assert (bonus.number, services.number) == (f"BS-{number}", f"SS-{number}")
    assert (bonus.amount, services.amount) == (Decimal("120.00"), Decimal("96.00"))
    assert bonus.payment == services.payment
    assert bonus.payment.amount == Decimal("216.00")
    of_bonus, of_services = text_of(bonus.content), text_of(services.content)
    assert "In the other document about this payment €96.00" in of_bonus
    assert "In the other document about this payment €120.00" in of_services
    assert "VAT contained" in of_bonus
    assert "It is no invoice." in of_services
    assert "VAT contained" not in of_services


def test_bytes_that_are_not_those_that_were_made_are_given_to_nobody(statement: Statement, world: World) -> None:
    with without_triggers("rebates_statement") as cursor:
        cursor.execute("UPDATE rebates_statement SET content = content || 'x'::bytea")
    statement.refresh_from_db()
    with pytest.raises(Damaged):
        take(statement=statement, actor=Actor.of(world.reseller_owner), now=NOW)
