"""The kinds of criteria about deals. Another kind is a class like these and a line here."""

from __future__ import annotations

from deals.kinds.counted import RegisteredDeals, WonDeals
from programs.criteria import kinds


def register() -> None:
    for kind in (RegisteredDeals(), WonDeals()):
        kinds.register(kind)
