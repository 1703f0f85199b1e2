"""Addresses at which mails do not arrive, as far as mail servers have said so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from common.models import Bounce


def bouncing(*, addresses: Iterable[str]) -> set[str]:
    """Those of `addresses` at which mails do not arrive, in lower case."""
    asked = {address.lower() for address in addresses}
    return set(Bounce.objects.filter(address__in=asked, ended_at=None).values_list("address", flat=True))


def bounce_at(*, address: str) -> Bounce | None:
    """What was told about the address, if mails do not arrive there."""
    return Bounce.objects.filter(address=address.lower(), ended_at=None).first()


def end(*, address: str, now: datetime) -> bool:
    """Mails arrive again, somebody says who reads them. False: nothing was known to the contrary."""
    return Bounce.objects.filter(address=address.lower(), ended_at=None).update(ended_at=now) == 1
