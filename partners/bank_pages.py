"""What bank accounts add to the shared pages: menu entries, what waits, and a card on a vendor's page of a partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Min, QuerySet
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
from partners.waiting import Partners, WaitingSource, Waits, partner_waits
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
    return _refused({area.pk: area.slug}, BankAccountUse.objects.visible_to(actor)).get(area.pk, ())


def refused_by(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _refused(partners, BankAccountUse.objects.filter(vendor=vendor))


def _refused(partners: Partners, uses: QuerySet[BankAccountUse]) -> Waits:
    refused = uses.filter(account__partner__in=partners, account__replaced_at__isnull=True, state=State.REFUSED)
    found: dict[int, list[Waiting]] = defaultdict(list)
    rows = refused.order_by("decided_at").values_list("account__partner_id", "vendor__name", "decided_at")
    for partner_id, vendor, since in rows:
        text = gettext("%(vendor)s does not accept your bank account") % {"vendor": vendor}
        url = reverse("partners:bank-account", args=[partners[partner_id]])
        found[partner_id].append(Waiting(text, url, since))
    return found


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
    partner_waits.register(WaitingSource("bank-account-refused", refused_by, roles=RECORDING_ROLES, order=7))
    composing.panels.register(
        PartnerPanel("bank-account", "partners/panels/bank_account.html", of_partner, column="side", order=50)
    )
