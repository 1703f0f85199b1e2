"""The sale lines in a statement's annex, each with its share of the amount; the shares add up to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.money import ZERO
from rebates.changes import Cause, Change, Then, judged_then
from rebates.engine import Reason
from rebates.explained import COUNTED_ANYWAY, Explained
from sales.models import SaleLine


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A sale line. `share`: None where it cannot be told any more, or where the line was left out for `reason`."""

    counts_on: date | None
    document: str
    distributor: str
    article: str
    product: str
    quantity: Decimal
    net: Decimal | None
    share: Decimal | None
    reason: Reason | None = None

    @property
    def counts(self) -> bool:
        return self.reason in COUNTED_ANYWAY


def lines_behind(explained: Explained) -> list[SoldLine]:
    """Every line behind what was settled, in the order of its days; what was corrected since does not change it."""
    if explained.shares_known:
        found = [_line(each.line, each.share, each.reason) for each in explained.lines]
    elif (then := judged_then(explained, explained.settled[-1])) is not None:
        found = _as_judged(then)
    else:
        found = [_line(each.line, None, each.reason) for each in explained.lines]
    return sorted(found, key=lambda line: (line.counts_on or date.min, line.document))


def lines_of_change(change: Change) -> list[SoldLine]:
    """The sales that made an adjustment with what each brings more or less; of all others together one row."""
    parts = [part for part in change.parts if part.cause is not Cause.REST]
    moved = {each.ids[0]: each.amount for part in parts for each in part.sales if each.ids}
    found = [_line(line, moved[pk], None) for pk, line in _sale_lines(moved).items()]
    return sorted(found, key=lambda line: (line.counts_on or date.min, line.document))


def _as_judged(then: Then) -> list[SoldLine]:
    known = _sale_lines(then.lines)
    return [_line(line, then.share(pk), then.reason(pk)) for pk, line in known.items()]


def _sale_lines(ids: Iterable[int]) -> Mapping[int, SaleLine]:
    return SaleLine.objects.filter(pk__in=list(ids)).select_related("product", "distributor").in_bulk()


def _line(line: SaleLine, share: Decimal | None, reason: Reason | None) -> SoldLine:
    return SoldLine(
        counts_on=line.counts_on, document=line.document_number, distributor=line.distributor.name,
        article=line.product.article, product=line.product.name, quantity=line.quantity, net=line.net, share=share,
        reason=reason,
    )  # fmt: skip


def total_of(lines: Sequence[SoldLine]) -> Decimal | None:
    """The sum of the shares; None where some of them are not known."""
    if any(line.share is None for line in lines):
        return None
    return sum((line.share or ZERO for line in lines), ZERO)
