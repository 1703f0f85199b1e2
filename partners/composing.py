"""What apps above add to a vendor's pages about partners: figures and divisions of the list, panels of one page.

Filled in their `AppConfig.ready()`. All are told the vendor, and show nothing that concerns another one. The list holds
for ten thousand partners: the database filters, sorts and pages, and figures are found for one page's partners only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import django_tables2 as tables
from django.db.models import Q
from django.db.models.expressions import Combinable

from common.access import VENDOR, Actor
from common.registry import Registry, Text
from common.ui import Fact
from partners.models import Enrolment, Partner
from programs.models import Vendor

Row = Mapping[str, Any]
"""A row of the list: `pk`, `name`, `number` and `city` of the partner, and what figures and divisions gave in SQL."""
Values = Mapping[str, Mapping[int, Any]]
"""Per key of a column, per id of a partner; who is missing has none."""


@dataclass(frozen=True)
class Asked:
    """Whose list of partners, on which day, and the currency of its amounts."""

    vendor: Vendor
    today: date
    currency: str
    known: dict[str, Any] = field(default_factory=dict, compare=False)
    """What apps found out for this list, by a key of their own, so that they ask once."""


@dataclass(frozen=True)
class Figures:
    """Columns of a vendor's list of partners whose cells are found together.

    `columns()`: fresh columns by key. `in_sql(asked)`: expressions over rows of `Partner` by which the list can be
    sorted; a column without one cannot. `values(asked, partners)`: the cells of these rows alone, in a constant
    number of queries.
    """

    key: str
    columns: Callable[[], Mapping[str, tables.Column]]
    values: Callable[[Asked, Sequence[Row]], Values]
    in_sql: Callable[[Asked], Mapping[str, Combinable]] = lambda asked: {}
    joined: Callable[[Asked], Q] = lambda asked: Q()
    """Which rows of another table these expressions and those of divisions are about: one for each partner listed."""
    order: int = 100


@dataclass(frozen=True)
class Division:
    """A vendor's partners divided into groups, every partner into exactly one: offered above the list, with counts.

    `groups`: their names by key, in order. `in_sql(asked)`: the key of a row of `Partner`. `meaning(today)` says in
    a sentence what the names mean.
    """

    key: str
    label: Text
    groups: Mapping[str, Text]
    in_sql: Callable[[Asked], Combinable]
    counts: Callable[[Asked], Mapping[str, int]]
    """Of the whole list, without a look at each partner."""
    meaning: Callable[[date], str]
    order: int = 100


@dataclass(frozen=True)
class PartnerPanel:
    """A card of one partner's page: `context(vendor, partner, actor, today)` feeds `template`; None leaves it out."""

    key: str
    template: str
    context: Callable[[Vendor, Partner, Actor, date], Mapping[str, Any] | None]
    column: str = "main"  # main | side
    order: int = 100


@dataclass(frozen=True)
class ListAction:
    """What can be done from a vendor's list of partners, by those who hold one of `roles`."""

    key: str
    label: Text
    icon: str
    url: Callable[[Vendor], str]
    roles: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True)
class OpenMoney:
    """What is open between a vendor and a partner: shown before something ends.

    `facts(vendor, enrolments, today)`: sums in words, of these enrolments of one partner with this vendor.
    """

    key: str
    facts: Callable[[Vendor, Sequence[Enrolment], date], Sequence[Fact]]
    order: int = 100


@dataclass(frozen=True)
class CompanyPanel:
    """A card of a company's own page: `context(partner)` feeds `template`; None leaves it out."""

    key: str
    template: str
    context: Callable[[Partner], Mapping[str, Any] | None]
    order: int = 100


figures: Registry[Figures] = Registry()
divisions: Registry[Division] = Registry()
panels: Registry[PartnerPanel] = Registry()
actions: Registry[ListAction] = Registry()
open_money: Registry[OpenMoney] = Registry()
company_panels: Registry[CompanyPanel] = Registry()


def columns_of(sortable: Collection[str]) -> list[tuple[str, tables.Column]]:
    """Fresh columns of all figures, by key; of those the database knows, the list can be sorted by."""
    columns = [pair for each in figures for pair in each.columns().items()]
    for key, column in columns:
        column.orderable = key in sortable
    return columns


def figures_in_sql(asked: Asked) -> dict[str, Combinable]:
    """What the list can be sorted by, by key."""
    return {key: expression for each in figures for key, expression in each.in_sql(asked).items()}


def joined_in_sql(asked: Asked) -> Q:
    """What the expressions of figures and divisions are about, for one `filter`: what it joins, they go on with."""
    return Q(*(each.joined(asked) for each in figures))


def divisions_in_sql(asked: Asked) -> dict[str, Combinable]:
    """What the list is divided by, by key."""
    return {division.key: division.in_sql(asked) for division in divisions}


def actions_of(vendor: Vendor, actor: Actor) -> list[tuple[ListAction, str]]:
    """What the actor can do from the list, each with its address."""
    return [(each, each.url(vendor)) for each in actions if actor.has(VENDOR, vendor.pk, *each.roles)]


def values_of(asked: Asked, partners: Sequence[Row]) -> dict[str, Mapping[int, Any]]:
    """Cells of all figures for these rows of the list, by key."""
    return {key: cells for each in figures for key, cells in each.values(asked, partners).items()}


def panels_of(
    vendor: Vendor, partner: Partner, actor: Actor, today: date
) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    """Templates and their contexts of a partner's page, by column."""
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {"main": [], "side": []}
    for panel in panels:
        if (context := panel.context(vendor, partner, actor, today)) is not None:
            found[panel.column].append((panel.template, context))
    return found


def open_money_of(vendor: Vendor, enrolments: Sequence[Enrolment], today: date) -> list[Fact]:
    """Everything that is open, in the order of the sources."""
    return [fact for source in open_money for fact in source.facts(vendor, enrolments, today)]


def company_panels_of(partner: Partner) -> list[tuple[str, Mapping[str, Any]]]:
    """Templates and their contexts of a company's own page."""
    found = [(panel.template, panel.context(partner)) for panel in company_panels]
    return [(template, context) for template, context in found if context is not None]
