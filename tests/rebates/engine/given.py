"""Sales and terms for the engine's tests, said in few words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from common.periods import Period
from programs.terms import Terms
from rebates.engine import Aggregate, Facts, SaleLine, Settlement, english, settle

D = Decimal
Q4 = Period.parse("2026Q4")

LENOVO = """
code: topseller-loyalty
period: quarter
counts: units
mode: whole_volume
steps: [{from: 10, per_unit: 5}, {from: 25, per_unit: 10}, {from: 50, per_unit: 15}]
"""
TEN_TO_THE_FOUR = """
code: 10hoch4
period: quarter
counts: revenue
mode: graduated
eligible: {without_individual_agreement: true}
minimum: 10000
cap: {basis: 400000}
steps: [{from: 0, percent: 10}, {from: 50000, percent: 2.8}]
"""
SNOM = """
code: device-bonus
period: quarter
evidence: invoice
counts: units
rates:
  silver: {D120: 4, D335: 8, D785: 12, D865: 15}
  gold: {D120: 6, D335: 10, D785: 15, D865: 18}
"""


@dataclass(frozen=True)
class Sale:
    """A sale line as a test says it: an eligible unit of silver in Germany unless told otherwise."""

    units: str = "1"
    net: str | None = "0"
    tier: str | None = "silver"
    country: str | None = "DE"
    article: str = "D785"
    active: bool = True
    agreement: bool = False
    in_group: bool = True
    project: bool = False

    def line(self, line_id: int) -> SaleLine:
        return SaleLine(
            id=line_id,
            tier=self.tier,
            country=self.country,
            active=self.active,
            agreement=self.agreement,
            article=self.article,
            in_group=self.in_group,
            project=self.project,
            units=Decimal(self.units),
            net=None if self.net is None else Decimal(self.net),
        )


def units(count: str | int) -> Sale:
    return Sale(units=str(count))


def revenue(net: str | int) -> Sale:
    return Sale(net=str(net))


def terms_of(text: str, **more: str) -> Terms:
    """The YAML with further top-level fields."""
    return Terms.from_yaml(text + "".join(f"\n{name}: {value}" for name, value in more.items()))


def stepped(counts: str, mode: str, steps: str, **more: str) -> Terms:
    """Terms from "10: per_unit 5, 25: per_unit 10"."""
    listed = []
    for step in steps.split(","):
        bound, _, pays = step.partition(":")
        measure, rate = pays.split()
        listed.append(f"{{from: {bound.strip()}, {measure}: {rate}}}")
    text = f"code: x\nperiod: quarter\ncounts: {counts}\nmode: {mode}\nsteps: [{', '.join(listed)}]"
    return terms_of(text, **more)


def apart(sales: Iterable[Sale]) -> list[Aggregate]:
    """Every line an aggregate of its own."""
    return [
        Aggregate(
            tier=line.tier,
            country=line.country,
            active=line.active,
            agreement=line.agreement,
            article=line.article,
            in_group=line.in_group,
            project=line.project,
            units=line.units,
            net=line.net if line.net is not None else Decimal(0),
            lines=1,
            lines_without_value=int(line.net is None),
            units_without_value=line.units if line.net is None else Decimal(0),
        )
        for line in (sale.line(0) for sale in sales)
    ]


def together(sales: Iterable[Sale]) -> list[Aggregate]:
    """Lines in the same circumstances summed up, as the database does it."""
    alike: dict[Aggregate, list[Aggregate]] = defaultdict(list)
    for one in apart(sales):
        nothing = replace(
            one,
            units=Decimal(0),
            net=Decimal(0),
            lines=0,
            lines_without_value=0,
            units_without_value=Decimal(0),
        )
        alike[nothing].append(one)
    return [
        replace(
            nothing,
            units=sum((one.units for one in found), Decimal(0)),
            net=sum((one.net for one in found), Decimal(0)),
            lines=len(found),
            lines_without_value=sum(one.lines_without_value for one in found),
            units_without_value=sum((one.units_without_value for one in found), Decimal(0)),
        )
        for nothing, found in alike.items()
    ]


def settled(terms: Terms | str, *sales: Sale, facts: Facts | None = None) -> Settlement:
    terms = terms if isinstance(terms, Terms) else Terms.from_yaml(terms)
    return settle(terms, facts or Facts(Q4), together(sales))


def amount(terms: Terms | str, *sales: Sale) -> str:
    return str(settled(terms, *sales).amount)


def sentences(settlement: Settlement) -> list[str]:
    return [english(line, settlement.currency) for line in settlement.explanation]


def left_out(settlement: Settlement) -> dict[str, int]:
    return {group.reason.value: group.lines for group in settlement.left_out}
