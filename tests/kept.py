"""Worlds written once per worker and lent to one test after the other: what a test changes is undone.

`world` is the small one, `populated` the one with something of everything in it.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import time_machine
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.world import NOW

T = TypeVar("T")


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A connection of its own to the database of the world, which stays open, and the world's objects."""

    connection: BaseDatabaseWrapper
    objects: bytes

    @contextlib.contextmanager
    def lent(self) -> Iterator[T]:
        """Until the block ends Django works in this database, in a transaction that is undone, as `TestCase` does."""
        with _in_place_of_the_usual(self.connection):
            atomic = transaction.atomic()
            # Blocks that want to be the outermost one count those of tests as none.
            atomic._from_testcase = True  # type: ignore[attr-defined]
            with atomic:
                yield pickle.loads(self.objects)
                if not self.connection.needs_rollback and self.connection.is_usable():
                    self.connection.check_constraints()
                transaction.set_rollback(True)


@contextlib.contextmanager
def keep(database: str, build: Callable[[], T]) -> Iterator[Kept[T]]:
    """Write what `build` makes into this empty database."""
    connection = connections.create_connection("default")
    connection.settings_dict = {**connection.settings_dict, "NAME": database}
    try:
        # On its own day, as each test sees it.
        with _in_place_of_the_usual(connection), time_machine.travel(NOW), transaction.atomic():
            objects = pickle.dumps(build())
        yield Kept(connection, objects)
    finally:
        connection.close()


@contextlib.contextmanager
def _in_place_of_the_usual(connection: BaseDatabaseWrapper) -> Iterator[None]:
    usual = connections["default"]
    connections["default"] = connection
    try:
        yield
    finally:
        connections["default"] = usual
