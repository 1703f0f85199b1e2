"""An account in words: how one stands, and what each entry is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from common import formats
from common.period_names import period_name
from common.periods import Period
from common.ui import Chart, Series
from partners.ibans import masked
from rebates.accounts import Balance
from rebates.models import LedgerEntry
from rebates.payment_words import payment_to_partner
from rebates.statement import Account

Kind = LedgerEntry.Kind


def standing(account: Account, *, to_partner: bool) -> str:
    """How the two stand, in one sentence; to the partner's people, or to the vendor's."""
    balance = account.balance
    values = {"vendor": account.vendor.name, "partner": balance.partner.name}
    if balance.carried:
        values["amount"] = formats.money(balance.carried, balance.currency)
        if to_partner:
            return _("%(vendor)s has credited you %(amount)s too much.") % values
        return _("%(partner)s was credited %(amount)s too much.") % values
    if balance.owed:
        values["amount"] = formats.money(balance.owed, balance.currency)
        if to_partner:
            return _("%(vendor)s owes you %(amount)s.") % values
        return _("%(vendor)s owes %(partner)s %(amount)s.") % values
    if balance.in_payment:
        # Also while its run waits for approvals: how far it is says the payment itself.
        values["amount"] = formats.money(balance.in_payment, balance.currency)
        if to_partner:
            return _("%(vendor)s is paying you %(amount)s.") % values
        return _("%(amount)s are being paid to %(partner)s.") % values
    if to_partner:
        return _("Nothing is open between you and %(vendor)s.") % values
    return _("Nothing is open between %(vendor)s and %(partner)s.") % values


def meaning(balance: Balance) -> str:
    """What becomes of the balance; empty where there is nothing to say."""
    if balance.carried:
        return _("Nothing has to be paid back: the amount is set off against the rebates earned next.")
    if balance.owed:
        return _("The amount is settled and waits to be paid out.")
    return ""


def text_of(entry: LedgerEntry) -> str:
    """What an entry is."""
    if entry.adjustment is not None:
        return _("Correction: %(reason)s") % {"reason": entry.adjustment.reason}
    if entry.payment is not None:
        kind = str(entry.get_kind_display())
        return _("%(kind)s, run %(number)s") % {"kind": kind[:1].upper() + kind[1:], "number": entry.payment.run.number}
    assert entry.settlement is not None
    settlement = entry.settlement
    values = {
        "rebate": settlement.terms.name,
        "period": period_name(Period.parse(settlement.period)),
        "closing": period_name(Period.parse(settlement.closing.period)),
    }
    if entry.kind == Kind.ADJUSTMENT:
        return _("Adjustment of %(period)s, with the closing of %(closing)s") % values
    return _("%(rebate)s, %(period)s") % values


def about(entry: LedgerEntry) -> str:
    """The quieter line below: which rebate of which program, or how a payment stands."""
    if entry.adjustment is not None:
        return entry.adjustment.program.name
    if entry.payment is not None:
        return payment_to_partner(entry.payment)[0] if entry.kind == Kind.PAYMENT else masked(entry.payment.iban)
    assert entry.settlement is not None
    program = entry.settlement.closing.program.name
    return f"{entry.settlement.terms.name} · {program}" if entry.kind == Kind.ADJUSTMENT else program


def earned_chart(earned: Sequence[tuple[Period, Decimal]], currency: str) -> Chart:
    """What was earned quarter by quarter."""
    latest, amount = earned[-1]
    return Chart(
        id="earned-by-quarter",
        title=_("Earned by quarter"),
        axis=_("Quarter"),
        labels=[period_name(period) for period, _amount in earned],
        series=[Series(_("Earned"), [amount for _period, amount in earned])],
        kind="bar",
        unit=currency,
        summary=_("%(period)s: %(amount)s settled.")
        % {"period": period_name(latest), "amount": formats.money(amount, currency)},
    )
