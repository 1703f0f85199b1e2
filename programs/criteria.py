"""What a tier asks for: criteria of registered kinds, combined by all, any or n of.

A requirement document is a list, all of which must be met. An entry is a criterion (`kind` and its parameters), or a
group: `any_of: […]`, or `n_of: 2` with `of: […]`; groups may stand in groups. Apps above register their kinds; see
CONTRIBUTING.md for how one is written. This module measures nothing itself.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, PlainValidator
from pydantic import ValidationError as PydanticError

from common.registry import Registry, Text
from common.sentences import _n
from programs.document_errors import InvalidDocument, Problem, problems_of, refuse

if TYPE_CHECKING:
    from django.forms import Field

    from programs.models import Program

DEEPEST = 3
"""Groups in groups beyond this are read by nobody."""


class CriteriaError(InvalidDocument, ValueError):
    """The document is no valid list of requirements."""


def whole(least: int, most: int) -> PlainValidator:
    """A whole number from text or a number, within bounds."""

    def check(value: object) -> int:
        text = str(value).strip()
        if isinstance(value, bool) or not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise refuse(_n("must be a whole number from {least} to {most}"), least=least, most=most)
        return int(text)

    return PlainValidator(check)


def _sentence(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 500:
        raise refuse(_n("must be a text of 1 to 500 characters"))
    return value.strip()


Sentence = Annotated[str, PlainValidator(_sentence)]
Count = Annotated[int, whole(1, 999)]
Months = Annotated[int, whole(1, 120)]


class Params(BaseModel):
    """Parameters of a criterion. `de`, `en`: the vendor's own words for it, else the kind's are used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    de: Sentence | None = None
    en: Sentence | None = None


P = TypeVar("P", bound=Params)


@dataclass(frozen=True)
class Evidence:
    """What a measurement rests on, in words that are data: names, titles, numbers.

    `until`: the first day on which it no longer holds; none: open.
    """

    what: str
    until: date | None = None


@dataclass(frozen=True)
class Measurement:
    """How far one enrolment is with one criterion on a day. Units are the kind's: people, euros, case studies.

    `until`: the first day on which it is no longer met if nothing changes but the date; none: not known, or never.
    """

    have: Decimal
    need: Decimal
    evidence: tuple[Evidence, ...] = ()
    until: date | None = None

    @property
    def met(self) -> bool:
        return self.have >= self.need


class Kind(ABC, Generic[P]):
    """A kind of criterion. One object per kind is registered in `kinds`."""

    key: ClassVar[str]
    label: ClassVar[Text]
    order: ClassVar[int] = 100
    params: ClassVar[type[Params]]

    @abstractmethod
    def sentence(self, params: P, program: Program) -> str:
        """What is asked for, as a line of a list, in the reader's language."""

    @abstractmethod
    def measure(self, params: P, program: Program, partners: Mapping[int, int], on: date) -> Mapping[int, Measurement]:
        """How far each enrolment is on the day `on`. `partners`: the partner's id by the enrolment's.

        In a number of queries that does not depend on how many there are. Who is missing in the result has nothing.
        """

    @abstractmethod
    def need(self, params: P) -> Decimal:
        """The measure that meets the criterion."""

    @abstractmethod
    def progress(self, params: P, program: Program, measured: Measurement) -> str:
        """Where one stands, in words: “1 of 2 people”."""

    @abstractmethod
    def advice(self, params: P, program: Program, measured: Measurement) -> str:
        """What is to be done, and by whom, where the criterion is not met."""

    @abstractmethod
    def fields(self, program: Program) -> Mapping[str, Field]:
        """Form fields of the parameters, by name; `de` and `en` are added by the form."""


kinds: Registry[Kind[Any]] = Registry()


@dataclass(frozen=True)
class Criterion:
    kind: Kind[Any]
    params: Params

    @cached_property
    def key(self) -> str:
        """The same for criteria that measure the same, whatever words they use."""
        values = self.params.model_dump(exclude={"de", "en"}, exclude_none=True)
        return json.dumps([self.kind.key, values], sort_keys=True, separators=(",", ":"), default=str)

    def nothing(self) -> Measurement:
        """The measurement of whoever is missing in the kind's answer."""
        return Measurement(Decimal(0), self.kind.need(self.params))


