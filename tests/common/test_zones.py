"""Time zones of countries."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel.core import get_global

from common.zones import MAIN, NO_COUNTRIES, is_zone, zone_of, zones_by_country


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("DE", "Europe/Berlin"), ("AT", "Europe/Vienna"), ("CH", "Europe/Zurich"), ("GB", "Europe/London"),
        ("US", "America/New_York"), ("JP", "Asia/Tokyo"), ("ES", "Europe/Madrid"), ("AU", "Australia/Sydney"),
    ],
)  # fmt: skip
def test_a_country_has_a_main_zone(country: str, zone: str) -> None:
    assert zone_of(country, otherwise="UTC") == zone


def test_where_there_is_no_country_the_other_zone_holds() -> None:
    assert {zone_of(code, otherwise="Europe/Berlin") for code in ("", "XX", "ZZ")} == {"Europe/Berlin"}


def test_every_country_with_several_zones_has_a_main_one_of_its_own() -> None:
    territories = get_global("zone_territories")
    several = {country for country, zones in zones_by_country().items() if len(zones) > 1}
    assert several == set(MAIN)
    assert {zone: territories[zone] for zone in MAIN.values()} == {zone: country for country, zone in MAIN.items()}
    assert not NO_COUNTRIES & set(zones_by_country())


def test_every_zone_has_its_times() -> None:
    zones = {zone for found in zones_by_country().values() for zone in found}
    assert zones <= available_timezones()
    assert all(ZoneInfo(zone) for zone in zones)
    assert all(map(is_zone, zones))
    assert not any(map(is_zone, ["", "Berlin", "Etc/GMT+5", "../etc/passwd", "EST5EDT"]))
