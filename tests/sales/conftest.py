"""Fixtures of the tests about sales."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.world import World, build_world


@pytest.fixture
def committed(own_database: str) -> World:
    """The small world, committed, on a database of the test's own."""
    with transaction.atomic():
        return build_world()
