"""A company's data that somebody else has brought along: an owner looks at them once, and says that they are right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from common.access import OWNER, PARTNER, Actor
from common.errors import DomainError
from partners.models import DataCheck, Partner

CHANGEABLE = ("street", "postcode", "city", "website", "phone")
"""What an owner changes at once. Rebates and invoices hang on name, VAT id and country: the vendor does that."""


class NotAllowed(DomainError):
    """The actor is no owner of the company."""


def open_check(*, partner: Partner, actor: Actor) -> DataCheck | None:
    """What the owners of the company are still asked."""
    rows = DataCheck.objects.visible_to(actor).filter(partner=partner, confirmed_at__isnull=True)
    return rows.first()


@transaction.atomic
def confirm(*, partner: Partner, changes: Mapping[str, str], actor: Actor, now: datetime) -> bool:
    """Write down what an owner has put right, and that the rest is right. False: somebody has said so before; then
    nothing is changed. Raises `NotAllowed`.
    """
    if actor.scopes is not None or not actor.has(PARTNER, partner.pk, OWNER):
        raise NotAllowed(_("Only owners of the company confirm its data."))
    asked = DataCheck.objects.filter(partner=partner, confirmed_at__isnull=True)
    if not asked.update(confirmed_at=now, confirmed_by=actor.user_id):
        return False
    company = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    changed = [name for name in CHANGEABLE if name in changes and getattr(company, name) != changes[name]]
    for name in changed:
        setattr(company, name, changes[name])
    if changed:
        company.save(update_fields=changed)
    return True
