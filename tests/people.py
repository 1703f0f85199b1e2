"""Persons of the tests. They have roles, not numbers: `reseller_owner`, `channel_manager`, `rival_owner`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from common import tokens
from common.models import User
from common.tokens import Scope
from partners.models import Member, Partner
from programs.models import Distributor, DistributorStaff, Vendor, VendorStaff

PASSWORD = "a password that only tests know"
_HASHED: list[str] = []


def person(name: str, *, second_factor: bool = False, **fields: Any) -> User:
    """A person named after their role: `person("reseller_owner")` signs in as reseller_owner@example.com."""
    if not _HASHED:
        _HASHED.append(make_password(PASSWORD))
    first, _, last = name.replace("_", " ").title().partition(" ")
    values = {"first_name": first, "last_name": last, "language": "en", "password": _HASHED[0], **fields}
    user = User.objects.create(email=f"{name}@example.com", **values)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if second_factor:
        set_up_second_factor(user)
    return user


def set_up_second_factor(user: User) -> None:
    """What remains in the database after somebody activated an authenticator app."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "never asked for in tests"})


def platform_admin(name: str = "platform_admin") -> User:
    return person(name, second_factor=True, is_staff=True, is_superuser=True)


def staff_of(vendor: Vendor, name: str, *roles: str, second_factor: bool = True, **fields: Any) -> User:
    """Vendor staff; vendor admins may open Django's admin."""
    user = person(name, second_factor=second_factor, is_staff=VendorStaff.Role.ADMIN in roles, **fields)
    VendorStaff.objects.bulk_create(VendorStaff(vendor=vendor, user=user, role=role) for role in roles)
    return user


def member_of(partner: Partner, name: str, *roles: str, **fields: Any) -> User:
    user = person(name, **fields)
    Member.objects.bulk_create(Member(partner=partner, user=user, role=role) for role in roles)
    return user


def reporter_of(distributor: Distributor, name: str) -> User:
    user = person(name)
    DistributorStaff.objects.create(distributor=distributor, user=user)
    return user


def signed_in(user: User, *, language: str = "en") -> Client:
    """A browser in which this person is signed in."""
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def token_client(user: User, *scopes: Scope) -> Client:
    """A program that speaks to the API with a token of this person; every scope when none is named."""
    now = timezone.now()
    _token, secret = tokens.issue(
        user=user, name="tests", scopes=scopes or Scope.values, expires_at=now + timedelta(days=1), now=now
    )
    return bearer(secret)


def bearer(secret: str) -> Client:
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "en"})
