"""What tests of the pages of bank accounts share."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from partners.models import BankAccount
from tests.partners.banking import use_of
from tests.world import World

SignedIn = Callable[..., Client]

LIST = "/vendor/lenovo/bank-accounts/"


def use_url(account: BankAccount, world: World, step: str = "") -> str:
    return f"{LIST}{use_of(account, world.vendor).pk}/{step}"
