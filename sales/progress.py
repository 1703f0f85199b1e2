"""How far a worker is with a file, for pages that wait. The cache may lose it at any time: nothing depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache

KEPT = 600
"""Seconds: longer than a worker may live."""


@dataclass(frozen=True)
class Progress:
    """Rows done of all; None where nobody has begun, or where the cache is away."""

    rows: int | None
    total: int

    @property
    def done(self) -> int:
        return min(self.rows or 0, self.total)

    @property
    def percent(self) -> int:
        return 100 * self.done // (self.total or 1)


def tell(kind: str, pk: int, rows: int) -> None:
    cache.set(_key(kind, pk), rows, timeout=KEPT)


def told(kind: str, pk: int, total: int) -> Progress:
    return Progress(cache.get(_key(kind, pk)), total)


def _key(kind: str, pk: int) -> str:
    return f"{kind}-progress-{pk}"
