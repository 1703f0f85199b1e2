"""How fast mails are sent, all processes together: each reserves a moment in one row and waits for it."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import connection

RESERVE = """
    INSERT INTO common_mailpace (id, next_at) VALUES (1, clock_timestamp() + %(step)s * interval '1 second')
    ON CONFLICT (id) DO UPDATE
        SET next_at = greatest(common_mailpace.next_at, clock_timestamp()) + %(step)s * interval '1 second'
    RETURNING extract(epoch FROM next_at - clock_timestamp()) - %(step)s
"""
"""The server's clock counts, whatever those of the workers say. What is returned are the seconds to wait."""


def is_limited() -> bool:
    """Whether somebody has set MAILS_PER_SECOND."""
    return settings.MAILS_PER_SECOND > 0


def wait() -> None:
    """Wait until the next mail may be sent; not at all where there is no limit."""
    if not is_limited():
        return
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, {"step": 1 / settings.MAILS_PER_SECOND})
        seconds = float(cursor.fetchone()[0])
    if seconds > 0:
        time.sleep(seconds)
