"""Rebate terms once more, as slow and plain as can be: line by line, unit by unit, interval by interval.

Written from the meaning of the terms and not from the engine: it takes the bare document and bare lines, knows
no sums, calculates with fractions, and rounds with whole numbers.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.rebates.engine.given import Sale

TICK = Fraction(1, 4)
"""Units come in quarters in these tests, so that a walk meets every bound."""


@dataclass(frozen=True)
class Expected:
    attainment: Fraction
    cents: int
    step: Fraction | None


def expected(document: dict[str, Any], sales: list[Sale]) -> Expected:
    counting = [sale for sale in sales if takes_part(document, sale)]
    attainment = Fraction(0)
    for sale in counting:
        attainment += part_of(document["counts"], sale)
    if attainment <= 0:
        return Expected(attainment, 0, None)
    if document.get("rates"):
        return Expected(attainment, half_up(sum((own_rate(document, sale) for sale in counting), Fraction(0))), None)
    if document["minimum"] is not None and attainment < Fraction(document["minimum"]):
        return Expected(attainment, 0, None)
    cap = document["cap"] or {}
    limit = Fraction(cap["basis"]) if cap.get("basis") is not None else None
    counted = attainment if limit is None or attainment < limit else limit
    steps = {Fraction(step["from"]): step for step in document["steps"]}
    bounds = [bound for bound in steps if bound <= counted]
    if counted <= 0 or not bounds:
        return Expected(attainment, 0, None)
    if document["mode"] == "graduated":
        result = graduated(document, steps, counted)
    else:
        result = whole_volume(document, steps[max(bounds)], counting, counted)
    if cap.get("amount") is not None and result > Fraction(cap["amount"]):
        result = Fraction(cap["amount"])
    return Expected(attainment, half_up(result), max(bounds))


def takes_part(document: dict[str, Any], sale: Sale) -> bool:
    eligible = document["eligible"]
    if not sale.in_group or not sale.active:
        return False
    if eligible["tiers"] is not None and (sale.tier is None or sale.tier not in eligible["tiers"]):
        return False
    if eligible["countries"] is not None and sale.country not in eligible["countries"]:
        return False
    if eligible["without_individual_agreement"] and sale.agreement:
        return False
    return document["project_lines"] == "include" or not sale.project


def part_of(measure: str, sale: Sale) -> Fraction:
    """A line's part of the units or the revenue."""
    if measure == "units":
        return Fraction(sale.units)
    return Fraction(sale.net) if sale.net is not None else Fraction(0)


def weight(document: dict[str, Any], sale: Sale) -> Fraction:
    """What a line's share goes by."""
    if not takes_part(document, sale):
        return Fraction(0)
    if document.get("rates"):
        return own_rate(document, sale)
    step = document["steps"][0]
    if "per_unit" in step:
        return part_of("units", sale)
    return part_of("revenue" if "percent" in step else document["counts"], sale)


def own_rate(document: dict[str, Any], sale: Sale) -> Fraction:
    return Fraction(sale.units) * Fraction(document["rates"].get(sale.tier, {}).get(sale.article, "0"))


def whole_volume(document: dict[str, Any], step: dict[str, str], counting: list[Sale], counted: Fraction) -> Fraction:
    """The step's rate on every line, less what lies above a cap in the same measure."""
    if "lump_sum" in step:
        return Fraction(step["lump_sum"])
    measure = "units" if "per_unit" in step else "revenue"
    rate = Fraction(step["per_unit"]) if "per_unit" in step else Fraction(step["percent"]) / 100
    result = Fraction(0)
    for sale in counting:
        result += part_of(measure, sale) * rate
    if measure == document["counts"]:
        above = sum((part_of(measure, sale) for sale in counting), Fraction(0)) - counted
        result -= above * rate
    return result


def graduated(document: dict[str, Any], steps: dict[Fraction, dict[str, str]], counted: Fraction) -> Fraction:
    """Walk up from zero: units by quarters of a unit, revenue from bound to bound."""
    if all("lump_sum" in step for step in steps.values()):
        return sum((Fraction(steps[bound]["lump_sum"]) for bound in steps if bound <= counted), Fraction(0))
    if document["counts"] == "units":
        corners = [TICK * number for number in range(int(counted / TICK) + 1)]
    else:
        corners = sorted({Fraction(0), counted, *(bound for bound in steps if bound <= counted)})
    result = Fraction(0)
    for low, high in itertools.pairwise(corners):
        begun = [bound for bound in steps if bound <= low]
        if begun:
            step = steps[max(begun)]
            rate = Fraction(step["per_unit"]) if "per_unit" in step else Fraction(step["percent"]) / 100
            result += (high - low) * rate
    return result


def half_up(exact: Fraction) -> int:
    """Whole cents, half a cent away from zero."""
    cents = (abs(exact) * 200 + 1) // 2
    return int(cents if exact >= 0 else -cents)
