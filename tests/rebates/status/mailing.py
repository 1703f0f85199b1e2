"""The weekly mails of the tests' world: made at a moment, and read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from common.models import OutboxMail, User
from programs.models import Program
from rebates.status.making import make, programs_on

MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
"""Seven in the morning in Dresden."""
WEEK = timedelta(days=7)


def make_in(program: Program, now: datetime = MONDAY, *, chunk: int = 10) -> int:
    return make(program_id=program.pk, now=now, today=timezone.localdate(now), chunk=chunk)


def make_all(now: datetime = MONDAY, *, chunk: int = 10) -> int:
    """As the tick does."""
    today = timezone.localdate(now)
    return sum(make(program_id=pk, now=now, today=today, chunk=chunk) for pk in programs_on(today))


def made(**which: object) -> list[tuple[str, str]]:
    """Occasion and recipient of each status mail."""
    mails = OutboxMail.objects.filter(kind="standing", **which).order_by("period", "recipient__email")
    return [(period, address.partition("@")[0]) for period, address in mails.values_list("period", "address")]


def mail_to(user: User, program: Program) -> OutboxMail:
    """The latest one about this program."""
    mails = OutboxMail.objects.filter(kind="standing", recipient=user, period__contains=f" program {program.pk} ")
    return mails.latest("id")
