"""Who is told about payments: the partner's owners and bookkeeping, and the vendor's finance. In the same commit."""

from __future__ import annotations

from collections.abc import Sequence

from common import outbox
from common.models import User
from programs.deciding import MONEY_ROLES
from programs.models import VendorStaff
from rebates import payment_mails as mails
from rebates.bank_reasons import advice
from rebates.mails import told
from rebates.models import Payment, PaymentRun


def tell_paid(*, payments: Sequence[Payment]) -> None:
    _tell(mails.PAID, payments)


def tell_came_back(*, payments: Sequence[Payment]) -> None:
    """The money is owed again; the partner names another account where the reason is the account's."""
    _tell(mails.CAME_BACK, payments)


def _tell(kind: str, payments: Sequence[Payment]) -> None:
    people = told(partners={each.partner_id for each in payments})
    letters = [
        (f"payment {each.pk}", person, mails.about(payment=each, advice=advice(each.answer_code)))
        for each in payments
        for person in people.get(each.partner_id, [])
    ]
    outbox.put_all(kind=kind, letters=letters, in_bulk=kind == mails.PAID)


def tell_proposed(*, run: PaymentRun) -> None:
    """Everybody who may approve it."""
    staff = VendorStaff.objects.filter(vendor=run.vendor_id, role__in=MONEY_ROLES)
    people = User.objects.filter(pk__in=staff.values("user_id"), is_active=True).order_by("pk")
    people = people.exclude(pk=run.proposal.requested_by_id) if run.proposal.requested_by_id else people
    context = mails.run_waits(run=run)
    letters = [(f"run {run.pk}", person, context) for person in people]
    outbox.put_all(kind=mails.RUN_WAITS, letters=letters, in_bulk=False)
