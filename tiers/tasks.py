"""Assessing in the background. Messages are hints: the rows say what is due."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from programs.models import Program
from tiers import announcing, assessing

SECONDS = 50


@shared_task(name="tiers.assess_all", ignore_result=True)
def assess_all() -> None:
    """Let each program be looked at: all of it once a day, else whom a change concerns."""
    for pk in Program.objects.values_list("pk", flat=True):
        assess_program.apply_async((pk,), expires=SECONDS)


@shared_task(name="tiers.assess_program", ignore_result=True)
def assess_program(program_id: int) -> None:
    assessing.assess_due(program=Program.objects.get(pk=program_id), today=timezone.localdate())


@shared_task(name="tiers.announce", ignore_result=True)
def announce() -> None:
    """Make the mails about tiers that have changed or will; sending them is another task's."""
    announcing.announce(now=timezone.now(), today=timezone.localdate())
