"""Everything that a statement says, selected from committed facts: nothing is calculated that was not settled.

`facts_of` gives the same for the same payment until somebody corrects what stands behind it: an address, a tax status.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from common.money import ZERO
from common.periods import Period
from partners.ibans import masked
from partners.models import Seat, TaxStatus
from programs.models import Tier, Vendor
from rebates import engine
from rebates.changes import Change, changes_of
from rebates.explained import Explained
from rebates.models import LedgerEntry, Letterhead, Payment, Settlement, Statement
from rebates.selectors import PeriodState
from rebates.statements import vat
from rebates.statements.covered import Covered, Moved
from rebates.statements.errors import DoesNotAddUp
from rebates.statements.lines import SoldLine, lines_behind, lines_of_change

Kind, Document = LedgerEntry.Kind, Statement.Document
ANEW = (Kind.REJECTED, Kind.RETURNED)
"""Money that came back: an earlier statement has said what it is made of."""


@dataclass(frozen=True)
class Sender:
    """The vendor as its letterhead says."""

    name: str
    letterhead: Letterhead


@dataclass(frozen=True, slots=True)
class Receiver:
    """The company. `country`: two letters as of the payment's date, empty where unknown."""

    name: str
    number: str
    street: str
    postcode: str
    city: str
    country: str
    vat_id: str
    language: str


@dataclass(frozen=True, slots=True)
class Payout:
    """The payment. `value_date`: None while the bank has not answered; `iban` is masked."""

    amount: Decimal
    currency: str
    run: int
    requested_on: date
    value_date: date | None
    holder: str
    iban: str
    reference: str


@dataclass(frozen=True)
class Rebate:
    """What one closing settled for one rebate and period; `change`: what made it, where it adjusts an earlier result.

    `result` is the period's whole result by then. `lines`: the sales behind the amount, each with its share.
    """

    entry: LedgerEntry
    terms: str
    program: str
    period: Period
    closing: Period
    amount: Decimal
    result: engine.Settlement
    tiers: Mapping[str, str]
    lines: Sequence[SoldLine]
    explained: Explained
    change: Change | None = None


@dataclass(frozen=True)
class Facts:
    """`amount` is this document's part of the payment, `elsewhere` what the other document of the payment says.

    `entries` are all of the account since the payment before, whichever document explains them. `manual` and `anew`
    are those that this document explains besides its rebates.
    """

    document: Statement.Document
    sender: Sender
    receiver: Receiver
    payout: Payout
    opening: Decimal
    entries: Sequence[Moved]
    rebates: Sequence[Rebate]
    manual: Sequence[Moved]
    anew: Sequence[Moved]
    elsewhere: Decimal
    tax: Sequence[vat.Row]

    @property
    def amount(self) -> Decimal:
        return self.payout.amount - self.elsewhere


def documents_of(covered: Covered) -> list[Statement.Document]:
    """The kinds of documents that a payment needs, by the terms of what it pays."""
    found = {_document(each) for each in covered.entries if each.entry.settlement_id}
    return [kind for kind in Document if kind in found] or [Document.BONUS]


def facts_of(payment: Payment, *, covered: Covered, document: Statement.Document) -> Facts:
    """What the document of this kind says about the payment. Raises DoesNotAddUp."""
    kinds = documents_of(covered)
    # What no terms have earned stands in the first document.
    first = document == kinds[0]
    own = [each for each in covered.entries if (_document(each) == document if each.entry.settlement_id else first)]
    mine = {each.entry.pk for each in own}
    elsewhere = sum((each.amount for each in covered.entries if each.entry.pk not in mine), ZERO)
    opening = covered.opening if first else ZERO
    if not first:
        elsewhere += covered.opening
    standing = _Standing.of(payment)
    rebates = [_rebate(each) for each in own if each.entry.settlement_id]
    manual = [each for each in own if each.entry.adjustment_id]
    anew = [each for each in own if each.entry.kind in ANEW]
    told = opening + sum((each.amount for each in rebates), ZERO)
    told += sum((each.amount for each in (*manual, *anew)), ZERO)
    if told != payment.amount - elsewhere or len(rebates) + len(manual) + len(anew) != len(own):
        raise DoesNotAddUp(f"{payment}: {told} + {elsewhere} != {payment.amount}")
    return Facts(
        document=document,
        sender=Sender(payment.vendor.legal_name or payment.vendor.name, letterhead_of(payment.vendor)),
        receiver=_receiver(payment, standing),
        payout=_payout(payment),
        opening=covered.opening,
        entries=covered.entries,
        rebates=rebates,
        manual=manual,
        anew=anew,
        elsewhere=elsewhere,
        # What is paid for a service is no price that goes down: nothing that was bought is taxed otherwise by it.
        tax=_tax(rebates, manual, standing) if document == Document.BONUS else [],
    )


