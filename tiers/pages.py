"""What tiers add to the shared pages: cards, entries of the menu, and what waits for a vendor's people."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import registry
from common.access import PARTNER, VENDOR
from common.registry import Area, AttentionSource, MenuEntry, Panel
from partners import composing
from partners.composing import PartnerPanel
from programs.deciding import DECIDING_ROLES
from tiers import panels, vendor_panels


def _tiers(area: Area) -> str:
    return reverse("tiers:vendor", args=[area.slug])


def _ways(area: Area) -> str:
    return reverse("tiers:ways", args=[area.slug])


def register() -> None:
    registry.panels.register(
        Panel("tiers", PARTNER, "tiers/panels/tiers.html", panels.tiers, column="side", order=30, later=True)
    )
    registry.menu.register(MenuEntry("tiers", PARTNER, _("Tier"), "award", _ways, order=36))
    registry.menu.register(MenuEntry("tiers-vendor", VENDOR, _("Tiers"), "award", _tiers, order=24))
    for source in (AttentionSource("tier-moves", VENDOR, vendor_panels.moves, roles=DECIDING_ROLES, order=7),):
        registry.attention.register(source)
    composing.panels.register(
        PartnerPanel("tiers", "tiers/vendor/panel.html", vendor_panels.tiers_of_partner, column="side", order=10)
    )
