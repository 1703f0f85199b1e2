"""Bank accounts in words: how one stands with a vendor, what the company sees of it, what has happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import companies, formats
from common.ui import Event, Fact, Tone
from partners.bank_selectors import AccountState, Payable, standing
from partners.ibans import bank_of
from partners.models import BankAccount, BankAccountUse

TONES: dict[str, Tone] = {
    AccountState.READY: "success",
    AccountState.COOLING: "info",
    AccountState.WAITING: "warning",
    AccountState.REFUSED: "danger",
    AccountState.NONE: "warning",
}


@dataclass(frozen=True)
class Said:
    """A state in words, how it feels, and what there is to say about it."""

    words: str
    tone: Tone
    text: str = ""


def said(payable: Payable) -> Said:
    """As both sides read it."""
    words = {
        AccountState.READY: pgettext("payment", "approved"),
        AccountState.COOLING: _("approved, usable soon"),
        AccountState.WAITING: _("being checked"),
        AccountState.REFUSED: _("not accepted"),
        AccountState.NONE: _("no account named"),
    }[payable.state]
    return Said(words, TONES[payable.state], _more(payable))


def _more(payable: Payable) -> str:
    if payable.state == AccountState.COOLING:
        return _("Nothing is paid to it before %(moment)s.") % {"moment": formats.datetime_short(payable.until)}
    return payable.use.comment if payable.use is not None else ""


def said_of_use(use: BankAccountUse, now: datetime) -> Said:
    """A vendor's decision, about an account that may have been replaced since."""
    if use.account.replaced_at is not None:
        return Said(_("replaced or withdrawn"), "neutral", use.comment)
    return said(standing(use.account, use, now))


def facts(account: BankAccount) -> list[Fact]:
    """What the account is. The number is masked for everybody; its proof says the whole."""
    bank = bank_of(account.iban)
    return [
        Fact(_("IBAN"), account.masked),
        Fact(_("Account holder"), account.holder),
        Fact(_("Bank"), bank.name or formats.NOTHING, hint=account.bic),
        Fact(_("Country of the bank"), account.country),
        Fact(_("Recorded by"), account.recorded_by.name, hint=formats.datetime_short(account.recorded_at)),
        Fact(_("Usable from"), formats.datetime_short(account.usable_from)),
    ]


def doubts(account: BankAccount, *, company: str, country: str) -> list[str]:
    """What a person should look at twice. `company`, `country`: as the company is registered; empty is unknown."""
    found = []
    names = companies.compare(companies.Company(account.holder), companies.Company(company))
    if names.score < companies.POSSIBLE:
        values = {"holder": account.holder, "company": company}
        found.append(_("The account holder is “%(holder)s”, the company is “%(company)s”.") % values)
    if country and account.country != country:
        values = {"bank": account.country, "company": country}
        found.append(_("The bank is in %(bank)s, the company in %(company)s.") % values)
    if not account.bic:
        found.append(_("The bank is in no directory that we have."))
    return found


def events(accounts: Iterable[BankAccount]) -> list[Event]:
    """What has happened to a company's accounts. `accounts`: newest first, with what vendors said."""
    found: list[Event] = []
    later: BankAccount | None = None
    for account in accounts:
        named = {"account": account.masked}
        found += _end(account, later)
        for use in account.uses.all():
            if use.decided_at is None:
                continue
            values = {**named, "vendor": use.vendor.name}
            if use.state == BankAccountUse.State.APPROVED:
                text = _("%(vendor)s has approved %(account)s") % values
                found.append(Event(use.decided_at, text, icon="check-circle", tone="success"))
            else:
                text = _("%(vendor)s has not accepted %(account)s") % values
                found.append(Event(use.decided_at, text, text=use.comment, icon="x-circle", tone="danger"))
        text = _("%(account)s was named") % named
        found.append(
            Event(account.recorded_at, text, text=account.holder, actor=account.recorded_by.name, icon="plus-lg")
        )
        later = account
    return found


def _end(account: BankAccount, later: BankAccount | None) -> list[Event]:
    """Where it was withdrawn; that another one came in its place stands with that one."""
    if account.replaced_at is None or account.replaced_by is None:
        return []
    if later is not None and later.recorded_at == account.replaced_at:
        return []
    text = _("%(account)s was withdrawn") % {"account": account.masked}
    return [Event(account.replaced_at, text, actor=account.replaced_by.name, icon="x-lg", tone="warning")]
