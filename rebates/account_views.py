"""Statements of account, as a partner and as the vendor sees them, and a vendor's accounts with all its partners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import formats
from common.access import PARTNER
from common.filters import FilterSet
from common.listviews import ListPage
from common.money import ZERO
from common.requests import PersonRequest
from common.tables import CompletedRows
from common.ui import Crumb, Fact
from partners.entering import PartnerListPage, in_partner
from partners.ibans import masked
from partners.models import RECORDING_ROLES, Partner
from partners.selectors import currency_of, partners_of
from programs.entering import VendorListPage, in_vendor
from rebates import accounts, statement, statement_wording
from rebates.account_tables import (
    BalanceFilter,
    BalanceRow,
    BalanceTable,
    StatementFilter,
    StatementRow,
    StatementTable,
)
from rebates.accounts import Balance
from rebates.bank_reasons import advice
from rebates.change_wording import key_of_closing
from rebates.explaining import in_currencies
from rebates.models import LedgerEntry, LeftOut, Payment, Settlement, Statement
from rebates.payment_words import NAME_AN_ACCOUNT, TO_PARTNER, payment_to_partner, promise_in_words
from rebates.payments import standing
from rebates.rights import handles_money
from rebates.statement import Account
from rebates.statements.reading import papers_of
from rebates.views import partner_url, vendor_url

Kind = LedgerEntry.Kind
PAYMENTS_SHOWN = 6

# --- a statement ------------------------------------------------------------------------------------------------------


class StatementPage(ListPage):
    """One account. Subclasses say between whom, and where its lines are explained."""

    table_class = StatementTable
    filterset_class = StatementFilter
    template_name = "rebates/statement.html"
    export_name = "account"
    per_page = 25
    to_partner = True

    def accounts(self) -> list[Account]:
        """Those between the two, by currency."""
        raise NotImplementedError

    def empty_account(self) -> Account:
        """What is shown while nothing is booked between the two, where no currency is asked for."""
        raise Http404

    def account_url(self, account: Account) -> str:
        raise NotImplementedError

    def explained_url(self, settlement: Settlement) -> str:
        raise NotImplementedError

    def adjustment_url(self, entry: LedgerEntry) -> str:
        """Where a manual adjustment is shown to whoever looks; empty: nowhere, the line says everything."""
        return ""

    def crumbs(self) -> list[Crumb]:
        raise NotImplementedError

    @cached_property
    def all_accounts(self) -> list[Account]:
        return self.accounts()

    @cached_property
    def account(self) -> Account:
        """The one in the currency that is asked for, or the first."""
        asked = self.kwargs.get("currency")
        found = [each for each in self.all_accounts if asked in (None, each.currency)]
        if not found and asked is not None:
            raise Http404
        return found[0] if found else self.empty_account()

    def rows(self) -> QuerySet[LedgerEntry]:
        return statement.entries_in(account=self.account, actor=self.request.actor)

    def filter_options(self) -> dict[str, Any]:
        return {"periods": statement.periods_in(self.rows())}

    def table_options(self) -> dict[str, Any]:
        return {"currency": self.account.currency}

    @cached_property
    def running(self) -> Mapping[int, tuple[Decimal, Decimal]]:
        return statement.running_balances(entries=self.rows())

    def records(self, rows: QuerySet[LedgerEntry], filterset: FilterSet | None) -> CompletedRows:
        return CompletedRows(rows, self._complete, tie_break=("-booked_at", "-pk"))

    def _complete(self, entries: Sequence[LedgerEntry]) -> Iterator[StatementRow]:
        for line in statement.lines_from(entries, self.running):
            yield StatementRow(
                booked_at=line.entry.booked_at,
                text=statement_wording.text_of(line.entry),
                about=statement_wording.about(line.entry),
                kind=line.entry.get_kind_display(),
                amount=line.amount,
                balance=line.balance,
                url=self._url(line.entry),
            )

    def payment_url(self, entry: LedgerEntry) -> str:
        """Where a payment's run is shown to whoever looks; empty: the page says everything."""
        return ""

    def paper_url(self, paper: Statement) -> str:
        """Where a statement is taken, or shown."""
        raise NotImplementedError

    def _url(self, entry: LedgerEntry) -> str:
        if entry.payment is not None:
            return self.payment_url(entry)
        if entry.settlement is None:
            return self.adjustment_url(entry)
        url = self.explained_url(entry.settlement)
        return f"{url}#{key_of_closing(entry.settlement.closing.period)}" if entry.kind == Kind.ADJUSTMENT else url

    def context(self, rows: QuerySet[LedgerEntry]) -> dict[str, Any]:
        account, balance = self.account, self.account.balance
        earned = statement.earned_by_quarter(self.rows())
        return {
            "account": account,
            "crumbs": self.crumbs(),
            "standing": statement_wording.standing(account, to_partner=self.to_partner),
            "meaning": statement_wording.meaning(balance),
            "facts": [
                Fact(label, formats.money(amount, balance.currency), numeric=True)
                for label, amount in ((_("In payment"), balance.in_payment), (_("Paid so far"), balance.paid))
                if amount
            ],
            **self.payments(),
            "chart": statement_wording.earned_chart(earned, account.currency) if len(earned) > 1 else None,
            "others": [
                {"currency": each.currency, "url": self.account_url(each), "current": each is account}
                for each in self.all_accounts
            ],
        }

    def payments(self) -> dict[str, Any]:
        """What is promised, and the latest payments with where each is."""
        account, actor = self.account, self.request.actor
        partner, vendor = account.balance.partner, account.vendor
        found = standing.payments_of(partner=partner, actor=actor, vendor=vendor).filter(currency=account.currency)
        latest = list(found[:PAYMENTS_SHOWN])
        papers = papers_of(payments=latest, actor=actor)
        lines = [
            _payment_line(each, [(paper.number, self.paper_url(paper)) for paper in papers.get(each.pk, [])])
            for each in latest
        ]
        now = timezone.now()
        promises = standing.promises(partner=partner, vendor=vendor, today=self.request.today, now=now)
        promise = next((each for each in promises if each.currency == account.currency), None)
        if promise is None:
            return {"payments": lines}
        names_account = (
            self.to_partner and promise.why in NAME_AN_ACCOUNT and actor.has(PARTNER, partner.pk, *RECORDING_ROLES)
        )
        return {
            "payments": lines,
            "promise": promise_in_words(promise, to_partner=self.to_partner),
            "bank_url": reverse("partners:bank-account", args=[partner.number]) if names_account else "",
        }


