"""What is looked after in the background: reminders, and seats of people who have left their company."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from trainings import bookings, reminding

SECONDS = 60
"""How long a run makes reminders; the next one goes on."""


@shared_task(name="trainings.look_after", ignore_result=True)
def look_after() -> None:
    """Free the seats of those who have left, and remind of certificates that expire."""
    bookings.release_left(now=timezone.now())
    until = time.monotonic() + SECONDS
    reminding.remind_due(now=timezone.now(), today=timezone.localdate(), go_on=lambda: time.monotonic() < until)
