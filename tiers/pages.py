"""What tiers add to the shared pages: a card of the dashboard."""

from __future__ import annotations

from common import registry
from common.access import PARTNER
from common.registry import Panel
from tiers import panels


def register() -> None:
    registry.panels.register(
        Panel("tiers", PARTNER, "tiers/panels/tiers.html", panels.tiers, column="side", order=30, later=True)
    )
