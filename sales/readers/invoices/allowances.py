"""What a line really cost once the allowances of the whole document are taken off."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from common.money import allocate, round_cents
from sales.readers.invoices.record import ZERO, Invoice, LineKind


def net_after_allowances(invoice: Invoice) -> tuple[Decimal | None, ...]:
    """The net of each line less its share of the document's allowances (BT-107), in the order of the lines.

    Shares are in proportion to the nets of all lines that are sold, by largest remainder to the cent, so that they add
    up to the allowances; a returned article takes its share back. Charges, like freight, raise no line. None for what
    is not sold or has no net, and for all lines when there is an allowance but the nets add up to nothing.
    """
    nets = [line.net if line.kind is LineKind.DETAIL else None for line in invoice.lines]
    return less_allowances(nets, invoice.totals.allowances)


def less_allowances(nets: Sequence[Decimal | None], allowances: Decimal) -> tuple[Decimal | None, ...]:
    """The same of the nets of the lines that are sold; None among them stays None and takes no share."""
    weights = [ZERO if net is None else net for net in nets]
    allowances = round_cents(allowances)
    if not allowances:
        return tuple(nets)
    if not sum(weights):
        return (None,) * len(nets)
    shares = allocate(allowances, weights)
    return tuple(None if net is None else net - share for net, share in zip(nets, shares, strict=True))
