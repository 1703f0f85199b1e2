"""What people at the vendor do with an invoice: hold it while they look, correct, accept, refuse, ask, take back.

Each step is one commit and compares the version the person has seen: of two who act at once one wins, and the other is
told. Who opens an invoice holds it for a while, so that nobody looks at the same; one that is left alone returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from common.access import VENDOR, Actor
from common.errors import DomainError
from common.formats import date_long
from invoices import booking, mails
from invoices.checks import Facts, reported_alike, run_checks
from invoices.facts import facts_of
from invoices.filling import find_products, find_seller
from invoices.models import Invoice, InvoiceLine, PackFactor
from invoices.moving import MovedOn, Reason, State, Step, move, refuse
from invoices.outcomes import Check, Outcome
from invoices.processing import accept as book_and_accept
from invoices.wording import sentence
from programs.deciding import DECIDING_ROLES
from programs.models import Distributor, Product, Vendor

HELD_FOR = timedelta(minutes=10)
"""How long an invoice is one person's after they last did something with it."""
HEADER = (
    "number", "issue_date", "type_code", "currency", "seller_name", "seller_vat_id", "buyer_name", "buyer_vat_id",
    "preceding_number", "preceding_date",
)  # fmt: skip
LINE = ("name", "article", "gtin", "quantity", "unit", "net", "serials", "left_out")
"""Fields that people type."""


class NotAllowed(DomainError):
    """Only the vendor's channel managers and admins decide about invoices."""


class HeldByAnother(DomainError):
    """Somebody else is looking at the invoice."""


class NotReady(DomainError):
    """Something that must be known before it counts is not, or a check has failed that no person can overrule."""


@dataclass(frozen=True)
class TypedLine:
    """A line as a person types it. `position`: of the corrected line, None: a new one. `product`: what it means;
    `per_unit`: how many pieces one of its unit is, remembered for this distributor and product."""

    position: int | None
    values: Mapping[str, Any]
    product: Product | None = None
    per_unit: int | None = None


@dataclass(frozen=True)
class Corrections:
    """What a person types: header fields by name, lines, the distributor."""

    header: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[TypedLine] = ()
    distributor: Distributor | None = None


# --- whose it is -----------------------------------------------------------------------------------------------------


def in_review(*, vendor: Vendor, actor: Actor) -> QuerySet[Invoice]:
    """What waits for a person of the vendor, the oldest first."""
    waiting = Invoice.objects.visible_to(actor).filter(vendor=vendor, state=State.REVIEW)
    return waiting.select_related("partner", "distributor", "held_by").order_by("since", "pk")


@transaction.atomic
def hold_next(*, vendor: Vendor, actor: Actor, now: datetime, after: int | None = None) -> Invoice | None:
    """Take the oldest invoice that nobody else holds; None: nothing waits. `after`: not this one again, if possible.

    Raises `NotAllowed`.
    """
    _check_staff(actor, vendor.pk)
    free = in_review(vendor=vendor, actor=actor).filter(_free_for(actor, now))
    free = free.select_for_update(of=("self",), skip_locked=True)
    others = free if after is None else free.exclude(pk=after)
    found = others.first() or free.first()
    if found is not None:
        _hold(found, actor, now)
    return found


@transaction.atomic
def hold(*, invoice: Invoice, actor: Actor, now: datetime) -> bool:
    """Take this invoice, or keep it for longer. False: somebody else holds it, or it does not wait for a person."""
    _check_staff(actor, invoice.vendor_id)
    free = Invoice.objects.filter(_free_for(actor, now), pk=invoice.pk, state=State.REVIEW)
    if free.select_for_update().first() is None:
        return False
    _hold(invoice, actor, now)
    return True


def release(*, invoice: Invoice, actor: Actor) -> None:
    """Give back what one holds, undecided."""
    Invoice.objects.filter(pk=invoice.pk, held_by=actor.user_id).update(held_by=None, held_until=None)


def _free_for(actor: Actor, now: datetime) -> Q:
    return Q(held_by=None) | Q(held_until__lt=now) | Q(held_by=actor.user_id)


