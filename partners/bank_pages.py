"""What bank accounts add to the shared pages: menu entries, what waits, and a card on a vendor's page of a partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common import formats, registry
from common.access import PARTNER, VENDOR, Actor
from common.registry import Area, AttentionSource, MenuEntry, Waiting
from partners import bank_selectors, composing
from partners.bank_selectors import AccountState
from partners.bank_wording import said
from partners.composing import PartnerPanel
from partners.models import RECORDING_ROLES, BankAccountUse, Partner
from programs.deciding import MONEY_ROLES
from programs.models import Vendor

State = BankAccountUse.State


def _own(area: Area) -> str:
    return reverse("partners:bank-account", args=[area.slug])


def _all(area: Area) -> str:
    return reverse("partners:bank-accounts", args=[area.slug])


def undecided(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Accounts that wait for the vendor, as one item with the oldest clock."""
    waiting = bank_selectors.waiting_at(vendor_id=area.pk, actor=actor).order_by()
    found = waiting.aggregate(number=Count("pk"), since=Min("asked_at"), one=Min("pk"))
    if number := found["number"]:
        text = ngettext("%(count)s bank account to check", "%(count)s bank accounts to check", number)
        url = f"{_all(area)}?state={State.WAITING.value}"
        if number == 1:
            url = reverse("partners:bank-account-use", args=[area.slug, found["one"]])
        yield Waiting(text % {"count": formats.number(number)}, url, since=found["since"], count=number)


def refused(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Vendors that do not pay to the company's account."""
    uses = BankAccountUse.objects.visible_to(actor).filter(
        account__partner=area.pk, account__replaced_at__isnull=True, state=State.REFUSED
    )
    for vendor, since in uses.order_by("decided_at").values_list("vendor__name", "decided_at"):
        yield Waiting(gettext("%(vendor)s does not accept your bank account") % {"vendor": vendor}, _own(area), since)


def of_partner(vendor: Vendor, partner: Partner, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """Whether the vendor can pay the partner, in words; where the account is stands for finance alone."""
    found = bank_selectors.payable(vendor_id=vendor.pk, partner_ids=[partner.pk], now=timezone.now())[partner.pk]
    shown = {"said": said(found), "none": found.state == AccountState.NONE, "account": "", "url": "", "action": ""}
    if found.use is None or found.account is None or not actor.has(VENDOR, vendor.pk, *MONEY_ROLES):
        return shown
    url = reverse("partners:bank-account-use", args=[vendor.slug, found.use.pk])
    return {**shown, "account": found.account.masked, "url": url, "action": gettext("Open the account")}


def register() -> None:
    for entry in (
        MenuEntry("bank-account", PARTNER, _("Bank account"), "bank", _own, roles=RECORDING_ROLES, order=26),
        MenuEntry("bank-accounts", VENDOR, _("Bank accounts"), "bank", _all, roles=MONEY_ROLES, order=43),
    ):
        registry.menu.register(entry)
    for source in (
        AttentionSource("bank-accounts", VENDOR, undecided, roles=MONEY_ROLES, order=33),
        AttentionSource("bank-account-refused", PARTNER, refused, roles=RECORDING_ROLES, order=7),
    ):
        registry.attention.register(source)
    composing.panels.register(
        PartnerPanel("bank-account", "partners/panels/bank_account.html", of_partner, column="side", order=50)
    )
