"""Sending mail and forgetting in the background. Messages carry nothing: the rows say what is to be done."""

from __future__ import annotations

import time
from datetime import timedelta

from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from common import outbox, retention, summaries

SECONDS = 80
"""A task ends by itself before its time limit; the next tick goes on where it stopped."""
SENDING_SECONDS = 60
"""No mail is begun after that: a server that does not answer may take what is left of the time limit."""


@shared_task(name="common.send_mails", ignore_result=True)
def send_mails() -> None:
    outbox.sweep(now=timezone.now())
    deadline = time.monotonic() + SENDING_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        batch = outbox.send_batch(now=timezone.now(), limit=20, seconds=left)
        if batch.stopped or not batch.taken:
            return


@shared_task(name="common.make_summaries", ignore_result=True)
def make_summaries() -> None:
    """From seven in the morning: the summaries of today that are not made yet."""
    summaries.make_due(now=timezone.now())


HINT_EXPIRES = 60
"""Seconds. A hint that waited for longer is one of many: the tick has said the same since."""
ONCE_A = timedelta(days=1)


@shared_task(name="common.forget", ignore_result=True)
def forget() -> None:
    """Once a day forget what was kept long enough. What is left when the time is over, the next tick goes on with."""
    if not cache.add("forgotten", True, timeout=ONCE_A.total_seconds()):
        return
    deadline = time.monotonic() + SECONDS
    if not retention.forget_due(now=timezone.now(), go_on=lambda: time.monotonic() < deadline):
        cache.delete("forgotten")


def hint_mails() -> None:
    """Let a worker look at the outbox once the current transaction is there for it to see.

    Without a broker nobody hears the hint; the page goes on, and the next tick finds the mail.
    """
    transaction.on_commit(lambda: send_mails.apply_async(expires=HINT_EXPIRES), robust=True)
