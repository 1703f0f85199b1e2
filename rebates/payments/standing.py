"""What a partner is told about money on its way: promised when, under way, paid, come back, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from common.access import Actor
from partners.models import Partner
from programs.models import Vendor
from rebates.models import Closing, LeftOut, Payment, PaymentProposal, PaymentSettings, Settlement
from rebates.payments.candidates import candidates


@dataclass(frozen=True, slots=True)
class Promise:
    """What is owed in one currency, the day for which it is promised, and what keeps it from being paid.

    `day`: None where no date is promised; the next run pays it. `why`: None where nothing is in the way.
    """

    currency: str
    amount: Decimal
    day: date | None
    why: LeftOut.Why | None


def payments_of(*, partner: Partner, actor: Actor, vendor: Vendor | None = None) -> QuerySet[Payment]:
    """The partner's payments that the actor may see, latest first; a cancelled one was never more than a plan."""
    found = Payment.objects.visible_to(actor).filter(partner=partner).exclude(state=Payment.State.CANCELLED)
    if vendor is not None:
        found = found.filter(vendor=vendor)
    return found.select_related("run", "vendor").order_by("-run__proposed_at", "-id")


def returned(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Those of the payments that came back from the account that the partner still has."""
    return payments.filter(state=Payment.State.RETURNED, account_stays=False, account__replaced_at__isnull=True)


def vendors_with_returns(*, partner: Partner, actor: Actor) -> set[int]:
    """Ids of the vendors that pay nothing more to the partner's account, because a payment to it came back."""
    found = returned(Payment.objects.visible_to(actor).filter(partner=partner))
    return set(found.values_list("vendor", flat=True))


def promises(*, partner: Partner, vendor: Vendor, today: date, now: datetime) -> list[Promise]:
    """For each currency in which something is owed to the partner; empty where the vendor pays elsewhere."""
    settings = PaymentSettings.objects.filter(vendor=vendor).first()
    if settings is None:
        return []
    open_ = candidates(settings=settings, last_of_year=False, today=today, now=now, partner=partner)
    day = _promised_day(partner, vendor)
    # Carried balances are told by the account; what is owed besides a payment under way has its turn afterwards.
    return [Promise(each.currency, each.balance, day, each.why) for each in open_ if each.balance > 0]


def _promised_day(partner: Partner, vendor: Vendor) -> date | None:
    """The next promised day of a closing that settled something for the partner and was not proposed yet."""
    settled = Settlement.objects.filter(closing=OuterRef("pk"), enrolment__partner=partner).exclude(amount=0)
    proposed = PaymentProposal.objects.filter(vendor=vendor, day=OuterRef("promised_on"), scheduled=True)
    closings = Closing.objects.filter(Exists(settled), program__vendor=vendor, promised_on__isnull=False)
    waiting = closings.exclude(Exists(proposed)).order_by("promised_on")
    return waiting.values_list("promised_on", flat=True).first()
