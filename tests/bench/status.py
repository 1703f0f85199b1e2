"""The weekly status mails of all partners of a program, beside as many mails of a closing, which are made likewise."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.models import OutboxMail
from programs.models import Program
from rebates.announcing import announce
from rebates.live import figures, published_terms, running_versions, together
from rebates.mails import SETTLED
from rebates.models import ClosingItem, WeeklyStatus
from rebates.status.mail import STANDING
from rebates.status.making import make
from tests.bench.memory import peak_megabytes
from tests.bench.results import at_most, give, told

TIMES = 3
"""A status mail says some three times as much as one about a settlement."""
SECONDS = 60


def measure() -> None:
    program = Program.objects.get(slug="volume")
    before = peak_megabytes()
    first = _make(program, weeks=0)
    mails = OutboxMail.objects.filter(kind=STANDING).count()
    # As every week: with what the mail before said.
    seconds = _make(program, weeks=1)
    peak, nothing = peak_megabytes(), _make(program, weeks=1)
    settled, count = _of_a_closing()
    what = f"{mails:,} weekly status mails"
    give(
        at_most(f"{what}, against {SECONDS} s", max(first, seconds) / SECONDS, 1),
        at_most("one of them, against a mail about a settlement", (seconds / mails) / (settled / count), TIMES),
        told(f"{what}, against their figures alone", f"{seconds / _figures(program):.1f}×"),
        told("a minute in which none of them is due, against all of them", f"{nothing / seconds:.1%}"),
        told("memory of the process that makes them, at its peak", f"{peak:.0f} MB ({before:.0f} MB before)"),
        told("queries for a chunk of 500 enrolments and of 10", f"{_queries(500)} and {_queries(10)}"),
    )


def _make(program: Program, *, weeks: int) -> float:
    """Seconds for all that is due so many weeks from now."""
    now, begun = timezone.now() + timedelta(weeks=weeks), time.perf_counter()
    make(program_id=program.pk, now=now, today=timezone.localdate(), chunk=settings.STATUS_CHUNK)
    return time.perf_counter() - begun


def _of_a_closing() -> tuple[float, int]:
    """Seconds for the mails of the latest closing, made once more, and how many they are."""
    latest = ClosingItem.objects.order_by("-closing__ends_on").values_list("closing", flat=True)[0]
    OutboxMail.objects.filter(kind=SETTLED, period__startswith=f"closing {latest} ").delete()
    ClosingItem.objects.filter(closing=latest).update(announced_at=None)
    begun = time.perf_counter()
    count = announce(now=timezone.now(), chunk=settings.CLOSING_CHUNK)
    return time.perf_counter() - begun, count


def _figures(program: Program) -> float:
    today, begun = timezone.localdate(), time.perf_counter()
    for _program, period, versions in together(running_versions(published_terms(programs=[program]), today=today)):
        for _figure in figures(versions=versions, period=period, today=today):
            pass
    return time.perf_counter() - begun


def _queries(enrolments: int) -> int:
    """For one chunk, and the look for another that ends it."""
    program = Program.objects.get(slug="volume")
    some = WeeklyStatus.objects.filter(enrolment__program=program).order_by("pk").values("pk")[:enrolments]
    WeeklyStatus.objects.filter(pk__in=some).update(week="2000W01")
    with CaptureQueriesContext(connection) as captured:
        make(program_id=program.pk, now=timezone.now(), today=timezone.localdate(), chunk=settings.STATUS_CHUNK)
    return len(captured)
