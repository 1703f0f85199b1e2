"""The list of those whom changed requirements would move."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from common.tables import LinkColumn, StateColumn, Table
from tiers.criteria_preview import LABELS, TONES


class AffectedTable(Table):
    name = LinkColumn(
        accessor="partner__name", url=lambda row: row.url, sub="partner__number", verbose_name=_("Partner")
    )
    held = tables.Column(accessor="held__name", verbose_name=_("Tier"))
    now = tables.Column(accessor="now__name", verbose_name=_("Earned now"))
    then = tables.Column(accessor="then__name", verbose_name=_("Earned then"))
    effect = StateColumn(
        words=lambda row: str(LABELS[row.effect]), tone=lambda row: TONES[row.effect], verbose_name=_("What happens")
    )

    class Meta:
        order_by = ("effect", "name")
