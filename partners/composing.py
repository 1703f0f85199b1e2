"""What apps above add to a vendor's pages about partners: columns of the list, panels of one partner's page.

Filled in their `AppConfig.ready()`. Both are told the vendor, and show nothing that concerns another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_tables2 as tables

from common.access import Actor
from common.registry import Registry
from partners.models import Partner
from programs.models import Vendor


@dataclass(frozen=True)
class FigureColumn:
    """A column of a vendor's list of partners. `values`: its cells by partner id, in a constant number of queries."""

    key: str
    column: Callable[[], tables.Column]
    values: Callable[[Vendor, date], Mapping[int, Any]]
    order: int = 100


@dataclass(frozen=True)
class PartnerPanel:
    """A card of one partner's page: `context(vendor, partner, actor, today)` feeds `template`; None leaves it out."""

    key: str
    template: str
    context: Callable[[Vendor, Partner, Actor, date], Mapping[str, Any] | None]
    column: str = "main"  # main | side
    order: int = 100


columns: Registry[FigureColumn] = Registry()
panels: Registry[PartnerPanel] = Registry()


def panels_of(
    vendor: Vendor, partner: Partner, actor: Actor, today: date
) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    """Templates and their contexts of a partner's page, by column."""
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {"main": [], "side": []}
    for panel in panels:
        if (context := panel.context(vendor, partner, actor, today)) is not None:
            found[panel.column].append((panel.template, context))
    return found
