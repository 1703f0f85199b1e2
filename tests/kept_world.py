"""The small world, written once per worker and lent to one test after the other: what a test changes is undone."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterator
from dataclasses import dataclass

import time_machine
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.world import NOW, World, build_world


@dataclass(frozen=True)
class KeptWorld:
    """A connection of its own to the database of the world, which stays open, and the world's objects."""

    connection: BaseDatabaseWrapper
    objects: bytes

    @contextlib.contextmanager
    def lent(self) -> Iterator[World]:
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
def keep_world(database: str) -> Iterator[KeptWorld]:
    """Write the world into this empty database."""
    connection = connections.create_connection("default")
    connection.settings_dict = {**connection.settings_dict, "NAME": database}
    try:
        # On its own day, as each test sees it.
        with _in_place_of_the_usual(connection), time_machine.travel(NOW), transaction.atomic():
            world = build_world()
        yield KeptWorld(connection, pickle.dumps(world))
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
