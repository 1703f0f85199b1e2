"""Sending mail in the background. The message carries nothing: the outbox rows say what is to be done."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from common import outbox


@shared_task(name="common.send_mails", queue="mail", ignore_result=True)
def send_mails() -> None:
    outbox.sweep(now=timezone.now())
    while outbox.send_batch(now=timezone.now()):
        pass
