"""What a file with partners will do: each company found among those that are there or new, each thing it adds, and what
stands against it. Nothing is written here.

Companies are looked for among the vendor's own partners, and among those that have applied to it. One that only other
vendors have is not found: what they have entered, and what it has with them, is not this vendor's to join.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import DateField, Exists, F, OuterRef, Value
from django.db.models.functions import Greatest

from common.access import Actor
from common.companies import Company, vat_key
from common.formats import date_short
from common.sentences import _n
from partners.models import Application, BroughtContact, Enrolment, EnrolmentTier, Partner, Seat, VendorNumber
from partners.selectors import partners_of
from programs.models import Distributor, Program, Tier, Vendor
from sales.golive.columns import Column
from sales.golive.companies import Contact, Firm, Neighbours, gather
from sales.golive.rows import Line, Read
from sales.models import CustomerNumber
from sales.readers.problems import Problem
from sales.selectors import distributors_of


@dataclass
class Step:
    """What becomes of one company. `own`: the vendor has it already; `partner`: None makes a new one."""

    firm: Firm
    partner: int | None = None
    own: bool = False
    since: date = date.min
    enrolment: int | None = None
    tier: Tier | None = None
    """Only where it is another than the one that holds today, or from the first day on."""
    number: str = ""
    contacts: list[Contact] = field(default_factory=list)
    customer_numbers: list[tuple[Distributor, str]] = field(default_factory=list)

    @property
    def pk(self) -> int:
        """The partner's id, once it is there."""
        assert self.partner is not None
        return self.partner

    @property
    def enrols(self) -> bool:
        return self.enrolment is None

    @property
    def changes(self) -> bool:
        return bool(self.enrols or self.tier or self.number or self.contacts or self.customer_numbers)


@dataclass
class Plan:
    steps: list[Step]
    problems: list[Problem]


def plan(*, read: Read, vendor: Vendor, program: Program, today: date) -> Plan:
    """What the file does to the vendor's program, in the order of its rows."""
    firms, problems = gather(read)
    there = _There.at(vendor, program, today)
    steps = []
    for firm in firms:
        step, wrong = there.found(firm, read)
        steps.append(step)
        problems += wrong or [*there.enrolling(step, read, today), *there.adding(step, read)]
    problems += _same_twice(steps, read)
    return Plan(steps, sorted([*read.problems, *problems], key=lambda problem: problem.row or 0))


def _same_twice(steps: Iterable[Step], read: Read) -> Iterator[Problem]:
    """Two companies of the file that are one partner, and numbers that are two companies'."""
    partners: dict[int, Step] = {}
    named: dict[str, Step] = {}
    numbers: dict[tuple[int, str], Step] = {}
    for step in steps:
        if step.partner is not None and (other := partners.setdefault(step.partner, step)) is not step:
            sentence = _n("This is the company of row {other} as well.")
            line = step.firm.line_of(Column.NAME)
            yield read.problem(line, Column.NAME, sentence, other=str(other.firm.row))
        if step.number and (other := named.setdefault(step.number, step)) is not step:
            line = step.firm.line_of(Column.NUMBER)
            sentence = _n("Row {other} gives this partner number to another company.")
            yield read.problem(line, Column.NUMBER, sentence, other=str(other.firm.row))
        for distributor, number in step.customer_numbers:
            if (other := numbers.setdefault((distributor.pk, number), step)) is not step:
                line = next(line for (_name, said), line in step.firm.numbers.items() if said == number)
                sentence = _n("Row {other} gives this customer number to another company.")
                yield read.problem(line, Column.CUSTOMER_NUMBER, sentence, other=str(other.firm.row))


