"""Sales, returns, corrections, tiers, agreements, closings and adjustments in any order, against `ledger_model`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from common.access import VENDOR_ADMIN, VENDOR_FINANCE, Actor
from common.periods import Period, PeriodKind
from common.proofs import Proof
from partners.models import Enrolment, IndividualAgreement, Partner
from partners.services import Overlapping, agree, end_agreement, set_tier
from programs.models import Distributor, Product, Program, Vendor
from programs.models import Tier as TierOfProgram
from programs.terms import Terms
from rebates import accounts, adjusting, checking, closing
from rebates.models import ClosingBounds, Posting
from sales.books import current_cut
from sales.models import SaleLine
from tests.people import staff_of
from tests.rebates.ledger_model import (
    LOOKS_BACK,
    NOTHING,
    PERCENT,
    RATES,
    Adjustment,
    Agreement,
    Close,
    Model,
    Sale,
    Tier,
    first_day,
)
from tests.undone import undone
from tests.world import NOW, enrol, make_distributor, make_partner, make_program, publish, sell

QUARTERS = 8
START = first_day(0)
FAR = Decimal(10) ** 9
PARTNERS = st.integers(0, 1)
TIERS = ("registered", "silver", "gold")
FIRST_TIER = "silver"
# How many quarters before the one that is closed next, as far as no closing looks back any more, and one ahead.
BACK = st.integers(-1, LOOKS_BACK + 1)
INTO = st.sampled_from([0, 1, 45, 89]).map(lambda days: timedelta(days=days))
UNITS = st.integers(-3000, 40000).map(lambda number: Decimal(number).scaleb(-3)).filter(bool)
PRICES = st.integers(1, 9999).map(lambda number: Decimal(number).scaleb(-2))
AMOUNTS = st.integers(-30000, 30000).map(lambda number: Decimal(number).scaleb(-2)).filter(bool)

REVENUE: dict[str, Any] = {
    "code": "revenue",
    "period": "quarter",
    "counts": "revenue",
    "mode": "whole_volume",
    "eligible": {"without_individual_agreement": True},
    "steps": [{"from": str(start), "percent": str(percent)} for start, percent in reversed(PERCENT)],
}
DEVICES: dict[str, Any] = {
    "code": "devices",
    "period": "quarter",
    "counts": "units",
    "rates": {tier: {article: str(rate) for article, rate in rates.items()} for tier, rates in RATES.items()},
}


@dataclass(frozen=True)
class Setting:
    """Two partners in a program that looks back as far as the model does; bounds are out of reach."""

    vendor: Vendor
    program: Program
    distributor: Distributor
    products: dict[str, Product]
    partners: list[Partner]
    enrolments: list[Enrolment]
    finance: Actor
    admin: Actor


@pytest.fixture
def setting(db: None) -> Setting:
    vendor = Vendor.objects.create(slug="acme", name="Acme")
    program = make_program(vendor, "one", "One", TIERS)
    Program.objects.filter(pk=program.pk).update(recomputed_periods=LOOKS_BACK, starts_on=START)
    program.refresh_from_db()
    for document in (REVENUE, DEVICES):
        publish(program, Terms.from_document(document).to_yaml(), document["code"], starts_on=START)
    ClosingBounds.objects.create(program=program, partner_from=FAR, total_from=FAR)
    partners = [make_partner(name, f"P{name}") for name in ("Anna", "Bert")]
    return Setting(
        vendor=vendor,
        program=program,
        distributor=make_distributor("allnet", "Allnet", program),
        products={
            article: Product.objects.create(vendor=vendor, article=article, name=article) for article in ("X1", "Y1")
        },
        partners=partners,
        enrolments=[enrol(partner, program, tier=FIRST_TIER, on=START) for partner in partners],
        finance=Actor.of(staff_of(vendor, "finance", VENDOR_FINANCE)),
        admin=Actor.of(staff_of(vendor, "admin", VENDOR_ADMIN)),
    )


class LedgerMachine(RuleBasedStateMachine):
    """The services beside the model; every example begins with the setting and is undone."""

    setting: ClassVar[Setting]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model([Tier(number, FIRST_TIER, START) for number in (0, 1)])
        self.lines: list[tuple[SaleLine, Sale]] = []
        self.closed = self.sold = 0
        self.stack = ExitStack()
        self.stack.enter_context(undone())
        # Something is earned in every quarter, so that what changes later changes an amount.
        for quarter in range(QUARTERS):
            for partner in (0, 1):
                self._book(Sale(partner, "X1", first_day(quarter), Decimal(quarter + 2), Decimal(900 + 60 * quarter)))

    def teardown(self) -> None:
        self.stack.close()

    # --- what happens ------------------------------------------------------------------------------------------------

    @rule(partner=PARTNERS, article=st.sampled_from(["X1", "Y1"]), back=BACK, into=INTO, units=UNITS, price=PRICES)
    def sale_or_return(
        self, partner: int, article: str, back: int, into: timedelta, units: Decimal, price: Decimal
    ) -> None:
        net = (units * price).quantize(Decimal("0.01"))
        self._book(Sale(partner, article, self._day(back, into), units, net))

    @precondition(lambda self: self.closed)
    @rule(partner=PARTNERS, back=st.integers(1, LOOKS_BACK + 1), units=UNITS, price=PRICES)
    def late_report(self, partner: int, back: int, units: Decimal, price: Decimal) -> None:
        self.sale_or_return(partner, "X1", back, timedelta(days=45), units, price)

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), units=st.none() | UNITS)
    def correction(self, data: st.DataObject, units: Decimal | None) -> None:
        """A line is taken back, and booked anew unless it was none at all."""
        position = data.draw(st.integers(0, len(self.lines) - 1))
        line, sale = self.lines.pop(position)
        SaleLine.objects.create(
            vendor=line.vendor, distributor=line.distributor, partner=line.partner, product=line.product,
            document_number=line.document_number, document_key=line.document_key, document_line=line.document_line,
            document_date=line.document_date, counts_on=line.counts_on, quantity=-line.quantity, net=-(line.net or 0),
            evidence=line.evidence, cut=current_cut(vendor_id=line.vendor_id), booked_at=NOW, reverses=line,
        )  # fmt: skip
        self.model.facts.append(Sale(sale.partner, sale.article, sale.day, -sale.units, -sale.net))
        if units is not None:
            net = (sale.net / sale.units * units).quantize(Decimal("0.01"))
            self._book(Sale(sale.partner, sale.article, sale.day, units, net))

    @rule(partner=PARTNERS, tier=st.sampled_from(TIERS), back=BACK, into=INTO)
    def tier(self, partner: int, tier: str, back: int, into: timedelta) -> None:
        day = self._day(back, into)
        held = TierOfProgram.objects.get(program=self.setting.program, code=tier)
        set_tier(enrolment=self.setting.enrolments[partner], tier=held, on=day, actor=self.setting.admin)
        if self.model.tier(partner, day, self.model.facts) != tier:  # what holds already is no news
            self.model.facts.append(Tier(partner, tier, day))

    @rule(partner=PARTNERS, back=BACK, into=INTO, days=st.none() | st.sampled_from([1, 44, 200]))
    def agreement(self, partner: int, back: int, into: timedelta, days: int | None) -> None:
        day = self._day(back, into)
        end = None if days is None else day + timedelta(days=days)
        known = self.model.agreements(partner, self.model.facts).items()
        overlaps = any(start < (end or date.max) and day < until for start, until in known)
        asked: dict[str, Any] = {"enrolment": self.setting.enrolments[partner], "start": day, "end": end}
        if overlaps:
            with pytest.raises(Overlapping), transaction.atomic():
                agree(**asked, actor=self.setting.admin)
        else:
            agree(**asked, actor=self.setting.admin)
            self.model.facts.append(Agreement(partner, day, end))

    @rule(partner=PARTNERS, days=st.sampled_from([1, 30, 100]))
    def agreement_ends_after_all(self, partner: int, days: int) -> None:
        """The last one, which may have been settled already."""
        own = IndividualAgreement.objects.filter(enrolment=self.setting.enrolments[partner])
        if (last := own.order_by("valid").last()) is not None:
            end = last.valid.lower + timedelta(days=days)
            end_agreement(agreement=last, on=end, actor=self.setting.admin)
            self.model.facts.append(Agreement(partner, last.valid.lower, end))

    @precondition(lambda self: self.closed < QUARTERS)
    @rule()
    def close(self) -> None:
        period = Period.containing(PeriodKind.QUARTER, first_day(self.closed))
        opened = closing.open_closing(program=self.setting.program, period=period, today=period.end, now=NOW)
        assert closing.run(closing_id=opened.pk, now=NOW, chunk=1).state == "sealed"
        self.model.facts.append(Close(self.closed))
        self.closed += 1

    @rule(partner=PARTNERS, amount=AMOUNTS)
    def adjust(self, partner: int, amount: Decimal) -> None:
        proposal = adjusting.Proposal(
            program=self.setting.program,
            partner=self.setting.partners[partner],
            amount=amount,
            reason="Said so",
            proof=Proof("letter.pdf", b"%PDF-1.7"),
        )
        proposed = adjusting.propose(proposal=proposal, actor=self.setting.finance, now=NOW)
        adjusting.book(adjustment_id=proposed.pk, actor=self.setting.admin, now=NOW)
        self.model.facts.append(Adjustment(partner, amount))

    @precondition(lambda self: self.closed < QUARTERS - 3)
    @rule(count=st.integers(2, 3))
    def quarters_go_by(self, count: int) -> None:
        for _ in range(count):
            self.close()

    def _day(self, back: int, into: timedelta) -> date:
        return first_day(min(QUARTERS - 1, max(0, self.closed - back))) + into

    def _book(self, sale: Sale) -> None:
        self.sold += 1
        product, partner = self.setting.products[sale.article], self.setting.partners[sale.partner]
        line = sell(
            partner, product, sale.day, str(sale.units), str(sale.net),
            distributor=self.setting.distributor, document=f"R{self.sold}",
        )  # fmt: skip
        self.lines.append((line, sale))
        self.model.facts.append(sale)

    # --- what holds after each of them -------------------------------------------------------------------------------

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        connection.check_constraints()  # what is otherwise checked when it is committed
        for number, partner in enumerate(self.setting.partners):
            expected = self.model.owed(number)
            found = accounts.owed(vendor_id=self.setting.vendor.pk, partner_id=partner.pk)
            assert found.get("EUR", NOTHING) == expected
            assert self._split(partner) == (max(expected, NOTHING), max(-expected, NOTHING))

    def _split(self, partner: Partner) -> tuple[Decimal, Decimal]:
        """What is owed to the partner, and what is carried."""
        own = Posting.objects.filter(entry__partner=partner).order_by()
        sums = dict(own.values_list("account").annotate(total=Sum("amount")))
        return -sums.get("owed", NOTHING), sums.get("carried", NOTHING)

    @invariant()
    def the_check_finds_nothing(self) -> None:
        assert checking.look(vendor_id=self.setting.vendor.pk) == []


def test_balances_are_those_of_a_slow_model_whatever_happens(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LedgerMachine, "setting", setting, raising=False)
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=checks),
    )
