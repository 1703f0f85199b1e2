"""How an amount came about, as short lines one can read aloud; each line opens the table it was taken from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from common import formats
from common.money import ZERO
from common.period_names import period_name
from common.periods import Period, PeriodKind
from rebates import explaining
from rebates.engine import Line, Part, Settlement
from rebates.explained import Explained, LineShare

MANY_PARTS = 4
"""From this many articles on, what each pays is one line with a table."""


@dataclass(frozen=True)
class Head:
    label: str
    numeric: bool = True


@dataclass(frozen=True)
class ChainTable:
    """`more_url` leads to the single lines behind it."""

    heads: Sequence[Head]
    rows: Sequence[Sequence[str]]
    more_url: str = ""
    more: str = ""

    @property
    def cells(self) -> list[list[tuple[bool, str]]]:
        """The rows, each cell with whether it is a number."""
        return [[(head.numeric, cell) for head, cell in zip(self.heads, row, strict=True)] for row in self.rows]


@dataclass(frozen=True)
class Link:
    """A line of the chain. `kind`: counted, left_out, step, rate, amount, … as the engine names them."""

    kind: str
    text: str
    table: ChainTable | None = None


@dataclass
class _Group:
    name: str
    lines: int = 0
    units: Decimal = Decimal(0)
    net: Decimal = ZERO
    share: Decimal = ZERO

    def add(self, line: LineShare) -> None:
        self.lines += 1
        self.units += line.line.quantity
        self.net += line.line.net or ZERO
        self.share += line.share or ZERO


def chain_of(explained: Explained, tiers: Mapping[str, str]) -> list[Link]:
    """The settlement's explanation with its tables. `tiers`: names of the program's tiers by code."""
    return [
        replace(link, table=_table_of(explained, line)) if link.table is None else link
        for line, link in _links(explained.shown, tiers)
    ]


def short_lines(settlement: Settlement, tiers: Mapping[str, str]) -> list[str]:
    """The same in lines alone, for paper."""
    return [link.text for _line, link in _links(settlement, tiers)]


def _links(settlement: Settlement, tiers: Mapping[str, str]) -> Iterator[tuple[Line, Link]]:
    rate_lines = [line for line in settlement.explanation if line.code == "rate"]
    for line in settlement.explanation:
        if line.code == "rate" and len(rate_lines) >= MANY_PARTS:
            if line is rate_lines[0]:
                yield line, _rates_in_one(settlement, tiers)
            continue
        if line.code == "sum" and len(rate_lines) >= MANY_PARTS:
            continue
        text = explaining.sentence(_with_tier_named(line, tiers), settlement.currency)
        yield line, Link(line.code, text)


def _with_tier_named(line: Line, tiers: Mapping[str, str]) -> Line:
    """The engine knows tiers by their code only."""
    tier = line.params.get("tier")
    if tier is None or tier.value not in tiers:
        return line
    return replace(line, params={**line.params, "tier": replace(tier, value=tiers[tier.value])})


def _table_of(explained: Explained, line: Line) -> ChainTable | None:
    kind, _dot, reason = line.code.partition(".")
    if kind == "counted":
        counted = [each for each in explained.lines if each.counts]
        return _grouped(explained, counted, _product, _("Product"), part="counted")
    if kind == "left_out":
        left_out = [each for each in explained.lines if each.reason == reason]
        return _grouped(explained, left_out, _product, _("Product"), part=reason, with_share=False)
    if kind == "attainment":
        counted = [each for each in explained.lines if each.counts]
        by_month = explained.period.kind is not PeriodKind.MONTH
        return _grouped(explained, counted, _month if by_month else _day, _("Month") if by_month else _("Day"), part="")
    if kind in ("step", "stop", "minimum"):
        return _steps(explained)
    return None


def _grouped(
    explained: Explained,
    lines: Iterable[LineShare],
    name: Callable[[LineShare], tuple[str, str]],
    head: str,
    *,
    part: str,
    with_share: bool = True,
) -> ChainTable | None:
    groups: dict[str, _Group] = {}
    for line in lines:
        key, label = name(line)
        groups.setdefault(key, _Group(label)).add(line)
    if not groups:
        return None
    currency = explained.currency
    symbol = formats.currency_symbol(currency)
    heads = [Head(head, numeric=False), Head(_("Lines")), Head(_("Quantity")), Head(f"{_('Net')} ({symbol})")]
    with_share = with_share and explained.shares_known
    if with_share:
        heads.append(Head(f"{_('Rebate')} ({symbol})"))
    rows = []
    for _key, group in sorted(groups.items()):
        row = [group.name, formats.number(group.lines), formats.number(group.units), formats.number(group.net, 2)]
        rows.append([*row, formats.number(group.share, 2)] if with_share else row)
    count = sum(group.lines for group in groups.values())
    more = _("Show these %(count)s lines") % {"count": formats.number(count)}
    url = f"?{urlencode({'part': part})}#lines" if part else "#lines"
    return ChainTable(heads, rows, url, more)


def _product(line: LineShare) -> tuple[str, str]:
    return line.line.product.article, f"{line.line.product.article} {line.line.product.name}"


def _month(line: LineShare) -> tuple[str, str]:
    month = Period.containing(PeriodKind.MONTH, line.line.counts_on)
    return str(month), period_name(month)


def _day(line: LineShare) -> tuple[str, str]:
    return line.line.counts_on.isoformat(), formats.date_short(line.line.counts_on)


def _steps(explained: Explained) -> ChainTable | None:
    document, settlement = explained.document, explained.shown
    rows = []
    for step in explaining.steps(document, settlement.currency):
        reached = settlement.attainment >= step.bound
        rows.append([step.label, step.reward, _("reached") if reached else formats.NOTHING])
    if not rows:
        return None
    return ChainTable([Head(_("Step"), numeric=False), Head(_("pays")), Head(_("State"), numeric=False)], rows)


def _rates_in_one(settlement: Settlement, tiers: Mapping[str, str]) -> Link:
    currency = settlement.currency
    total = sum((part.amount for part in settlement.parts), Decimal(0))
    text = _("Units × rate over %(count)s articles and tiers: %(result)s") % {
        "count": formats.number(len(settlement.parts)),
        "result": explaining.exact_money(total, currency),
    }
    heads = [Head(_("Article"), numeric=False), Head(_("Tier"), numeric=False), Head(_("Quantity"))]
    heads += [
        Head(f"{_('Rate')} ({formats.currency_symbol(currency)})"),
        Head(f"{_('Amount')} ({formats.currency_symbol(currency)})"),
    ]
    return Link("rate", text, ChainTable(heads, [_part(part, tiers) for part in settlement.parts]))


def _part(part: Part, tiers: Mapping[str, str]) -> list[str]:
    name, tier = part.article or formats.NOTHING, tiers.get(part.tier or "", part.tier or formats.NOTHING)
    if part.article is None and part.from_ is not None:
        name = _("from %(bound)s") % {"bound": formats.number(part.from_)}
    return [name, tier, formats.number(part.quantity), formats.number(part.rate, 2), formats.number(part.amount, 2)]


def by_reason(lines: Iterable[LineShare]) -> dict[str, int]:
    """How many lines count, and how many were left out by reason: the choices of the filter."""
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        counts["counted" if line.counts else str(line.reason)] += 1
        if line.counts and line.reason is not None:
            counts[str(line.reason)] += 1
    return dict(counts)
