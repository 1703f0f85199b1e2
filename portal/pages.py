"""Menu entries of the pages that no single app owns: the dashboards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common import registry
from common.access import PARTNER, VENDOR
from common.registry import Area, MenuEntry


def _dashboard(area: Area) -> str:
    return area.url


def register() -> None:
    registry.menu.register(MenuEntry("partner-dashboard", PARTNER, _("Overview"), "house", _dashboard, order=10))
    registry.menu.register(MenuEntry("vendor-dashboard", VENDOR, _("Overview"), "house", _dashboard, order=10))
