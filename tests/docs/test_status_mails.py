"""What docs/status-mails.md says about the hour, calculated."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.zones import zones_by_country
from rebates.status.weeks import due_week

PAGE = (Path(__file__).resolve().parents[2] / "docs/status-mails.md").read_text()
WHEN = r"(?:(?P<sunday>Sunday) )?(?P<hour>\d\d):(?P<minute>\d\d) UTC"
ROWS = re.findall(r"^\| ([A-Z][A-Za-z ]+) \| ([^|]+ UTC) \| ([^|]+ UTC) \|$", PAGE, re.MULTILINE)
WINTER, SUMMER = datetime(2026, 1, 19, tzinfo=UTC), datetime(2026, 7, 20, tzinfo=UTC)


def moment(text: str, monday: datetime) -> datetime:
    found = re.fullmatch(WHEN, text)
    assert found is not None, text
    day = monday - timedelta(days=1) if found["sunday"] else monday
    return day.replace(hour=int(found["hour"]), minute=int(found["minute"]))


def test_the_table_has_its_rows() -> None:
    assert [row[0] for row in ROWS] == ["Tokyo", "Berlin", "London", "New York"]


@pytest.mark.parametrize(("city", "winter", "summer"), ROWS)
def test_the_mail_is_due_at_the_hour_that_the_table_says(city: str, winter: str, summer: str) -> None:
    ending = "/" + city.replace(" ", "_")
    (zone,) = {zone for zones in zones_by_country().values() for zone in zones if zone.endswith(ending)}
    for text, monday in ((winter, WINTER), (summer, SUMMER)):
        at = moment(text, monday)
        week = due_week(zone=zone, now=at)
        assert week is not None
        assert week.monday == monday.date()
        assert due_week(zone=zone, now=at - timedelta(seconds=1)) is None
