"""The end customer of a deal, as it is compared."""

from __future__ import annotations

from typing import Any, Protocol

from common.customers import Comparison, Customer, compare_customers, fingerprint, keys

NAMED = (
    "customer_name", "customer_street", "customer_postcode", "customer_city", "customer_country", "customer_domain",
    "customer_vat_id",
)  # fmt: skip
"""The fields that say who the customer is."""


class SaysCustomer(Protocol):
    """A deal, or what somebody typed for one."""

    @property
    def customer_name(self) -> str: ...
    @property
    def customer_street(self) -> str: ...
    @property
    def customer_postcode(self) -> str: ...
    @property
    def customer_city(self) -> str: ...
    @property
    def customer_country(self) -> str: ...
    @property
    def customer_domain(self) -> str: ...
    @property
    def customer_vat_id(self) -> str: ...


def customer_of(deal: SaysCustomer) -> Customer:
    return Customer(
        name=deal.customer_name,
        street=deal.customer_street,
        postcode=deal.customer_postcode,
        city=deal.customer_city,
        country=deal.customer_country,
        domain=deal.customer_domain,
        vat_id=deal.customer_vat_id,
    )


def found_by(deal: SaysCustomer) -> dict[str, Any]:
    """The fields by which the customer is found again: whoever may be the same has one of the keys too."""
    return {"keys": sorted(keys(customer_of(deal))), "keys_made_by": fingerprint()}


def compared(one: SaysCustomer, other: SaysCustomer) -> Comparison:
    return compare_customers(customer_of(one), customer_of(other))


def is_same(one: Customer, other: Customer) -> bool:
    return compare_customers(one, other).same
