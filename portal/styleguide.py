"""`/styleguide/`: every component with realistic figures and all its states. Touches no data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.filters import DayRangeFilter, FilterSet
from common.tables import DateColumn, LinkColumn, MoneyColumn, NumberColumn, Table
from common.templatetags.ui import badge_html
from common.ui import Chart, Crumb, Event, Fact, Series, Stage, Step, Task, Tone

LONG_NAME = "Gesellschaft für Kommunikations- und Netzwerktechnik Mecklenburgische Seenplatte mbH & Co. KG"


@dataclass(frozen=True)
class Sale:
    """A row of the sample table."""

    number: str
    customer: str
    day: date
    product: str
    quantity: int
    net: Decimal | None
    state: str

    def get_state_display(self) -> str:
        return {"counted": _("counts"), "waiting": _("in review"), "refused": _("left out")}[self.state]


class SaleTable(Table):
    customer = LinkColumn(
        url=lambda record: "#tables", sub="number", verbose_name=gettext_lazy("Partner"), footer=gettext_lazy("Total")
    )
    day = DateColumn(verbose_name=gettext_lazy("Date"))
    product = tables.Column(verbose_name=gettext_lazy("Product"))
    quantity = NumberColumn(
        verbose_name=gettext_lazy("Quantity"), footer=lambda table: sum(row.quantity for row in table.data)
    )
    net = MoneyColumn(verbose_name=gettext_lazy("Net"), footer=lambda table: sum(row.net or 0 for row in table.data))
    state = tables.Column(verbose_name=gettext_lazy("State"), orderable=False)

    def render_state(self, record: Sale) -> str:
        tones: dict[str, Tone] = {"counted": "success", "waiting": "info", "refused": "neutral"}
        return badge_html(record.get_state_display(), tones[record.state])


class SaleFilter(FilterSet):
    """The filter of the sample table. It never asks the database."""

    search_fields = ("email",)
    state = django_filters.ChoiceFilter(
        choices=[("counted", gettext_lazy("counts")), ("waiting", gettext_lazy("in review"))],
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("all"),
    )
    day = DayRangeFilter(label=gettext_lazy("Date"))


class ProjectForm(forms.Form):
    """A form as the portal writes them: few fields, help where it is needed."""

    company = forms.CharField(label=gettext_lazy("Company"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    quarter = forms.ChoiceField(
        label=gettext_lazy("Quarter"),
        choices=[("2026Q3", "2026 Q3"), ("2026Q4", "2026 Q4")],
        help_text=gettext_lazy("The quarter in which the customer will probably order."),
    )
    units = forms.IntegerField(label=gettext_lazy("Units"), min_value=1)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label=gettext_lazy("The customer knows that we pass this on."))


SALES = [
    Sale("RG-2026-10417", "Systemhaus Brandt GmbH", date(2026, 10, 4), "Snom D785", 12, Decimal("1678.80"), "counted"),
    Sale("RG-2026-10552", "Telefonbau Lehmann", date(2026, 10, 19), "Snom D865", 4, Decimal("1196.00"), "counted"),
    Sale("RG-2026-10613", LONG_NAME, date(2026, 10, 27), "Snom D335", 140, Decimal("15260.00"), "waiting"),
    Sale("GS-2026-00031", "Systemhaus Brandt GmbH", date(2026, 11, 2), "Snom D785", -2, Decimal("-279.80"), "counted"),
    Sale("RG-2026-10702", "IT-Werk Oberhausen", date(2026, 11, 9), "Snom D120", 25, None, "refused"),
]

STEPS = [(10, 5), (25, 10), (50, 15)]


def _rebate_steps(currency: str) -> list[Step]:
    return [
        Step(
            Decimal(bound),
            _("from %(bound)s") % {"bound": bound},
            _("%(rate)s each") % {"rate": formats.money(rate, currency)},
        )
        for bound, rate in STEPS
    ]


def _chart(identifier: str, kind: Any) -> Chart:
    this_year = [Decimal(str(v)) for v in (45, 130, 210, 260, 395, 520, 610, 775)]
    last_year = [Decimal(str(v)) for v in (60, 95, 180, 240, 300, 340, 465, 560, 640, 700, 810, 905, 960)]
    weeks = [_("Week %(number)s") % {"number": week} for week in range(40, 53)]
    return Chart(
        id=identifier,
        title=_("Rebate in the fourth quarter"),
        axis=_("Week"),
        labels=weeks,
        kind=kind,
        unit="EUR",
        series=[
            Series("2026", [*this_year, *[None] * 5]),
            Series("2025", last_year, muted=True),
        ],
        summary=_("After eight weeks %(now)s, at the same time last year %(then)s.")
        % {"now": formats.money(this_year[-1], "EUR"), "then": formats.money(last_year[7], "EUR")},
    )


def _events(now: datetime) -> list[Event]:
    return [
        Event(now - timedelta(minutes=12), _("Tier changed to Gold"), actor="Petra Wolf", icon="award", tone="success"),
        Event(
            now - timedelta(days=1, hours=4),
            _("Question about the case study"),
            _("The reference customer has to agree first."),
            actor="Petra Wolf",
            icon="chat-left-text",
            tone="warning",
            url="#timeline",
        ),
        Event(now - timedelta(days=40), _("Certificate uploaded"), actor="Jonas Brandt", icon="mortarboard"),
        Event(date(2024, 3, 1), _("Enrolled in the program"), icon="person-plus"),
    ]


def _tasks(now: datetime) -> list[Task]:
    return [
        Task(
            _("Upload the invoice for 12 telephones"),
            "#tasks",
            _("%(amount)s bonus depend on it") % {"amount": formats.money(144, "EUR")},
            since=now - timedelta(days=3),
            due=now.date() + timedelta(days=4),
            tone="warning",
            icon="receipt",
        ),
        Task(
            _("Certificate of Jonas Brandt expires"), "#tasks", due=now.date() + timedelta(days=21), icon="mortarboard"
        ),
    ]


def _facts() -> list[Fact]:
    return [
        Fact(_("Company"), LONG_NAME),
        Fact(_("VAT id"), "DE811234567"),
        Fact(_("Contact"), "Jonas Brandt", hint="jonas.brandt@example.com", url="#facts"),
        Fact(_("Revenue in twelve months"), formats.money(Decimal("18234.5"), "EUR"), numeric=True),
    ]


def _stages(now: datetime) -> list[Stage]:
    return [
        Stage(_("open"), "done", now - timedelta(days=12)),
        Stage(_("frozen"), "done", now - timedelta(days=2)),
        Stage(_("calculated"), "current", hint=_("47 of 58 partners")),
        Stage(_("sealed"), "ahead"),
    ]


def _filter(request: HttpRequest) -> SaleFilter:
    query = QueryDict("q=brandt&state=counted&day_from=2026-10-01&day_to=2026-12-31")
    return SaleFilter(query, queryset=get_user_model().objects.none(), request=request)


def _table(request: HttpRequest, rows: list[Sale], prefix: str) -> SaleTable:
    table = SaleTable(rows, currency="EUR", prefix=prefix, order_by="-day")
    table.request = request
    table.paginator = Paginator(table.rows, 4)
    table.page = table.paginator.page(1)
    return table


def _navigation() -> dict[str, Any]:
    """A menu as a partner's owner who also belongs to a second company has it."""
    entries = [
        {"label": _("Overview"), "url": "#", "icon": "speedometer2", "active": True},
        {"label": _("Sales"), "url": "#tables", "icon": "receipt", "active": False},
        {"label": _("Rebates"), "url": "#charts", "icon": "cash-coin", "active": False},
        {"label": _("Waiting for you"), "url": "#tasks", "icon": "inbox", "active": False, "badge": "2"},
    ]
    company = {
        "label": _("Company"),
        "entries": [{"label": _("People"), "url": "#facts", "icon": "people", "active": False}],
    }
    areas = [
        {"label": "Systemhaus Brandt GmbH", "url": "#", "active": True},
        {"label": LONG_NAME, "url": "#", "active": False},
    ]
    return {"nav": [{"label": "", "entries": entries}, company], "areas": areas, "area": areas[0]}


