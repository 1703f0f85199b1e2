"""What a line really cost once the allowances of the whole document are taken off."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from common.money import allocate, round_cents
from sales.readers.invoices.record import ZERO


def less_allowances(nets: Sequence[Decimal | None], allowances: Decimal) -> tuple[Decimal | None, ...]:
    """The net of each line that is sold less its share of the document's allowances (BT-107).

    Shares are in proportion to the nets, by largest remainder to the cent, so that they add up to the allowances; a
    returned article takes its share back, and None stays None. Charges, like freight, raise no line. None for all lines
    when there is an allowance but the nets add up to nothing.
    """
    weights = [ZERO if net is None else net for net in nets]
    allowances = round_cents(allowances)
    if not allowances:
        return tuple(nets)
    if not sum(weights):
        return (None,) * len(nets)
    shares = allocate(allowances, weights)
    return tuple(None if net is None else net - share for net, share in zip(nets, shares, strict=True))
