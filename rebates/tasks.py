"""Closings, payments, mails, statements and figures in the background. Messages are hints: the rows say what is due."""

from __future__ import annotations

import time

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from common.errors import DomainError
from partners.selectors import currency_of
from programs.models import Vendor
from rebates import announcing, checking, closing
from rebates.ledger import MoneyHalted
from rebates.models import Closing
from rebates.payments.proposing import ensure_due_runs
from rebates.running import up_to_date
from rebates.statements import making as statements
from rebates.status import making
from sales.standing import standings

log = structlog.get_logger(__name__)

# A task ends long before the worker's time limit; the next tick goes on where it stopped. What no worker has begun by
# then is forgotten: the next tick says it once more, and nothing piles up.
SECONDS = 50
STATEMENT_CHUNK = 5
"""Payments whose statements are one commit, less than a second; fewer where they have many sale lines."""
AT_ONCE = 50
"""Payments that are waiting for each worker that is called."""
STATEMENT_WORKERS = 4


@shared_task(name="rebates.close_due", ignore_result=True)
def close_due() -> None:
    """Open what is due today and hand every unfinished closing to a worker."""
    closing.ensure_due_closings(today=timezone.localdate(), now=timezone.now())
    unfinished = Closing.objects.exclude(state=Closing.State.SEALED).order_by("ends_on", "id")
    for pk in unfinished.values_list("id", flat=True):
        run_closing.apply_async((pk,), expires=SECONDS)


@shared_task(name="rebates.run_closing", ignore_result=True)
def run_closing(closing_id: int) -> None:
    """Carry one closing as far as it goes; the next tick goes on where this one stops."""
    try:
        closing.run(
            closing_id=closing_id,
            now=timezone.now(),
            chunk=settings.CLOSING_CHUNK,
            seconds=SECONDS,
            wait=False,
        )
    except (closing.AnotherAtWork, MoneyHalted):
        return  # its turn comes once the earlier one is sealed, or the ledger is released
    except DomainError:
        log.exception("closing stopped", closing=closing_id)
        raise


@shared_task(name="rebates.propose_payments", ignore_result=True)
def propose_payments() -> None:
    """Propose the payment runs that are promised and near."""
    ensure_due_runs(today=timezone.localdate(), now=timezone.now())


@shared_task(name="rebates.announce", ignore_result=True)
def announce() -> None:
    """Make the mails of what was sealed; sending them is another task's."""
    announcing.announce(now=timezone.now(), chunk=settings.CLOSING_CHUNK)


@shared_task(name="rebates.make_status_mails", ignore_result=True)
def make_status_mails() -> None:
    """Have the week's mails made, each program by itself: one that cannot holds up no other."""
    for pk in making.programs_on(timezone.localdate()):
        make_status_mails_of.apply_async((pk,), expires=SECONDS)


@shared_task(name="rebates.make_status_mails_of", ignore_result=True)
def make_status_mails_of(program_id: int) -> None:
    """Make the week's mails of one program as far as they are due; the next tick goes on where this stops."""
    now = timezone.now()
    making.make(
        program_id=program_id, now=now, today=timezone.localdate(now), chunk=settings.STATUS_CHUNK, seconds=SECONDS
    )


@shared_task(name="rebates.check_ledgers", ignore_result=True)
def check_ledgers() -> None:
    """Have each ledger checked that was not within the last hour."""
    for pk in checking.due(now=timezone.now()):
        check_ledger.apply_async((pk,), expires=SECONDS)


@shared_task(name="rebates.check_ledger", ignore_result=True)
def check_ledger(vendor_id: int) -> None:
    """Check one vendor's ledger; on a breach its money work stops."""
    checking.check(vendor_id=vendor_id, now=timezone.now())


@shared_task(name="rebates.make_statements", ignore_result=True)
def make_statements() -> None:
    """Have the statements made of what was given to the bank, by as many workers as there is work for."""
    count = statements.waiting(now=timezone.now())[: AT_ONCE * STATEMENT_WORKERS].count()
    for _worker in range(-(-count // AT_ONCE)):
        make_some_statements.apply_async(expires=SECONDS)


@shared_task(name="rebates.make_some_statements", ignore_result=True)
def make_some_statements() -> None:
    """Make statements until the time is over; others may do the same beside it."""
    deadline = time.monotonic() + SECONDS
    statements.make_statements(now=timezone.now(), chunk=STATEMENT_CHUNK, go_on=lambda: time.monotonic() < deadline)


@shared_task(name="rebates.keep_figures", ignore_result=True)
def keep_figures() -> None:
    """Let each vendor's figures that are kept be calculated in the background; see `keep_figures_of`."""
    for pk in Vendor.objects.values_list("pk", flat=True):
        keep_figures_of.apply_async((pk,), expires=SECONDS)


@shared_task(name="rebates.keep_figures_of", ignore_result=True)
def keep_figures_of(vendor_id: int) -> None:
    """Calculate what has changed, so that after a large import or at a quarter's start no person waits for it.

    Whoever asks earlier does the same work: a figure is never older than the lines, with or without this task.
    """
    today, vendor = timezone.localdate(), Vendor.objects.get(pk=vendor_id)
    up_to_date(vendor_id=vendor_id, today=today)
    standings(vendor=vendor, currency=currency_of(vendor), today=today)
