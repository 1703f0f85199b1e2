"""When a week's mail is due: from Monday, seven in the morning where the partner is, until that week is over there.

Weeks are those of ISO 8601: they begin on Monday and belong to the year in which their Thursday lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from common.zones import zone_of, zones_by_country

HOUR = time(7)
DAYS = 7


@dataclass(frozen=True, order=True)
class Week:
    """One week. Its code (2026W47) sorts as the weeks follow each other."""

    year: int
    number: int

    @classmethod
    def containing(cls, day: date) -> Self:
        year, number, _weekday = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def month(self) -> str | None:
        """The month (2026-11) whose first Monday opens this week; None: no month's first does."""
        return f"{self.monday:%Y-%m}" if self.monday.day <= DAYS else None

    def __str__(self) -> str:
        return f"{self.year:04}W{self.number:02}"


def due_week(*, zone: str, now: datetime) -> Week | None:
    """The week whose mail may be sent now in this zone. None: it is Monday, and too early.

    By the clock on the wall, whatever an hour that is left out or comes twice makes of it.
    """
    local = now.astimezone(ZoneInfo(zone))
    too_early = local.isoweekday() == 1 and local.time() < HOUR
    return None if too_early else Week.containing(local.date())


def due_places(*, now: datetime, otherwise: str) -> Mapping[str, Week]:
    """The week that is due, by place: each time zone by its name, each country by its two letters; "" for whoever is
    in none of them and gets their mail by the zone `otherwise`. Places where it is too early are missing.
    """
    zones = {zone: zone for found in zones_by_country().values() for zone in found}
    zones |= {country: zone_of(country, otherwise=otherwise) for country in zones_by_country()}
    zones[""] = otherwise
    weeks = {zone: due_week(zone=zone, now=now) for zone in {*zones.values()}}
    return {place: week for place, zone in zones.items() if (week := weeks[zone]) is not None}
