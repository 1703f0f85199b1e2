"""How fast mails are sent, all processes together: each reserves a moment in one row and waits for it."""

from __future__ import annotations

import math
import time

from django.conf import settings
from django.db import connection

RESERVE = """
    INSERT INTO common_mailpace (id, next_at) VALUES (1, clock_timestamp() + %(step)s * interval '1 second')
    ON CONFLICT (id) DO UPDATE
        SET next_at = greatest(common_mailpace.next_at, clock_timestamp()) + %(step)s * interval '1 second'
        WHERE common_mailpace.next_at <= clock_timestamp() + %(most)s * interval '1 second'
    RETURNING extract(epoch FROM next_at - clock_timestamp()) - %(step)s
"""
"""The server's clock counts, whatever those of the workers say. What is returned are the seconds to wait; nothing where
they would be more than the most.
"""
PATIENCE = 1.0
"""Seconds, or one turn where that is longer: whoever would wait for more leaves it to those who wait already."""
YEAR = 365 * 24 * 60 * 60


def is_limited() -> bool:
    """Whether somebody has set MAILS_PER_SECOND."""
    return settings.MAILS_PER_SECOND > 0


def patience() -> float:
    """For how many seconds a sender waits for its turn: enough to keep the pace, and no worker for nothing."""
    return max(PATIENCE, _step()) if is_limited() else 0


def wait(*, most: float = math.inf) -> bool:
    """Wait until the next mail may be sent; not at all where there is no limit.

    False: that would take more than `most` seconds; nothing is reserved. Reserved and given up, moments of a slow pace
    would move on faster than time does.
    """
    if not is_limited():
        return True
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, {"step": _step(), "most": min(most, YEAR)})
        reserved = cursor.fetchone()
    if reserved is None:
        return False
    if (seconds := float(reserved[0])) > 0:
        time.sleep(seconds)
    return True


def _step() -> float:
    return float(1 / settings.MAILS_PER_SECOND)
