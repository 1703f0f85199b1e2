"""Who a distributor's customer is: remembered once, applied at once to every row that waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from common.access import CHANNEL_MANAGER, VENDOR, VENDOR_ADMIN, Actor
from common.errors import DomainError
from partners.models import Enrolment, Partner
from programs.models import Distributor, Vendor
from sales.books import SOLD_COLUMNS, current_cut, one_report_at_a_time
from sales.models import CustomerNumber, Evidence, WaitingRow
from sales.selectors import currencies_of

MATCHING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)

State = WaitingRow.State


class NotAllowed(DomainError):
    """Only the vendor's channel managers and admins say who a customer is."""


class NotACandidate(DomainError):
    """The partner is neither enrolled with this vendor nor applying to it."""


class NothingWaits(DomainError):
    """No row of this customer is in the state that the change starts from."""


class AlreadyMatched(DomainError):
    """Somebody else said before that the number is another partner's."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner
        super().__init__(_("This customer number already belongs to %(partner)s.") % {"partner": partner.name})


@dataclass(frozen=True)
class Matched:
    """`booked`: rows that became sale lines now; `waiting`: rows of the customer that still lack their article."""

    booked: int
    waiting: int


def may_be_customer(*, vendor: Vendor, partner: Partner) -> bool:
    """Whether the partner is enrolled with the vendor or applying to it."""
    return Enrolment.objects.filter(program__vendor=vendor, partner=partner).exists()


def match_customer(
    *, actor: Actor, vendor: Vendor, distributor: Distributor, number: str, partner: Partner, now: datetime
) -> Matched:
    """Remember that `number` is `partner`, and book what waited for that, rows dismissed earlier included.

    Saying it twice is fine, and so is saying it before the first report. Raises `NotAllowed`, `NotACandidate`,
    `AlreadyMatched`.
    """
    _check_role(actor, vendor)
    if not may_be_customer(vendor=vendor, partner=partner):
        raise NotACandidate(_("%(partner)s takes part in no program of yours.") % {"partner": partner.name})
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        of_customer = WaitingRow.objects.filter(vendor=vendor, distributor=distributor, customer_number=number)
        known = CustomerNumber.objects.filter(vendor=vendor, distributor=distributor, number=number)
        if (held := known.select_related("partner").first()) and held.partner_id != partner.pk:
            raise AlreadyMatched(held.partner)
        if held is None:
            CustomerNumber.objects.create(vendor=vendor, distributor=distributor, number=number, partner=partner)
        of_customer.filter(state=State.DISMISSED).update(state=State.WAITING)
        booked = _book(vendor, distributor, now, number=number)
        return Matched(booked, of_customer.filter(state=State.WAITING).count())


def dismiss_customer(*, actor: Actor, vendor: Vendor, distributor: Distributor, number: str) -> int:
    """Say that this customer is no partner. Its rows, and those to come, no longer wait; matching it brings them back.

    Returns how many rows were dismissed. Raises `NotAllowed`, `NothingWaits`.
    """
    _check_role(actor, vendor)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        known = CustomerNumber.objects.filter(vendor=vendor, distributor=distributor, number=number)
        of_customer = WaitingRow.objects.filter(
            vendor=vendor, distributor=distributor, customer_number=number, state=State.WAITING
        )
        dismissed = 0 if known.exists() else of_customer.update(state=State.DISMISSED)
        if not dismissed:
            raise NothingWaits(_("Nothing waits for the customer number %(number)s.") % {"number": number})
        return dismissed


def recall_customer(*, actor: Actor, vendor: Vendor, distributor: Distributor, number: str) -> int:
    """Take back that a customer was dismissed; returns how many rows wait again.

    Raises `NotAllowed`, `NothingWaits`.
    """
    _check_role(actor, vendor)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        recalled = WaitingRow.objects.filter(
            vendor=vendor, distributor=distributor, customer_number=number, state=State.DISMISSED
        ).update(state=State.WAITING)
        if not recalled:
            raise NothingWaits(_("Nothing of the customer number %(number)s was dismissed.") % {"number": number})
        return recalled


def book_waiting(*, actor: Actor, vendor: Vendor, now: datetime) -> int:
    """Book the waiting rows whose customer and article are both known by now; returns how many. Raises `NotAllowed`."""
    _check_role(actor, vendor)
    waiting = WaitingRow.objects.filter(vendor=vendor, state=State.WAITING)
    booked = 0
    for distributor in Distributor.objects.filter(id__in=waiting.values("distributor_id")).order_by("id"):
        with transaction.atomic():
            one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
            booked += _book(vendor, distributor, now)
    return booked


def _check_role(actor: Actor, vendor: Vendor) -> None:
    if not (actor.is_system or actor.has(VENDOR, vendor.pk, *MATCHING_ROLES)):
        raise NotAllowed(_("Only channel managers and vendor admins decide who a customer is."))


_COPIED = ", ".join(SOLD_COLUMNS)
_BOOK_WAITING = f"""
WITH booked AS (
    INSERT INTO sales_saleline ({_COPIED}, partner_id, product_id, evidence, cut, generation, booked_at)
    SELECT {", ".join(f"waiting.{name}" for name in SOLD_COLUMNS)},
        customer.partner_id, product.id, '{Evidence.SELL_OUT.value}', %(cut)s, 0, %(now)s
    FROM sales_waitingrow AS waiting
    JOIN sales_customernumber AS customer ON customer.vendor_id = waiting.vendor_id
        AND customer.distributor_id = waiting.distributor_id AND customer.number = waiting.customer_number
    JOIN programs_product AS product ON product.vendor_id = waiting.vendor_id AND product.article = waiting.article
    WHERE waiting.vendor_id = %(vendor)s AND waiting.distributor_id = %(distributor)s
        AND waiting.state = '{State.WAITING.value}' AND waiting.currency = ANY(%(currencies)s)
        AND (%(number)s::text IS NULL OR waiting.customer_number = %(number)s)
    ORDER BY waiting.id
    RETURNING id, document_key, document_line
)
UPDATE sales_waitingrow AS waiting SET state = '{State.BOOKED.value}', sale_line_id = booked.id
FROM booked
WHERE waiting.vendor_id = %(vendor)s AND waiting.distributor_id = %(distributor)s
    AND waiting.document_key = booked.document_key AND waiting.document_line = booked.document_line
"""  # noqa: S608


def _book(vendor: Vendor, distributor: Distributor, now: datetime, *, number: str | None = None) -> int:
    """Turn rows that can be booked into sale lines, all or those of one customer; the caller holds the lock."""
    values: dict[str, Any] = {
        "vendor": vendor.pk,
        "distributor": distributor.pk,
        "cut": current_cut(vendor_id=vendor.pk),
        "currencies": currencies_of(vendor),
        "number": number,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOOK_WAITING, values)
        return int(cursor.rowcount)
