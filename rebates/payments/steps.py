"""What every step of a run or a hold shares: the ledger is held, all is as expected, and a refusal leaves a trace."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.pausing import restored_since
from rebates.ledger import hold
from rebates.models import AnswerLine, Payment, PaymentFile, PaymentHold, PaymentRun, RefusedStep
from rebates.payments.errors import Changed, MovedOn, Refused
from rebates.rights import check_handles_money

FIRST = 1


class OnHold(Refused):
    """A partner in the run is on hold by now."""


class AccountGone(Refused):
    """An account that the run pays to was replaced or withdrawn by its company."""


class Unclear(Refused):
    """The bank contradicts itself about an earlier payment to a partner in the run, and nobody has looked yet."""


class TooLate(Refused):
    """The run's payment date is over."""


@contextmanager
def on_record(
    *, actor: Actor, step: str, now: datetime, run_id: int | None = None, hold_id: int | None = None
) -> Iterator[None]:
    """One commit for the step with a run or a hold; a refusal is recorded in a commit of its own and raised on."""
    try:
        with transaction.atomic():
            yield
    except DomainError as error:
        if actor.user_id is not None:
            RefusedStep.objects.create(
                run_id=run_id, hold_id=hold_id, person_id=actor.user_id, step=step, why=str(error)[:300], at=now
            )
        raise


def lock_run(run_id: int, actor: Actor, refusal: str) -> PaymentRun:
    """The run as it is now, with its vendor's ledger held until the commit. Raises NotAllowed, MoneyHalted."""
    run = PaymentRun.objects.select_related("vendor", "proposal").get(pk=run_id)
    check_handles_money(actor, run.vendor_id, refusal)
    hold(vendor_id=run.vendor_id)
    run.refresh_from_db(fields=["state"])
    return run


def check_file(run: PaymentRun, sha256: str) -> PaymentFile:
    """The run's file, whose bytes are those with this checksum and those it was proposed with. Raises Changed."""
    file = run.files.get(number=FIRST)
    if not (sha256 == run.sha256 == file.sha256 == hashlib.sha256(file.content).hexdigest()):
        raise Changed(_("The file is not the one that was proposed. Nothing was done; please tell your administrator."))
    return file


def first_hold(run: PaymentRun) -> PaymentHold | None:
    """One of the holds that are on the run's partners now, if there are any."""
    held = PaymentHold.objects.filter(
        vendor=run.vendor_id, released_at__isnull=True, partner__in=run.payments.values("partner")
    )
    return held.select_related("partner").first()


def unclear(*, vendor_id: int) -> QuerySet[AnswerLine]:
    """Words that a payment was paid of which it is booked that it came back: owed again, it would be paid twice."""
    lines = AnswerLine.objects.filter(vendor=vendor_id, outcome=AnswerLine.Outcome.CONTRADICTS, looked_at__isnull=True)
    return lines.filter(said=AnswerLine.Said.PAID, payment__state=Payment.State.RETURNED)


def check_clear(run: PaymentRun) -> None:
    """Raises Unclear."""
    told_otherwise = unclear(vendor_id=run.vendor_id).filter(payment__partner__in=run.payments.values("partner"))
    if partner := told_otherwise.values_list("payment__partner__name", flat=True).first():
        text = _("The bank contradicts what was booked of an earlier payment to %(partner)s. Please look at it first.")
        raise Unclear(text % {"partner": partner})


def check_still_right(run: PaymentRun, now: datetime) -> None:
    """Raises OnHold, Unclear, AccountGone, TooLate: what may have come up since the run was proposed.

    A run that came with a restored backup is never too late, whatever became of the accounts: the bank may have its
    file, which is taken here again.
    """
    if found := first_hold(run):
        text = _("%(partner)s is on hold since the run was proposed. Please cancel the run and propose it anew.")
        raise OnHold(text % {"partner": found.partner.name})
    check_clear(run)
    if restored_since(run.proposed_at):
        return
    if gone := run.payments.filter(account__replaced_at__isnull=False).select_related("partner").first():
        text = _("%(partner)s has changed or withdrawn its bank account. Please cancel the run and propose it anew.")
        raise AccountGone(text % {"partner": gone.partner.name})
    if run.pay_on < timezone.localdate(now):
        raise TooLate(_("The payment date is over. Please cancel the run and propose it anew."))


def move(run: PaymentRun, old: str, **new: object) -> None:
    """Compare and set. Raises MovedOn."""
    if not PaymentRun.objects.filter(pk=run.pk, state=old).update(**new):
        raise MovedOn(_("Somebody else was first."))
    run.refresh_from_db()
