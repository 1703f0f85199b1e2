"""What the bank says about payments: paid, or come back. Each answer is kept, and does something once.

Answers come as the bank's file (pain.002) or are typed in from its statement. What cannot be is parked for a person: an
id that no payment has, a word against an earlier one, or one about a file that was replaced as never submitted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from common.access import Actor
from common.pausing import restored_since
from programs.models import Vendor
from rebates.documents.reason_codes import about_account, said_twice
from rebates.ledger import book_payments, hold
from rebates.models import AnswerLine, BankAnswer, LedgerEntry, Payment, PaymentFile, PaymentRun
from rebates.payments.errors import MovedOn, Refused, TextMissing
from rebates.payments.steps import on_record
from rebates.payments.telling import tell_came_back, tell_paid
from rebates.readers.pain002 import Answer, read_answer
from rebates.rights import check_handles_money, person_of

State = Payment.State
PARKED = (AnswerLine.Outcome.CONTRADICTS, AnswerLine.Outcome.TWICE, AnswerLine.Outcome.UNKNOWN)
SETTLED_CODES = ("ACSC", "ACCC")
REJECTED_CODES = ("RJCT", "CANC")


class NotADay(Refused):
    """The value date is in the future, or before the run was given to the bank."""


@dataclass(frozen=True, slots=True)
class Word:
    """What was said about one payment. `account_stays`: it came back for a reason that is not the account's."""

    said: AnswerLine.Said
    value_date: date | None = None
    status: str = ""
    code: str = ""
    text: str = ""
    account_stays: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """The file that an answer is about. `replaced`: a later one was released, because this one was not submitted."""

    run_id: int
    replaced: bool

    def decides(self, payment: Payment) -> bool:
        """Whether the answer can be the last word about the payment."""
        return payment.run_id == self.run_id and not self.replaced


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was taken. `new`: False where the same file had been taken before, and nothing was done.

    `lines`: what became of what it says, this time.
    """

    answer: BankAnswer
    new: bool
    lines: Sequence[AnswerLine] = ()


def take_answer(*, vendor: Vendor, file_name: str, content: bytes, actor: Actor, now: datetime) -> Taken:
    """Read the bank's file and book what it says; taken a second time it does nothing but what came too early.

    Raises NotAllowed, MoneyHalted, and what `read_answer` says about files that are no answers.
    """
    check_handles_money(actor, vendor.pk, _("Only finance and vendor admins take the bank's answers."))
    read = read_answer(content)
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        hold(vendor_id=vendor.pk)
        about = _about(vendor, read.original_message_id)
        words = _words(about, read)
        answer = BankAnswer.objects.filter(vendor=vendor, sha256=sha256).first()
        if answer is None:
            answer = BankAnswer.objects.create(
                vendor=vendor, file_name=file_name[-200:], content=content, sha256=sha256,
                message_id=read.message_id[:35], about=read.original_message_id[:35], taken_by_id=person_of(actor),
                taken_at=now,
            )  # fmt: skip
        else:
            early = _too_early(answer)
            again = set(early.values_list("end_to_end_id", flat=True))
            if not again:
                return Taken(answer, new=False)
            early.update(looked_at_by=actor.user_id, looked_at=now, note=_("Taken again."))
            words = [(end_to_end_id, word) for end_to_end_id, word in words if end_to_end_id in again]
        lines = _book(words, vendor=vendor, answer=answer, about=about, actor=actor, now=now)
    return Taken(answer, new=True, lines=lines)


def _too_early(answer: BankAnswer) -> QuerySet[AnswerLine]:
    """What it said before its run was given to the bank here, as after a restore, and can be booked by now."""
    parked_lines = answer.lines.filter(outcome=AnswerLine.Outcome.CONTRADICTS, looked_at__isnull=True)
    return parked_lines.filter(
        payment__state=State.OPEN, payment__run__state=PaymentRun.State.EXPORTED, at__lt=F("payment__run__exported_at")
    )


def say(
    *,
    payment_id: int,
    said: AnswerLine.Said,
    value_date: date,
    code: str,
    text: str,
    account_stays: bool,
    actor: Actor,
    now: datetime,
    others: bool = False,
) -> AnswerLine:
    """Say from the bank's statement that a payment was paid, or came back. Returns what was said of this payment.

    `others`: the run's other open payments were paid on that day, too; for what came back it says nothing.
    Raises NotAllowed, NotADay, MoneyHalted; refusals are recorded.
    """
    payment = Payment.objects.select_related("run").get(pk=payment_id)
    with on_record(run_id=payment.run_id, actor=actor, step="answer", now=now):
        check_handles_money(actor, payment.vendor_id, _("Only finance and vendor admins enter what the bank says."))
        hold(vendor_id=payment.vendor_id)
        given = _given_at(payment.run)
        if given is None or not timezone.localdate(given) <= value_date <= timezone.localdate(now):
            raise NotADay(_("The value date is before the run was given to the bank, or in the future."))
        word = Word(said, value_date, code=code, text=text.strip()[:300], account_stays=account_stays)
        words = [(payment.end_to_end_id, word)]
        if others and said == AnswerLine.Said.PAID:
            same = Word(said, value_date)
            words += [(each, same) for each in open_beside(payment).values_list("end_to_end_id", flat=True)]
        return _book(words, vendor=payment.run.vendor, answer=None, actor=actor, now=now)[0]


def open_beside(payment: Payment) -> QuerySet[Payment]:
    """The run's other payments of which nobody has said what became of them."""
    return Payment.objects.filter(run=payment.run_id, state=State.OPEN).exclude(pk=payment.pk).order_by("pk")


