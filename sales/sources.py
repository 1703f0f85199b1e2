"""Where a sale comes from, beside distributors' reports: apps above register what they own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from common.access import Actor
from common.registry import Registry
from common.ui import Fact
from sales.models import SaleLine


class Finder(Protocol):
    def __call__(self, sale: SaleLine, actor: Actor, *, of_vendor: bool) -> Fact | None:
        """The source of the sale as a line of its page, with a link where `actor` may open it; None: not from here."""


@dataclass(frozen=True)
class Source:
    key: str
    find: Finder
    order: int = 100


sources: Registry[Source] = Registry()


def facts_of(sale: SaleLine, actor: Actor, *, of_vendor: bool) -> list[Fact]:
    """All that is known of the sale's source."""
    found = (source.find(sale, actor, of_vendor=of_vendor) for source in sources)
    return [fact for fact in found if fact is not None]
