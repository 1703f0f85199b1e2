"""What is sent and tidied up in the background."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from partners import waves


@shared_task(name="partners.send_invitations", ignore_result=True)
def send_invitations() -> None:
    """Send what vendors have asked for; what is more than one run can do is left to the next."""
    waves.send_asked(now=timezone.now())
