"""Synthetic volume: the same for the same seed, as unequal as the field, and settled like any other sales."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from pytest_django import Settings

from partners.models import Enrolment
from rebates.live import live_figures
from sales.models import SaleLine

TODAY = "2026-11-16"


def seed(**options: object) -> dict[str, object]:
    out = StringIO()
    call_command("seed_volume", partners=50, lines=2_000, today=TODAY, json=True, stdout=out, **options)
    found = json.loads(out.getvalue())
    assert isinstance(found, dict)
    return found


def sales(vendor: str) -> list[tuple[object, ...]]:
    lines = SaleLine.objects.filter(vendor__slug=vendor).order_by("id")
    return list(lines.values_list("document_key", "article", "counts_on", "quantity", "net", "distributor__name"))


def test_the_command_adds_what_it_is_asked_for(db: None) -> None:
    assert seed() == {
        "vendor": "volume",
        "program": "volume",
        "partners": 50,
        "lines": 2000,
        "first_day": "2025-11-16",
        "last_day": "2026-11-15",
    }
    lines = SaleLine.objects.all()
    assert lines.count() == 2000
    assert not lines.exclude(counts_on__range=(date(2025, 11, 16), date(2026, 11, 15))).exists()


def test_the_same_seed_gives_the_same_sales_and_another_one_others(db: None) -> None:
    for slug, number in (("one", 7), ("same", 7), ("other", 8)):
        seed(vendor=slug, seed=number)
    one, same, other = ([row[:-1] for row in sales(slug)] for slug in ("one", "same", "other"))
    assert one == same
    assert one != other


def test_a_fifth_of_the_partners_makes_most_of_the_sales(db: None) -> None:
    seed()
    units = SaleLine.objects.values("partner").annotate(total=Sum("quantity")).values_list("total", flat=True)
    assert sum(sorted(units, reverse=True)[:10]) > sum(units) / 2


def test_the_sales_earn_rebates(db: None) -> None:
    seed()
    figures = live_figures(enrolments=list(Enrolment.objects.all()), today=date.fromisoformat(TODAY))
    assert len(figures) == 100
    assert any(figure.settlement.amount for figure in figures)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"partners": 0, "lines": 5}, "at least one partner"),
        ({"partners": 5, "lines": -1}, "not less than no lines"),
        ({"partners": 5, "lines": 5, "today": "16.11.2026"}, "is no day"),
    ],
)
def test_impossible_wishes_are_told_in_one_line(db: None, options: dict[str, object], problem: str) -> None:
    with pytest.raises(CommandError, match=problem):
        call_command("seed_volume", **options)


def test_volume_is_added_once_per_name_and_never_in_production(db: None, settings: Settings) -> None:
    seed()
    with pytest.raises(CommandError, match="name another one"):
        seed()
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never written in production"):
        seed(vendor="more")
