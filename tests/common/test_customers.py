"""Whether two end customers are one: pairs as people type them, and what must hold for every text."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.companies import OTHER_VAT_ID, SAME_POSTCODE, SAME_VAT_ID
from common.customers import Customer, compare_customers, keys
from common.customers.domains import own_domain
from common.customers.matching import SAME_DOMAIN, prepared, weigh
from tests.common.customer_pairs import DIFFERENT, SAME, customer

FIELDS = [field.name for field in fields(Customer)]


def cases(pairs: dict[str, list[tuple[str, str]]]) -> list[object]:
    return [pytest.param(one, other, id=f"{kind}: {one}") for kind, rows in pairs.items() for one, other in rows]


@pytest.mark.parametrize(("one", "other"), cases(SAME))
def test_one_customer_typed_twice_is_the_same(one: str, other: str) -> None:
    found = compare_customers(customer(one), customer(other))
    assert found.same, found


@pytest.mark.parametrize(("one", "other"), cases(DIFFERENT))
def test_two_customers_that_look_alike_are_different(one: str, other: str) -> None:
    found = compare_customers(customer(one), customer(other))
    assert not found.same, found
