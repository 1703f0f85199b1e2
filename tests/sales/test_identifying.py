"""Whom and what a report's rows mean: customers by number and VAT id, articles by number, GTIN and what people said."""

from __future__ import annotations

import pytest

from common.access import Actor
from programs.models import Product
from sales.matching import dismiss_customer
from sales.models import ArticleNumber, CustomerNumber, SaleLine, WaitingRow
from tests.sales.sending import figures, send
from tests.world import World

HEADER = (
    "Kundennummer;USt-IdNr;Kunde;PLZ;Ort;Belegnummer;Position;Belegdatum;Artikelnummer;EAN;Lieferantenartikelnummer;"
    "Bezeichnung;Menge;Netto"
)


def sheet(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def row(
    *,
    customer: str = "K-1",
    vat_id: str = "",
    article: str = "21HM",
    gtin: str = "",
    own: str = "",
    document: str = "RE-1",
) -> str:
    who = f"{customer};{vat_id};Wer auch immer;01067;Dresden"
    return f"{who};{document};1;02.11.2026;{article};{gtin};{own};Laptop;1;1000,00"


@pytest.fixture
def reseller_with_vat_id(world: World) -> World:
    world.reseller.vat_id = "DE 123.456.789"
    world.reseller.save()
    return world


def test_an_unknown_number_with_a_partners_vat_id_is_that_partner_and_stays_it(reseller_with_vat_id: World) -> None:
    world = reseller_with_vat_id
    assert figures(send(world, sheet(row(customer="K-50", vat_id="de123456789")))) == (1, 1, 0, 0)
    known = CustomerNumber.objects.get(number="K-50")
    assert (known.partner, known.source) == (world.reseller, "vat_id")
    assert figures(send(world, sheet(row(customer="K-50", document="RE-2")))) == (1, 1, 0, 0)


def test_a_number_that_was_said_to_be_somebody_else_is_not_changed_by_a_vat_id(reseller_with_vat_id: World) -> None:
    world = reseller_with_vat_id
    CustomerNumber.objects.create(
        vendor=world.vendor, distributor=world.distributor, number="K-51", partner=world.rival
    )
    send(world, sheet(row(customer="K-51", vat_id="DE123456789")))
    assert SaleLine.objects.get(document_number="RE-1").partner == world.rival


def test_partners_of_other_vendors_are_not_found_by_vat_id(world: World) -> None:
    world.rival.vat_id = "DE999999999"
    world.rival.save()
    assert figures(send(world, sheet(row(customer="K-52", vat_id="DE999999999")))) == (1, 0, 1, 0)


def test_two_vat_ids_under_one_number_match_nobody(reseller_with_vat_id: World) -> None:
    rows = [row(customer="K-53", vat_id="DE123456789"), row(customer="K-53", vat_id="DE111111111", document="RE-2")]
    assert figures(send(reseller_with_vat_id, sheet(*rows))) == (2, 0, 2, 0)


def test_a_dismissed_customer_is_not_brought_back_by_its_vat_id(reseller_with_vat_id: World) -> None:
    world = reseller_with_vat_id
    send(world, sheet(row(customer="K-54")))
    dismiss_customer(
        actor=Actor.of(world.channel_manager), vendor=world.vendor, distributor=world.distributor, number="K-54"
    )
    send(world, sheet(row(customer="K-54", vat_id="DE123456789", document="RE-2")))
    assert WaitingRow.objects.get(document_number="RE-2").state == "dismissed"


def test_an_article_is_found_by_its_gtin(world: World) -> None:
    world.topseller.gtin = "4006381333931"
    world.topseller.save()
    send(world, sheet(row(article="UNSER-NOTEBOOK", gtin="04006381333931")))
    assert SaleLine.objects.get(document_number="RE-1").product == world.topseller


def test_an_article_is_found_by_what_a_person_said_of_the_distributors_number(world: World) -> None:
    ArticleNumber.objects.create(
        vendor=world.vendor, distributor=world.distributor, number="A-4711", product=world.topseller
    )
    send(world, sheet(row(article="", own="A-4711"), row(article="A-4711", document="RE-2")))
    assert set(SaleLine.objects.filter(document_number__startswith="RE-").values_list("product", flat=True)) == {
        world.topseller.pk
    }


def test_an_article_that_lost_its_leading_zeros_is_found_where_only_one_can_be_meant(world: World) -> None:
    product = Product.objects.create(vendor=world.vendor, article="0004711", name="Kabel")
    send(world, sheet(row(article="4711")))
    assert SaleLine.objects.get(document_number="RE-1").product == product
    Product.objects.create(vendor=world.vendor, article="04711", name="Anderes Kabel")
    assert figures(send(world, sheet(row(article="4711", document="RE-2")))) == (1, 0, 1, 0)


def test_what_the_report_says_of_an_unknown_customer_is_kept_for_the_person_who_matches(world: World) -> None:
    send(world, sheet(row(customer="K-55", vat_id="ATU12345678", article="NEU", gtin="4006381333931", own="L-1")))
    waiting = WaitingRow.objects.get(customer_number="K-55")
    assert (waiting.customer_vat_id, waiting.customer_postcode, waiting.customer_city) == (
        "ATU12345678",
        "01067",
        "Dresden",
    )
    assert (waiting.gtin, waiting.distributor_article, waiting.article_name) == ("4006381333931", "L-1", "Laptop")
