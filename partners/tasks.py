"""What is sent and asked in the background."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from partners import bank_accounts, company, waves


@shared_task(name="partners.send_invitations", ignore_result=True)
def send_invitations() -> None:
    """Send what vendors have asked for; what is more than one run can do is left to the next."""
    waves.send_asked(now=timezone.now())


@shared_task(name="partners.ask_newcomers", ignore_result=True)
def ask_newcomers() -> None:
    """Ask vendors that companies with an open change, or with a bank account, have joined since."""
    company.ask_newcomers(today=timezone.localdate())
    bank_accounts.ask_newcomers(now=timezone.now())
