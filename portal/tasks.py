"""The minute's tick: says to the workers what to look after. Losing one, or having two, changes nothing."""

from __future__ import annotations

from celery import shared_task

from common.tasks import forget, make_summaries, send_mails
from deals.tasks import look_after as look_after_deals
from invoices.tasks import work_on_all
from partners.tasks import ask_newcomers, send_invitations
from portal.celery import TICK_SECONDS
from rebates.tasks import (
    announce,
    check_ledgers,
    close_due,
    keep_figures,
    make_statements,
    make_status_mails,
    propose_payments,
)
from sales.tasks import import_queued
from tiers.tasks import announce as announce_tiers
from tiers.tasks import assess_all
from trainings.tasks import look_after

STEPS = (
    close_due, announce, propose_payments, make_statements, look_after, assess_all, announce_tiers, work_on_all,
    look_after_deals,
    make_summaries, make_status_mails, send_mails, import_queued, keep_figures, check_ledgers, send_invitations,
    ask_newcomers, forget,
)  # fmt: skip
"""Each looks at the rows itself and does what is due or was left unfinished."""


@shared_task(name="portal.tick", ignore_result=True)
def tick() -> None:
    for step in STEPS:
        # A hint that waited for a minute is followed by a fresh one.
        step.apply_async(expires=TICK_SECONDS)
