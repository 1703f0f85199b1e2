"""What finance and the tick do with payments after the first closing of `quarters`, each of it done again after a kill.

P001 to P005 have an account: 55.00, 110.00, 330.00, 440.00 and 825.00 are paid. P006 has none and is left out.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from common.access import Actor
from common.models import User
from partners.models import Partner
from programs.models import Vendor
from rebates.models import AnswerLine, Payment, PaymentRun
from rebates.payments import answering, deciding, exporting, proposing
from rebates.payments.errors import MovedOn, Refused
from tests.faults.world import NOW
from tests.rebates.bank import Reason, pain002
from tests.rebates.bank import Said as SaidOf
from tests.rebates.payments.paying import has_account, make_finance

TODAY = NOW.date()
DAY = date(2026, 12, 7)
"""Promised by the closing: two weeks after it is a Sunday."""
Said = AnswerLine.Said


def person(name: str) -> Actor:
    """Of finance: the proposer, the first, the second, the bookkeeper."""
    return Actor.of(User.objects.get(email=f"finance_{name}@example.com"))


def accounts() -> None:
    vendor = Vendor.objects.get()
    finance = make_finance(vendor)
    for partner in Partner.objects.order_by("number")[:5]:
        has_account(partner, vendor, finance.bookkeeper, at=NOW)


def nothing() -> None:
    """The work of the stage before is all that has to be there."""


def propose() -> None:
    proposing.propose(
        vendor=Vendor.objects.get(), day=DAY, last_of_year=False, actor=person("proposer"), today=TODAY, now=NOW
    )


def propose_by_schedule() -> None:
    proposing.ensure_due_runs(today=DAY, now=NOW)


def approve() -> None:
    """The proposer tries, too, and is refused on record."""
    run = PaymentRun.objects.get()
    for name in ("proposer", "first", "second"):
        with suppress(Refused):
            deciding.approve(run_id=run.pk, actor=person(name), sha256=run.sha256, device="", now=NOW)


def cancel() -> None:
    with suppress(MovedOn):
        deciding.cancel(run_id=PaymentRun.objects.get().pk, actor=person("first"), reason="Wrong day", now=NOW)


def export() -> None:
    exporting.take(run_id=PaymentRun.objects.get().pk, number=1, actor=person("first"), now=NOW)


def export_again() -> None:
    """Whoever sees that a further file is there does not ask for another one."""
    run, first, second = PaymentRun.objects.get(), person("first"), person("second")
    if not run.files.filter(number=2).exists():
        exporting.ask_for_another(run_id=run.pk, actor=first, reason="Lost", not_submitted=True, now=NOW)
    file = run.files.get(number=2)
    with suppress(MovedOn):
        exporting.release_another(run_id=run.pk, number=2, actor=second, sha256=file.sha256, now=NOW)
    exporting.take(run_id=run.pk, number=2, actor=first, now=NOW)


def answer() -> bytes:
    """P001's payment was carried out, P002's was not, and one that nobody knows was."""
    run = PaymentRun.objects.get()
    paid, rejected = run.payments.order_by("partner__number")[:2]
    said = [
        SaidOf(paid.end_to_end_id, "ACSC", settled="2026-12-07"),
        SaidOf(rejected.end_to_end_id, "RJCT", Reason("AC04", "closed")),
        SaidOf("somebody-elses", "ACSC", settled="2026-12-07"),
    ]
    return pain002(about=run.files.latest("number").message_id, payments=said)


def take_answer() -> answering.Taken:
    return answering.take_answer(
        vendor=Vendor.objects.get(), file_name="answer.xml", content=answer(), actor=person("second"), now=NOW
    )


def type_in() -> None:
    """What the statement says of those that the file did not name; with the last of them the run is settled."""
    for number, said in (("P003", Said.PAID), ("P004", Said.RETURNED), ("P005", Said.PAID)):
        answering.say(
            payment_id=Payment.objects.get(partner__number=number).pk, said=said, value_date=TODAY, code="",
            text="", account_stays=False, actor=person("second"), now=NOW,
        )  # fmt: skip
