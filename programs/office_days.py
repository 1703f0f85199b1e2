"""The days on which a vendor's people work, for the clocks of what waits for them."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

from common.business_days import business_days_after, business_days_until
from programs.models import Vendor

DECIDED_WITHIN = 2
"""Days of its office a vendor has for a decision."""


def office_day_after(vendor: Vendor, day: date, number: int) -> date:
    """The `number`th day after `day` on which the vendor's office works, by the holidays of its country and state."""
    return business_days_after(day, number, _Holidays(vendor.country, vendor.subdivision))


def office_days_until(vendor: Vendor, start: date, end: date) -> int:
    """How many days after `start` the vendor's office has worked by `end`."""
    return business_days_until(start, end, _Holidays(vendor.country, vendor.subdivision))


@dataclass(frozen=True)
class _Holidays(Container[date]):
    """Of a country and its state; a year is known as a whole or not yet.

    The library's own container grows while it is asked: who asks in the moment in which another thread has begun a
    year is told that it has no holidays.
    """

    country: str
    subdivision: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _in_year(self.country, self.subdivision, day.year)


@lru_cache(maxsize=2_000)
def _in_year(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Of a country the library does not know, none: then only weekends are left out."""
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return frozenset()
    subdiv = subdivision if subdivision in known[country] else None
    return frozenset(holidays.country_holidays(country, subdiv=subdiv, years=year))
