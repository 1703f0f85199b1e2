"""Time zones of countries: where somebody is at seven in the morning, as far as the country says.

Zones and countries come from the Unicode CLDR, times from the IANA data base. A country with several zones has a main
one, in which its capital or most of its trade is; who is elsewhere says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from babel.core import get_global

MAIN: Mapping[str, str] = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto", "CD": "Africa/Kinshasa", "CL": "America/Santiago", "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil", "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei", "GL": "America/Nuuk", "ID": "Asia/Jakarta", "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty", "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PF": "Pacific/Tahiti", "PG": "Pacific/Port_Moresby",
    "PS": "Asia/Hebron", "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}  # fmt: skip
"""Of countries with several zones. Nobody trades in Antarctica (AQ) or on the outlying islands (UM)."""

NO_COUNTRIES = frozenset({"001", "ZZ", "AQ", "UM"})


@lru_cache(maxsize=1)
def zones_by_country() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country by its two letters; the main one first, the others by name."""
    found: dict[str, list[str]] = {}
    for zone, country in get_global("zone_territories").items():
        if country not in NO_COUNTRIES:
            found.setdefault(country, []).append(zone)
    return {
        country: tuple(sorted(zones, key=lambda zone: (zone != MAIN.get(country, zone), zone)))
        for country, zones in sorted(found.items())
    }


def zone_of(country: str, *, otherwise: str) -> str:
    """The main zone of a country (two letters); `otherwise` where there is no such country."""
    zones = zones_by_country().get(country)
    return zones[0] if zones else otherwise


def is_zone(name: str) -> bool:
    """Whether it is the zone of a country."""
    return name in _names()


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(zone for zones in zones_by_country().values() for zone in zones)
