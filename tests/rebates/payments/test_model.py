"""Credits, runs, approvals, answers and holds in any order: no cent more, and none less, than a slow model says."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
from django.db import connection, transaction
from django.db.models import Count, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from common.access import Actor
from partners.models import Partner
from rebates import accounts, checking
from rebates.ledger import book_adjustment
from rebates.models import AnswerLine, Payment, PaymentHold, PaymentRun
from rebates.payments import answering, deciding, exporting, holding, proposing
from rebates.payments.errors import Refused
from tests.rebates.booked import adjustment
from tests.rebates.payments.paying import DAY, Finance, has_account, pays
from tests.rebates.payments.payment_model import GIVEN, ZERO, Model, Paying, Run
from tests.world import NOW, TODAY, World, enrol, make_partner

PARTNERS = 3
PARTNER = st.integers(0, PARTNERS - 1)
AMOUNT = st.decimals(Decimal(-300), Decimal(500), places=2).filter(bool)
STEP = st.sampled_from(["approve", "approve", "export", "cancel"])
Said = AnswerLine.Said
WORD = st.tuples(st.sampled_from([Said.RETURNED, Said.PAID]), st.booleans())
"""What the bank says of a payment, and whether its account is paid to again."""


class PaymentMachine(RuleBasedStateMachine):
    """The services beside the model; every example begins with the world and is undone."""

    world: ClassVar[World]
    finance: ClassVar[Finance]
    partners: ClassVar[list[Partner]]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model([ZERO] * PARTNERS)
        self.credited = [ZERO] * PARTNERS
        self.steps = 0
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        for partner in range(PARTNERS):
            self.credit(partner, Decimal(100 + partner))

    def teardown(self) -> None:
        self.stack.close()

    @property
    def now(self) -> datetime:
        """Later each time: of two answers the later one is the last word."""
        self.steps += 1
        return NOW + timedelta(seconds=self.steps)

    # --- what happens ------------------------------------------------------------------------------------------------

    @rule(partner=PARTNER, amount=AMOUNT)
    def credit(self, partner: int, amount: Decimal) -> None:
        given = adjustment(self.world, str(amount), partner=self.partners[partner])
        book_adjustment(adjustment=given, now=self.now)
        self.model.balance[partner] += amount
        self.credited[partner] += amount

    @rule()
    def propose(self) -> None:
        proposing.propose(
            vendor=self.world.vendor, day=DAY, last_of_year=False, actor=self.finance.asking, today=TODAY, now=self.now
        )
        self.model.propose()

    @precondition(lambda self: self.model.runs)
    @rule(data=st.data(), step=STEP)
    def step(self, data: st.DataObject, step: str) -> None:
        number = data.draw(st.integers(1, len(self.model.runs)))
        expected = self.model.runs[number - 1]
        if not self.model.may(step, expected):
            with pytest.raises(Refused):
                self._do(step, number, expected)
            return
        self._do(step, number, expected)
        self.model.do(step, expected)

    def _do(self, step: str, number: int, expected: Run) -> None:
        run = PaymentRun.objects.get(number=number)
        first, second = Actor.of(self.finance.first), Actor.of(self.finance.second)
        if step == "approve":
            actor = second if expected.approvals else first
            deciding.approve(run_id=run.pk, actor=actor, sha256=run.sha256, device="", now=self.now)
        elif step == "cancel":
            deciding.cancel(run_id=run.pk, actor=first, reason="Wrong day", now=self.now)
        else:
            exporting.take(run_id=run.pk, number=1, actor=second, now=self.now)

    @rule()
    def straight_to_the_bank(self) -> None:
        """What alone chance seldom does: a run proposed, approved and exported, unless somebody in it is held."""
        self.propose()
        run = next((run for run in reversed(self.model.runs) if run.state == "proposed"), None)
        while run is not None and run.state not in GIVEN:
            step = "export" if run.state == "approved" else "approve"
            if not self.model.may(step, run):
                return
            self._do(step, self.model.runs.index(run) + 1, run)
            self.model.do(step, run)

    @precondition(lambda self: any(run.state in GIVEN for run in self.model.runs))
    @rule(data=st.data(), words=st.lists(WORD, min_size=PARTNERS, max_size=PARTNERS))
    def answer(self, data: st.DataObject, words: list[tuple[AnswerLine.Said, bool]]) -> None:
        """Of a run that was given to the bank, what it says about each payment, or about some of them."""
        given = [run for run in self.model.runs if run.state in GIVEN]
        run = given[-data.draw(st.integers(1, len(given)))]
        answered = data.draw(st.integers(1, len(run.payments)))
        for paying, (said, stays) in list(zip(run.payments, words, strict=False))[:answered]:
            line = answering.say(
                payment_id=self._payment(run, paying).pk, said=said, value_date=TODAY, code="", text="",
                account_stays=stays, actor=Actor.of(self.finance.first), now=self.now,
            )  # fmt: skip
            assert line.outcome == self.model.answer(run, paying, said.value, stays)

    def _payment(self, run: Run, paying: Paying) -> Payment:
        number = self.model.runs.index(run) + 1
        return Payment.objects.get(run__number=number, partner=self.partners[paying.partner])

    @rule(partner=PARTNER)
    def hold_or_release(self, partner: int) -> None:
        vendor, held = self.world.vendor, self.partners[partner]
        first, second = Actor.of(self.finance.first), Actor.of(self.finance.second)
        if partner in self.model.left_out["held"]:
            hold = PaymentHold.objects.get(partner=held, released_at__isnull=True)
            holding.ask_release(hold=hold, actor=first, text="Explained", now=self.now)
            holding.release(hold=hold, actor=second, now=self.now)
        else:
            holding.place(
                vendor=vendor, partner=held, why=PaymentHold.Why.OTHER, text="Unclear", actor=first, now=self.now
            )
        self.model.left_out["held"] ^= {partner}

    @precondition(lambda self: self.model.left_out["unclear"])
    @rule()
    def look(self) -> None:
        """Somebody has found out what the bank meant when it contradicted itself."""
        finance = Actor.of(self.finance.first)
        for line in answering.parked(vendor=self.world.vendor, actor=finance):
            answering.look_at(line=line, actor=finance, note="The bank's mistake", now=self.now)
        self.model.left_out["unclear"] = set()

    # --- what holds after each of them -------------------------------------------------------------------------------

    @invariant()
    def balances_and_states_are_those_of_the_model(self) -> None:
        connection.check_constraints()  # what is otherwise checked when it is committed
        for number, partner in enumerate(self.partners):
            found = accounts.owed(vendor_id=self.world.vendor.pk, partner_id=partner.pk)
            assert found.get("EUR", ZERO) == self.model.balance[number]
        assert [(run.state, run.total) for run in PaymentRun.objects.order_by("number")] == [
            (run.state, sum(each.amount for each in run.payments)) for run in self.model.runs
        ]

    @invariant()
    def every_cent_is_owed_under_way_or_paid_and_never_twice(self) -> None:
        gone = Payment.objects.filter(state__in=("open", "paid")).order_by().values_list("partner")
        sums = dict(gone.annotate(total=Sum("amount")))
        for number, partner in enumerate(self.partners):
            assert sums.get(partner.pk, ZERO) + self.model.balance[number] == self.credited[number]
        open_ = Payment.objects.filter(state="open").order_by().values("partner")
        assert not open_.annotate(count=Count("pk")).filter(count__gt=1)

    @invariant()
    def the_check_finds_nothing(self) -> None:
        assert checking.look(vendor_id=self.world.vendor.pk) == []


def test_no_partner_is_paid_more_than_was_owed_whatever_happens(
    world: World, finance: Finance, monkeypatch: pytest.MonkeyPatch
) -> None:
    pays(world.vendor)
    partners = [world.reseller, make_partner("Havelland IT", "3C4D5F6G"), make_partner("Oderbruch IT", "4D5F6G7H")]
    for partner in partners:
        if partner != world.reseller:
            enrol(partner, world.program)
        has_account(partner, world.vendor, finance.bookkeeper)
    for name, value in {"world": world, "finance": finance, "partners": partners}.items():
        monkeypatch.setattr(PaymentMachine, name, value, raising=False)
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        PaymentMachine,
        settings=settings(max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=checks),
    )