@dataclass(frozen=True)
class Group:
    """`need` of its entries must be met; none: all of them."""

    of: tuple[Criterion | Group, ...]
    need: int | None = None

    def criteria(self) -> Iterator[Criterion]:
        for entry in self.of:
            if isinstance(entry, Group):
                yield from entry.criteria()
            else:
                yield entry

    def met(self, measured: Callable[[Criterion], Measurement]) -> bool:
        found = sum(entry.met(measured) if isinstance(entry, Group) else measured(entry).met for entry in self.of)
        return found >= (len(self.of) if self.need is None else self.need)

    def missing(self, measured: Callable[[Criterion], Measurement]) -> list[Criterion]:
        """The criteria that are not met and of which at least one more must be; none where the group is met."""
        if self.met(measured):
            return []
        found: list[Criterion] = []
        for entry in self.of:
            if isinstance(entry, Group):
                found += entry.missing(measured)
            elif not measured(entry).met:
                found.append(entry)
        return found

    def until(self, measured: Callable[[Criterion], Measurement]) -> date | None:
        """The first day on which a group that is met no longer is, if nothing changes but the date."""
        ends = []
        for entry in self.of:
            if not (entry.met(measured) if isinstance(entry, Group) else measured(entry).met):
                continue
            end = entry.until(measured) if isinstance(entry, Group) else measured(entry).until
            ends.append(end or date.max)
        ends.sort(reverse=True)
        need = len(self.of) if self.need is None else self.need
        # The group falls when fewer than `need` are left: with the `need`th longest.
        end = ends[need - 1] if 0 < need <= len(ends) else date.max
        return None if end == date.max else end


def parse(document: object) -> Group:
    """The requirements in a document. Raises CriteriaError with everything that is wrong."""
    problems: list[Problem] = []
    found = Group(_entries(document, "", problems, DEEPEST))
    if problems:
        raise CriteriaError(problems)
    return found


def _entries(document: object, path: str, problems: list[Problem], depth: int) -> tuple[Criterion | Group, ...]:
    if not isinstance(document, list | tuple):
        problems.append(Problem(path, _n("must be a list"), {}))
        return ()
    entries = (_entry(one, f"{path}[{number}]", problems, depth) for number, one in enumerate(document, start=1))
    return tuple(entry for entry in entries if entry is not None)


def _entry(document: object, path: str, problems: list[Problem], depth: int) -> Criterion | Group | None:
    if not isinstance(document, dict):
        problems.append(Problem(path, _n("must be a mapping of fields"), {}))
        return None
    if "any_of" in document or "n_of" in document:
        return _group(document, path, problems, depth)
    key = document.get("kind")
    known = {kind.key: kind for kind in kinds}
    if not isinstance(key, str) or key not in known:
        text = _n("kind must be one of: {known}")
        problems.append(Problem(path, text, {"known": ", ".join(known)}))
        return None
    kind = known[key]
    try:
        params = kind.params.model_validate({name: value for name, value in document.items() if name != "kind"})
    except PydanticError as error:
        found = problems_of(error)
        problems += [Problem(f"{path}.{one.path}" if one.path else path, one.text, one.values) for one in found]
        return None
    return Criterion(kind, params)


def _group(document: dict[str, Any], path: str, problems: list[Problem], depth: int) -> Group | None:
    names = {"any_of"} if "any_of" in document else {"n_of", "of"}
    if not depth:
        problems.append(Problem(path, _n("groups are nested too deep"), {}))
        return None
    if unknown := [name for name in document if name not in names]:
        problems.append(Problem(f"{path}.{unknown[0]}", _n("is not a known field"), {}))
        return None
    inside = "any_of" if "any_of" in document else "of"
    before = len(problems)
    entries = _entries(document.get(inside), f"{path}.{inside}", problems, depth - 1)
    if len(problems) == before and not entries:
        problems.append(Problem(f"{path}.{inside}", _n("names nothing: give at least one entry or leave it out"), {}))
    need = "1" if inside == "any_of" else str(document.get("n_of"))
    if len(problems) == before and not (need.isascii() and need.isdigit() and 1 <= int(need) <= len(entries)):
        text = _n("must be a whole number from {least} to {most}")
        problems.append(Problem(f"{path}.n_of", text, {"least": "1", "most": str(len(entries))}))
    return None if len(problems) > before else Group(entries, int(need))
