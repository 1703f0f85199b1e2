"""What is too much for one invoice."""

from __future__ import annotations

from common.sentences import _n
from sales.readers.invoices.record import Refused

MOST_LINES = 5_000


def check_lines(lines: int) -> None:
    if lines > MOST_LINES:
        text = _n("The invoice has more than {limit} lines. Ask your contact at the vendor how to hand it in.")
        raise Refused("too_many_lines", text, limit=str(MOST_LINES))
