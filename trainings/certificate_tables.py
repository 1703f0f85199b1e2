"""Lists of certificates and of those from elsewhere that wait for a decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.filters import FilterSet, with_words
from common.tables import DateColumn, DueColumn, LinkColumn, MomentColumn, Table
from common.templatetags.ui import badge_html
from common.ui import Tone
from partners.models import Enrolment, Member
from trainings.models import Certificate, CertificateClaim
from trainings.tables import BadgeColumn, SaidColumn, trainings_of_vendor
from trainings.wording import CLAIM_TONES, SOON, certificate_state, last_day, name_of

VALID, EXPIRING, EXPIRED, AHEAD, REVOKED = "valid", "expiring", "expired", "ahead", "revoked"
STATES = (
    (VALID, gettext_lazy("valid")),
    (EXPIRING, gettext_lazy("expires within 90 days")),
    (EXPIRED, gettext_lazy("expired")),
    (AHEAD, gettext_lazy("valid later")),
    (REVOKED, gettext_lazy("revoked")),
)
HOLDER_NAMES = ("holder__first_name", "holder__last_name")


class ValidUntilColumn(DateColumn):
    """The last day on which it holds."""

    def render(self, record: Certificate) -> Any:  # type: ignore[override]
        last = last_day(record)
        return super().render(last) if last is not None else gettext_lazy("without end")

    def value(self, record: Certificate) -> Any:  # type: ignore[override]
        return last_day(record)


class StateColumn(tables.Column):
    """Whether it holds today."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(orderable=False, empty_values=(), **kwargs)

    def render(self, record: Certificate, table: Any) -> str:
        label, tone = self.said(record, table)
        return badge_html(label, tone)

    def value(self, record: Certificate, table: Any) -> str:
        return self.said(record, table)[0]

    def said(self, record: Certificate, table: Any) -> tuple[str, Tone]:
        return certificate_state(record, table.request.today)


class CertificateTable(Table):
    training = SaidColumn(lambda row: name_of(row.training), verbose_name=gettext_lazy("Training"))
    valid_from = DateColumn(
        accessor="valid_from", order_by="valid__startswith", verbose_name=gettext_lazy("Valid from")
    )
    valid_until = ValidUntilColumn(
        accessor="valid_until", order_by="valid__endswith", empty_values=(), verbose_name=gettext_lazy("Valid until")
    )
    state = StateColumn(verbose_name=gettext_lazy("State"))


class TeamTable(CertificateTable):
    """What the people of a company hold, with the next date on which it can be renewed."""

    holder = LinkColumn(
        url=lambda row: reverse("trainings:partner-certificate", args=[row.partner_number, row.pk]),
        accessor="holder__name",
        order_by="holder__last_name",
        verbose_name=gettext_lazy("Who"),
    )
    vendor = tables.Column(accessor="training__program__vendor__name", verbose_name=gettext_lazy("Vendor"))
    renewal = LinkColumn(
        url=lambda row: row.renewal_url,
        accessor="renewal",
        orderable=False,
        attrs={},
        verbose_name=gettext_lazy("Next date"),
    )

    class Meta:
        sequence = ("holder", "training", "vendor", "state", "valid_from", "valid_until", "renewal")


class HolderTable(CertificateTable):
    """Who holds what of a vendor's trainings, and where they work."""

    holder = LinkColumn(
        url=lambda row: reverse("trainings:vendor-certificate", args=[row.training.program.vendor.slug, row.pk]),
        accessor="holder__name",
        order_by="holder__last_name",
        verbose_name=gettext_lazy("Who"),
    )
    employers = tables.Column(accessor="employers", orderable=False, verbose_name=gettext_lazy("Works for"))
    source = tables.Column(verbose_name=gettext_lazy("Source"))
    issued_at = MomentColumn(visible=False, verbose_name=gettext_lazy("Issued"))

    class Meta:
        sequence = ("holder", "employers", "training", "state", "valid_from", "valid_until", "...")


class CertificateFilter(FilterSet):
    search_fields: tuple[str, ...] = (*HOLDER_NAMES, "training__name", "training__name_en")
    state = django_filters.ChoiceFilter(
        choices=STATES, method="in_state", label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )

    class Meta:
        model = Certificate
        fields: list[str] = []

    def in_state(self, rows: QuerySet[Certificate], name: str, value: str) -> QuerySet[Certificate]:
        today = self.request.today
        revoked = Q(revoked_on__isnull=False, revoked_on__lte=today)
        if value == REVOKED:
            return rows.filter(revoked)
        standing = rows.exclude(revoked)
        if value == AHEAD:
            return standing.filter(valid__startswith__gt=today)
        if value == EXPIRED:
            return standing.filter(valid__endswith__lte=today)
        holding = standing.filter(valid__contains=today)
        return holding.filter(valid__endswith__lte=today + timedelta(days=SOON)) if value == EXPIRING else holding


class HolderFilter(CertificateFilter):
    training = django_filters.ModelChoiceFilter(
        queryset=trainings_of_vendor, label=gettext_lazy("Training"), empty_label=gettext_lazy("all")
    )

    def search(self, queryset: QuerySet[Certificate], name: str, value: str) -> QuerySet[Certificate]:
        """By the names of people, and of the vendor's partners for which they work."""
        enrolled = Enrolment.objects.filter(program__vendor=self.request.area.pk)
        working = Member.objects.filter(
            with_words(value, ["partner__name"]), left_on__isnull=True, partner__in=enrolled.values("partner_id")
        )
        return queryset.filter(with_words(value, self.search_fields) | Q(holder__in=working.values("user_id")))


# --- from elsewhere --------------------------------------------------------------------------------------------------


CLAIM_STATES = [choice for choice in CertificateClaim.State.choices if choice[0] != CertificateClaim.State.WITHDRAWN]
"""What was withdrawn no longer concerns the vendor."""


class ClaimTable(Table):
    holder = LinkColumn(
        url=lambda row: reverse("trainings:vendor-claim", args=[row.training.program.vendor.slug, row.pk]),
        accessor="holder__name",
        order_by="holder__last_name",
        verbose_name=gettext_lazy("Who"),
    )
    partner = tables.Column(order_by="partner__name", verbose_name=gettext_lazy("Partner"))
    training = SaidColumn(lambda row: name_of(row.training), verbose_name=gettext_lazy("Training"))
    state = BadgeColumn(
        lambda row: str(row.get_state_display()),
        lambda row: CLAIM_TONES[row.state],
        verbose_name=gettext_lazy("State"),
    )
    due_on = DueColumn(verbose_name=gettext_lazy("Decision due"))
    issuer = tables.Column(visible=False, verbose_name=gettext_lazy("Issued by"))
    issued_on = DateColumn(verbose_name=gettext_lazy("Issued on"))
    submitted_at = MomentColumn(verbose_name=gettext_lazy("Handed in"))


class ClaimFilter(FilterSet):
    search_fields = (*HOLDER_NAMES, "partner__name", "partner__number", "issuer")
    state = django_filters.ChoiceFilter(
        choices=CLAIM_STATES, label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )
    training = django_filters.ModelChoiceFilter(
        queryset=trainings_of_vendor, label=gettext_lazy("Training"), empty_label=gettext_lazy("all")
    )

    class Meta:
        model = CertificateClaim
        fields: list[str] = []
