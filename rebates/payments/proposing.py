"""Proposing what is to be paid: by schedule before a promised day, or by a person of finance.

A proposal takes every balance of the vendor under the lock of its ledger. What is paid moves from owed to in payment in
the same commit, so that no other proposal finds it; the bytes for the bank are made and kept in it, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.money import ZERO
from common.sentences import fill
from programs.models import Vendor
from rebates.documents.ids import end_to_end_id
from rebates.documents.target_days import is_target_day, target_days_after
from rebates.documents.transfers import FileRefused
from rebates.ledger import book_payments, hold
from rebates.models import Closing, LedgerEntry, LeftOut, Payment, PaymentProposal, PaymentRun, PaymentSettings
from rebates.payments.candidates import Candidate, candidates
from rebates.payments.errors import NotPayable
from rebates.payments.files import first_file
from rebates.payments.settings import settings_of
from rebates.payments.telling import tell_proposed
from rebates.rights import check_handles_money

log = structlog.get_logger(__name__)
_PROPOSED = PaymentProposal.objects.filter(
    vendor=OuterRef("program__vendor"), day=OuterRef("promised_on"), scheduled=True
)
FURTHEST = timedelta(days=60)
"""How far ahead a person may set the payment date."""


def preview(*, settings: PaymentSettings, last_of_year: bool, today: date, now: datetime) -> list[Candidate]:
    """Every open balance of the vendor with what a proposal would do with it now."""
    return candidates(settings=settings, last_of_year=last_of_year, today=today, now=now)


def usual_day(settings: PaymentSettings, today: date) -> date:
    """The payment date that leaves time to approve a run proposed today."""
    return target_days_after(today, settings.lead_days)


def earliest_day(today: date) -> date:
    """The first day that a run proposed today can be paid on: two people have to approve it before."""
    return target_days_after(today, 1)


def propose(
    *, vendor: Vendor, day: date, last_of_year: bool, actor: Actor, today: date, now: datetime
) -> PaymentProposal:
    """Propose to pay every balance that can be paid on `day`; a run for each way and currency, none where none can.

    Raises NotAllowed, NotPayable, MoneyHalted.
    """
    check_handles_money(actor, vendor.pk, _("Only finance and vendor admins propose payments."))
    if not is_target_day(day) or not earliest_day(today) <= day <= today + FURTHEST:
        raise NotPayable(_("Banks do not book on this day, or it is too near or too far: please choose another one."))
    with transaction.atomic():
        hold(vendor_id=vendor.pk)
        proposal = PaymentProposal.objects.create(
            vendor=vendor, day=day, scheduled=False, last_of_year=last_of_year, requested_by_id=actor.user_id,
            requested_at=now,
        )  # fmt: skip
        _fill(proposal, pay_on=day, today=today, now=now)
    return proposal


def ensure_due_runs(*, today: date, now: datetime) -> list[PaymentProposal]:
    """Propose what is promised and near, once per vendor and promised day; any number of schedulers may call it."""
    made = []
    for settings, day in _due(today):
        try:
            proposal = _propose_scheduled(settings=settings, day=day, today=today, now=now)
        except DomainError as error:
            # Its turn comes with a later tick; the other vendors' comes now.
            log.warning("no payment run proposed", vendor=settings.vendor_id, day=str(day), why=str(error))
        else:
            made += [proposal] if proposal else []
    return made


def promised_days(*, settings: PaymentSettings, until: date) -> list[date]:
    """Promised days of the vendor up to this one that have no proposal, oldest first."""
    promised = Closing.objects.filter(program__vendor=settings.vendor_id, promised_on__lte=until)
    days = promised.exclude(Exists(_PROPOSED)).order_by("promised_on").values_list("promised_on", flat=True)
    return list(days.distinct())


def _due(today: date) -> list[tuple[PaymentSettings, date]]:
    """Promised days that are near enough and have no proposal, oldest first."""
    by_vendor = {each.vendor_id: each for each in PaymentSettings.objects.filter(scheduled=True)}
    promised = Closing.objects.filter(program__vendor__in=by_vendor, promised_on__isnull=False)
    days = promised.exclude(Exists(_PROPOSED)).order_by("promised_on", "program__vendor")
    found = days.values_list("program__vendor", "promised_on").distinct()
    return [
        (by_vendor[vendor_id], day)
        for vendor_id, day in found
        if target_days_after(today, by_vendor[vendor_id].lead_days) >= day
    ]


@transaction.atomic
def _propose_scheduled(*, settings: PaymentSettings, day: date, today: date, now: datetime) -> PaymentProposal | None:
    hold(vendor_id=settings.vendor_id)
    proposal, created = PaymentProposal.objects.get_or_create(
        vendor_id=settings.vendor_id,
        day=day,
        scheduled=True,
        # No later run of the year is certain to come.
        defaults={"last_of_year": day.month == 12, "requested_at": now},
    )
    if not created:
        return None
    # After an outage the promised day may be too near or over: then as soon as possible.
    _fill(proposal, pay_on=max(day, earliest_day(today)), today=today, now=now)
    return proposal


def _fill(proposal: PaymentProposal, *, pay_on: date, today: date, now: datetime) -> None:
    settings = settings_of(proposal.vendor)
    found = candidates(settings=settings, last_of_year=proposal.last_of_year, today=today, now=now)
    LeftOut.objects.bulk_create(
        LeftOut(proposal=proposal, partner=each.partner, currency=each.currency, balance=each.balance, why=each.why)
        for each in found
        if each.why
    )
    paid: Mapping[tuple[str, str], list[Candidate]] = defaultdict(list)
    for each in found:
        if each.why is None:
            paid[each.way, each.currency].append(each)
    for (way, currency), together in sorted(paid.items()):
        _make_run(proposal, settings, PaymentRun.Way(way), currency, together, pay_on, now)


def _make_run(
    proposal: PaymentProposal,
    settings: PaymentSettings,
    way: PaymentRun.Way,
    currency: str,
    paid: Sequence[Candidate],
    pay_on: date,
    now: datetime,
) -> PaymentRun | None:
    """The run of these balances; None where no file can be made of any. One that the file refuses is left out."""
    vendor = proposal.vendor
    last = PaymentRun.objects.filter(vendor=vendor).aggregate(last=Max("number"))["last"] or 0
    run = PaymentRun(
        proposal=proposal, vendor=vendor, number=last + 1, way=way, currency=currency, pay_on=pay_on, proposed_at=now,
        paid_from=settings.iban,
    )  # fmt: skip
    payments = {each.end_to_end_id: each for each in (_payment(run, candidate) for candidate in paid)}
    while payments:
        try:
            file = first_file(run=run, payments=list(payments.values()), settings=settings, now=now)
            break
        except FileRefused as error:
            if error.transfer not in payments:
                raise
            _leave_out(proposal, payments.pop(error.transfer), error)
    else:
        return None
    run.count, run.total = len(payments), sum((each.amount for each in payments.values()), ZERO)
    run.sha256 = file.sha256
    run.save(force_insert=True)
    Payment.objects.bulk_create(payments.values())
    file.save(force_insert=True)
    book_payments(payments=list(payments.values()), kind=LedgerEntry.Kind.PAYMENT, now=now)
    tell_proposed(run=run)
    return run


def _leave_out(proposal: PaymentProposal, payment: Payment, error: FileRefused) -> None:
    LeftOut.objects.create(
        proposal=proposal, partner=payment.partner, currency=payment.currency, balance=payment.amount,
        why=LeftOut.Why.NO_WAY, detail=fill(_(error.text), error.values)[:300],
    )  # fmt: skip


def _payment(run: PaymentRun, candidate: Candidate) -> Payment:
    account, partner = candidate.account, candidate.partner
    assert account is not None
    return Payment(
        run=run, vendor=run.vendor, partner=partner, currency=candidate.currency, amount=candidate.balance,
        account=account, holder=account.holder, iban=account.iban, bic=account.bic,
        end_to_end_id=end_to_end_id(run.vendor.slug, run.number, partner.number),
    )  # fmt: skip