def _given_at(run: PaymentRun) -> datetime | None:
    """When the bank can have had the run's file at the earliest: before it was restored here, where it was."""
    return run.proposed_at if run.exported_at and restored_since(run.proposed_at) else run.exported_at


def parked(*, vendor: Vendor, actor: Actor) -> QuerySet[AnswerLine]:
    """What was said and cannot be, as long as nobody has looked at it; oldest first."""
    lines = AnswerLine.objects.visible_to(actor).filter(vendor=vendor, outcome__in=PARKED, looked_at__isnull=True)
    return lines.select_related("payment__partner", "answer", "said_by").order_by("id")


def answers_of(*, vendor: Vendor, actor: Actor) -> QuerySet[BankAnswer]:
    """The vendor's answers that the actor may see, latest first, each with how many of its lines did what."""
    outcome = {
        "booked": Count("lines", filter=Q(lines__outcome=AnswerLine.Outcome.BOOKED)),
        "waiting": Count("lines", filter=Q(lines__outcome__in=PARKED, lines__looked_at__isnull=True)),
    }
    found = BankAnswer.objects.visible_to(actor).filter(vendor=vendor).defer("content")
    return found.select_related("taken_by").annotate(**outcome).order_by("-pk")


def look_at(*, line: AnswerLine, actor: Actor, note: str, now: datetime) -> None:
    """Say what a parked answer was about; it changes no money. Raises NotAllowed, TextMissing, MovedOn."""
    check_handles_money(actor, line.vendor_id, _("Only finance and vendor admins enter what the bank says."))
    if not note.strip():
        raise TextMissing(_("Please say what it was about."))
    waiting = AnswerLine.objects.filter(pk=line.pk, outcome__in=PARKED, looked_at__isnull=True)
    if not waiting.update(looked_at_by=actor.user_id, looked_at=now, note=note.strip()[:500]):
        raise MovedOn(_("Somebody has looked at this already."))


# --- from a file to words ---------------------------------------------------------------------------------------------


def _about(vendor: Vendor, message_id: str) -> About | None:
    """None where nobody knows the file: then each payment is found by its id alone."""
    later = PaymentFile.objects.filter(run=OuterRef("run"), number__gt=OuterRef("number"), released_at__isnull=False)
    found = PaymentFile.objects.filter(run__vendor=vendor, message_id=message_id).annotate(replaced=Exists(later))
    values = found.values_list("run", "replaced").first()
    return About(*values) if values else None


def _words(about: About | None, read: Answer) -> list[tuple[str, Word]]:
    """By id what the file says: of single payments, and of the others of the run where it speaks of all of them."""
    words = [(each.end_to_end_id, _word(each.status, each.code, each.text, each.day)) for each in read.transactions]
    named = {end_to_end_id for end_to_end_id, _word_ in words}
    if read.status in (*SETTLED_CODES, *REJECTED_CODES):
        whole = _word(read.status, read.code, read.text, read.day)
        if about is None:
            words.append((read.original_message_id, whole))
        else:
            others = Payment.objects.filter(run=about.run_id).exclude(end_to_end_id__in=named).order_by("pk")
            words += [(end_to_end_id, whole) for end_to_end_id in others.values_list("end_to_end_id", flat=True)]
    return words


def _word(status: str, code: str, text: str, day: date | None) -> Word:
    said = AnswerLine.Said.PENDING
    if status in SETTLED_CODES:
        said = AnswerLine.Said.PAID
    elif status in REJECTED_CODES:
        said = AnswerLine.Said.RETURNED
    return Word(said, day, status[:10], code[:10], text[:300], account_stays=bool(code) and not about_account(code))