@dataclass
class _There:
    """What is known before, asked once for the whole file."""

    program: Program
    by_number: Mapping[str, int]
    by_vat_id: Mapping[str, int]
    applied: Mapping[str, int]
    neighbours: Neighbours
    names: Mapping[int, str]
    vendor_numbers: Mapping[int, str]
    enrolled: Mapping[int, int]
    held: Mapping[int, int]
    seats: Mapping[int, Sequence[Seat]]
    tiers: Mapping[str, Sequence[Tier]]
    distributors: Mapping[str, Distributor]
    contacts: set[tuple[int, str]]
    customer_numbers: Mapping[tuple[int, str], int | None]

    @classmethod
    def at(cls, vendor: Vendor, program: Program, today: date) -> _There:
        own = list(partners_of(vendor=vendor, actor=Actor.system()).order_by("pk"))
        applied = _applied(vendor)
        ids = [each.pk for each in own] + list(applied.values())
        numbers = dict(VendorNumber.objects.filter(vendor=vendor).values_list("partner_id", "number"))
        enrolments = Enrolment.objects.filter(program=program)
        day = Greatest(Value(today), F("enrolment__enrolled_on"), output_field=DateField())
        tiers = EnrolmentTier.objects.filter(enrolment__program=program, valid__contains=day)
        seats: dict[int, list[Seat]] = defaultdict(list)
        for seat in Seat.objects.filter(partner__in=ids):
            seats[seat.partner_id].append(seat)
        said = CustomerNumber.objects.filter(vendor=vendor).values_list("distributor_id", "number", "partner_id")
        return cls(
            program=program,
            by_number={each.number: each.pk for each in own} | {number: pk for pk, number in numbers.items()},
            by_vat_id={vat_key(each.vat_id): each.pk for each in reversed(own) if each.vat_id},
            applied=applied,
            neighbours=Neighbours((each.pk, Company(each.name, each.postcode, each.city, each.vat_id)) for each in own),
            names={each.pk: f"{each.name} ({each.number})" for each in own},
            vendor_numbers=numbers,
            enrolled=dict(enrolments.values_list("partner_id", "pk")),
            held=dict(tiers.values_list("enrolment_id", "tier_id")),
            seats=seats,
            tiers=_tiers(program),
            distributors=_distributors(vendor),
            contacts=set(BroughtContact.objects.filter(vendor=vendor).values_list("partner_id", "address")),
            customer_numbers={(distributor, number): partner for distributor, number, partner in said},
        )

    def found(self, firm: Firm, read: Read) -> tuple[Step, list[Problem]]:
        """Which partner the company is: by VAT id, number, or a very similar name at the same postcode."""
        by_vat_id = self.by_vat_id.get(firm.get(Column.VAT_ID))
        by_number = self.by_number.get(firm.get(Column.NUMBER))
        own = by_vat_id if by_vat_id is not None else by_number
        if by_vat_id is not None and by_number is not None and by_vat_id != by_number:
            sentence = _n("The VAT id is that of {one}, the number that of {other}.")
            line = firm.line_of(Column.NUMBER)
            names = {"one": self.names[by_vat_id], "other": self.names.get(by_number, "")}
            return Step(firm), [read.problem(line, Column.NUMBER, sentence, **names)]
        if own is None:
            alike = self.neighbours.of(firm.company)
            # The vendor's own number tells two of its partners apart, whatever they are called.
            if number := firm.get(Column.NUMBER):
                alike = [pk for pk in alike if self.vendor_numbers.get(pk, number) == number]
            if len(alike) > 1:
                names_of = "; ".join(self.names[pk] for pk in alike[:3])
                sentence = _n("Several of your partners are called so there: {names}. Add the VAT id or number.")
                line = firm.line_of(Column.NAME)
                return Step(firm), [read.problem(line, Column.NAME, sentence, names=names_of)]
            own = alike[0] if alike else None
        if own is not None:
            return Step(firm, own, own=True), []
        return Step(firm, self.applied.get(firm.get(Column.VAT_ID))), []

    def enrolling(self, step: Step, read: Read, today: date) -> Iterator[Problem]:
        firm, program = step.firm, self.program
        step.since = firm.get(Column.SINCE) or max(today, program.starts_on)
        step.enrolment = self.enrolled.get(step.partner) if step.partner is not None else None
        if code := firm.get(Column.TIER):
            tiers = self.tiers.get(code.casefold(), [])
            if len(tiers) != 1:
                known = ", ".join(dict.fromkeys(tier.name for all_ in self.tiers.values() for tier in all_))
                sentence = _n("“{value}” is no tier of {program}. Known: {known}.")
                names = {"program": program.name, "known": known or "–"}
                yield read.problem(firm.line_of(Column.TIER), Column.TIER, sentence, **names)
            elif step.enrolment is None or self.held.get(step.enrolment) != tiers[0].pk:
                step.tier = tiers[0]
        if not step.enrols:
            return
        if step.since < program.starts_on or (program.ends_on is not None and step.since >= program.ends_on):
            sentence = _n("{program} does not run on {day}.")
            names = {"program": program.name, "day": date_short(step.since)}
            yield read.problem(firm.line_of(Column.SINCE), Column.SINCE, sentence, **names)
        yield from self._seat(step, read)

    def _seat(self, step: Step, read: Read) -> Iterator[Problem]:
        firm, program = step.firm, self.program
        countries = ", ".join(program.countries)
        said = firm.get(Column.COUNTRY)
        if not said and not step.own:
            yield read.problem(firm.lines[0], Column.COUNTRY, _n("The country is missing. Write its code, like DE."))
        elif said and said not in program.countries:
            sentence = _n("{program} is open to partners in {countries} only.")
            names = {"program": program.name, "countries": countries}
            yield read.problem(firm.line_of(Column.COUNTRY), Column.COUNTRY, sentence, **names)
        elif step.partner is not None:
            seat = next((each for each in self.seats.get(step.partner, []) if step.since in each.valid), None)
            if seat is None or seat.country not in program.countries:
                sentence = _n("{program} is open to partners in {countries} only, and this company is none there.")
                names = {"program": program.name, "countries": countries}
                yield read.problem(firm.line_of(Column.VAT_ID), Column.VAT_ID, sentence, **names)

    def adding(self, step: Step, read: Read) -> Iterator[Problem]:
        """The vendor's number, contacts and customer numbers that are not there yet."""
        firm, partner = step.firm, step.partner
        if (number := firm.get(Column.NUMBER)) and number != self.names_number(partner):
            known = self.vendor_numbers.get(partner) if partner is not None else None
            if known is None:
                step.number = number
            elif known != number:
                sentence = _n("You know this company by the number {known}.")
                yield read.problem(firm.line_of(Column.NUMBER), Column.NUMBER, sentence, known=known)
        step.contacts = [each for address, each in firm.contacts.items() if (partner, address) not in self.contacts]
        for (name, said), line in firm.numbers.items():
            yield from self._customer_number(step, line, name, said, read)

    def names_number(self, partner: int | None) -> str:
        """The portal's own number of one of the vendor's partners: nothing that has to be remembered."""
        label = self.names.get(partner, "") if partner is not None else ""
        return label.rpartition("(")[2].removesuffix(")")

    def _customer_number(self, step: Step, line: Line, name: str, number: str, read: Read) -> Iterator[Problem]:
        distributor = self.distributors.get(name.casefold())
        if distributor is None:
            known = ", ".join(sorted({each.name for each in self.distributors.values()})) or "–"
            sentence = _n("“{value}” is no distributor of yours. Known: {known}.")
            yield read.problem(line, Column.DISTRIBUTOR, sentence, known=known)
            return
        holder = self.customer_numbers.get((distributor.pk, number))
        if holder is None:
            if (distributor, number) not in step.customer_numbers:
                step.customer_numbers.append((distributor, number))
        elif holder != step.partner:
            sentence = _n("This customer number is known already, as that of another company.")
            yield read.problem(line, Column.CUSTOMER_NUMBER, sentence)


def _tiers(program: Program) -> Mapping[str, Sequence[Tier]]:
    """By code and by name."""
    found: dict[str, list[Tier]] = defaultdict(list)
    for tier in Tier.objects.filter(program=program).order_by("rank"):
        for word in {tier.code.casefold(), tier.name.casefold()}:
            found[word].append(tier)
    return found


def _distributors(vendor: Vendor) -> Mapping[str, Distributor]:
    """By name and by short name."""
    found: dict[str, Distributor] = {}
    for each in distributors_of(vendor).order_by("-pk"):
        found[each.name.casefold()] = each
    return found | {each.slug.casefold(): each for each in found.values()}


def _applied(vendor: Vendor) -> dict[str, int]:
    """Companies that have applied for one of the vendor's programs, by VAT id; of several the oldest."""
    undecided = Application.objects.filter(
        partner=OuterRef("pk"), program__vendor=vendor, state__in=Application.UNDECIDED
    )
    rows = Partner.objects.filter(Exists(undecided)).exclude(vat_id="").order_by("-pk")
    return {vat_key(vat_id): pk for vat_id, pk in rows.values_list("vat_id", "pk")}
