"""What is tidied up in the background."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from partners import registration


@shared_task(name="partners.forget", ignore_result=True)
def forget() -> None:
    """Drop registrations that nobody went on with."""
    registration.forget_old(now=timezone.now())
