"""Payments once more, slowly and without a database: whom a run pays, which step may follow, what is owed then."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)
GIVEN = ("exported", "settled")


@dataclass
class Paying:
    partner: int
    amount: Decimal
    state: str = "open"


@dataclass
class Run:
    payments: list[Paying]
    state: str = "proposed"
    approvals: int = 0


@dataclass
class Model:
    """`balance`: what is owed to each partner, below zero where it was credited too much; without what is under way."""

    balance: list[Decimal]
    runs: list[Run] = field(default_factory=list)
    left_out: dict[str, set[int]] = field(default_factory=lambda: {"held": set(), "came_back": set(), "unclear": set()})

    def propose(self) -> None:
        without = {each.partner for run in self.runs for each in run.payments if each.state == "open"}
        without |= set().union(*self.left_out.values())
        paid = [Paying(who, owed) for who, owed in enumerate(self.balance) if owed > 0 and who not in without]
        for each in paid:
            self.balance[each.partner] = ZERO
        self.runs += [Run(paid)] if paid else []

    def may(self, step: str, run: Run) -> bool:
        free = not (self.left_out["held"] | self.left_out["unclear"]) & {each.partner for each in run.payments}
        before = {"approve": ["proposed"] * free, "cancel": ["proposed", "approved"]}
        return run.state in before.get(step, [*GIVEN, *["approved"] * free])

    def do(self, step: str, run: Run) -> None:
        run.approvals += step == "approve"
        if step == "cancel":
            run.state = "cancelled"
            for each in run.payments:
                self.come_back(each, "cancelled")
        elif run.state not in GIVEN:
            run.state = "exported" if step == "export" else "approved" if run.approvals == 2 else "proposed"

    def come_back(self, paying: Paying, state: str) -> None:
        paying.state = state
        self.balance[paying.partner] += paying.amount

    def answer(self, run: Run, paying: Paying, said: str, stays: bool) -> str:
        """What becomes of the bank's word about a payment of a run that it was given."""
        if paying.state in (said, "returned"):
            if paying.state == said:
                return "known"
            self.left_out["unclear"] |= {paying.partner}
            return "contradicts"
        self.left_out["came_back"] -= {paying.partner}
        if said == "paid":
            paying.state = "paid"
        else:
            self.come_back(paying, "returned")
            self.left_out["came_back"] |= set() if stays else {paying.partner}
        run.state = "exported" if any(each.state == "open" for each in run.payments) else "settled"
        return "booked"
