"""Amounts against Babel, which knows the currencies."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from babel.numbers import format_currency
from django.utils.translation import override
from hypothesis import example, given
from hypothesis import strategies as st

from common import formats
from common.formats import MINUS, NO_BREAK_SPACE


@pytest.mark.parametrize("language", ["de", "en"])
@given(
    amount=st.decimals(-(10**12), 10**12, places=3),
    currency=st.sampled_from(["EUR", "USD", "GBP", "CHF", "PLN", "CZK", "HUF", "SEK", "JPY", "KWD"]),
)
@example(amount=Decimal("-0.00"), currency="EUR")
@example(amount=Decimal("0.005"), currency="EUR")
@example(amount=Decimal("1E+6"), currency="JPY")
def test_money_is_written_as_babel_writes_it_but_for_the_minus_and_a_space(
    language: str, amount: Decimal, currency: str
) -> None:
    with override(language):
        expected = format_currency(amount, currency, locale=language).replace("-", MINUS)
        assert formats.money(amount, currency) == re.sub(r"(?<=[A-Za-z])(?=\d)", NO_BREAK_SPACE, expected)
