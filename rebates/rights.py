"""Who may act where money is concerned: the vendor's finance and its admins."""

from __future__ import annotations

from common.access import VENDOR, Actor
from common.errors import DomainError
from programs.deciding import MONEY_ROLES as MONEY_ROLES


class NotAllowed(DomainError):
    """The actor does not work in the vendor's finance."""


def handles_money(actor: Actor, vendor_id: int) -> bool:
    return actor.has(VENDOR, vendor_id, *MONEY_ROLES)


def person_of(actor: Actor) -> int:
    """The id of the person; only people have roles, so whoever has one is somebody."""
    assert actor.user_id is not None
    return actor.user_id


def check_handles_money(actor: Actor, vendor_id: int, refusal: str) -> None:
    """Raises NotAllowed with `refusal`, which says what only finance and vendor admins do."""
    if not handles_money(actor, vendor_id):
        raise NotAllowed(refusal)
