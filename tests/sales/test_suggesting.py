"""Suggestions: which partner a customer and which product an article may be, and why."""

from __future__ import annotations

from typing import Any

from common.companies import Company
from programs.models import Product
from sales.suggesting import customer_of, suggest_partners, suggest_products
from tests.sales.matching_world import make_other, manager_of, waits
from tests.world import World


def partners(world: World, customer: Company) -> list[tuple[str, list[str]]]:
    found = suggest_partners(vendor=world.vendor, actor=manager_of(world), customer=customer)
    return [(each.candidate.name, [reason.text for reason in each.reasons]) for each in found]


def test_the_likeliest_partner_comes_first_with_the_reasons_in_words(world: World) -> None:
    make_other(world, "Elbtal Computer KG", "8Y8Y8Y8Y")
    make_other(world)
    assert partners(world, Company("ELBTAL SYSTEMHAUS", city="Dresden")) == [
        ("Elbtal Systemhaus GmbH", ["same name", "same city"]),
        ("Elbtal Computer KG", ["similar name", "same city"]),
    ]


def test_a_vat_id_finds_a_partner_whatever_its_name(world: World) -> None:
    world.reseller.vat_id = "DE 123 456 789"
    world.reseller.save()
    row = waits(world, "R-9", customer_name="Ganz anders", customer_vat_id="DE123456789")
    assert partners(world, customer_of(row)) == [("Elbtal Systemhaus GmbH", ["same VAT id"])]


def test_partners_of_another_vendor_are_not_suggested(world: World) -> None:
    assert partners(world, Company(world.rival.name)) == []


def products(world: World, **said: Any) -> list[tuple[str, list[str]]]:
    row = waits(world, "R-9", **{"article": "X", **said})
    found = suggest_products(vendor=world.vendor, row=row)
    return [(each.candidate.article, [reason.text for reason in each.reasons]) for each in found]


def test_products_are_suggested_by_gtin_number_and_name(world: World) -> None:
    Product.objects.create(vendor=world.vendor, article="TC-NEO50", name="ThinkCentre Neo 50", gtin="4012345678901")
    assert products(world, gtin="04012345678901") == [("TC-NEO50", ["same GTIN"])]


def test_a_number_written_otherwise_is_recognised(world: World) -> None:
    Product.objects.create(vendor=world.vendor, article="TC-NEO50", name="ThinkCentre Neo 50")
    assert products(world, article="tc neo 50")[0] == ("TC-NEO50", ["same article number but for its signs"])


def test_a_number_with_a_prefix_of_the_distributor_is_recognised(world: World) -> None:
    Product.objects.create(vendor=world.vendor, article="TC-NEO50", name="ThinkCentre Neo 50")
    assert products(world, article="LEN-TCNEO50")[0] == ("TC-NEO50", ["one article number contains the other"])


def test_a_name_finds_a_product(world: World) -> None:
    assert products(world, article="880001", article_name="Lenovo ThinkPad T14 Notebook") == [
        ("21HM", ["similar name"])
    ]


def test_products_of_another_vendor_and_of_another_kind_are_not_suggested(world: World) -> None:
    assert products(world, article="9105", article_name="Power S1022") == []


def test_a_number_of_the_same_family_is_another_product(world: World) -> None:
    Product.objects.create(vendor=world.vendor, article="D785", name="Telefon")
    assert products(world, article="D765") == []