def _payment_line(payment: Payment, papers: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """`papers`: its statements, each with its number and address."""
    words, tone = payment_to_partner(payment)
    came_back = payment.state == Payment.State.RETURNED
    return {
        "payment": payment,
        "account": masked(payment.iban),
        "words": words,
        "tone": tone,
        "papers": papers,
        "advice": advice(payment.answer_code) if came_back else "",
    }


class PartnerStatement(StatementPage, PartnerListPage):
    def accounts(self) -> list[Account]:
        found = statement.accounts_between(partner=self.partner, actor=self.request.actor)
        return [each for each in found if each.vendor.slug == self.kwargs["of"]]

    def account_url(self, account: Account) -> str:
        return partner_account_url(self.partner.number, account)

    def explained_url(self, settlement: Settlement) -> str:
        return partner_url(self.partner.number, settlement.terms, settlement.period)

    def paper_url(self, paper: Statement) -> str:
        return reverse("rebates:statement-file", args=[self.partner.number, paper.pk])

    def crumbs(self) -> list[Crumb]:
        overview = Crumb(_("Account"), reverse("rebates:account", args=[self.partner.number]))
        return [overview, Crumb(self.account.vendor.name)]


class VendorStatement(StatementPage, VendorListPage):
    """The same as the vendor's staff see it."""

    to_partner = False

    @cached_property
    def partner(self) -> Partner:
        partners = partners_of(vendor=self.vendor, actor=self.request.actor)
        return get_object_or_404(partners, number=self.kwargs["number"])

    def accounts(self) -> list[Account]:
        return statement.accounts_between(partner=self.partner, actor=self.request.actor, vendor=self.vendor)

    def empty_account(self) -> Account:
        return Account(self.vendor, Balance(self.partner, currency_of(self.vendor)))

    def account_url(self, account: Account) -> str:
        return vendor_account_url(self.vendor.slug, account.balance)

    def explained_url(self, settlement: Settlement) -> str:
        return vendor_url(self.vendor.slug, self.partner.number, settlement.terms, settlement.period)

    def payment_url(self, entry: LedgerEntry) -> str:
        if entry.payment is None or not handles_money(self.request.actor, self.vendor.pk):
            return ""
        return reverse("rebates:payment-run", args=[self.vendor.slug, entry.payment.run.number])

    def paper_url(self, paper: Statement) -> str:
        return reverse("rebates:statement-of-vendor", args=[self.vendor.slug, paper.pk])

    def adjustment_url(self, entry: LedgerEntry) -> str:
        return reverse("rebates:adjustment", args=[self.vendor.slug, entry.adjustment_id])

    def context(self, rows: QuerySet[LedgerEntry]) -> dict[str, Any]:
        """With where finance adjusts it by hand."""
        context = super().context(rows)
        if handles_money(self.request.actor, self.vendor.pk):
            url = reverse("rebates:adjustment-new", args=[self.vendor.slug])
            context["propose_url"] = f"{url}?{urlencode({'partner': self.partner.number})}"
        return context

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(_("Accounts"), reverse("rebates:accounts", args=[self.vendor.slug])),
            Crumb(self.partner.name, reverse("partners:detail", args=[self.vendor.slug, self.partner.number])),
            Crumb(_("Account")),
        ]


