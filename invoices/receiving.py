"""Invoices on their way in: taken from a partner's person, kept, and left to the workers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from common import large_files
from common.access import OWNER, PARTNER, PARTNER_FINANCE, SALES, Actor
from common.errors import DomainError
from invoices.models import Invoice, InvoiceFile
from invoices.moving import State, Step, write
from invoices.rules import rules_of
from partners.models import Enrolment, Partner
from programs.models import Vendor
from sales.importing import tidy_name

UPLOADING_ROLES = (OWNER, SALES, PARTNER_FINANCE)
LARGEST = 20_000_000
"""Bytes of a file at most."""


class NotAllowed(DomainError):
    """The actor's role does not upload for this company."""


class NotTheirVendor(DomainError):
    """The partner takes part in no program of the vendor."""


class NotTaken(DomainError):
    """The file is empty, too large, or one too many today."""


@dataclass(frozen=True)
class Received:
    """`known`: the partner has uploaded this very file before, and this is what became of it."""

    invoice: Invoice
    known: bool = False


def may_upload(actor: Actor, partner: Partner) -> bool:
    return actor.has(PARTNER, partner.pk, *UPLOADING_ROLES)


def vendors_taking(partner: Partner) -> list[Vendor]:
    """Vendors for which the partner can upload: those in whose programs it takes or took part."""
    enrolled = Enrolment.objects.filter(partner=partner)
    return list(Vendor.objects.filter(pk__in=enrolled.values("program__vendor")).order_by("name"))


def receive(
    *, actor: Actor, partner: Partner, vendor: Vendor, file_name: str, content: bytes, now: datetime
) -> Received:
    """Keep the file; what is in it is found out later. The same file twice is the first one.

    Raises `NotAllowed`, `NotTheirVendor`, `NotTaken`.
    """
    if not may_upload(actor, partner) or actor.user_id is None:
        raise NotAllowed(_("Only owners, sales and bookkeeping of the company upload invoices."))
    if vendor not in vendors_taking(partner):
        raise NotTheirVendor(_("You take part in no program of %(vendor)s.") % {"vendor": vendor.name})
    if not content:
        raise NotTaken(_("The file is empty."))
    if len(content) > LARGEST:
        raise NotTaken(_("The file is larger than %(size)s MB.") % {"size": LARGEST // 1_000_000})
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        # One upload of a company at a time: a double click finds the first one, and the quota holds.
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        claiming = Invoice.objects.filter(vendor=vendor, partner=partner, sha256=sha256)
        first = claiming.exclude(state__in=[State.REFUSED, State.WITHDRAWN]).first()
        if first is not None:
            return Received(first, known=True)
        _check_quota(partner, vendor, now)
        return Received(_keep(actor.user_id, partner, vendor, tidy_name(file_name), content, sha256, now))


def _check_quota(partner: Partner, vendor: Vendor, now: datetime) -> None:
    morning = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Invoice.objects.filter(
        partner=partner, vendor=vendor, uploaded_at__gte=morning, uploaded_at__lt=morning + timedelta(days=1)
    )
    most = rules_of(vendor).per_day
    if today.count() >= most:
        text = _("%(count)s files were uploaded today, which is as many as %(vendor)s takes in a day.")
        raise NotTaken(text % {"count": most, "vendor": vendor.name})


def _keep(
    user_id: int, partner: Partner, vendor: Vendor, file_name: str, content: bytes, sha256: str, now: datetime
) -> Invoice:
    invoice = Invoice.objects.create(
        vendor=vendor, partner=partner, uploaded_by_id=user_id, uploaded_at=now, since=now, file_name=file_name,
        sha256=sha256,
    )  # fmt: skip
    large_files.insert(InvoiceFile(invoice=invoice, content=content))
    write(invoice, Step.UPLOADED, now=now, by_id=user_id)
    return invoice
