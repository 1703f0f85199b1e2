"""A vendor's pages about partners' bank accounts: what waits, one account beside its proof, and the decision."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common import formats
from common.downloads import download
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.tasks import hint_mails
from common.ui import Crumb, Fact
from partners import bank_accounts, bank_selectors
from partners.bank_forms import RefusalForm
from partners.bank_tables import BankAccountFilter, BankAccountTable
from partners.bank_wording import doubts, facts, said_of_use
from partners.company import registered
from partners.models import BankAccountUse
from programs.deciding import MONEY_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor

State = BankAccountUse.State


class BankAccountsPage(VendorListPage):
    table_class = BankAccountTable
    filterset_class = BankAccountFilter
    template_name = "partners/bank_accounts.html"
    export_name = "bank-accounts"

    def rows(self) -> QuerySet[BankAccountUse]:
        return bank_selectors.uses_at(vendor=self.vendor, actor=self.request.actor)


bank_accounts_page = in_vendor(*MONEY_ROLES)(BankAccountsPage.as_view())


@in_vendor(*MONEY_ROLES)
@require_GET
def bank_account(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return _page(request, _found(request, vendor, pk), RefusalForm())


@in_vendor(*MONEY_ROLES)
@require_GET
def proof(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The file as it came."""
    own = BankAccountUse.objects.visible_to(request.actor).filter(vendor=vendor).select_related("account")
    account = get_object_or_404(own, pk=pk).account
    return download(account.proof, account.proof_name)


@in_vendor(*MONEY_ROLES)
@require_POST
def approve(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    use = _found(request, vendor, pk)

    def decide() -> BankAccountUse:
        return bank_accounts.approve(use=use, actor=request.actor, now=timezone.now())

    return _decided(request, use, decide, _("Approved: %(account)s of %(partner)s."))


@in_vendor(*MONEY_ROLES)
@require_POST
def refuse(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Why not is asked for; where it is missing the page comes again with what was typed."""
    use = _found(request, vendor, pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, use, form)

    def decide() -> BankAccountUse:
        comment = form.cleaned_data["comment"]
        return bank_accounts.refuse(use=use, comment=comment, actor=request.actor, now=timezone.now())

    return _decided(request, use, decide, _("Not accepted: %(account)s of %(partner)s."))


def _decided(
    request: PersonRequest, use: BankAccountUse, decide: Callable[[], BankAccountUse], done: str
) -> HttpResponse:
    """Decide and go on with what waits next; an account about which nobody decides comes again and says why."""
    slug = use.vendor.slug
    try:
        decide()
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("partners:bank-account-use", slug, use.pk)
    hint_mails()
    messages.success(request, done % {"account": use.account.masked, "partner": use.account.partner.name})
    waiting = bank_selectors.waiting_at(vendor_id=use.vendor_id, actor=request.actor)
    following = waiting.order_by("asked_at", "pk").values_list("pk", flat=True).first()
    if following is not None:
        return redirect("partners:bank-account-use", slug, following)
    return redirect("partners:bank-accounts", slug)


def _found(request: PersonRequest, vendor: Vendor, pk: int) -> BankAccountUse:
    return get_object_or_404(bank_selectors.uses_at(vendor=vendor, actor=request.actor), pk=pk)


def _page(request: PersonRequest, use: BankAccountUse, form: RefusalForm) -> HttpResponse:
    """The facts with what to look at twice, the proof beside them, and the decision."""
    account, vendor, partner = use.account, use.vendor, use.account.partner
    waiting = use.state == State.WAITING and account.replaced_at is None
    may = bank_accounts.may_decide(use=use, actor=request.actor)
    known = registered(partner=partner, day=request.today)
    list_url = reverse("partners:bank-accounts", args=[vendor.slug])
    shown = facts(account)
    partner_url = reverse("partners:detail", args=[vendor.slug, partner.number])
    shown.insert(0, Fact(_("Company"), known.name, hint=partner.number, url=partner_url))
    earlier = bank_selectors.before(use=use, actor=request.actor)
    if earlier is not None:
        shown.append(Fact(_("Account until then"), earlier.account.masked, hint=earlier.get_state_display()))
    if use.decided_by is not None:
        shown.append(Fact(_("Decided by"), use.decided_by.name, hint=formats.datetime_short(use.decided_at)))
    addresses = {"proof": "bank-account-use-proof", "approve": "approve-account", "refuse": "refuse-account"}
    context = {
        "partner": partner,
        "account": account,
        "said": said_of_use(use, timezone.now()),
        "facts": shown,
        "doubts": doubts(account, company=known.name, country=known.country),
        "waiting": waiting,
        "refused": list(use.refused_decisions.select_related("person")[:10]),
        "may": waiting and may,
        "form": form,
        "crumbs": [Crumb(_("Bank accounts"), list_url), Crumb(partner.name)],
        **{f"{name}_url": reverse(f"partners:{each}", args=[vendor.slug, use.pk]) for name, each in addresses.items()},
    }
    return render(request, "partners/bank_account_use.html", context, status=UNPROCESSABLE if form.errors else 200)
