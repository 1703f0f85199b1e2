from __future__ import annotations

import pytest

from tests.rebates.payments.paying import Finance, make_finance
from tests.world import World


@pytest.fixture
def finance(world: World) -> Finance:
    return make_finance(world.vendor)
