"""Deals in the background. Messages are hints: the rows say what has to be compared and what is due."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from deals import checking, lapsing

AT_ONCE = 200
KEYS_AT_ONCE = 2_000


@shared_task(name="deals.check_deal", ignore_result=True)
def check_deal(pk: int) -> None:
    """Compare a deal that was sent or changed with all others, after its response."""
    for deal in checking.unchecked().filter(pk=pk):
        checking.check(deal=deal, now=timezone.now(), today=timezone.localdate())


@shared_task(name="deals.look_after", ignore_result=True)
def look_after() -> None:
    """What days do to deals, and comparing what a lost message has left or an upgrade has changed."""
    checking.renew_keys(today=timezone.localdate(), limit=KEYS_AT_ONCE)
    for deal in checking.unchecked()[:AT_ONCE]:
        checking.check(deal=deal, now=timezone.now(), today=timezone.localdate())
    lapsing.look_after(today=timezone.localdate(), now=timezone.now())
