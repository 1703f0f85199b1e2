"""A year of six partners in stages: what is there before each, and the work that processes may die in the middle of.

Every work may be done again after a kill, by whoever comes next, as the tick and people do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.access import VENDOR_ADMIN, VENDOR_FINANCE, Actor
from common.models import User
from common.proofs import Proof
from partners.models import Member, Partner
from programs.models import Distributor, Product, Program, Vendor
from rebates import adjusting, announcing, checking, closing
from rebates.models import Closing, ClosingBounds, ClosingItem, ManualAdjustment
from tests.faults import paying
from tests.faults.world import NOW, make_world, sell
from tests.owner import without_triggers
from tests.people import member_of, staff_of
from tests.rebates.payments.paying import pays

CHUNK = 3
ITEM = ClosingItem.State


def sales(day: date, units: Mapping[int, int]) -> None:
    """Lines of one day, by the number in the partner's name."""
    vendor, distributor, product = Vendor.objects.get(), Distributor.objects.get(), Product.objects.get()
    for number, each in units.items():
        sell(vendor, distributor, Partner.objects.get(number=f"P{number:03}"), product, day, each)


def finance() -> Actor:
    return Actor.of(User.objects.get(email="finance@example.com"))


def admin() -> Actor:
    return Actor.of(User.objects.get(email="admin@example.com"))


# --- what is there ---------------------------------------------------------------------------------------------------


def first_sales() -> None:
    """55.00, 110.00, 330.00, 440.00, 825.00 and 990.00 in the first quarter."""
    program = make_world(partners=6)
    pays(program.vendor)
    staff_of(program.vendor, "finance", VENDOR_FINANCE)
    staff_of(program.vendor, "admin", VENDOR_ADMIN)
    for partner in Partner.objects.order_by("number"):
        member_of(partner, f"owner_{partner.number}", Member.Role.OWNER)
    sales(date(2026, 2, 4), {number: 10 * number for number in range(1, 7)})


def proposals() -> None:
    """Below zero, back again, and two that come to nothing."""
    for number, amount, reason in (
        (1, "-100.00", "paid twice"), (1, "70.00", "half of it was right"), (3, "-400.00", "returned"),
        (2, "10.00", "not promised"), (4, "10.00", "taken back"),
    ):  # fmt: skip
        proposal = adjusting.Proposal(
            program=Program.objects.get(),
            partner=Partner.objects.get(number=f"P{number:03}"),
            amount=Decimal(amount),
            reason=reason,
            proof=Proof("letter.pdf", b"%PDF-1.7"),
        )
        adjusting.propose(proposal=proposal, actor=finance(), now=NOW)


def late_lines() -> None:
    """P003 returns what it bought in the first quarter, P002 reports more of it, and all but P003 and P004 buy more."""
    sales(date(2026, 3, 30), {3: -30, 2: 3})
    sales(date(2026, 5, 7), {1: 10, 2: 20, 5: 50, 6: 60})


def odd_amounts() -> None:
    """The same, where two partners and the total are above what goes through by itself."""
    late_lines()
    ClosingBounds.objects.create(program=Program.objects.get(), partner=Decimal(500), total=Decimal(1))


def third_sales() -> None:
    """P003 earns more than is carried for it, and P004 less than before."""
    sales(date(2026, 7, 7), {3: 50, 4: 10})
    sales(date(2026, 3, 31), {4: -22})


def repaired() -> None:
    """The money work was halted by a check; the booking that was lost is back."""
    with without_triggers("rebates_posting") as cursor:
        cursor.execute("CREATE TABLE lost AS SELECT * FROM rebates_posting WHERE amount = 55")
        cursor.execute("DELETE FROM rebates_posting WHERE id IN (SELECT id FROM lost)")
        assert checking.check(vendor_id=Vendor.objects.get().pk, now=NOW)
        cursor.execute("INSERT INTO rebates_posting SELECT * FROM lost")
        cursor.execute("DROP TABLE lost")


# --- what is done ----------------------------------------------------------------------------------------------------


