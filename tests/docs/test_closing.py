"""Runs the examples of docs/closing.md with real closings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.access import Actor
from common.periods import Period
from common.proofs import Proof
from partners.models import Enrolment
from rebates import accounts, adjusting, closing
from rebates.adjusting import Proposal
from rebates.bounds import too_much
from rebates.models import Breach, Closing, ClosingItem, LedgerEntry, Posting
from tests.docs.tables import Row, page, table
from tests.world import NOW, World, enrol, make_partner, sell

TEXT = page("closing.md")


def names(first: str) -> set[str]:
    return {row[first].strip("`") for row in table(TEXT, first)}


def test_the_page_names_every_state_cause_account_and_rule() -> None:
    assert names("state") == set(Closing.State.values)
    assert names("cause") == set(ClosingItem.Cause.values)
    assert names("account") == set(Posting.Account.values)
    assert names("rule") == set(Breach.Rule.values)


@pytest.mark.parametrize("row", table(TEXT, "total"), ids=lambda row: " ".join(row.values()))
def test_whether_a_total_waits_for_a_reason(row: Row, world: World) -> None:
    if row["last total"] != "none":
        Closing.objects.create(
            program=world.program, period="2026Q2", kind="quarter", ends_on=date(2026, 7, 1), state="sealed", cut=1,
            opened_at=NOW, sealed_at=NOW, total=Decimal(row["last total"]),
        )  # fmt: skip
    now = Closing(program=world.program, period="2026Q3", kind="quarter", ends_on=date(2026, 10, 1))
    waits = bool(too_much(closing=now, total=Decimal(row["total"])))
    assert row["what happens"] == ("waits for a reason" if waits else "closed")


@dataclass
class Story:
    """Carries out what the rows of the example say, and tells what was booked."""

    world: World
    enrolment: Enrolment
    documents: int = 0

    def do(self, row: Row) -> None:
        what = row["what happens"]
        if what.startswith(("sold", "returned")):
            self._sell(date.fromisoformat(row["counts on"]), row["units"])
        elif what.startswith("closing"):
            self._close(Period.parse(what.split()[1]))
        else:
            assert what == "by hand"
            self._adjust(Decimal(row["booked"].split(";")[0].split()[-1]))

    def _sell(self, day: date, units: str) -> None:
        self.documents += 1
        document = f"R-{self.documents}"
        distributor = self.world.distributor
        sell(self.enrolment.partner, self.world.topseller, day, units, None, distributor=distributor, document=document)

    def _close(self, period: Period) -> None:
        today = period.end + timedelta(days=20)
        opened = closing.open_closing(program=self.world.program, period=period, today=today, now=NOW)
        assert closing.run(closing_id=opened.pk, now=NOW, chunk=10).state == Closing.State.SEALED

    def _adjust(self, amount: Decimal) -> None:
        proposal = Proposal(
            program=self.world.program,
            partner=self.enrolment.partner,
            amount=amount,
            reason="Agreed in writing",
            proof=Proof("letter.pdf", b"%PDF-1.7"),
        )
        one, other = Actor.of(self.world.vendor_finance), Actor.of(self.world.vendor_admin)
        proposed = adjusting.propose(proposal=proposal, actor=one, now=NOW)
        adjusting.book(adjustment_id=proposed.pk, actor=other, now=NOW)

    def booked(self, after: int) -> str:
        told = []
        for entry in LedgerEntry.objects.filter(partner=self.enrolment.partner, pk__gt=after).order_by("pk"):
            period = f" {entry.settlement.period}" if entry.settlement else ""
            side = "carried" if entry.kind == LedgerEntry.Kind.CARRY else "expense"
            told.append(f"{entry.kind}{period} {entry.postings.get(account=side).amount}")
        return "; ".join(told)


def test_the_example_is_booked_as_it_says(world: World) -> None:
    story = Story(world, enrol(make_partner("Beispiel GmbH", "7H8J9K2L"), world.program, tier="silver"))
    vendor, partner = world.vendor, story.enrolment.partner
    for row in table(TEXT, "what happens"):
        before = max(LedgerEntry.objects.values_list("pk", flat=True), default=0)
        story.do(row)
        assert story.booked(before) == row["booked"], row
        found = accounts.balances(vendor=vendor, actor=Actor.system(), partners=[partner.pk])
        owed, carried = (found[0].owed, found[0].carried) if found else (Decimal(0), Decimal(0))
        assert (owed, carried) == (Decimal(row["owed"]), Decimal(row["carried"])), row
        net = accounts.owed(vendor_id=vendor.pk, partner_id=partner.pk).get("EUR", Decimal(0))
        assert net == owed - carried
    movements = accounts.movements(vendor=vendor, partner=partner, actor=Actor.system(), currency="EUR")
    assert [str(each.amount) for each in movements] == ["120.00", "130.00", "100.00", "-250.00", "-150.00", "60.00"]
    assert movements[-1].balance == Decimal("10.00")