def _hold(invoice: Invoice, actor: Actor, now: datetime) -> None:
    Invoice.objects.filter(pk=invoice.pk).update(held_by=actor.user_id, held_until=now + HELD_FOR)
    invoice.refresh_from_db(fields=["held_by", "held_until"])


# --- correcting ------------------------------------------------------------------------------------------------------


@transaction.atomic
def correct(*, invoice: Invoice, said: Corrections, actor: Actor, seen: int, now: datetime) -> None:
    """Put right what the invoice says; what was typed is marked. Everything is checked anew, also if nothing was typed.

    Raises `NotAllowed`, `HeldByAnother`, `MovedOn`, `Duplicate` (it is one that is here already).
    """
    current = _take(invoice, actor, seen, now)
    changed = apply(current, said)
    if changed or any(line.per_unit for line in said.lines):
        move(
            current, Step.CORRECTED, of=[State.REVIEW], to=State.REVIEW, now=now, by_id=actor.user_id,
            data={"fields": changed}, **header_values(current),
        )  # fmt: skip
    _remember_packs(current, said.lines)
    recheck(current)
    _hold(current, actor, now)


def _remember_packs(invoice: Invoice, typed: Sequence[TypedLine]) -> None:
    wanted = {each.position: each.per_unit for each in typed if each.per_unit and each.position is not None}
    if not wanted or invoice.distributor is None:
        return
    find_products(invoice)
    for line in invoice.lines.filter(position__in=wanted, product__isnull=False):
        PackFactor.objects.update_or_create(
            distributor=invoice.distributor, product=line.product, unit=line.unit.upper(),
            defaults={"pieces": wanted[line.position]},
        )  # fmt: skip


def apply(invoice: Invoice, said: Corrections) -> list[str]:
    """Set what was typed on the invoice, unsaved, and its lines, saved. Returns the fields that changed."""
    changed = [name for name, value in said.header.items() if getattr(invoice, name) != value]
    for name in changed:
        setattr(invoice, name, said.header[name])
    if said.distributor is not None and said.distributor != invoice.distributor:
        invoice.distributor = said.distributor
        changed.append("distributor")
    invoice.typed = sorted({*invoice.typed, *changed})
    find_seller(invoice)
    return changed + _apply_lines(invoice, said.lines)


def _apply_lines(invoice: Invoice, typed: Sequence[TypedLine]) -> list[str]:
    by_position = {line.position: line for line in invoice.lines.all()}
    next_position = max(by_position, default=0) + 1
    changed = []
    for each in typed:
        line = by_position.get(each.position) if each.position is not None else None
        if line is None:
            line = InvoiceLine(invoice=invoice, position=next_position)
            next_position += 1
        fields = [name for name, value in each.values.items() if getattr(line, name) != value]
        for name in fields:
            setattr(line, name, each.values[name])
        if each.product is not None and each.product.pk != line.product_id:
            line.product = each.product
            fields.append("product")
        if fields:
            line.typed = sorted({*line.typed, *fields})
            line.save()
            changed += [f"{line.position}.{name}" for name in fields]
    return changed


def header_values(invoice: Invoice) -> dict[str, Any]:
    """The header as it is set on the invoice, to be written."""
    names = (*HEADER, "typed", "distributor", "number_key", "seller_key")
    return {name: getattr(invoice, name) for name in names}


def recheck(invoice: Invoice) -> tuple[Facts, list[Check]]:
    """Find products and pieces again: what is known now, and how every check comes out."""
    find_products(invoice)
    facts = facts_of(invoice)
    outcomes = run_checks(facts)
    Invoice.objects.filter(pk=invoice.pk).update(checks=[check.to_document() for check in outcomes])
    return facts, outcomes


