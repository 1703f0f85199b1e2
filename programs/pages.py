"""What programs add to the shared pages: the vendor's menu entry to its own people."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import registry
from common.access import CHANNEL_MANAGER, VENDOR, VENDOR_ADMIN, VENDOR_FINANCE
from common.registry import Area, MenuEntry

# Named, so that a platform admin, who only looks in, is not led to a page that asks for a role.
STAFF = (VENDOR_ADMIN, CHANNEL_MANAGER, VENDOR_FINANCE)


def _team(area: Area) -> str:
    return reverse("programs:team", args=[area.slug])


def _mails(area: Area) -> str:
    return reverse("programs:mail-kinds", args=[area.slug])


def register() -> None:
    registry.menu.register(MenuEntry("team-vendor", VENDOR, _("Team"), "person-circle", _team, roles=STAFF, order=95))
    mails = MenuEntry("mails-vendor", VENDOR, _("Mails"), "envelope", _mails, roles=STAFF[:2], order=94)
    registry.menu.register(mails)
