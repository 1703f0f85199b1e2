"""The persons of the demo. All share one password; one login per role is printed."""

from __future__ import annotations

from dataclasses import dataclass

from common.access import (
    CHANNEL_MANAGER,
    OWNER,
    PARTNER_FINANCE,
    REPORTER,
    SALES,
    TECHNICIAN,
    VENDOR_ADMIN,
    VENDOR_FINANCE,
)
from portal.demo.chance import chance
from portal.demo.companies import COMPANIES, SHOWN, TRYOUTS, Company
from portal.demo.programs import PROGRAMS

PASSWORD = "partner-portal-demo"  # noqa: S105 - printed for everybody, and only a demo accepts it
ACCOUNTS = "accounts"
"""Before the @ of whoever checks bank accounts, and therefore approves no payments to them."""
PRINTED_VENDOR = "lenovo"
PRINTED_DISTRIBUTOR = "also"

FIRST_NAMES = (
    "Anja", "Ayşe", "Bernd", "Carla", "Dirk", "Elif", "Frank", "Greta", "Hannes", "Ines", "Jörg", "Katrin", "Lars",
    "Maria", "Nils", "Olga", "Peter", "Renate", "Sönke", "Tanja", "Uwe", "Vera", "Wiebke", "Yannick", "Zeynep",
)  # fmt: skip
LAST_NAMES = (
    "Albrecht", "Böttcher", "Czerny", "Dreyer", "Ehlers", "Fährmann", "Groß", "Hölzl", "Iversen", "Jansen", "Köster",
    "Lindqvist", "Mühlbauer", "Nowak", "Oster", "Petersen", "Quast", "Rössler", "Schreiber", "Thoma", "Ünal", "Voß",
    "Weidner", "Yıldız", "Zander",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """`of`: slug of the partner, vendor or distributor; empty for platform admins."""

    role: str
    of: str
    email: str
    first_name: str
    last_name: str
    language: str = "de"


def _person(role: str, of: str, email: str, language: str = "de") -> Person:
    dice = chance("name", email)
    return Person(role, of, email, dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES), language)


def members_of(company: Company, place: int) -> list[Person]:
    """Every company has an owner; the larger ones have more people, the one of the printed logins all roles."""
    roles = [(OWNER, "owner")]
    if company.slug == SHOWN:
        roles += [(PARTNER_FINANCE, "finance"), (SALES, "sales"), (TECHNICIAN, "technician")]
    elif place < 12:
        roles += [(PARTNER_FINANCE, "finance"), (SALES, "sales")]
    elif place % 4 == 0:
        roles += [(TECHNICIAN, "technician")]
    return [_person(role, company.slug, f"{name}@{company.domain}", company.language) for role, name in roles]


def members() -> list[Person]:
    companies = (*COMPANIES, *TRYOUTS)
    return [person for place, company in enumerate(companies) for person in members_of(company, place)]


def staff() -> list[Person]:
    """At every vendor a channel manager, an admin, two who approve payments and one who checks bank accounts."""
    roles = (
        (CHANNEL_MANAGER, "channel"),
        (VENDOR_FINANCE, "finance"),
        (VENDOR_FINANCE, "finance2"),
        (VENDOR_FINANCE, ACCOUNTS),
        (VENDOR_ADMIN, "admin"),
    )
    return [_person(role, vendor, f"{name}@{vendor}.example") for vendor in PROGRAMS for role, name in roles]


def reporters(distributors: list[str]) -> list[Person]:
    return [_person(REPORTER, slug, f"reports@{slug}.example") for slug in distributors]


def platform_admin() -> Person:
    return _person("platform_admin", "", "admin@portal.example")
