"""Zero bytes in addresses, which PostgreSQL's text cannot hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from common.models import User


@pytest.mark.parametrize(
    "address",
    ["/admin/programs/rebateterms/?state__exact=%00", "/admin/programs/rebateterms/?q=%00", "/partner/%00/"],
)
def test_a_zero_byte_in_the_address_is_a_bad_request(
    platform_admin: User, signed_in: Callable[..., Client], address: str
) -> None:
    assert signed_in(platform_admin).get(address).status_code == 400
