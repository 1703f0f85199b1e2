"""The list of those whom changed requirements would move."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from common.tables import LinkColumn, StateColumn, Table
from tiers.criteria_preview import LABELS, TONES


class AffectedTable(Table):
    name = LinkColumn(
        accessor="affected__partner__name",
        url=lambda row: row.url,
        sub="affected__partner__number",
        verbose_name=_("Partner"),
    )
    held = tables.Column(accessor="affected__held__name", verbose_name=_("Tier"))
    now = tables.Column(accessor="affected__now__name", verbose_name=_("Earned now"))
    then = tables.Column(accessor="affected__then__name", verbose_name=_("Earned then"))
    effect = StateColumn(
        accessor="affected__effect",
        words=lambda row: str(LABELS[row.affected.effect]),
        tone=lambda row: TONES[row.affected.effect],
        verbose_name=_("What happens"),
    )

    class Meta:
        order_by = ("effect", "name")