# --- deciding --------------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(*, invoice: Invoice, actor: Actor, seen: int, now: datetime, today: date, text: str = "") -> Decimal:
    """Accept what the invoice says as it stands; returns the rebate it gives.

    A person may overrule a check, but none that keeps anything from being counted twice, or for somebody who sells
    without authorisation. Raises `NotAllowed`, `HeldByAnother`, `MovedOn`, `NotReady`, and what `booking.book` raises.
    """
    current = _take(invoice, actor, seen, now)
    if current.issue_date is not None and current.issue_date > today:
        text = _("The invoice is dated in the future and cannot be accepted before %(day)s.")
        raise NotReady(text % {"day": date_long(current.issue_date)})
    facts, outcomes = recheck(current)
    if (barred := barring(outcomes)) is not None:
        raise NotReady(_("This cannot be overruled: %(check)s") % {"check": sentence(barred)})
    return book_and_accept(
        current, of=[State.REVIEW], now=now, today=today, by_id=actor.user_id, text=text,
        unreported=not reported_alike(facts),
    )  # fmt: skip


NOT_OVERRULED = ("scan", "new", "distributor", "serials", "currency", "units")
"""Checks without which nothing counts, whoever decides."""


def barring(outcomes: Sequence[Check]) -> Check | None:
    """The first check that did not pass and that no person can overrule."""
    return next(
        (each for each in outcomes
         if each.key in NOT_OVERRULED and each.outcome in (Outcome.FAILED, Outcome.OPEN)), None
    )  # fmt: skip


@transaction.atomic
def refuse_it(*, invoice: Invoice, actor: Actor, seen: int, reason: Invoice.Reason, text: str, now: datetime) -> None:
    """Refuse it; the partner reads reason and text. Raises `NotAllowed`, `HeldByAnother`, `MovedOn`."""
    current = _take(invoice, actor, seen, now)
    refuse(current, Reason(reason), of=[State.REVIEW], now=now, by_id=actor.user_id, text=text)


@transaction.atomic
def ask(*, invoice: Invoice, actor: Actor, seen: int, text: str, now: datetime) -> None:
    """Ask the partner; until it answers, nobody else waits. Raises `NotAllowed`, `HeldByAnother`, `MovedOn`."""
    current = _take(invoice, actor, seen, now)
    move(current, Step.ASKED, of=[State.REVIEW], to=State.ASKED, now=now, by_id=actor.user_id, text=text)
    mails.tell(mails.ASKED, current, text)


@transaction.atomic
def take_back(*, invoice: Invoice, actor: Actor, seen: int, text: str, now: datetime) -> None:
    """Take an acceptance back: what was booked is reversed, and the invoice waits for a person again.

    What is settled by now is made up for by the next closing. Raises `NotAllowed`, `MovedOn`, `AlreadyBooked`.
    """
    _check_staff(actor, invoice.vendor_id)
    current = _locked(invoice, seen)
    booking.take_back(invoice=current, now=now)
    move(
        current, Step.TAKEN_BACK, of=[State.ACCEPTED], to=State.REVIEW, now=now, by_id=actor.user_id, text=text,
        decided_at=None, decided_by=None, automatic=False, value=None, unreported=False, told_at=None,
    )  # fmt: skip
    mails.tell(mails.TAKEN_BACK, current, text)


# --- what every step does --------------------------------------------------------------------------------------------


def _take(invoice: Invoice, actor: Actor, seen: int, now: datetime) -> Invoice:
    """The invoice, locked, as the person has seen it and held by nobody else."""
    _check_staff(actor, invoice.vendor_id)
    current = _locked(invoice, seen)
    if current.state != State.REVIEW:
        raise MovedOn(_("This invoice does not wait for a person any more."))
    holder, until = current.held_by, current.held_until
    if holder is not None and holder.pk != actor.user_id and until is not None and until > now:
        raise HeldByAnother(_("%(name)s is looking at this invoice.") % {"name": holder.name})
    return current


def _locked(invoice: Invoice, seen: int) -> Invoice:
    rows = Invoice.objects.select_related("vendor", "partner", "distributor", "held_by")
    current = rows.select_for_update(of=("self",)).get(pk=invoice.pk)
    if current.version != seen:
        raise MovedOn(_("Somebody has worked on this invoice meanwhile. Please look at it again."))
    return current


def _check_staff(actor: Actor, vendor_id: int) -> None:
    if not actor.has(VENDOR, vendor_id, *DECIDING_ROLES):
        raise NotAllowed(_("Only channel managers and vendor admins decide about invoices."))
