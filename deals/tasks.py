"""Deals in the background. Messages are hints: the rows say what has to be compared and what is due."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from deals import checking, lapsing
from deals.models import Deal

AT_ONCE = 200


@shared_task(name="deals.check_deal", ignore_result=True)
def check_deal(pk: int) -> None:
    """Compare a deal that was sent or changed with all others, after its response."""
    for deal in checking.unchecked().filter(pk=pk):
        checking.check(deal=deal, now=timezone.now(), today=timezone.localdate())


@shared_task(name="deals.look_after", ignore_result=True)
def look_after() -> None:
    """What days do to deals, and comparing what a lost message has left."""
    for deal in Deal.objects.filter(pk__in=list(checking.unchecked().values_list("pk", flat=True)[:AT_ONCE])):
        checking.check(deal=deal, now=timezone.now(), today=timezone.localdate())
    lapsing.look_after(today=timezone.localdate(), now=timezone.now())
