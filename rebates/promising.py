"""When a vendor pays what a closing has settled: promised with its seal, and never changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from rebates.documents.target_days import next_target_day
from rebates.models import PaymentSettings


def promised_day(*, vendor_id: int, sealed_at: datetime) -> date | None:
    """The payment date of a closing sealed at this moment; None: the vendor does not pay through the portal."""
    settings = PaymentSettings.objects.filter(vendor=vendor_id).first()
    if settings is None:
        return None
    return next_target_day(timezone.localdate(sealed_at) + timedelta(days=settings.days_after_closing))
