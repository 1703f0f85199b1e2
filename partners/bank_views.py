"""A company's own page about its bank account: which it is, what vendors say of it, and changing it."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import registry
from common.downloads import download
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.tasks import hint_mails
from common.ui import Crumb, latest_first
from partners import bank_accounts, bank_selectors
from partners.bank_forms import BankAccountForm
from partners.bank_wording import events, facts, said
from partners.entering import in_partner
from partners.models import LONGEST_HOLDER, RECORDING_ROLES, BankAccount, Partner

LONGEST_ID = 19
"""So many digits no id of a row has."""


@in_partner(*RECORDING_ROLES)
@require_GET
def bank_account(request: PersonRequest, partner: Partner) -> HttpResponse:
    accounts = bank_selectors.accounts_of(partner=partner, actor=request.actor)
    current = bank_selectors.current_of(accounts)
    context: dict[str, Any] = {
        "account": current,
        "events": latest_first(events(accounts)),
        "change_url": reverse("partners:change-bank-account", args=[partner.number]),
        "withdraw_url": reverse("partners:withdraw-bank-account", args=[partner.number]),
    }
    if current is not None:
        now = timezone.now()
        context |= {
            "facts": facts(current),
            "vendors": [
                {"name": use.vendor.name, "said": said(bank_selectors.standing(current, use, now))}
                for use in current.uses.all()
            ],
            "usable": current.usable_from <= now,
            "waiting": registry.waiting_in(request.area, request.actor, request.today, page="partners:bank-account"),
            "proof_url": reverse("partners:bank-account-proof", args=[partner.number, current.pk]),
        }
    return render(request, "partners/bank_account.html", context)


# allauth asks again for the password where it was given a while ago: a session left open is not enough to redirect
# money. It does so before the form opens. Where the time runs out while somebody types, what they typed comes back.
@in_partner(*RECORDING_ROLES)
@sensitive_post_parameters()
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PersonRequest, partner: Partner) -> HttpResponse:
    """Name the account, or another one in its place."""
    current = bank_selectors.current_of(bank_selectors.accounts_of(partner=partner, actor=request.actor))
    form = BankAccountForm(
        request.POST or None,
        request.FILES or None,
        initial={"replaces": current.pk if current is not None else None, "holder": partner.name[:LONGEST_HOLDER]},
    )
    if form.is_bound and form.is_valid():
        try:
            bank_accounts.record(
                partner=partner, named=form.named, replaces=form.cleaned_data["replaces"], actor=request.actor,
                now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            hint_mails()
            messages.success(request, _("The account is recorded. Your vendors check it; your people have a mail."))
            return redirect("partners:bank-account", partner.number)
    page_url = reverse("partners:bank-account", args=[partner.number])
    context = {
        "form": form,
        "current": current,
        # Named, because after the password was asked for the page stands at another address.
        "action_url": reverse("partners:change-bank-account", args=[partner.number]),
        "cancel_url": page_url,
        "crumbs": [Crumb(_("Bank account"), page_url), Crumb(_("Change") if current is not None else _("Name it"))],
    }
    return render(request, "partners/bank_account_change.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_partner(*RECORDING_ROLES)
@never_cache
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]
def withdraw(request: PersonRequest, partner: Partner) -> HttpResponse:
    """Nothing is paid to the account any more. The button names the account that the person has seen."""
    own = BankAccount.objects.visible_to(request.actor).filter(partner=partner).defer("proof")
    seen = request.POST.get("account", "")
    account = get_object_or_404(own, pk=int(seen) if seen.isdecimal() and len(seen) < LONGEST_ID else 0)
    try:
        bank_accounts.withdraw(account=account, actor=request.actor, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        hint_mails()
        messages.success(request, _("The account is withdrawn. Nothing is paid until there is another one."))
    return redirect("partners:bank-account", partner.number)


@in_partner(*RECORDING_ROLES)
@require_GET
def proof(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """The file as it came."""
    account = get_object_or_404(BankAccount.objects.visible_to(request.actor).filter(partner=partner), pk=pk)
    return download(account.proof, account.proof_name)