def close(today: date) -> Closing:
    """What the tick does on this day, and the tick of a minute later."""
    closing.ensure_due_closings(today=today, now=NOW)
    for each in Closing.objects.exclude(state=Closing.State.SEALED).order_by("ends_on"):
        closing.run(closing_id=each.pk, now=NOW, chunk=CHUNK)
    announcing.announce(now=NOW, chunk=CHUNK)
    return Closing.objects.latest("ends_on")


def close_odd_amounts() -> None:
    """What is held back is tried again, and as nothing has changed accepted; the total is commented on."""
    current = close(date(2026, 8, 15))
    for decision in (retry, accept):
        decision(current)
        closing.run(closing_id=current.pk, now=NOW, chunk=CHUNK)
    closing.comment(closing_id=current.pk, actor=finance(), text="Two large projects.", now=NOW)
    announcing.announce(now=NOW, chunk=CHUNK)


def retry(current: Closing) -> None:
    closing.retry_parked(closing_id=current.pk, actor=finance())


def accept(current: Closing) -> None:
    for item in current.items.filter(state=ITEM.PARKED).order_by("id"):
        assert item.found is not None
        closing.accept(item_id=item.pk, actor=finance(), text="A large project.", amount=item.found)


def decide() -> None:
    """The admin decides, finance takes one back."""
    booked = {"paid twice", "half of it was right", "returned"}
    for each in ManualAdjustment.objects.order_by("id"):
        with suppress(adjusting.MovedOn):
            if each.reason in booked:
                adjusting.book(adjustment_id=each.pk, actor=admin(), now=NOW)
            elif each.reason == "taken back":
                adjusting.withdraw(adjustment_id=each.pk, actor=finance(), now=NOW)
            else:
                adjusting.refuse(adjustment_id=each.pk, actor=admin(), comment="Never said.", now=NOW)


def release() -> None:
    checking.release(vendor=Vendor.objects.get(), actor=admin(), comment="Restored from the backup.", now=NOW)


@dataclass(frozen=True)
class Stage:
    """`points`: the services whose commits the work consists of. `follows`: the stage whose work was done before."""

    prepare: Callable[[], None]
    work: Callable[[], object]
    points: frozenset[str]
    follows: str = ""


CLOSING = frozenset(
    {
        "closing.ensure_due_closings", "closing.freeze", "settling.work_chunk", "closing.finish_calculation",
        "closing.seal", "announcing.announce_chunk",
    }
)  # fmt: skip
DECIDED = frozenset({"closing.retry_parked", "closing.accept", "closing.comment"})
STAGES: Mapping[str, Stage] = {
    "first": Stage(first_sales, lambda: close(date(2026, 5, 15)), CLOSING),
    "by_hand": Stage(
        proposals, decide, frozenset({"adjusting.book", "adjusting.refuse", "adjusting.withdraw"}), "first"
    ),
    "second": Stage(late_lines, lambda: close(date(2026, 8, 15)), CLOSING, "by_hand"),
    "third": Stage(third_sales, lambda: close(date(2026, 11, 15)), CLOSING, "second"),
    "held_back": Stage(odd_amounts, close_odd_amounts, CLOSING | DECIDED, "by_hand"),
    "released": Stage(repaired, release, frozenset({"checking.release"}), "first"),
    "proposed": Stage(paying.accounts, paying.propose, frozenset({"payments.proposing.propose"}), "first"),
    "scheduled": Stage(
        paying.accounts, paying.propose_by_schedule, frozenset({"payments.proposing.ensure_due_runs"}), "first"
    ),
    "approved": Stage(paying.nothing, paying.approve, frozenset({"payments.deciding.approve"}), "proposed"),
    "cancelled": Stage(paying.nothing, paying.cancel, frozenset({"payments.deciding.cancel"}), "approved"),
    "exported": Stage(paying.nothing, paying.export, frozenset({"payments.exporting.take"}), "approved"),
    "exported_again": Stage(
        paying.nothing,
        paying.export_again,
        frozenset(f"payments.exporting.{name}" for name in ("ask_for_another", "release_another", "take")),
        "exported",
    ),
    "answered": Stage(paying.nothing, paying.take_answer, frozenset({"payments.answering.take_answer"}), "exported"),
    "typed_in": Stage(paying.nothing, paying.type_in, frozenset({"payments.answering.say"}), "answered"),
}
