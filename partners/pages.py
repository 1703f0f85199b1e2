"""What partners add to the shared pages: the vendor's menu entry."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import registry
from common.access import VENDOR
from common.registry import Area, MenuEntry


def _partners(area: Area) -> str:
    return reverse("partners:list", args=[area.slug])


def register() -> None:
    registry.menu.register(MenuEntry("partners", VENDOR, _("Partners"), "people", _partners, order=20))
