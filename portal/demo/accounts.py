"""The accounts of the demo's people, with one password for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils.translation import gettext_lazy as _

from common import invitations
from common.access import OWNER, PARTNER_FINANCE, SALES, TECHNICIAN, VENDOR_ADMIN, Actor
from common.models import User
from common.registry import Text
from partners.models import Member, Partner
from partners.team import TEAM
from portal.demo import people
from portal.demo.companies import COMPANIES, SHOWN
from portal.demo.people import PASSWORD, PRINTED_DISTRIBUTOR, PRINTED_VENDOR, Person
from portal.demo.programs import PROGRAMS
from programs.models import Distributor, DistributorStaff, Vendor, VendorStaff

# The password is printed for everybody, so nothing is gained by making each sign-up of the demo slow.
ITERATIONS = 1_000


@dataclass(frozen=True)
class Login:
    """A line of the printed table."""

    role: Text
    of: str
    email: str
    password: str


def write(*, partners: Mapping[str, Partner], joined_on: date) -> None:
    """Write everybody's account with a confirmed address and the membership it has its role from since that day."""
    vendors = {vendor.slug: vendor for vendor in Vendor.objects.filter(slug__in=PROGRAMS)}
    distributors = {distributor.slug: distributor for distributor in Distributor.objects.all()}
    everybody = [*people.members(), *people.staff(), *people.reporters(sorted(distributors)), people.platform_admin()]
    hasher = PBKDF2PasswordHasher()
    password = hasher.encode(PASSWORD, "demo", iterations=ITERATIONS)
    users = User.objects.bulk_create(_user(person, password) for person in everybody)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in users
    )
    both = list(zip(users, everybody, strict=True))
    Member.objects.bulk_create(
        Member(partner=partners[person.of], user=user, role=person.role, joined_on=joined_on)
        for user, person in both
        if person.of in partners
    )
    VendorStaff.objects.bulk_create(
        VendorStaff(vendor=vendors[person.of], user=user, role=person.role, joined_on=joined_on)
        for user, person in both
        if person.of in vendors
    )
    DistributorStaff.objects.bulk_create(
        DistributorStaff(distributor=distributors[person.of], user=user)
        for user, person in both
        if person.of in distributors
    )


def make(first_name: str, last_name: str, email: str) -> User:
    """The account of somebody who belongs to no company yet."""
    person = Person("applicant", "nowhere", email, first_name, last_name)
    user = _user(person, PBKDF2PasswordHasher().encode(PASSWORD, "demo", iterations=ITERATIONS))
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def manager_of(vendor: Vendor) -> User:
    """The vendor's channel manager."""
    return User.objects.get(email=f"channel@{vendor.slug}.example")


def invite(*, partner: Partner, now: datetime) -> None:
    """A colleague whom the shown partner's owner has invited, and who has not come yet."""
    domain = next(company.domain for company in COMPANIES if company.slug == SHOWN)
    owner = User.objects.get(email=f"{OWNER}@{domain}")
    invitations.invite(
        TEAM, organisation=partner, address=f"neu@{domain}", role=TECHNICIAN, language="de", actor=Actor.of(owner),
        now=now,
    )  # fmt: skip


def _user(person: Person, password: str) -> User:
    admin = not person.of
    return User(
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        language=person.language,
        password=password,
        is_demo=True,
        is_staff=admin or person.role == VENDOR_ADMIN,
        is_superuser=admin,
    )


def shown_partner_number() -> str:
    return next(company.number for company in COMPANIES if company.slug == SHOWN)


def logins() -> list[Login]:
    """One login per role, as the demo has them."""
    company = next(company for company in COMPANIES if company.slug == SHOWN)
    vendor, distributor = PRINTED_VENDOR.capitalize(), PRINTED_DISTRIBUTOR.capitalize()
    rows: list[tuple[Text, str, str]] = [
        (_("Reseller, owner"), company.name, f"{OWNER}@{company.domain}"),
        (_("Reseller, bookkeeping"), company.name, f"{PARTNER_FINANCE}@{company.domain}"),
        (_("Reseller, sales"), company.name, f"{SALES}@{company.domain}"),
        (_("Reseller, technician"), company.name, f"{TECHNICIAN}@{company.domain}"),
        (_("Channel manager"), vendor, f"channel@{PRINTED_VENDOR}.example"),
        (_("Vendor, finance"), vendor, f"finance@{PRINTED_VENDOR}.example"),
        (_("Vendor, finance, the second"), vendor, f"finance2@{PRINTED_VENDOR}.example"),
        (_("Vendor, finance, checks bank accounts"), vendor, f"{people.ACCOUNTS}@{PRINTED_VENDOR}.example"),
        (_("Vendor admin"), vendor, f"admin@{PRINTED_VENDOR}.example"),
        (_("Distributor"), distributor, f"reports@{PRINTED_DISTRIBUTOR}.example"),
        (_("Platform admin"), "–", people.platform_admin().email),
    ]
    return [Login(role, of, email, PASSWORD) for role, of, email in rows]
