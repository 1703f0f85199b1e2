"""The mails about bank accounts. Accounts stand in them masked: a mail is read by more people than it is written to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from common import formats, mail_samples, outbox, registry
from common.mail_sentences import Sentence
from common.mail_words import OnBehalf
from common.models import User
from common.registry import MailKind, Text
from partners.ibans import masked
from partners.models import RECORDING_ROLES, BankAccount, BankAccountUse, Member, Partner

RECORDED, CHANGED, WITHDRAWN = "bank-account-recorded", "bank-account-changed", "bank-account-withdrawn"
APPROVED, REFUSED = "bank-account-approved", "bank-account-refused"

HEADLINES: Mapping[str, Text] = {
    RECORDED: _("A bank account was named for %(partner)s"),
    CHANGED: _("The bank account of %(partner)s was changed"),
    WITHDRAWN: _("The bank account of %(partner)s was withdrawn"),
    APPROVED: _("%(vendor)s pays to your bank account"),
    REFUSED: _("%(vendor)s does not accept your bank account"),
}
NOT_YOU: Text = _(
    "If none of you wanted this, withdraw the account in the portal at once, change your password, and tell your"
    " vendors: until it is usable nothing is paid to it."
)
NEXT: Mapping[str, Text] = {
    RECORDED: NOT_YOU,
    CHANGED: NOT_YOU,
    WITHDRAWN: _(
        "Nothing is paid until there is another account; what is owed stays owed. If none of you wanted this, name the"
        " account again, change your password, and tell your vendors."
    ),
    APPROVED: _("What you are owed is paid to it once it is usable, without anyone asking for it."),
    REFUSED: _("Please name the account again, with another proof or the right data. What is owed stays owed."),
}
ACCOUNT, UNTIL_NOW, HOLDER = _("Account"), _("Account until now"), _("Account holder")
USABLE_FROM, BY = _("Usable from"), _("By")
_moment: Callable[[datetime], str] = lazy(formats.datetime_short, str)
Facts = Sequence[tuple[Text, Any]]


def told(*, kind: str, values: Mapping[str, str], facts: Facts, url: str, text: str = "") -> Mapping[str, Any]:
    """What a mail of this kind says. `text`: what somebody wrote, if anything."""
    return {
        "headline": Sentence(HEADLINES[kind], values),
        "facts": facts,
        "text": text,
        "next_step": NEXT[kind],
        "url": settings.PORTAL_URL + url,
    }


def tell_recorded(*, account: BankAccount, before: BankAccount | None) -> None:
    """The company's people, and whoever named the account before: if somebody took the company over, they notice."""
    facts: list[tuple[Text, Any]] = [(ACCOUNT, account.masked), (HOLDER, account.holder)]
    if before is not None:
        facts.append((UNTIL_NOW, before.masked))
    facts += [(USABLE_FROM, _moment(account.usable_from)), (BY, account.recorded_by.name)]
    more = [before.recorded_by_id] if before is not None else []
    _put(account, RECORDED if before is None else CHANGED, more, facts)


def tell_withdrawn(*, account: BankAccount) -> None:
    assert account.replaced_by is not None  # withdrawn by a person
    facts = [(ACCOUNT, account.masked), (HOLDER, account.holder), (BY, account.replaced_by.name)]
    _put(account, WITHDRAWN, [account.recorded_by_id], facts)


def tell_decided(*, use: BankAccountUse) -> None:
    """The company's people: a vendor has approved or refused."""
    account = use.account
    facts: list[tuple[Text, Any]] = [(ACCOUNT, account.masked)]
    approved = use.state == BankAccountUse.State.APPROVED
    if approved:
        facts.append((USABLE_FROM, _moment(account.usable_from)))
    values = {"vendor": use.vendor.name, "partner": account.partner.name}
    url = _url(account.partner)
    kind = APPROVED if approved else REFUSED
    context = {
        **told(kind=kind, values=values, facts=facts, url=url, text=use.comment),
        "on_behalf": OnBehalf(use.vendor_id, values),
    }
    for person in _people(account.partner, []):
        outbox.put(kind=kind, period=f"bank account use {use.pk}", recipient=person, context=context)


def _put(account: BankAccount, kind: str, more: Iterable[int], facts: Facts) -> None:
    values = {"partner": account.partner.name}
    context = told(kind=kind, values=values, facts=facts, url=_url(account.partner))
    for person in _people(account.partner, more):
        outbox.put(kind=kind, period=f"bank account {account.pk}", recipient=person, context=context)


def _people(partner: Partner, more: Iterable[int]) -> Iterable[User]:
    """Owners and bookkeeping of the company, and `more`, each once."""
    members = Member.objects.filter(partner=partner, role__in=RECORDING_ROLES, left_on__isnull=True)
    wanted = Q(pk__in=members.values("user_id")) | Q(pk__in=list(more))
    return User.objects.filter(wanted, is_active=True).order_by("pk")


def _url(partner: Partner) -> str:
    return reverse("partners:bank-account", args=[partner.number])


def sample(kind: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> Mapping[str, Any]:
        facts: list[tuple[Text, Any]] = [(ACCOUNT, masked("DE89370400440532013000"))]
        if kind == CHANGED:
            facts.append((UNTIL_NOW, masked("DE02120300000000202051")))
        if kind != WITHDRAWN:
            facts.append((USABLE_FROM, _moment(datetime(2026, 12, 1, 9, 30, tzinfo=UTC))))
        text = "The name on the letter is another one." if kind == REFUSED else ""
        values = {"partner": "Elbtal Systemhaus GmbH", "vendor": mail_samples.vendor()}
        context = told(kind=kind, values=values, facts=facts, url="/", text=text)
        return {**context, "on_behalf": OnBehalf(0, values)} if kind in (APPROVED, REFUSED) else context

    return context


def register() -> None:
    kinds: tuple[tuple[str, Text], ...] = (
        (RECORDED, _("a company names its first bank account")),
        (CHANGED, _("a company’s bank account is changed")),
        (WITHDRAWN, _("a company’s bank account is withdrawn")),
        (APPROVED, _("a vendor approves a bank account")),
        (REFUSED, _("a vendor refuses a bank account")),
    )
    for order, (key, label) in enumerate(kinds, start=48):
        # A warning that does not come is the fraud that nobody notices.
        kind = MailKind(
            key, label, "bank_account", sample(key), resend_when_uncertain=True, order=order, group=_("Bank accounts"),
            to=_("the partner’s owners and bookkeeping") if key in (APPROVED, REFUSED) else
            _("the partner’s owners and bookkeeping, and who named the account before"),
            placeholders=("partner", "vendor") if key in (APPROVED, REFUSED) else (),
        )  # fmt: skip
        registry.mails.register(kind)
