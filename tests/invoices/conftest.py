from __future__ import annotations

import pytest

from tests.invoices.bonus import Bonus, make_bonus
from tests.world import World


@pytest.fixture
def bonus(world: World) -> Bonus:
    return make_bonus(world)
