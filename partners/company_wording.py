"""Changes of a company's data in words people use."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from common import formats
from common.ui import Event
from partners.models import CompanyChange


def events(changes: Sequence[CompanyChange]) -> list[Event]:
    """Changes that were asked for and decided, the latest first."""
    found = []
    for each in changes:
        if each.decided_at is not None and each.decided_by is not None:
            title = _("Change of the company data: %(state)s") % {"state": each.get_state_display()}
            found.append(Event(each.decided_at, title, each.answer, actor=each.decided_by.name, icon="buildings"))
        text = f"{differences(each)}. {each.reason}"
        title = _("Change of the company data asked for")
        found.append(Event(each.requested_at, title, text, actor=each.requested_by.name, icon="pencil"))
    return found


def differences(change: CompanyChange) -> str:
    pairs = [(change.was_name, change.name), (change.was_vat_id, change.vat_id), (change.was_country, change.country)]
    return ", ".join(f"{was or formats.NOTHING} → {to or formats.NOTHING}" for was, to in pairs if was != to)
