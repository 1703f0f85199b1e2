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
        WHERE extract(epoch FROM common_mailpace.next_at - clock_timestamp()) <= %(at_most)s
    RETURNING extract(epoch FROM next_at - clock_timestamp()) - %(step)s
"""
"""The server's clock counts, whatever those of the workers say. What is returned are the seconds to wait. Nothing is
returned, nor reserved, where that takes too long: whoever cannot wait for a moment must not take it from the others."""


def is_limited() -> bool:
    """Whether somebody has set MAILS_PER_SECOND."""
    return settings.MAILS_PER_SECOND > 0


def wait(*, at_most: float = math.inf) -> bool:
    """Wait until the next mail may be sent; not at all where there is no limit.

    False: its moment is more than `at_most` seconds away, and nobody has waited.
    """
    if not is_limited():
        return True
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, {"step": 1 / settings.MAILS_PER_SECOND, "at_most": at_most})
        reserved = cursor.fetchone()
    if reserved is None:
        return False
    if (seconds := float(reserved[0])) > 0:
        time.sleep(seconds)
    return True
