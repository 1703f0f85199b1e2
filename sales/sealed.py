"""Which periods of a vendor are settled, as the app above knows: undoing a match tells which of them it touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from common.periods import Period
from common.registry import Registry


@dataclass(frozen=True)
class SealedSource:
    """`periods(vendor_id)`: those that a closing has settled; `begun(vendor_id)`: those and what is being settled."""

    key: str
    periods: Callable[[int], Iterable[Period]]
    begun: Callable[[int], Iterable[Period]]
    order: int = 100


sources: Registry[SealedSource] = Registry()


def sealed_periods(vendor_id: int) -> list[Period]:
    """Oldest first."""
    return sorted({period for source in sources for period in source.periods(vendor_id)}, key=lambda each: each.start)


def begun_periods(vendor_id: int) -> list[Period]:
    """Whose lines a closing has taken or is taking, oldest first."""
    return sorted({period for source in sources for period in source.begun(vendor_id)}, key=lambda each: each.start)
