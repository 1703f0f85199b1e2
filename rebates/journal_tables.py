"""The list of what a vendor's bookkeeping was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from common.tables import LinkColumn, MomentColumn, NumberColumn, Table


@dataclass(frozen=True)
class ExportLine:
    """An export; `url` chooses the same days and format again."""

    days: str
    start: date
    format_name: str
    entries: int
    made_by: str
    made_at: datetime
    sha256: str
    url: str


class ChecksumColumn(tables.Column):
    """The beginning of a file's SHA-256 on the page, all of it in exports."""

    def render(self, record: ExportLine) -> str:
        return record.sha256[:12]

    def value(self, record: ExportLine) -> str:
        return record.sha256


class ExportTable(Table):
    days = LinkColumn(
        order_by="start", url=lambda record: record.url, sub="format_name", verbose_name=_("Days of booking")
    )
    entries = NumberColumn(verbose_name=_("Bookings"))
    made_at = MomentColumn(verbose_name=_("Downloaded"))
    made_by = tables.Column(verbose_name=_("By"))
    sha256 = ChecksumColumn(orderable=False, verbose_name=_("Checksum (SHA-256)"))

    class Meta:
        order_by = "-made_at"
