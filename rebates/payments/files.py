"""The bytes for the bank: made from a run's payments, and made again under another name where the first was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partners.selectors import countries_on
from rebates.documents.ids import message_id
from rebates.documents.pain001 import BankFile, Debtor, Transfer, bank_file
from rebates.documents.payment_list import payment_list
from rebates.models import Payment, PaymentFile, PaymentRun, PaymentSettings


def first_file(
    *, run: PaymentRun, payments: Sequence[Payment], settings: PaymentSettings, now: datetime
) -> PaymentFile:
    """The run's file, not saved. Raises what the builder refuses: a wrong IBAN, a country outside SEPA, …"""
    return _file(run, payments, settings, number=1, pay_on=run.pay_on, now=now)


def further_file(
    *, run: PaymentRun, payments: Sequence[Payment], settings: PaymentSettings, number: int, pay_on: date, now: datetime
) -> PaymentFile:
    """The same payments under another message id and on another day, not saved."""
    return _file(run, payments, settings, number=number, pay_on=pay_on, now=now)


def _file(
    run: PaymentRun,
    payments: Sequence[Payment],
    settings: PaymentSettings,
    *,
    number: int,
    pay_on: date,
    now: datetime,
) -> PaymentFile:
    name = message_id(run.vendor.slug, run.number, number)
    transfers = _transfers(run, payments, timezone.localdate(now))
    made: BankFile
    if run.way == PaymentRun.Way.SEPA:
        made = bank_file(
            message_id=name, created_at=now, pay_on=pay_on, debtor=_debtor(settings), transfers=transfers,
            bound=settings.most,
        )  # fmt: skip
    else:
        made = payment_list(message_id=name, pay_on=pay_on, currency=run.currency, transfers=transfers)
    ending = "xml" if run.way == PaymentRun.Way.SEPA else "csv"
    return PaymentFile(
        run=run, number=number, message_id=name, file_name=f"{name}.{ending}", content=made.content,
        sha256=made.sha256, pay_on=pay_on, made_at=now,
    )  # fmt: skip


def _debtor(settings: PaymentSettings) -> Debtor:
    return Debtor(
        name=settings.holder, iban=settings.iban, bic=settings.bic, country=settings.iban[:2], street=settings.street,
        postcode=settings.postcode, city=settings.city,
    )  # fmt: skip


def _transfers(run: PaymentRun, payments: Sequence[Payment], day: date) -> list[Transfer]:
    seats: Mapping[int, str] = countries_on(partners=[each.partner_id for each in payments], day=day)
    return [
        Transfer(
            end_to_end_id=each.end_to_end_id, name=each.holder, iban=each.iban, bic=each.bic, amount=each.amount,
            remittance=_remittance(run, each), street=each.partner.street, postcode=each.partner.postcode,
            city=each.partner.city, country=seats.get(each.partner_id) or each.iban[:2],
        )
        for each in payments
    ]  # fmt: skip


def _remittance(run: PaymentRun, payment: Payment) -> str:
    """What stands on the partner's bank statement, in the partner's language."""
    with translation.override(payment.partner.language):
        text = _("%(vendor)s rebates, payment %(number)s, partner %(partner)s")
        return text % {"vendor": run.vendor.name, "number": run.number, "partner": payment.partner.number}
