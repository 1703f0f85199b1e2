"""When a vendor pays what a closing has settled: promised with its seal, and never changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from rebates.documents.target_days import next_target_day, target_days_after
from rebates.models import PaymentProposal, PaymentSettings


def promised_day(*, vendor_id: int, sealed_at: datetime) -> date | None:
    """The payment date of a closing sealed at this moment; None: the vendor does not pay through the portal.

    A day whose run was proposed already is not promised any more: that run does not know of the closing, and no other
    one would be proposed for it. In the caller's transaction, which holds the ledger.
    """
    settings = PaymentSettings.objects.filter(vendor=vendor_id).first()
    if settings is None:
        return None
    day = next_target_day(timezone.localdate(sealed_at) + timedelta(days=settings.days_after_closing))
    while PaymentProposal.objects.filter(vendor=vendor_id, day=day, scheduled=True).exists():
        day = target_days_after(day, 1)
    return day
