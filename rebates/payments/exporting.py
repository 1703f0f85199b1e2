"""Giving a run to the bank: the stored bytes, checked against what was approved, each taking recorded.

The first taking exports the run. Should a file be lost before it reached the bank, a further one for the same money
takes two people, a reason and the statement that the one before was not submitted; from then on that one stays here.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal

from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from common.access import Actor
from common.money import ZERO
from common.one_person import logins_of
from common.pausing import restored_since
from common.sentences import fill
from rebates.documents.target_days import target_days_after
from rebates.documents.transfers import FileRefused
from rebates.models import FileTaken, Payment, PaymentFile, PaymentRun, Posting
from rebates.payments.deciding import check_two_people
from rebates.payments.errors import Changed, MovedOn, Refused, TextMissing
from rebates.payments.files import further_file
from rebates.payments.settings import settings_of
from rebates.payments.steps import (
    FIRST,
    OnHold,
    TooLate,
    check_clear,
    check_file,
    check_still_right,
    first_hold,
    lock_run,
    move,
    on_record,
)
from rebates.rights import person_of

State = PaymentRun.State
GIVEN = (State.EXPORTED, State.SETTLED)


class SumsDisagree(Refused):
    """The run, its payments and the ledger do not say the same sum."""


class OwnFile(Refused):
    """Whoever asked for a further file does not release it."""


class NoFile(Refused):
    """The bank's rules or the vendor's bound forbid the file by now, as where the vendor pays from elsewhere."""


class Answered(Refused):
    """The bank has answered: it did get the file."""


def take(*, run_id: int, number: int, actor: Actor, now: datetime) -> PaymentFile:
    """The run's file for the bank, the same bytes for everybody; with the first taking the run is given to the bank.

    The first taking of a further file is giving money away as well: it is refused where that would be wrong by now.
    Raises NotAllowed, MoneyHalted, MovedOn, Changed, SumsDisagree, SamePerson, OnHold, Unclear, AccountGone, TooLate,
    Answered; refusals are recorded.
    """
    with on_record(run_id=run_id, actor=actor, step="export", now=now):
        run = lock_run(run_id, actor, _("Only finance and vendor admins take files for the bank."))
        if run.state not in (State.APPROVED, *GIVEN):
            raise MovedOn(_("The run is not approved."))
        _check_last(run, number)
        file = check_file(run, run.sha256) if number == FIRST else _released(run, number)
        if run.state == State.APPROVED:
            _check_approved(run)
            check_still_right(run, now)
            move(run, State.APPROVED, state=State.EXPORTED, exported_at=now)
        elif not file.taken.exists():
            _check_further(run, file, now)
        FileTaken.objects.create(file=file, person_id=person_of(actor), at=now)
    return file


def ask_for_another(*, run_id: int, actor: Actor, reason: str, not_submitted: bool, now: datetime) -> PaymentFile:
    """A further file for the same payments, which another person has to release; a double click finds it.

    From now on nobody takes the one before: it was said that it does not go to the bank.
    Raises NotAllowed, MoneyHalted, MovedOn, Answered, TextMissing, NoFile; refusals are recorded.
    """
    with on_record(run_id=run_id, actor=actor, step="another file", now=now):
        run = lock_run(run_id, actor, _("Only finance and vendor admins ask for another file."))
        if run.state != State.EXPORTED:
            raise MovedOn(_("Only a run that was given to the bank and has no answer can have another file."))
        _check_unanswered(run)
        if not reason.strip() or not not_submitted:
            raise TextMissing(_("Please say why, and that the file before was not submitted."))
        today = timezone.localdate(now)
        waiting = run.files.filter(number__gt=FIRST, released_at__isnull=True, pay_on__gte=today).first()
        if waiting is not None:
            return waiting
        settings = settings_of(run.vendor)
        if run.paid_from not in ("", settings.iban):
            text = _("%(vendor)s pays from another account by now than two people have approved for this run.")
            raise NoFile(text % {"vendor": run.vendor.name})
        try:
            file = further_file(
                run=run,
                payments=list(run.payments.select_related("partner")),
                settings=settings,
                number=(run.files.aggregate(last=Max("number"))["last"] or FIRST) + 1,
                pay_on=max(run.pay_on, target_days_after(today, 1)),
                now=now,
            )
        except FileRefused as error:
            raise NoFile(fill(_(error.text), error.values)) from None
        file.reason, file.not_submitted, file.requested_by_id = reason.strip()[:500], True, actor.user_id
        file.save(force_insert=True)
    return file


def release_another(*, run_id: int, number: int, actor: Actor, sha256: str, now: datetime) -> PaymentFile:
    """Let a further file be taken.

    Raises NotAllowed, MoneyHalted, MovedOn, OwnFile, Changed, Answered, Unclear, OnHold, TooLate; refusals are
    recorded.
    """
    with on_record(run_id=run_id, actor=actor, step="release file", now=now):
        run = lock_run(run_id, actor, _("Only finance and vendor admins release files."))
        file = run.files.get(number=number)
        if file.requested_by_id in logins_of(person_of(actor)):
            raise OwnFile(_("You asked for this file: somebody else has to release it."))
        if sha256 != file.sha256:
            raise Changed(_("The file is another one than you have seen."))
        _check_last(run, number)
        _check_further(run, file, now)
        waiting = PaymentFile.objects.filter(pk=file.pk, number__gt=FIRST, released_at__isnull=True)
        if not waiting.update(released_by=actor.user_id, released_at=now):
            raise MovedOn(_("Somebody has released this file already."))
        file.refresh_from_db(fields=["released_by", "released_at"])
    return file


def may_release(*, file: PaymentFile, actor: Actor) -> bool:
    """Whether a further file waits for this person: not for one who asked for it, by whichever account."""
    waits = file.number > FIRST and file.released_at is None
    return waits and file.requested_by_id not in logins_of(person_of(actor))


def _check_last(run: PaymentRun, number: int) -> None:
    if run.files.filter(number__gt=number).exists():
        raise MovedOn(_("A later file was asked for in place of this one: the bank must not get both."))


def _check_unanswered(run: PaymentRun) -> None:
    if run.payments.exclude(state=Payment.State.OPEN).exists():
        raise Answered(_("The bank has answered payments of this run: it did get the file."))


def _check_further(run: PaymentRun, file: PaymentFile, now: datetime) -> None:
    """Raises Answered, Unclear, OnHold, TooLate: what may have come up since a further file was asked for."""
    _check_unanswered(run)
    check_clear(run)
    if found := first_hold(run):
        text = _("%(partner)s is on hold: no further file is given out until two people have released the hold.")
        raise OnHold(text % {"partner": found.partner.name})
    if file.pay_on < timezone.localdate(now) and not restored_since(file.made_at):
        raise TooLate(_("The payment date of this file is over. Please ask for another one."))


def _released(run: PaymentRun, number: int) -> PaymentFile:
    file = run.files.get(number=number)
    if file.released_at is None:
        raise MovedOn(_("This file waits for a second person."))
    if hashlib.sha256(file.content).hexdigest() != file.sha256:
        raise Changed(_("The file is not the one that was made. Please tell your administrator."))
    return file


def _check_approved(run: PaymentRun) -> None:
    """Two people's approvals bind to the file, and run, payments and ledger say the same sum."""
    check_two_people(run)
    if run.approvals.exclude(sha256=run.sha256).exists():
        raise Changed(_("The run was approved with another file."))
    paid: Decimal = run.payments.aggregate(sum=Sum("amount"))["sum"] or ZERO
    postings = Posting.objects.filter(entry__payment__run=run, account=Posting.Account.IN_PAYMENT)
    booked: Decimal = -(postings.aggregate(sum=Sum("amount"))["sum"] or ZERO)
    if not run.total == paid == booked:
        sums = {"run": run.total, "paid": paid, "booked": booked}
        raise SumsDisagree(_("The run says %(run)s, its payments %(paid)s, the ledger %(booked)s.") % sums)
