"""What partners add to the shared pages: menu entries of the vendor and of a company's owners."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import registry
from common.access import OWNER, PARTNER, VENDOR
from common.registry import Area, MenuEntry


def _partners(area: Area) -> str:
    return reverse("partners:list", args=[area.slug])


def _viewed(area: Area) -> str:
    return reverse("partners:viewed", args=[area.slug])


def register() -> None:
    registry.menu.register(MenuEntry("partners", VENDOR, _("Partners"), "people", _partners, order=20))
    registry.menu.register(MenuEntry("viewed", PARTNER, _("Seen by vendors"), "eye", _viewed, roles=(OWNER,), order=90))
