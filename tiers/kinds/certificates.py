"""Valid certificates of given trainings, held by people who work at the partner on the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from common.models import User
from common.sentences import _n
from partners.models import Member
from programs.criteria import Count, Evidence, Kind, Measurement, Params
from programs.document_errors import refuse
from programs.document_fields import no_repeats, some
from programs.models import Program
from trainings.models import Training
from trainings.selectors import held_certificates
from trainings.wording import name_of

Code = Annotated[str, StringConstraints(pattern=r"^[-a-z0-9_]{1,50}$")]


def _role(value: str) -> str:
    if value not in Member.Role.values:
        raise refuse(_n("must be one of: {expected}"), expected=", ".join(Member.Role.values))
    return value


class CertificateParams(Params):
    """A person counts who holds a valid certificate of each of `trainings`; with `role` only people in that role."""

    trainings: Annotated[tuple[Code, ...], BeforeValidator(some), AfterValidator(no_repeats)]
    people: Count = 1
    role: Annotated[str, AfterValidator(_role)] | None = None


class Certificates(Kind[CertificateParams]):
    key = "certificate"
    label = gettext_lazy("certificates of employees")
    order = 20
    params: ClassVar[type[Params]] = CertificateParams

    def sentence(self, params: CertificateParams, program: Program) -> str:
        names = dict(_names(program))
        values = {
            "people": params.people,
            "trainings": " + ".join(names.get(code, code) for code in params.trainings),
            "role": Member.Role(params.role).label if params.role else "",
        }
        if params.role:
            return (
                ngettext(
                    "%(trainings)s: valid certificate of %(people)s current employee in the role %(role)s",
                    "%(trainings)s: valid certificates of %(people)s current employees in the role %(role)s",
                    params.people,
                )
                % values
            )
        return (
            ngettext(
                "%(trainings)s: valid certificate of %(people)s current employee",
                "%(trainings)s: valid certificates of %(people)s current employees",
                params.people,
            )
            % values
        )

    def need(self, params: CertificateParams) -> Decimal:
        return Decimal(params.people)

    def measure(
        self, params: CertificateParams, program: Program, partners: Mapping[int, int], on: date
    ) -> Mapping[int, Measurement]:
        trainings = Training.objects.filter(program=program, code__in=params.trainings)
        ends: dict[tuple[int, int], list[date | None]] = defaultdict(list)
        for each in held_certificates(trainings=trainings, on=on, partners=set(partners.values())):
            if params.role is None or params.role in each.roles:
                ends[each.partner_id, each.user_id].append(each.valid_until)
        holding = {key: _first(found) for key, found in ends.items() if len(found) == len(params.trainings)}
        names = User.objects.in_bulk({user for _partner, user in holding})
        counting: dict[int, list[Evidence]] = defaultdict(list)
        for (partner, user), end in holding.items():
            counting[partner].append(Evidence(names[user].name, end))
        return {pk: _measured(counting.get(partner, []), params.people) for pk, partner in partners.items()}

    def progress(self, params: CertificateParams, program: Program, measured: Measurement) -> str:
        return ngettext("%(have)s of %(need)s person", "%(have)s of %(need)s people", int(measured.need)) % {
            "have": int(measured.have),
            "need": int(measured.need),
        }

    def advice(self, params: CertificateParams, program: Program, measured: Measurement) -> str:
        missing = int(measured.need - measured.have)
        return ngettext(
            "%(count)s more employee takes the training: book a date, or hand in a certificate.",
            "%(count)s more employees take the training: book a date, or hand in certificates.",
            missing,
        ) % {"count": missing}

    def fields(self, program: Program) -> Mapping[str, forms.Field]:
        trainings = list(_names(program))
        return {
            "trainings": forms.MultipleChoiceField(
                label=_("Trainings"), choices=trainings, widget=forms.CheckboxSelectMultiple
            ),
            "people": forms.IntegerField(label=_("Employees"), initial=1, min_value=1, max_value=999),
            "role": forms.ChoiceField(label=_("Role"), choices=[("", _("any")), *Member.Role.choices], required=False),
        }


def _names(program: Program) -> Iterator[tuple[str, str]]:
    return ((training.code, name_of(training)) for training in Training.objects.filter(program=program))


def _first(ends: Iterable[date | None]) -> date | None:
    """When somebody no longer holds all of several certificates; None: never."""
    return min((end for end in ends if end is not None), default=None)


def _measured(holders: Iterable[Evidence], need: int) -> Measurement:
    """The criterion falls with the holder who is the `need`th longest."""
    found = sorted(holders, key=lambda one: (one.until or date.max, one.what), reverse=True)
    until = found[need - 1].until if len(found) >= need else None
    return Measurement(Decimal(len(found)), Decimal(need), tuple(found), until)
