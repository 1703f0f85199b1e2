"""SQL aggregates against a plain walk over the lines, in random worlds whose histories change on the days of sales.

The walk knows nothing of SQL, ranges or joins: every history is a list of entries with a first and a last day, and each
line asks each history for its own day.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from common.dated import since
from common.periods import Period
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, IndividualAgreement, Partner, Seat
from programs.models import (
    Authorisation,
    Distributor,
    GroupMembership,
    Product,
    ProductGroup,
    Program,
    RebateTerms,
    Tier,
    Vendor,
)
from rebates.aggregates import aggregates_of, lines_of
from rebates.engine import Aggregate, Facts, Reason, settle, shares
from sales.models import SaleLine
from tests.world import NOW

PERIOD = Period.parse("2026Q3")
DAY = timedelta(days=1)
BOUNDS = [PERIOD.start, *(PERIOD.start + timedelta(days=days) for days in (1, 20, 21, 45, 70, 91)), PERIOD.end]
"""Days on which histories change. Sales lie on them, on the day before, and on the days around the period."""
DAYS = sorted({day + shift * DAY for day in BOUNDS for shift in (-1, 0)})
CUTS = (1, 2, 3)

TERMS = (
    {"counts": "units", "steps": [{"from": "0", "per_unit": "1.25"}], "eligible": {"tiers": ["silver", "gold"]}},
    {"counts": "revenue", "steps": [{"from": "0", "percent": "2.9"}], "products": "group"},
    {"counts": "revenue", "steps": [{"from": "5", "percent": "7"}], "eligible": {"without_individual_agreement": True}},
    {"counts": "units", "rates": {"silver": {"A1": "4", "A2": "0.07"}, "gold": {"A1": "6"}}},
    {"counts": "units", "steps": [{"from": "2", "lump_sum": "99.99"}], "eligible": {"countries": ["DE"]}},
    {"counts": "units", "steps": [{"from": "1", "per_unit": "3"}], "project_lines": "exclude", "evidence": "invoice"},
)


@dataclass
class History:
    """Who has what from which day to before which other; entries of one owner never share a day."""

    entries: dict[Any, list[tuple[date | None, date | None, Any]]] = field(default_factory=lambda: defaultdict(list))

    def on(self, owner: Any, day: date) -> Any:
        found = [
            value
            for start, end, value in self.entries[owner]
            if (start is None or start <= day) and (end is None or day < end)
        ]
        assert len(found) <= 1
        return found[0] if found else None


@dataclass
class Line:
    pk: int
    vendor: int
    partner: int
    product: int
    distributor: int
    day: date
    quantity: Decimal
    net: Decimal | None
    currency: str
    evidence: str
    project: str
    cut: int


class Walk:
    """The random world in the database, and the same world in lists."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.status, self.tier, self.seat, self.agreement = History(), History(), History(), History()
        self.authorised, self.member = History(), History()
        self._configure()
        self._enrol()
        self.lines = [self._sell(number) for number in range(100)]

    def _configure(self) -> None:
        chance = self.random
        self.vendors = [Vendor.objects.create(slug=f"v{n}", name=f"V{n}") for n in (1, 2)]
        self.programs = [
            Program.objects.create(
                vendor=self.vendors[n // 2],
                slug=f"p{n}",
                name=f"P{n}",
                countries=chance.choice((["DE"], ["DE", "AT"], ["DE", "AT", "CH"])),
                currency="EUR" if n else chance.choice(("EUR", "USD")),
                starts_on=chance.choice((date(2026, 1, 1), *BOUNDS[:3])),
                ends_on=chance.choice((None, None, BOUNDS[-3], BOUNDS[-2], BOUNDS[-1])),
            )
            for n in range(3)
        ]
        self.tiers = {
            program.pk: [
                Tier.objects.create(program=program, code=code, name=code, rank=rank)
                for rank, code in enumerate(("registered", "silver", "gold"))
            ]
            for program in self.programs
        }
        self.products = [
            Product.objects.create(vendor=vendor, article=article, name=article)
            for vendor in self.vendors
            for article in ("A1", "A2", "A3")
        ]
        self.groups = [ProductGroup.objects.create(vendor=vendor, code="group", name="G") for vendor in self.vendors]
        others = [ProductGroup.objects.create(vendor=vendor, code="all", name="A") for vendor in self.vendors]
        self.distributors = [Distributor.objects.create(slug=f"d{n}", name=f"D{n}") for n in range(2)]
        for group in (*self.groups, *others):
            for product in self.products:
                if product.vendor_id == group.vendor_id:
                    key = {"group": group, "product": product}
                    self._write(GroupMembership, key, (group.pk, product.pk), self.member, [True])
        for program in self.programs:
            for distributor in self.distributors:
                key = {"program": program, "distributor": distributor}
                self._write(Authorisation, key, (program.pk, distributor.pk), self.authorised, [True])

    def _enrol(self) -> None:
        self.partners = [Partner.objects.create(name=f"R{n}", number=f"R{n}") for n in range(3)]
        self.enrolments = []
        for partner in self.partners:
            self._write(Seat, {"partner": partner}, partner.pk, self.seat, ["DE", "AT", "CH"], name="country")
            for program in self.programs:
                if self.random.random() < 0.2:
                    continue
                one = Enrolment.objects.create(partner=partner, program=program, enrolled_on=PERIOD.start)
                self.enrolments.append(one)
                own, pk = {"enrolment": one}, one.pk
                kinds = ["active", "active", "active", "suspended", "ended"]
                self._write(EnrolmentStatus, own, pk, self.status, kinds, name="status")
                self._write(EnrolmentTier, own, pk, self.tier, self.tiers[program.pk], name="tier")
                self._write(IndividualAgreement, own, pk, self.agreement, [True])

    def _write(
        self, model: Any, key: dict[str, Any], owner: Any, history: History, values: list[Any], *, name: str = ""
    ) -> None:
        """Up to three entries one after the other, some adjacent, some with days between, the ends sometimes open."""
        bounds = sorted(self.random.sample(BOUNDS, self.random.choice((2, 2, 3, 4))))
        for position, (start, end) in enumerate(pairwise(bounds)):
            if self.random.random() < 0.1:
                continue
            first = position == 0 and self.random.random() < 0.9
            last = position == len(bounds) - 2 and self.random.random() < 0.9
            lower, upper = (date(2025, 1, 1) if first else start), (None if last else end)
            value = self.random.choice(values)
            model.objects.create(**key, **({name: value} if name else {}), valid=since(lower, upper))
            history.entries[owner].append((lower, upper, value))

    def _sell(self, number: int) -> Line:
        chance = self.random
        product = chance.choice(self.products)
        partner, distributor = chance.choice(self.partners), chance.choice(self.distributors)
        day = chance.choice(DAYS)
        quantity = Decimal(chance.randint(-2000, 9000)).scaleb(-3)
        net = None if chance.random() < 0.2 else Decimal(chance.randint(-9999, 99999)).scaleb(-2)
        values: dict[str, Any] = {
            "quantity": quantity,
            "net": net,
            "currency": chance.choice(("EUR", "EUR", "EUR", "USD")),
            "evidence": chance.choice(("sell_out", "sell_out", "invoice")),
            "project_ref": chance.choice(("", "", "P-1")),
            "cut": chance.choice(CUTS),
        }
        row = SaleLine.objects.create(
            vendor_id=product.vendor_id,
            partner=partner,
            product=product,
            distributor=distributor,
            document_number=f"D{number}",
            document_key=f"D{number}",
            document_line="1",
            document_date=day,
            counts_on=day,
            booked_at=NOW,
            **values,
        )
        values["project"] = values.pop("project_ref")
        return Line(row.pk, product.vendor_id, partner.pk, product.pk, distributor.pk, day, **values)

    def terms(self, program: Program, number: int) -> RebateTerms:
        document = {"code": f"t{number}", "period": "quarter", "mode": "whole_volume", **TERMS[number]}
        return RebateTerms(program=program, code=f"t{number}", name="T", starts_on=PERIOD.start, document=document)

    def circumstances(self, program: Program, enrolment: Enrolment, terms: RebateTerms, line: Line) -> tuple[Any, ...]:
        """Tier, country, active, agreement, article, in the group, project, excluded."""
        tier, country = self.tier.on(enrolment.pk, line.day), self.seat.on(line.partner, line.day)
        group = next(group for group in self.groups if group.vendor_id == program.vendor_id)
        product = next(product for product in self.products if product.pk == line.product)
        every = "products" not in terms.document
        return (
            tier.code if tier else None,
            country,
            self.status.on(enrolment.pk, line.day) == "active",
            bool(self.agreement.on(enrolment.pk, line.day)),
            product.article,
            every or bool(self.member.on((group.pk, line.product), line.day)),
            line.project != "",
            self._outside(program, country, line),
        )

    def _outside(self, program: Program, country: str | None, line: Line) -> Reason | None:
        """In the order in which docs/rebate-rules.md lists the reasons."""
        if not self.authorised.on((program.pk, line.distributor), line.day):
            return Reason.DISTRIBUTOR
        if line.currency != program.currency:
            return Reason.CURRENCY
        if line.day < program.starts_on or (program.ends_on is not None and line.day >= program.ends_on):
            return Reason.PROGRAM
        return None if country in program.countries else Reason.COUNTRY

    def lines_for(
        self, program: Program, terms: RebateTerms, enrolment: Enrolment, cut: int | None, until: date | None
    ) -> list[tuple[Line, tuple[Any, ...]]]:
        evidence = terms.document.get("evidence", "sell_out")
        return [
            (line, self.circumstances(program, enrolment, terms, line))
            for line in self.lines
            if (line.vendor, line.partner, line.evidence) == (program.vendor_id, enrolment.partner_id, evidence)
            and PERIOD.start <= line.day < PERIOD.end
            and (cut is None or line.cut <= cut)
            and (until is None or line.day < until)
        ]


def summed(
    lines: Iterable[tuple[Line, tuple[Any, ...]]], *, by_article: bool
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """`by_article`: there are rates; without them articles are not told apart."""
    found: dict[tuple[Any, ...], list[Line]] = defaultdict(list)
    for line, (*standing, article, in_group, project, excluded) in lines:
        found[*standing, article if by_article else "", in_group, project, excluded].append(line)
    return {
        circumstances: (
            sum(line.quantity for line in alike),
            sum((line.net for line in alike if line.net is not None), Decimal(0)),
            len(alike),
            sum(line.net is None for line in alike),
            sum((line.quantity for line in alike if line.net is None), Decimal(0)),
        )
        for circumstances, alike in found.items()
    }


def as_sums(aggregates: Iterable[Aggregate]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    rows = [
        (
            (one.tier, one.country, one.active, one.agreement, one.article, one.in_group, one.project, one.excluded),
            (one.units, one.net, one.lines, one.lines_without_value, one.units_without_value),
        )
        for one in aggregates
    ]
    merged: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for key, sums in rows:
        # Terms for all products do not ask for the group; SQL may still sum its members apart.
        merged[key] = tuple(map(sum, zip(merged[key], sums, strict=True))) if key in merged else sums
    return merged


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_aggregates_and_lines_are_what_a_walk_over_the_lines_finds(seed: int) -> None:
    walk = Walk(seed)
    seen = 0
    for program in walk.programs:
        enrolments = [one for one in walk.enrolments if one.program_id == program.pk]
        for number in range(len(TERMS)):
            terms = walk.terms(program, number)
            cut, until = walk.random.choice((None, *CUTS)), walk.random.choice((None, *BOUNDS))
            (every,) = aggregates_of(versions=[terms], period=PERIOD, cut=cut, until=until)
            some = walk.random.sample(enrolments, len(enrolments) // 2)
            (chosen,) = aggregates_of(
                versions=[terms], period=PERIOD, cut=cut, until=until, enrolments=[one.pk for one in some]
            )
            assert set(every) <= {one.pk for one in enrolments}
            assert set(chosen) <= {one.pk for one in some}
            for one in enrolments:
                lines = walk.lines_for(program, terms, one, cut, until)
                expected = summed(lines, by_article="rates" in terms.document)
                seen += len(expected)
                assert as_sums(every.get(one.pk, [])) == expected
                if one in some:
                    assert as_sums(chosen.get(one.pk, [])) == expected
    assert seen > 40


@pytest.mark.django_db
def test_several_terms_added_up_at_once_get_what_each_gets_alone() -> None:
    walk = Walk(7)
    seen = 0
    for program in walk.programs:
        versions = [walk.terms(program, number) for number in range(len(TERMS) - 1)]
        for terms, sums in zip(versions, aggregates_of(versions=versions, period=PERIOD), strict=True):
            for one in walk.enrolments:
                if one.program_id == program.pk:
                    expected = summed(walk.lines_for(program, terms, one, None, None), by_article=True)
                    seen += len(expected)
                    assert as_sums(sums.get(one.pk, [])) == expected
    assert seen > 50


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(100, 106))
def test_a_settlement_is_shared_out_to_exactly_the_lines_it_was_made_from(seed: int) -> None:
    walk = Walk(seed)
    paid = 0
    for enrolment in walk.enrolments:
        program = next(program for program in walk.programs if program.pk == enrolment.program_id)
        for number in range(len(TERMS)):
            terms = walk.terms(program, number)
            cut = walk.random.choice((None, *CUTS))
            (sums,) = aggregates_of(versions=[terms], period=PERIOD, cut=cut, enrolments=[enrolment.pk])
            settlement = settle(terms.terms, Facts(PERIOD), sums.get(enrolment.pk, []))
            lines = lines_of(terms=terms, period=PERIOD, enrolment_id=enrolment.pk, cut=cut)

            expected = {line.pk: found for line, found in walk.lines_for(program, terms, enrolment, cut, None)}
            assert {
                one.id: (
                    *(one.tier, one.country, one.active, one.agreement),
                    *(one.article, one.in_group, one.project, one.excluded),
                )
                for one in lines
            } == expected
            shared = shares(terms.terms, settlement, lines)
            assert sum(shared.values()) == settlement.amount
            paid += settlement.amount != 0
    assert paid