# --- what a word does -------------------------------------------------------------------------------------------------


def _book(
    words: Sequence[tuple[str, Word]],
    *,
    vendor: Vendor,
    answer: BankAnswer | None,
    actor: Actor,
    now: datetime,
    about: About | None = None,
) -> list[AnswerLine]:
    """Keep each word and do what it says, in the caller's transaction, which holds the ledger."""
    ids = [end_to_end_id for end_to_end_id, _word_ in words]
    found = Payment.objects.select_for_update(of=("self",)).filter(vendor=vendor, end_to_end_id__in=ids)
    payments = {each.end_to_end_id: each for each in found.select_related("run__vendor", "partner")}
    lines: list[AnswerLine] = []
    paid: list[Payment] = []
    rejected: list[Payment] = []
    returned: list[Payment] = []
    for end_to_end_id, word in words:
        payment = payments.get(end_to_end_id)
        outcome = _outcome(payment, word, by_person=answer is None, about=about)
        lines.append(
            AnswerLine(
                vendor=vendor,
                answer=answer,
                payment=payment,
                end_to_end_id=end_to_end_id[:35],
                said=word.said,
                value_date=word.value_date,
                status=word.status,
                code=word.code,
                text=word.text,
                outcome=outcome,
                said_by_id=person_of(actor),
                at=now,
            )
        )
        if outcome != AnswerLine.Outcome.BOOKED or payment is None:
            continue
        step = paid if word.said == AnswerLine.Said.PAID else rejected if payment.state == State.OPEN else returned
        step.append(payment)
        _move(payment, word, now)
    AnswerLine.objects.bulk_create(lines)
    book_payments(payments=paid, kind=LedgerEntry.Kind.PAID, now=now)
    book_payments(payments=rejected, kind=LedgerEntry.Kind.REJECTED, now=now)
    book_payments(payments=returned, kind=LedgerEntry.Kind.RETURNED, now=now)
    _settle_runs({payment.run_id for payment in payments.values()}, now)
    tell_paid(payments=paid)
    tell_came_back(payments=rejected + returned)
    return lines


def _outcome(payment: Payment | None, word: Word, *, by_person: bool, about: About | None = None) -> AnswerLine.Outcome:
    """What becomes of a word. Only a person may say that what was paid came back later."""
    if payment is None:
        return AnswerLine.Outcome.UNKNOWN
    given = payment.run.state in (PaymentRun.State.EXPORTED, PaymentRun.State.SETTLED)
    if word.said == AnswerLine.Said.PENDING:
        return AnswerLine.Outcome.NOTED
    if about is not None and not about.decides(payment):
        # The money may be on its way by the other file: owed again it would be paid twice.
        return AnswerLine.Outcome.CONTRADICTS
    if word.said == AnswerLine.Said.RETURNED and said_twice(word.code) and payment.state == State.OPEN:
        return AnswerLine.Outcome.TWICE  # one of two files was carried out: paid again it would be paid twice
    if payment.state == word.said:
        return AnswerLine.Outcome.KNOWN
    may_return = by_person and word.said == AnswerLine.Said.RETURNED and payment.state == State.PAID
    return (
        AnswerLine.Outcome.BOOKED
        if given and (payment.state == State.OPEN or may_return)
        else AnswerLine.Outcome.CONTRADICTS
    )


def _move(payment: Payment, word: Word, now: datetime) -> None:
    stays = word.account_stays and word.said == AnswerLine.Said.RETURNED
    moved = Payment.objects.filter(pk=payment.pk, state=payment.state).update(
        state=word.said, answered_at=now, value_date=word.value_date, answer_code=word.code, answer_text=word.text,
        account_stays=stays,
    )  # fmt: skip
    if not moved:
        raise MovedOn(_("Somebody else was first."))
    payment.refresh_from_db(fields=["state", "answered_at", "value_date", "answer_code", "answer_text"])


def _settle_runs(runs: Iterable[int], now: datetime) -> None:
    """A run is settled when each of its payments is answered."""
    given = PaymentRun.objects.filter(pk__in=runs, state=PaymentRun.State.EXPORTED)
    waiting = given.annotate(open=Count("payments", filter=Q(payments__state=State.OPEN)))
    done = [run.pk for run in waiting if not run.open]
    PaymentRun.objects.filter(pk__in=done, state=PaymentRun.State.EXPORTED).update(
        state=PaymentRun.State.SETTLED, settled_at=now
    )
