"""From which account a vendor pays, how soon, from which amount on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.access import Actor
from programs.models import Vendor
from rebates.models import PaymentSettings
from rebates.payments.errors import NotPayable
from rebates.rights import check_handles_money


def settings_of(vendor: Vendor) -> PaymentSettings:
    """Raises NotPayable where nobody has said from which account the vendor pays."""
    found = PaymentSettings.objects.filter(vendor=vendor).first()
    if found is None:
        raise NotPayable(_("Please say first from which account %(vendor)s pays.") % {"vendor": vendor.name})
    return found


@transaction.atomic
def change_settings(*, vendor: Vendor, actor: Actor, values: Mapping[str, Any]) -> PaymentSettings:
    """Save what a form has checked; runs that were proposed keep what they were made with. Raises NotAllowed."""
    check_handles_money(actor, vendor.pk, _("Only finance and vendor admins change how is paid."))
    return PaymentSettings.objects.update_or_create(vendor=vendor, defaults=dict(values))[0]
