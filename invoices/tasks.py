"""Invoices in the background. Messages are hints: the rows say what is to be done."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from invoices import mails, processing


@shared_task(name="invoices.work_on_all", ignore_result=True)
def work_on_all() -> None:
    """Hand what waits for workers to them again, in case its message was lost, and make the mails about decisions."""
    now = timezone.now()
    processing.scan_again(now=now)
    for pk in processing.sweep(now=now):
        process.delay(pk)
    mails.tell_decided(now=now)


@shared_task(name="invoices.process", ignore_result=True)
def process(invoice_id: int) -> None:
    """Go on with one invoice until it is decided or waits for a person."""
    processing.process(invoice_id=invoice_id, now=timezone.now(), today=timezone.localdate())
