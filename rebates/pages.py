"""What rebates add to the shared pages: menu entries, panels, what waits, a column of the list of partners.

Settlements are also what questions to a vendor can be about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import formats, registry
from common.access import CHANNEL_MANAGER, OWNER, PARTNER, PARTNER_FINANCE, VENDOR, ActorQuerySet
from common.period_names import period_name
from common.periods import Period
from common.registry import Area, AttentionSource, BeforeRelease, MenuEntry, Panel, Waiting
from common.tables import MoneyColumn
from common.ui import Fact
from partners import composing
from partners.composing import Figures, OpenMoney, PartnerPanel
from partners.models import RECORDING_ROLES
from partners.waiting import WaitingSource, partner_waits
from rebates import closings, panels, payment_panels, vendor_panels
from rebates.explaining import measured
from rebates.models import Closing, Settlement
from rebates.open_money import open_balance, open_money
from rebates.rights import MONEY_ROLES
from rebates.views import partner_url, vendor_url
from sales import sealed
from sales.hindrances import Hindrance, hindrances
from sales.models import Claim
from sales.sealed import SealedSource
from sales.subjects import SubjectKind, subjects


def register() -> None:
    _menu()
    _panels()
    _partner_pages()
    _questions()
    hindrances.register(Hindrance("ledger", open_balance))
    sealed.sources.register(SealedSource("closings", closings.sealed_periods, closings.begun_periods))
    for source in (
        AttentionSource("halted", VENDOR, vendor_panels.halted, roles=MONEY_ROLES, order=5),
        AttentionSource("held-back", VENDOR, vendor_panels.held_back, roles=MONEY_ROLES, order=30),
        AttentionSource("out-of-bounds", VENDOR, vendor_panels.out_of_bounds, roles=MONEY_ROLES, order=31),
        AttentionSource("payment-runs", VENDOR, payment_panels.waiting, roles=MONEY_ROLES, order=31),
        AttentionSource("adjustments", VENDOR, vendor_panels.to_be_decided, roles=MONEY_ROLES, order=32),
    ):
        registry.attention.register(source)
    registry.attention.register(
        AttentionSource(
            "payment-came-back",
            PARTNER,
            payment_panels.came_back,
            roles=RECORDING_ROLES,
            order=6,
            page="partners:bank-account",
        )
    )
    partner_waits.register(
        WaitingSource("payment-came-back", payment_panels.came_back_of, roles=RECORDING_ROLES, order=6)
    )
    registry.before_release.register(BeforeRelease("payments", payment_panels.before_release, order=10))
    registry.before_release.register(BeforeRelease("closings", _unfinished, order=20))
    registry.attention.register(AttentionSource("unsettled", VENDOR, vendor_panels.unsettled, order=35))


def _unfinished(backup_at: datetime) -> Iterator[Waiting]:
    """Closings that go on from where the backup found them; they give the same amounts again."""
    unfinished = Closing.objects.exclude(state=Closing.State.SEALED).select_related("program__vendor")
    for closing in unfinished.order_by("ends_on", "pk"):
        url = reverse("rebates:closing", args=[closing.program.vendor.slug, closing.program.slug, closing.period])
        named = f"{closing.program} {period_name(Period.parse(closing.period))}"
        text = gettext("Closing %(closing)s goes on: %(state)s")
        yield Waiting(text % {"closing": named, "state": closing.get_state_display()}, url, since=closing.opened_at)


def _menu() -> None:
    def page(name: str) -> Callable[[Area], str]:
        return lambda area: reverse(f"rebates:{name}", args=[area.slug])

    for entry in (
        MenuEntry("rebates", PARTNER, _("Rebates"), "cash-coin", page("partner-rebates"), order=20),
        MenuEntry("account", PARTNER, _("Account"), "cash-stack", page("account"), order=25),
        MenuEntry(
            "statements",
            PARTNER,
            _("Statements"),
            "file-earmark-text",
            page("statements"),
            roles=(OWNER, PARTNER_FINANCE),
            order=26,
        ),
        MenuEntry("closings", VENDOR, _("Closings"), "calendar-check", page("closings"), order=40),
        MenuEntry("accounts", VENDOR, _("Accounts"), "cash-stack", page("accounts"), order=41),
        MenuEntry("payments", VENDOR, _("Payments"), "cash-coin", page("payments"), roles=MONEY_ROLES, order=41),
        MenuEntry(
            "vendor-statements",
            VENDOR,
            _("Statements"),
            "file-earmark-text",
            page("statements-of-vendor"),
            roles=(*MONEY_ROLES, CHANNEL_MANAGER),
            order=41,
        ),
        MenuEntry("accounting", VENDOR, _("Accounting"), "calculator", page("accounting"), roles=MONEY_ROLES, order=42),
    ):
        registry.menu.register(entry)


def _panels() -> None:
    closings = "rebates/panels/closings.html"
    for panel in (
        Panel("earned", PARTNER, "rebates/panels/earned.html", panels.earned, order=10),
        Panel("settled", PARTNER, "rebates/panels/settled.html", panels.settled, column="side", order=20, later=True),
        Panel("quarter", VENDOR, "rebates/panels/quarter.html", vendor_panels.quarter, order=10, later=True),
        Panel("closings", VENDOR, closings, vendor_panels.closing_states, column="side", order=30, later=True),
    ):
        registry.panels.register(panel)


def _partner_pages() -> None:
    composing.panels.register(
        PartnerPanel("rebates", "rebates/panels/of_partner.html", vendor_panels.rebates_of_partner, order=10)
    )
    composing.open_money.register(OpenMoney("rebates", open_money))
    composing.figures.register(Figures("rebate", _rebate, vendor_panels.rebate_so_far, order=30))


def _rebate() -> Mapping[str, tables.Column]:
    return {"rebate": MoneyColumn(verbose_name=_("Rebate so far"))}


# --- settlements as subjects of questions ----------------------------------------------------------------------------


def _questions() -> None:
    subjects.register(
        SubjectKind(
            key=Claim.Kind.SETTLEMENT,
            model=Settlement,
            rows=_settlements,
            vendor=lambda settlement: settlement.terms.program.vendor,
            partner=lambda settlement: settlement.enrolment.partner,
            label=_label,
            facts=_facts,
            partner_url=lambda settlement: partner_url(
                settlement.enrolment.partner.number, settlement.terms, settlement.period
            ),
            vendor_url=lambda settlement: vendor_url(
                settlement.terms.program.vendor.slug,
                settlement.enrolment.partner.number,
                settlement.terms,
                settlement.period,
            ),
        )
    )


def _settlements() -> ActorQuerySet:
    return Settlement.objects.select_related("closing", "terms__program__vendor", "enrolment__partner")


def _label(settlement: Settlement) -> str:
    return f"{settlement.terms.name}, {period_name(Period.parse(settlement.period))}"


def _facts(settlement: Settlement) -> list[Fact]:
    result = formats.money(settlement.result, settlement.currency)
    amount = formats.money(settlement.amount, settlement.currency)
    attainment = measured(settlement.attainment, settlement.terms.terms.counts, settlement.currency)
    return [
        Fact(gettext("Program"), settlement.terms.program.name),
        Fact(gettext("Attainment"), attainment, numeric=True),
        Fact(gettext("Result"), result, numeric=True),
        Fact(gettext("Amount"), amount, numeric=True),
        Fact(gettext("Settled"), formats.date_long(settlement.settled_at)),
    ]