def partner_account_url(number: str, account: Account) -> str:
    return reverse("rebates:account-with", args=[number, account.vendor.slug, account.currency])


def vendor_account_url(vendor: str, balance: Balance) -> str:
    return reverse("rebates:account-of", args=[vendor, balance.partner.number, balance.currency])


@in_partner()
@require_GET
def overview(request: PersonRequest, partner: Partner) -> HttpResponse:
    """The partner's accounts; where there is only one, that one."""
    found = statement.accounts_between(partner=partner, actor=request.actor)
    if len(found) == 1:
        return redirect(partner_account_url(partner.number, found[0]))
    came_back = standing.vendors_with_returns(partner=partner, actor=request.actor)
    returned = str(TO_PARTNER[LeftOut.Why.CAME_BACK])
    rows = [
        {
            "vendor": account.vendor.name,
            "standing": statement_wording.standing(account, to_partner=True),
            "meaning": returned if account.vendor.pk in came_back else statement_wording.meaning(account.balance),
            "url": partner_account_url(partner.number, account),
        }
        for account in found
    ]
    return render(request, "rebates/account_overview.html", {"rows": rows})


# --- a vendor's accounts ----------------------------------------------------------------------------------------------


class BalancesPage(VendorListPage):
    """How the vendor stands with each of its partners."""

    table_class = BalanceTable
    filterset_class = BalanceFilter
    template_name = "rebates/accounts.html"
    export_name = "accounts"

    def rows(self) -> QuerySet[Partner]:
        return partners_of(vendor=self.vendor, actor=self.request.actor)

    def records(self, rows: QuerySet[Partner], filterset: FilterSet | None) -> Sequence[BalanceRow]:
        asked = filterset.form.cleaned_data if filterset is not None and filterset.is_valid() else {}
        found = accounts.balances(vendor=self.vendor, actor=self.request.actor, partners=rows)
        self.shown = [each for each in found if _is(each, asked.get("state") or "")]
        return [self._row(each) for each in self.shown]

    def _row(self, each: Balance) -> BalanceRow:
        return BalanceRow(
            name=each.partner.name,
            place=each.partner.city or each.partner.number,
            number=each.partner.number,
            currency=each.currency,
            owed=each.owed or None,
            carried=each.carried or None,
            in_payment=each.in_payment or None,
            paid=each.paid or None,
            url=vendor_account_url(self.vendor.slug, each),
        )

    def context(self, rows: QuerySet[Partner]) -> dict[str, Any]:
        """Sums over the filter."""
        return {
            "figures": [
                (label, in_currencies(_sums(self.shown, name)))
                for label, name in (
                    (_("Owed"), "owed"),
                    (_("Carried"), "carried"),
                    (_("In payment"), "in_payment"),
                    (_("Paid"), "paid"),
                )
                if self.shown
            ],
            "adjustments_url": reverse("rebates:adjustments", args=[self.vendor.slug]),
        }


def _is(balance: Balance, state: str) -> bool:
    match state:
        case "owed" | "carried" | "in_payment":
            return bool(getattr(balance, state))
        case "nothing":
            return not (balance.owed or balance.carried or balance.in_payment)
    return True


def _sums(found: Iterable[Balance], name: str) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for balance in found:
        sums[balance.currency] += getattr(balance, name)
    return sums


partner_statement = in_partner()(PartnerStatement.as_view())
vendor_statement = in_vendor()(VendorStatement.as_view())
balances = in_vendor()(BalancesPage.as_view())
