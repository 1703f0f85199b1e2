"""What is told about invoices, and to whom: decisions gathered in one mail, questions at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats, mail_samples, outbox, registry
from common.access import PARTNER
from common.mail_choices import AS_NOTICE
from common.mail_sentences import Sentence
from common.mail_words import OnBehalf
from common.models import User
from common.registry import MailKind, Text
from invoices.models import Invoice
from invoices.receiving import UPLOADING_ROLES
from partners.models import Member, Partner

DECIDED, ASKED, TAKEN_BACK = "invoices-decided", "invoice-asked", "invoice-taken-back"
GATHERED_FOR = timedelta(minutes=10)
"""How long after the last decision the mail about several is made."""
TOLD_WITHIN = timedelta(hours=1)
TOLD_AT_ONCE = 200


@dataclass(frozen=True)
class Decision:
    """One decided invoice; written when the mail is, in the recipient's language."""

    state: str
    name: str
    reason: str
    value: Decimal | None
    currency: str

    def __str__(self) -> str:
        if self.state != Invoice.State.ACCEPTED:
            reason = str(Invoice.Reason(self.reason).label) if self.reason else ""
            return _("%(name)s: refused. %(reason)s") % {"name": self.name, "reason": reason}
        if self.value:
            amount = formats.money(self.value, self.currency)
            return _("%(name)s: accepted, %(amount)s rebate.") % {"name": self.name, "amount": amount}
        return _("%(name)s: accepted.") % {"name": self.name}


@dataclass(frozen=True)
class Headline:
    count: int

    def __str__(self) -> str:
        text = ngettext("Your invoice is decided", "%(count)s of your invoices are decided", self.count)
        return text % {"count": formats.number(self.count)}


def recipients_of(invoice: Invoice) -> list[User]:
    """Who uploaded it; once that person has left the company or works with no invoices any more, its owners."""
    members = Member.objects.filter(
        partner=invoice.partner_id, role__in=UPLOADING_ROLES, left_on__isnull=True, user__is_active=True
    )
    uploader = members.filter(user=invoice.uploaded_by_id)
    told = uploader if uploader.exists() else members.filter(role=Member.Role.OWNER)
    return list(User.objects.filter(pk__in=told.values("user_id")).order_by("pk"))


def tell_decided(*, now: datetime) -> int:
    """Make the mails about decided invoices, one per person and company for all of some minutes; returns how many."""
    untold = Invoice.objects.filter(told_at=None, decided_at__isnull=False)
    made = 0
    for partner_id, user_id in untold.order_by().values_list("partner", "uploaded_by").distinct():
        with transaction.atomic():
            of_person = untold.filter(partner=partner_id, uploaded_by=user_id)
            invoices = list(
                of_person.select_for_update(of=("self",), skip_locked=True)
                .select_related("partner", "vendor")
                .order_by("decided_at", "pk")[:TOLD_AT_ONCE]
            )
            if not invoices or _may_wait(invoices, now):
                continue
            made += _tell(invoices)
            Invoice.objects.filter(pk__in=[each.pk for each in invoices]).update(told_at=now)
    return made


def _may_wait(invoices: Sequence[Invoice], now: datetime) -> bool:
    """More decisions are to be expected, and the first has not waited for long."""
    first, last = invoices[0].decided_at, invoices[-1].decided_at
    assert first is not None
    assert last is not None
    return last > now - GATHERED_FOR and first > now - TOLD_WITHIN


def _tell(invoices: Sequence[Invoice]) -> int:
    last = invoices[-1]
    url = settings.PORTAL_URL + reverse("invoices:partner", args=[last.partner.number])
    context = _decided([_decision(each) for each in invoices], last.partner, url)
    people = recipients_of(last)
    for person in people:
        outbox.put(kind=DECIDED, period=f"invoice {last.pk} at {last.decided_at}", recipient=person, context=context)
    return len(people)


def tell(kind: str, invoice: Invoice, text: str) -> None:
    """Make the mail that the vendor asks something (`ASKED`), or takes an acceptance back (`TAKEN_BACK`)."""
    url = settings.PORTAL_URL + reverse("invoices:invoice", args=[invoice.partner.number, invoice.pk])
    names = {"partner": invoice.partner.name, "vendor": invoice.vendor.name, "invoice": str(invoice)}
    context = _told(kind, OnBehalf(invoice.vendor_id, names), text, url)
    for person in recipients_of(invoice):
        outbox.put(kind=kind, period=f"invoice {invoice.pk} v{invoice.version}", recipient=person, context=context)


HEADLINES: Mapping[str, Text] = {
    ASKED: gettext_lazy("%(vendor)s has a question about your invoice %(invoice)s"),
    TAKEN_BACK: gettext_lazy("%(vendor)s no longer accepts your invoice %(invoice)s and looks at it again"),
}


def _told(kind: str, on_behalf: OnBehalf, text: str, url: str) -> Mapping[str, Any]:
    headline = Sentence(HEADLINES[kind], on_behalf.values)
    return {"headline": headline, "on_behalf": on_behalf, "text": text, "asks": kind == ASKED, "url": url}


def _decision(invoice: Invoice) -> Decision:
    return Decision(invoice.state, str(invoice), invoice.reason, invoice.value, invoice.currency)


def _decided(decisions: Sequence[Decision], partner: Partner, url: str) -> Mapping[str, Any]:
    return {"headline": Headline(len(decisions)), "decisions": decisions, "partner": partner.name, "url": url}


def _sample_decided() -> Mapping[str, Any]:
    accepted = Decision(Invoice.State.ACCEPTED, "RE-2026-0815", "", Decimal("144.00"), "EUR")
    refused = Decision(Invoice.State.REFUSED, "RE-2026-0816", Invoice.Reason.TOO_LATE, None, "EUR")
    return _decided([accepted, refused], Partner(name="Elbtal Systemhaus GmbH"), settings.PORTAL_URL)


def _sample() -> OnBehalf:
    names = {"partner": "Elbtal Systemhaus GmbH", "vendor": mail_samples.vendor(), "invoice": "RE-2026-0815"}
    return OnBehalf(0, names)


def _sample_asked() -> Mapping[str, Any]:
    text = _("Please upload the second page as well.")
    return _told(ASKED, _sample(), text, settings.PORTAL_URL)


def _sample_taken_back() -> Mapping[str, Any]:
    text = _("Your distributor has reported another quantity.")
    return _told(TAKEN_BACK, _sample(), text, settings.PORTAL_URL)


def register() -> None:
    decided, asked = gettext_lazy("invoices are decided"), gettext_lazy("the vendor has a question about an invoice")
    taken_back = gettext_lazy("the vendor takes back that it accepted an invoice")
    placeholders = ("partner", "vendor", "invoice")
    kinds = (
        # About the invoices of several vendors at once: its words are the portal's.
        MailKind(DECIDED, decided, "invoices_decided", _sample_decided, order=72),
        MailKind(ASKED, asked, "invoice_step", _sample_asked, placeholders=placeholders, order=73),
        MailKind(TAKEN_BACK, taken_back, "invoice_step", _sample_taken_back, placeholders=placeholders, order=74),
    )
    for kind in kinds:
        registry.mails.register(
            replace(
                kind, group=gettext_lazy("Invoices"), to=gettext_lazy("who uploaded it"),
                choices=AS_NOTICE, scope=PARTNER,
            )
        )  # fmt: skip
