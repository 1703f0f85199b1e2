"""Rows of a file gathered to companies: what says the same company, and what contradicts itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.companies import LIKELY, SAME_POSTCODE, Company, compare, prepared, vat_key
from common.sentences import _n
from sales.golive.columns import Column
from sales.golive.rows import GERMAN_SPEAKING, Line, Read
from sales.readers.problems import Problem

FACTS = (
    Column.NAME, Column.STREET, Column.POSTCODE, Column.CITY, Column.COUNTRY, Column.VAT_ID, Column.NUMBER,
    Column.WEBSITE, Column.PHONE, Column.LANGUAGE, Column.TIER, Column.SINCE,
)  # fmt: skip
"""What a company has once, however many rows it has."""


@dataclass(frozen=True)
class Contact:
    line: Line
    address: str
    first_name: str
    last_name: str
    role: str


@dataclass
class Firm:
    """A company of the file. `facts`: each with the row that says it first."""

    lines: list[Line] = field(default_factory=list)
    facts: dict[Column, tuple[Any, Line]] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    numbers: dict[tuple[str, str], Line] = field(default_factory=dict)
    """By the distributor as it is written, and the customer number."""

    def get(self, column: Column) -> Any:
        return self.facts[column][0] if column in self.facts else ""

    def line_of(self, column: Column) -> Line:
        return self.facts[column][1] if column in self.facts else self.lines[0]

    @property
    def row(self) -> int:
        return self.lines[0].row

    @property
    def language(self) -> str:
        return self.get(Column.LANGUAGE) or ("de" if self.get(Column.COUNTRY) in GERMAN_SPEAKING else "en")

    @property
    def company(self) -> Company:
        named = (self.get(column) for column in (Column.NAME, Column.POSTCODE, Column.CITY, Column.VAT_ID))
        return Company(*named)


def gather(read: Read) -> tuple[list[Firm], list[Problem]]:
    """The companies of the file in the order of their first rows."""
    firms: dict[tuple[str, ...], Firm] = {}
    problems: list[Problem] = []
    named: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    known = _by_number(read.lines)
    for line in read.lines:
        joined, postcode = _name_and_place(line)
        key = _strong_key(line, known) or (("name", joined, postcode) if postcode else ())
        if joined and key:
            # A further row may leave the postcode out, where the name alone tells.
            named[joined, postcode].add(key)
            named[joined, ""].add(key)
    for line in read.lines:
        joined, postcode = _name_and_place(line)
        key = _strong_key(line, known)
        if not key:
            owners = named[joined, postcode] if joined else set()
            strong = {owner for owner in owners if owner[0] != "name"} or owners
            if len(strong) > 1:
                sentence = _n("Several companies of the file have this name. Add the VAT id or the partner number.")
                problems.append(read.problem(line, Column.NAME, sentence))
                continue
            key = next(iter(strong), ("name", joined, postcode))
        problems += _add(read, firms.setdefault(key, Firm()), line)
    found = list(firms.values())
    problems += [problem for firm in found for problem in _without_name(read, firm)]
    return found, [*problems, *_alike(read, found)]


def _by_number(lines: Iterable[Line]) -> dict[str, str]:
    """The VAT id that stands beside a partner number in any row: rows with one of them belong together."""
    return {
        line.get(Column.NUMBER): line.get(Column.VAT_ID)
        for line in reversed(list(lines))
        if line.get(Column.NUMBER) and line.get(Column.VAT_ID)
    }


def _strong_key(line: Line, known: dict[str, str]) -> tuple[str, ...]:
    number = line.get(Column.NUMBER)
    if vat_id := line.get(Column.VAT_ID) or known.get(number, ""):
        return ("vat", vat_key(vat_id))
    return ("number", number) if number else ()


def _name_and_place(line: Line) -> tuple[str, str]:
    name = line.get(Column.NAME)
    return prepared(name).joined if name else "", vat_key(line.get(Column.POSTCODE))


def _add(read: Read, firm: Firm, line: Line) -> Iterator[Problem]:
    firm.lines.append(line)
    for column in FACTS:
        if (value := line.get(column)) == "":
            continue
        if column not in firm.facts:
            firm.facts[column] = (value, line)
        elif firm.facts[column][0] != value:
            first = firm.facts[column][1]
            sentence = _n("Row {other} says “{said}” about the same company.")
            yield read.problem(line, column, sentence, other=str(first.row), said=first.given.get(column, ""))
    if address := line.get(Column.ADDRESS):
        yield from _add_contact(read, firm, line, address)
    if line.get(Column.CUSTOMER_NUMBER) and line.get(Column.DISTRIBUTOR):
        firm.numbers.setdefault((line.get(Column.DISTRIBUTOR), line.get(Column.CUSTOMER_NUMBER)), line)


def _add_contact(read: Read, firm: Firm, line: Line, address: str) -> Iterator[Problem]:
    names = (line.get(Column.FIRST_NAME), line.get(Column.LAST_NAME))
    role = line.get(Column.ROLE)
    known = firm.contacts.get(address)
    if known is None:
        firm.contacts[address] = Contact(line, address, *names, role or "owner")
    elif role and role != known.role:
        sentence = _n("Row {other} gives this contact another role.")
        yield read.problem(line, Column.ROLE, sentence, other=str(known.line.row))


def _without_name(read: Read, firm: Firm) -> list[Problem]:
    if firm.get(Column.NAME):
        return []
    return [read.problem(firm.lines[0], Column.NAME, _n("The company’s name is missing."))]


def _alike(read: Read, firms: Sequence[Firm]) -> Iterator[Problem]:
    """Companies that would be taken for one another the next time the file comes."""
    neighbours = Neighbours((place, firm.company) for place, firm in enumerate(firms))
    for place, firm in enumerate(firms):
        others = [firms[each] for each in neighbours.of(firm.company) if each < place]
        if other := next((each for each in others if not _told_apart(firm, each)), None):
            sentence = _n("This may be the company of row {other}. Give both a VAT id, or both a partner number.")
            yield read.problem(firm.line_of(Column.NAME), Column.NAME, sentence, other=str(other.row))


def _told_apart(one: Firm, other: Firm) -> bool:
    return all(firm.get(Column.NUMBER) for firm in (one, other))


class Neighbours:
    """Companies that are at one postcode, to find which of them one is: a very similar name at the same postcode."""

    CROWD = 50
    """Of more companies at a postcode only those of the same name are looked at: comparing all takes too long."""

    def __init__(self, companies: Iterable[tuple[int, Company]]) -> None:
        self._by_postcode: dict[str, list[tuple[int, Company]]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[tuple[int, Company]]] = defaultdict(list)
        for key, company in companies:
            if postcode := vat_key(company.postcode):
                self._by_postcode[postcode].append((key, company))
                self._by_name[postcode, prepared(company.name).joined].append((key, company))

    def of(self, company: Company) -> list[int]:
        """Keys of those that this company may be."""
        postcode = vat_key(company.postcode)
        near = self._by_postcode.get(postcode, [])
        if len(near) > self.CROWD:
            near = self._by_name.get((postcode, prepared(company.name).joined), [])
        found = ((key, compare(company, each)) for key, each in near[: self.CROWD])
        return [key for key, result in found if result.score >= LIKELY and SAME_POSTCODE in result.reasons]