def _context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    faulty = ProjectForm(
        {"company": "", "email": "jonas.brandt", "quarter": "2026Q4", "units": "0", "note": "", "agreed": ""}
    )
    return {
        **_navigation(),
        "steps": _rebate_steps("EUR"),
        "below": Decimal(7),
        "between": Decimal(37),
        "beyond": Decimal(64),
        "line_chart": _chart("chart-line", "line"),
        "bar_chart": _chart("chart-bar", "bar"),
        "amount": Decimal(1240),
        "more": Decimal(310),
        "less": Decimal("-84.5"),
        "zero": Decimal(0),
        "big": Decimal("12345678.9"),
        "rate": Decimal("4.4"),
        "today": now.date(),
        "now": now,
        "since": now - timedelta(days=3),
        "events": _events(now),
        "tasks": _tasks(now),
        "no_tasks": [],
        "facts": _facts(),
        "stages": _stages(now),
        "table": _table(request, SALES, ""),
        "filter": _filter(request),
        "empty_table": _table(request, [], "empty-"),
        "long_name": LONG_NAME,
        "form": ProjectForm(initial={"quarter": "2026Q4"}, prefix="new"),
        "faulty": faulty,
        "crumbs": [Crumb(_("Partners"), "#"), Crumb("Systemhaus Brandt GmbH", "#"), Crumb(_("Styleguide"))],
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    """For everyone in demo mode and in development, otherwise for people who are signed in."""
    if settings.DEMO_MODE or settings.DEBUG or request.user.is_authenticated:
        return render(request, "styleguide.html", _context(request))
    return redirect_to_login(request.get_full_path())
