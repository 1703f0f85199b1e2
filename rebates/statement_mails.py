"""The mail about a statement: to the company's owners and bookkeeping, and with the PDF to an address that it named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from common import mail_samples, registry
from common.models import OutboxMail
from common.registry import Attachment, MailKind
from rebates.mails import REBATES, amount_on_behalf
from rebates.models import Statement

STATEMENT = "statement"
PERIOD = "statement "
"""A mail's period is this and the statement's id."""


class AddressChanged(Exception):
    """The company has named another address since, or none: whoever reads the one before is not to see its figures."""


def _kind(document: str) -> str:
    return str(Statement.Document(document).label)


kind_in_words = lazy(_kind, str)
"""In the language of whoever reads it."""


def about(*, statement: Statement, total: Decimal) -> Mapping[str, Any]:
    """What is told. `total`: the payment. A document that corrects another one names it, with the reason."""
    payment, partner = statement.payment, statement.partner
    told: dict[str, Any] = {
        "vendor": statement.vendor.name,
        "partner": partner.name,
        "document": kind_in_words(statement.document),
        "number": statement.number,
        "amount": total,
        "currency": statement.currency,
        "day": payment.value_date or payment.run.pay_on,
        "corrects": statement.corrects.number if statement.corrects else "",
        "reason": statement.reason,
        "url": settings.PORTAL_URL + reverse("rebates:statements", args=[partner.number]),
    }
    return {**told, "on_behalf": amount_on_behalf(told, statement.vendor_id)}


def about_sample() -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "vendor": mail_samples.vendor(),
        "partner": "Morgenbrück GmbH",
        "document": kind_in_words(Statement.Document.BONUS),
        "number": "BS-3-2B3C4D5F",
        "amount": Decimal("170.00"),
        "currency": "EUR",
        "day": date(2026, 11, 9),
        "corrects": "",
        "reason": "",
        "url": settings.PORTAL_URL,
    }
    return {**told, "on_behalf": amount_on_behalf(told, 0)}


def attachments(mail: OutboxMail) -> Sequence[Attachment]:
    """The PDF, where the mail goes to an address that opens no page: people with an account follow the link.

    Raises AddressChanged.
    """
    if mail.recipient_id is not None or not mail.period.startswith(PERIOD):
        return []
    found = Statement.objects.select_related("partner").get(pk=int(mail.period.removeprefix(PERIOD)))
    if found.partner.bookkeeping_email.lower() != mail.address.lower():
        raise AddressChanged
    return [Attachment(found.file_name, bytes(found.content), "application/pdf")]


def register() -> None:
    registry.mails.register(
        MailKind(
            STATEMENT, _("a statement is there"), STATEMENT, about_sample, resend_when_uncertain=True, order=16,
            attachments=attachments, group=REBATES, placeholders=("partner", "vendor", "amount"),
            to=_("the partner’s owners and bookkeeping, and the address for it"),
        )
    )  # fmt: skip
