"""A vendor's rules for invoices: asked for and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from common.access import VENDOR, VENDOR_ADMIN, Actor
from common.errors import DomainError
from invoices.models import InvoiceRules
from programs.models import Vendor

CHANGING_ROLES = (VENDOR_ADMIN,)


class NotAllowed(DomainError):
    """Only the vendor's admins change its rules."""


def rules_of(vendor: Vendor) -> InvoiceRules:
    """The vendor's rules; the defaults, unsaved, where it has said nothing."""
    return InvoiceRules.objects.filter(vendor=vendor).first() or InvoiceRules(vendor=vendor)


def change_rules(*, actor: Actor, vendor: Vendor, values: Mapping[str, Any]) -> InvoiceRules:
    """Set the vendor's rules; they hold for what is checked from now on. Raises `NotAllowed`."""
    if not actor.has(VENDOR, vendor.pk, *CHANGING_ROLES):
        raise NotAllowed(_("Only the vendor's admins change its rules."))
    rules, _made = InvoiceRules.objects.update_or_create(vendor=vendor, defaults=dict(values))
    return rules
