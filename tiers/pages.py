"""What tiers add to the shared pages: a card of the dashboard, and the way to it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from common import registry
from common.access import PARTNER
from common.registry import Area, MenuEntry, Panel
from tiers import panels


def register() -> None:
    registry.panels.register(
        Panel("tiers", PARTNER, "tiers/panels/tiers.html", panels.tiers, column="side", order=30, later=True)
    )
    registry.menu.register(MenuEntry("tiers", PARTNER, gettext_lazy("Tier"), "award", _ways, order=36))


def _ways(area: Area) -> str:
    return reverse("tiers:ways", args=[area.slug])
