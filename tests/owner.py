"""What only the owner of the tables can do, or a restored backup: change what the triggers protect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
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


def save(tables: Sequence[str]) -> None:
    """Keep what is in these tables, for `restore`."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA saved")
        for table in tables:
            cursor.execute(f"CREATE TABLE saved.{table} AS TABLE public.{table}")


def restore(tables: Sequence[str]) -> None:
    """Let these tables be as they were when they were saved; sequences go on."""
    with transaction.atomic(), without_triggers(*tables) as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM public.{table}")
        for table in tables:
            cursor.execute(f"INSERT INTO public.{table} TABLE saved.{table}")


def forget_saved() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA saved CASCADE")
