"""What rebates add to the shared pages: menu entries, panels, what waits, a column of the list of partners."""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import registry
from common.access import PARTNER, VENDOR, VENDOR_ADMIN, VENDOR_FINANCE
from common.registry import Area, AttentionSource, MenuEntry, Panel
from common.tables import MoneyColumn
from partners import composing
from partners.composing import FigureColumn, PartnerPanel
from rebates import panels, vendor_panels


def register() -> None:
    _menu()
    _panels()
    _partner_pages()
    registry.attention.register(
        AttentionSource("held-back", VENDOR, vendor_panels.held_back, roles=(VENDOR_FINANCE, VENDOR_ADMIN), order=30)
    )
    registry.attention.register(AttentionSource("unsettled", VENDOR, vendor_panels.unsettled, order=35))


def _menu() -> None:
    def rebates(area: Area) -> str:
        return reverse("rebates:partner-rebates", args=[area.slug])

    def closings(area: Area) -> str:
        return reverse("rebates:closings", args=[area.slug])

    registry.menu.register(MenuEntry("rebates", PARTNER, _("Rebates"), "cash-coin", rebates, order=20))
    registry.menu.register(MenuEntry("closings", VENDOR, _("Closings"), "calendar-check", closings, order=40))


def _panels() -> None:
    for panel in (
        Panel("earned", PARTNER, "rebates/panels/earned.html", panels.earned, order=10),
        Panel("settled", PARTNER, "rebates/panels/settled.html", panels.settled, column="side", order=20),
        Panel("tiers", PARTNER, "rebates/panels/tiers.html", panels.tiers, column="side", order=30),
        Panel("quarter", VENDOR, "rebates/panels/quarter.html", vendor_panels.quarter, order=10),
        Panel(
            "closings", VENDOR, "rebates/panels/closings.html", vendor_panels.closing_states, column="side", order=30
        ),
    ):
        registry.panels.register(panel)


def _partner_pages() -> None:
    composing.panels.register(
        PartnerPanel("rebates", "rebates/panels/of_partner.html", vendor_panels.rebates_of_partner, order=10)
    )
    composing.columns.register(FigureColumn("rebate", _rebate, vendor_panels.rebate_so_far, order=30))


def _rebate() -> tables.Column:
    return MoneyColumn(verbose_name=_("Rebate so far"))