def letterhead_of(vendor: Vendor) -> Letterhead:
    """The vendor's letterhead; one that says nothing where nobody has made it."""
    return Letterhead.objects.filter(vendor=vendor).first() or Letterhead(vendor=vendor)


def _document(moved: Moved) -> Statement.Document:
    assert moved.entry.settlement is not None
    return Document(moved.entry.settlement.terms.terms.document)


def _receiver(payment: Payment, standing: _Standing) -> Receiver:
    partner = payment.partner
    return Receiver(
        name=partner.name, number=partner.number, street=partner.street, postcode=partner.postcode, city=partner.city,
        country=standing.country(payment.run.pay_on), vat_id=partner.vat_id, language=partner.language,
    )  # fmt: skip


def _payout(payment: Payment) -> Payout:
    return Payout(
        amount=payment.amount, currency=payment.currency, run=payment.run.number, requested_on=payment.run.pay_on,
        value_date=payment.value_date if payment.state == Payment.State.PAID else None, holder=payment.holder,
        iban=masked(payment.iban), reference=payment.end_to_end_id,
    )  # fmt: skip


# --- taxation ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Standing:
    """Where the company was registered, and how it was taxed, on any day."""

    seats: Sequence[Seat]
    statuses: Sequence[TaxStatus]

    @classmethod
    def of(cls, payment: Payment) -> _Standing:
        return cls(
            list(Seat.objects.filter(partner=payment.partner_id)),
            list(TaxStatus.objects.filter(partner=payment.partner_id)),
        )

    def country(self, day: date) -> str:
        return next((seat.country for seat in self.seats if day in seat.valid), "")

    def on(self, day: date) -> vat.Taxed:
        small = any(each.status == TaxStatus.Status.SMALL_BUSINESS for each in self.statuses if day in each.valid)
        return vat.Taxed(day, self.country(day), small)


def _tax(rebates: Iterable[Rebate], manual: Iterable[Moved], standing: _Standing) -> list[vat.Row]:
    """A rebate at the rate of its period's last day; a correction by hand, which has no period, at that of its day."""
    amounts = [(each.amount, standing.on(each.period.last_day)) for each in rebates]
    amounts += [(each.amount, standing.on(timezone.localdate(each.entry.booked_at))) for each in manual]
    return vat.rows(amounts)


# --- rebates ----------------------------------------------------------------------------------------------------------


def _rebate(moved: Moved) -> Rebate:
    settlement = Settlement.objects.select_related(
        "closing__program", "terms__program__vendor", "enrolment__partner", "enrolment__program"
    ).get(pk=moved.entry.settlement_id)
    adjusts = moved.entry.kind == Kind.ADJUSTMENT
    settled = _settled_until(settlement) if adjusts else [settlement]
    result = engine.Settlement.from_json(settlement.explanation)
    explained = Explained(
        enrolment=settlement.enrolment, terms=settlement.terms, period=Period.parse(settlement.period),
        today=timezone.localdate(settlement.settled_at), state=PeriodState.CLOSED, live=result, settled=settled,
    )  # fmt: skip
    change = None
    if adjusts:
        change = next(each for each in changes_of(explained) if each.settlement.pk == settlement.pk)
    return Rebate(
        entry=moved.entry,
        terms=settlement.terms.name,
        program=settlement.terms.program.name,
        period=explained.period,
        closing=Period.parse(settlement.closing.period),
        amount=moved.amount,
        result=result,
        tiers=dict(Tier.objects.filter(program=settlement.terms.program_id).values_list("code", "name")),
        lines=lines_of_change(change) if change is not None else lines_behind(explained),
        explained=explained,
        change=change,
    )


def _settled_until(settlement: Settlement) -> list[Settlement]:
    """Every settlement of the same period up to this one, oldest first."""
    same = Settlement.objects.filter(
        enrolment=settlement.enrolment_id, terms__code=settlement.terms.code, period=settlement.period
    )
    rows = list(same.select_related("closing", "terms__program__vendor").order_by("settled_at", "id"))
    place = next(place for place, each in enumerate(rows) if each.pk == settlement.pk)
    return rows[: place + 1]
