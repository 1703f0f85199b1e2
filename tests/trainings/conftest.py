"""A training of the vendor's program for technicians, and a date with two seats in two weeks."""

from __future__ import annotations

import pytest

from tests.trainings.teaching import planned, training
from tests.world import World
from trainings.models import Training, TrainingDate


@pytest.fixture
def technical(world: World) -> Training:
    return training(world.program, world.vendor_admin)


@pytest.fixture
def when(world: World, technical: Training) -> TrainingDate:
    return planned(technical, world.channel_manager)
