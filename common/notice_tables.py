"""The list of a person's notices."""

from __future__ import annotations

import re

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.filters import FilterSet
from common.models import OutboxMail
from common.tables import LinkColumn, MomentColumn, Table
from common.templatetags.ui import badge_html

UNIT = re.compile(r"(?<=\d) (?=[€$£%])")


class SubjectColumn(LinkColumn):
    """The subject; one that was not read yet says so."""

    def render(self, value: str, record: OutboxMail) -> str:
        value = UNIT.sub("\u00a0", value)  # subjects have plain spaces, at which an amount would be broken
        if record.read_at is not None:
            return value
        return format_html("<strong>{}</strong> {}", value, badge_html(_("new"), "info"))


class NoticeTable(Table):
    subject = SubjectColumn(
        url=lambda notice: reverse("common:notice", args=[notice.pk]), verbose_name=gettext_lazy("Notice")
    )
    created_at = MomentColumn(verbose_name=gettext_lazy("When"))


class NoticeFilter(FilterSet):
    search_fields = ("subject",)
    unread = django_filters.ChoiceFilter(
        method="only",
        label=gettext_lazy("State"),
        choices=[("unread", gettext_lazy("not read yet"))],
        empty_label=gettext_lazy("all"),
    )

    def only(self, queryset: QuerySet[OutboxMail], name: str, value: str) -> QuerySet[OutboxMail]:
        return queryset.filter(read_at=None)
