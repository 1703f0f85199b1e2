"""Registering a company: what is typed is kept from the first word, and becomes a partner with its applications.

One person registers one company at a time. The company is there at once, so that its people can see what happens to its
applications and answer questions; it takes part in nothing before a vendor has approved it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as NumberError

from common.access import Actor
from common.dated import since
from common.errors import DomainError
from common.models import User
from partners import applications
from partners.applications import Act
from partners.models import Application, Member, Partner, Registration, Seat, partner_number
from partners.team import TEAM
from programs.models import ParticipationTerms, Program

SEATED_SINCE = date(2000, 1, 1)
"""Where a company sat before it came to us is not asked: as far back as anything counts, where it sits now."""
MOST_A_DAY = 5
"""Companies that one person may register within a day: each writes mails to vendors."""


class RegisteredAlready(DomainError):
    """Nothing is being registered any more: it was sent already, perhaps from another window."""


class TooMany(DomainError):
    """The person has registered as many companies as anybody may within a day."""


class NoProgram(DomainError):
    """A company registers for at least one program."""


@dataclass(frozen=True)
class CompanyFacts:
    """The company as it says of itself. `country`: where it is registered, two letters."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    vat_id: str = ""
    website: str = ""
    phone: str = ""
    language: str = "de"


@dataclass(frozen=True)
class Wanted:
    """A program somebody wants to take part in, with what it asks for."""

    program: Program
    answers: Mapping[str, str]
    accepted: ParticipationTerms | None


def typed_by(user: User) -> dict[str, Any]:
    """What the person has typed so far; empty at the beginning."""
    known = Registration.objects.filter(user=user).first()
    return dict(known.typed) if known is not None else {}


@transaction.atomic
def remember(*, user: User, typed: Mapping[str, Any], now: datetime) -> None:
    """Keep what was typed, right or wrong, beside what is known from other steps. Begins where nothing is known."""
    Registration.objects.get_or_create(user=user, defaults={"changed_at": now})
    go_on(user=user, typed=typed, now=now)


@transaction.atomic
def go_on(*, user: User, typed: Mapping[str, Any], now: datetime) -> None:
    """As `remember`, for later steps: what was sent meanwhile, from another window, is not begun anew."""
    known = Registration.objects.select_for_update().filter(user=user).first()
    if known is not None:
        known.typed = {**known.typed, **typed}
        known.changed_at = now
        known.save(update_fields=["typed", "changed_at"])


def looks_like_vat_id(vat_id: str, country: str) -> bool:
    """Whether the number can be a VAT id of an EU country by its form and check digits. Elsewhere nothing is known."""
    text = "".join(vat_id.split()).upper()
    if country not in EU_COUNTRIES and text[:2] not in EU_PREFIXES:
        return True
    try:
        eu_vat.validate(text)
    except NumberError:
        return False
    return True


EU_PREFIXES = frozenset(code.upper() for code in eu_vat.MEMBER_STATES) | {"EL"}
EU_COUNTRIES = EU_PREFIXES - {"EL"} | {"GR"}


@transaction.atomic
def register(
    *,
    user: User,
    company: CompanyFacts,
    wanted: Sequence[Wanted],
    now: datetime,
    today: date,
    number: str | None = None,
) -> Partner:
    """Make the company with this person as its owner, and apply for the programs. `number`: None draws one.

    Raises `RegisteredAlready`, `TooMany`, `NoProgram`, and what `applications.apply` does; then nothing has happened.
    """
    # Whoever sends it twice waits here, and finds nothing left to send.
    if Registration.objects.select_for_update().filter(user=user).first() is None:
        raise RegisteredAlready(_("Your company has been registered already."))
    since_yesterday = Application.objects.filter(applied_by=user, applied_at__gt=now - timedelta(days=1))
    if since_yesterday.values("partner").distinct().count() >= MOST_A_DAY:
        raise TooMany(_("You have registered several companies today. Please go on tomorrow."))
    if not wanted:
        raise NoProgram(_("Please choose at least one program."))
    values = dict(vars(company))
    country = values.pop("country")
    partner = Partner.objects.create(**values, number=number or partner_number())
    Seat.objects.create(partner=partner, country=country, valid=since(SEATED_SINCE))
    TEAM.add(partner, user, [Member.Role.OWNER], on=today)
    act = Act(Actor.of(user), now, today)
    for each in wanted:
        applications.apply(partner=partner, program=each.program, answers=each.answers, accepted=each.accepted, act=act)
    Registration.objects.filter(user=user).delete()
    return partner


def undecided_of(user: User) -> list[Application]:
    """Applications of companies the person belongs to."""
    companies = Member.objects.filter(user=user, left_on__isnull=True).values("partner_id")
    undecided = Application.objects.filter(partner__in=companies, state__in=Application.UNDECIDED)
    return list(undecided.select_related("program__vendor", "partner"))
