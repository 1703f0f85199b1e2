"""What only the owner of the tables can do, or a restored backup: change what the triggers protect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def without_triggers(*tables: str) -> Iterator[CursorWrapper]:
    """Gives a cursor for which the triggers of these tables do not exist."""
    with connection.cursor() as cursor:
        # A table whose checks still wait for the end of the transaction cannot be altered.
        connection.check_constraints()
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        connection.check_constraints()
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
