"""The partner's list of its deals."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.filters import FilterSet
from common.requests import PersonRequest
from common.tables import DateColumn, LinkColumn, MomentColumn, MoneyColumn, NumberColumn, StateColumn, Table
from common.templatetags.ui import badge_html
from common.ui import Tone
from deals.describing import days_left, days_left_in_words, tone_of_days_left
from deals.finding import searched
from deals.models import Deal
from deals.wording import TONES, state_for_partner, title_of
from programs.models import Program


def _tone(deal: Deal) -> Tone:
    return TONES[deal.state]


def steps_offered(deal: Deal) -> list[tuple[str, str]]:
    """What ends a deal or says how it stands, as a label and an address: on its card and in its row."""
    named = [
        ("update-deal", _("Update"), (Deal.State.PROTECTED,)),
        ("deal-won", _("Won"), (Deal.State.PROTECTED,)),
        ("deal-lost", _("Lost"), (Deal.State.PROTECTED,)),
        ("reply-deal", _("Answer"), (Deal.State.ASKED_BACK,)),
        ("withdraw-deal", _("Withdraw"), (Deal.State.SUBMITTED, Deal.State.ASKED_BACK, Deal.State.PROTECTED)),
    ]
    args = [deal.partner.number, deal.number]
    return [(label, reverse(f"deals:{name}", args=args)) for name, label, states in named if deal.state in states]


class DealTable(Table):
    """Columns that are not visible are for exports. `writes`: whether the person does something with deals."""

    title = LinkColumn(
        url=lambda deal: reverse("deals:partner-deal", args=[deal.partner.number, deal.number]),
        sub="customer_name",
        empty_values=(),
        order_by=("title", "customer_name", "pk"),
        verbose_name=gettext_lazy("Deal"),
    )
    reference = tables.Column(visible=False, orderable=False, verbose_name=gettext_lazy("Number"))
    program = tables.Column(
        accessor="enrolment__program", order_by="enrolment__program__name", verbose_name=gettext_lazy("Program")
    )
    state = StateColumn(words=state_for_partner, tone=_tone, orderable=False, verbose_name=gettext_lazy("State"))
    protection = NumberColumn(
        accessor="protected_until", order_by="protected_until", initial_sort_descending=False,
        verbose_name=gettext_lazy("Days of protection"),
    )  # fmt: skip
    update_due_on = DateColumn(initial_sort_descending=False, verbose_name=gettext_lazy("Update due"))
    expected_value = MoneyColumn(currency_from="currency", verbose_name=gettext_lazy("Expected value"))
    expected_on = DateColumn(visible=False, verbose_name=gettext_lazy("Order expected"))
    since = MomentColumn(order_by=("since", "pk"), visible=False, verbose_name=gettext_lazy("Since"))
    customer_name = tables.Column(visible=False, verbose_name=gettext_lazy("End customer"))
    customer_postcode = tables.Column(visible=False, verbose_name=gettext_lazy("Postcode"))
    customer_city = tables.Column(visible=False, verbose_name=gettext_lazy("City"))
    submitted_at = MomentColumn(visible=False, verbose_name=gettext_lazy("Submitted"))
    protected_until = DateColumn(visible=False, verbose_name=gettext_lazy("Protected until before"))
    ended_on = DateColumn(visible=False, verbose_name=gettext_lazy("Ended on"))
    won_value = MoneyColumn(currency_from="currency", visible=False, verbose_name=gettext_lazy("Value of the order"))
    steps = tables.Column(
        accessor="pk", orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("What you can do")
    )

    class Meta:
        order_by = "-since"

    def __init__(self, *args: Any, writes: bool, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        if not writes:
            self.columns.hide("steps")

    def render_title(self, record: Deal, column: LinkColumn) -> str:
        return column.render(title_of(record), record) if record.title else title_of(record)

    def value_title(self, record: Deal) -> str:
        return title_of(record)

    def render_protection(self, record: Deal) -> str:
        words, tone = days_left_in_words(record, self.today), tone_of_days_left(record, self.today)
        return badge_html(words, tone) if words else formats.NOTHING

    def render_update_due_on(self, value: date, record: Deal) -> str:
        return formats.date_short(value) if record.needs_update else formats.NOTHING

    def value_update_due_on(self, value: date, record: Deal) -> date | None:
        return value if record.needs_update else None

    def value_protection(self, record: Deal) -> int | None:
        return days_left(record, self.today)

    def render_steps(self, record: Deal) -> str:
        links = [(url, title_of(record), label) for label, url in steps_offered(record)]
        if not links:
            return formats.NOTHING
        link = '<a href="{}"><span class="visually-hidden">{}: </span>{}</a>'
        return format_html('<span class="deal-steps">{}</span>', format_html_join(" ", link, links))


def programs_of_deals(request: PersonRequest | None) -> QuerySet[Program]:
    """Of the partner's own deals."""
    if request is None:
        return Program.objects.none()
    own = Deal.objects.visible_to(request.actor).filter(partner=request.area.pk, enrolment__program=OuterRef("pk"))
    return Program.objects.filter(Exists(own)).order_by("name")


class DealFilter(FilterSet):
    search_fields: tuple[str, ...] = ("title", "customer_name", "customer_city", "contact_name")
    state = django_filters.ChoiceFilter(
        choices=Deal.State.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )
    program = django_filters.ModelChoiceFilter(
        field_name="enrolment__program", queryset=programs_of_deals, to_field_name="slug",
        label=gettext_lazy("Program"), empty_label=gettext_lazy("all"),
    )  # fmt: skip

    class Meta:
        model = Deal
        fields: list[str] = []

    def search(self, queryset: QuerySet[Deal], name: str, value: str) -> QuerySet[Deal]:
        return searched(queryset, value, self.search_fields)
