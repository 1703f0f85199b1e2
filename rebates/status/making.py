"""Making the mails of a week: a chunk is claimed, its mails are put into the outbox and it is marked, in one commit.

So it may be killed, repeated or raced by a second scheduler, and each person gets one mail per partner, program and
week. Whoever was away sends the week that runs; a week that is over is never made up.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q

from common import outbox
from common.periods import Period
from partners.models import Enrolment
from programs.models import Program, RebateTerms
from rebates.live import Figure, figures, published_terms, running_versions, together
from rebates.status import claiming
from rebates.status.cards import key_of, noted
from rebates.status.claiming import Claimed
from rebates.status.mail import STANDING
from rebates.status.weeks import Week, due_places
from rebates.status.writing import Stand, letters_of

log = structlog.get_logger(__name__)
Running = Sequence[tuple[RebateTerms, Period]]
MOST_LEFT_OUT = 20
"""Enrolments of one call whose mails cannot be made."""


class NotWritten(Exception):
    """A mail of the chunk could not be made; nothing of it was."""

    def __init__(self, claimed: Sequence[Claimed]) -> None:
        super().__init__()
        self.claimed = claimed


def programs_on(day: date) -> list[int]:
    """Ids of the programs that run on this day."""
    runs = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    return list(Program.objects.filter(runs, starts_on__lte=day).order_by("pk").values_list("pk", flat=True))


def make(*, program_id: int, now: datetime, today: date, chunk: int, seconds: float = math.inf) -> int:
    """Make what is due in one program, until nothing is left or for about `seconds`; returns how many mails were made.

    `chunk`: enrolments per commit. A program without terms in force today says nothing. An enrolment whose mail cannot
    be made holds up no other: chunks are halved until it is alone, and it is left out until the next call. Raises
    NotWritten where that many cannot that it is not about them.
    """
    deadline, made, size, without = time.monotonic() + seconds, 0, chunk, set[int]()
    program = Program.objects.select_related("vendor").get(pk=program_id)
    running = running_versions(published_terms(programs=[program]), today=today)
    due = due_places(now=now, otherwise=settings.TIME_ZONE)
    if not running or not due:
        return 0
    claiming.begin(program=program)
    while time.monotonic() < deadline:
        try:
            step = make_chunk(
                program=program, running=running, due=due, now=now, today=today, limit=size, without=without
            )
        except NotWritten as error:
            if len(without) == MOST_LEFT_OUT:
                raise
            if len(error.claimed) == 1:
                without.add(error.claimed[0].pk)
                log.exception("no status mail made", enrolment=error.claimed[0].enrolment_id)
            size = max(len(error.claimed) // 2, 1)
            continue
        if step is None:
            break
        made, size = made + step, min(size * 2, chunk)
    return made


@transaction.atomic
def make_chunk(
    *,
    program: Program,
    running: Running,
    due: Mapping[str, Week],
    now: datetime,
    today: date,
    limit: int,
    without: Collection[int] = (),
) -> int | None:
    """Make the mails of up to `limit` enrolments nobody else works on; returns how many. None: nothing is left.

    `without`: ids of rows that are left alone. Raises NotWritten.
    """
    claimed = claiming.claim(program=program, due=due, today=today, limit=limit, without=without)
    if not claimed:
        return None
    try:
        return _make(program, running, claimed, now, today)
    except DatabaseError:
        raise
    except Exception as error:
        raise NotWritten(claimed) from error


def _make(program: Program, running: Running, claimed: Sequence[Claimed], now: datetime, today: date) -> int:
    stands = _stands(claimed, running, today)
    letters = letters_of(program=program, stands=stands, today=today)
    outbox.put_all(kind=STANDING, letters=letters)
    told = {stand.claimed.enrolment_id: {key_of(figure): noted(figure) for figure in stand.figures} for stand in stands}
    claiming.close(claimed=claimed, figures=told, now=now)
    return len(letters)


def _stands(claimed: Sequence[Claimed], running: Running, today: date) -> list[Stand]:
    """What the dashboard shows, in the order in which it was claimed."""
    enrolled = Enrolment.objects.filter(pk__in=[each.enrolment_id for each in claimed])
    enrolments = {each.pk: each for each in enrolled.select_related("partner")}
    found: dict[int, list[Figure]] = defaultdict(list)
    for _program, period, versions in together(running):
        for figure in figures(versions=versions, period=period, today=today, enrolments=list(enrolments.values())):
            found[figure.enrolment.pk].append(figure)
    return [Stand(each, enrolments[each.enrolment_id].partner, found[each.enrolment_id]) for each in claimed]
