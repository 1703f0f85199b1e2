"""Closing a quarter, recomputed ones before it included, against its floor: the aggregates, and COPY of its rows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Q, Sum
from django.utils import timezone

from common.models import OutboxMail
from common.periods import Period, PeriodKind
from programs.models import Program
from rebates.aggregates import aggregate_rows
from rebates.announcing import announce
from rebates.checking import check
from rebates.closing import open_closing, run
from rebates.live import terms_in_force
from rebates.mails import SETTLED
from rebates.models import Closing, LedgerEntry, Posting
from sales.models import SaleLine
from tests.bench.memory import peak_megabytes
from tests.bench.results import CLOSING_LIMIT, CLOSING_MEGABYTES, at_most, give, told, within

ROUNDS = 3


def _quarter() -> Period:
    """The last one that is over."""
    return Period.containing(PeriodKind.QUARTER, timezone.localdate()).previous()


def _close(period: Period) -> Closing:
    program = Program.objects.get(slug="volume")
    closing = open_closing(program=program, period=period, today=timezone.localdate(), now=timezone.now())
    done = run(closing_id=closing.pk, now=timezone.now(), chunk=settings.CLOSING_CHUNK)
    assert done.state == Closing.State.SEALED
    return done


def close_earlier() -> None:
    """Close the quarters before the one that is measured, so that it recomputes them."""
    for number in range(3, 0, -1):
        _close(_quarter().previous(number))
    announce(now=timezone.now(), chunk=settings.CLOSING_CHUNK)


def measure() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    quarter = _quarter()
    begun = time.perf_counter()
    closing = _close(quarter)
    settled = time.perf_counter() - begun
    announce(now=timezone.now(), chunk=settings.CLOSING_CHUNK)
    seconds = time.perf_counter() - begun
    peak = peak_megabytes()
    aggregates, ledger, outbox = _aggregates(closing), _copies(_ledger(closing)), _copies([_outbox(closing)])
    lines = SaleLine.objects.filter(counts_on__gte=quarter.start, counts_on__lt=quarter.end).count()
    adjusted = closing.settlements.exclude(period=closing.period).count()
    what = f"closing of a quarter with {lines:,} lines and {adjusted:,} corrections of earlier ones, with its ledger"
    floor, mails = aggregates + ledger, _outbox(closing).count()
    give(
        at_most(f"{what}, against its floor", settled / floor, CLOSING_LIMIT),
        at_most(f"the same with {mails:,} mails in the outbox", seconds / (floor + outbox), CLOSING_LIMIT),
        within("memory of the closing process at its peak", peak, CLOSING_MEGABYTES, "MB"),
        told(f"check of the ledger with {Posting.objects.count():,} postings, against their sum", f"{_check():.1f}×"),
        closing_seconds_per_line=settled / lines,
        closing_against_floor=seconds / (floor + outbox),
        closing_megabytes=peak,
    )


def _check() -> float:
    """How often the sum of all postings could be asked while the hourly check is made."""
    vendor = Program.objects.get(slug="volume").vendor_id
    checked, summed = [], []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        assert not check(vendor_id=vendor, now=timezone.now())
        checked.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        assert Posting.objects.aggregate(total=Sum("amount"))["total"] == 0
        summed.append(time.perf_counter() - begun)
    return statistics.median(checked) / statistics.median(summed)


def _aggregates(closing: Closing) -> float:
    """Seconds of one statement per period over all partners, as a closing without chunks would ask."""
    period = Period.parse(closing.period)
    begun = time.perf_counter()
    for number in range(closing.program.recomputed_periods + 1):
        asked = period.previous(number)
        if Closing.objects.filter(program=closing.program, period=str(asked)).exists():
            versions = terms_in_force(program=closing.program, period=asked)
            for _row in aggregate_rows(versions=versions, period=asked, cut=closing.cut):
                pass
    return time.perf_counter() - begun


def _ledger(closing: Closing) -> list[models.QuerySet[Any]]:
    """What the closing wrote."""
    entries = LedgerEntry.objects.filter(Q(settlement__closing=closing) | Q(closing=closing))
    return [closing.items.all(), closing.settlements.all(), entries, Posting.objects.filter(entry__in=entries)]


def _outbox(closing: Closing) -> models.QuerySet[OutboxMail]:
    return OutboxMail.objects.filter(kind=SETTLED, period__startswith=f"closing {closing.pk} ")


def _copies(written: Sequence[models.QuerySet[Any]]) -> float:
    """Seconds that COPY takes for these rows, into empty tables with the indexes of the real ones."""
    return sum(_copy(rows) for rows in written)


def _copy(rows: models.QuerySet[Any]) -> float:
    table = rows.model._meta.db_table
    columns = ", ".join(field.column for field in rows.model._meta.local_fields)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING ALL)")
        statement = f"COPY (SELECT {columns} FROM {table} WHERE id = ANY(%s) ORDER BY id) TO STDOUT"
        with cursor.copy(statement, [ids]) as source:
            data = list(_blocks(source))
        begun = time.perf_counter()
        with cursor.copy(f"COPY bench_copy ({columns}) FROM STDIN") as target:
            for block in data:
                target.write(block)
        seconds = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_copy")
    return seconds


def _blocks(source: Any) -> Iterator[bytes]:
    for block in source:
        yield bytes(block)
