"""Partners as a vendor asks about them, and enrolments as they stand on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from common.access import Actor
from partners.models import (
    CompanyChange,
    Enrolment,
    EnrolmentStatus,
    EnrolmentTier,
    IndividualAgreement,
    Member,
    ParticipationStep,
    Partner,
    Seat,
    Succession,
    VendorNumber,
)
from programs.models import Program, Tier, Vendor


@dataclass(frozen=True, slots=True)
class Membership:
    """An enrolment as it stands on a day: status, tier and since when, and the tier above."""

    enrolment: Enrolment
    status: EnrolmentStatus | None
    held: EnrolmentTier | None
    next_tier: Tier | None

    @property
    def active(self) -> bool:
        return self.status is not None and self.status.status == EnrolmentStatus.Status.ACTIVE

    @property
    def tier(self) -> Tier | None:
        return self.held.tier if self.held is not None else None


def partners_of(*, vendor: Vendor, actor: Actor) -> QuerySet[Partner]:
    """Partners that are enrolled, in any status, in a program of this vendor that the actor sees."""
    return partners_in(list(Program.objects.visible_to(actor).filter(vendor=vendor)))


def partners_in(programs: list[Program]) -> QuerySet[Partner]:
    """Partners that are enrolled, in any status, in one of these programs.

    They are asked first, so that the database knows how many partners are in them when it plans the rest.
    """
    return Partner.objects.filter(Exists(Enrolment.objects.filter(partner=OuterRef("pk"), program__in=programs)))


def highest_rank(*, vendor: Vendor, day: date) -> Combinable:
    """The rank of a `Partner` row's highest tier with the vendor on `day`, as SQL; -1 without a tier."""
    held = EnrolmentTier.objects.filter(
        enrolment__partner=OuterRef("pk"), enrolment__program__vendor=vendor, valid__contains=day
    )
    return Coalesce(Subquery(held.order_by("-tier__rank").values("tier__rank")[:1]), -1)


def enrolments_of(*, partner: Partner, actor: Actor, vendor: Vendor | None = None) -> list[Enrolment]:
    """The partner's enrolments that the actor sees, with program and vendor, by name; with `vendor` only its own."""
    enrolments = Enrolment.objects.visible_to(actor).filter(partner=partner)
    if vendor is not None:
        enrolments = enrolments.filter(program__vendor=vendor)
    return list(enrolments.select_related("program__vendor", "partner").order_by("program__name"))


def memberships_on(*, enrolments: Sequence[Enrolment], day: date) -> list[Membership]:
    """Status and tier of these enrolments on `day`, in the same order."""
    asked = {"enrolment__in": [enrolment.pk for enrolment in enrolments], "valid__contains": day}
    statuses = {each.enrolment_id: each for each in EnrolmentStatus.objects.filter(**asked)}
    tiers = {each.enrolment_id: each for each in EnrolmentTier.objects.filter(**asked).select_related("tier")}
    ladder: dict[int, list[Tier]] = defaultdict(list)
    for tier in Tier.objects.filter(program__in={each.program_id for each in enrolments}).order_by("rank"):
        ladder[tier.program_id].append(tier)
    found = []
    for enrolment in enrolments:
        held = tiers.get(enrolment.pk)
        rank = held.tier.rank if held is not None else -1
        above = next((tier for tier in ladder[enrolment.program_id] if tier.rank > rank), None)
        found.append(Membership(enrolment, statuses.get(enrolment.pk), held, above))
    return found


class TakingPart(NamedTuple):
    """An enrolment as a list shows it on a day, with the country of the partner; None for what there is not."""

    partner_id: int
    status: str | None
    tier: str | None
    country: str | None


# In words of its own: Django takes four times as long to write it as the database to answer it.
TAKING_PART = """
SELECT enrolment.partner_id, state.status, tier.name, seat.country
FROM partners_enrolment enrolment
LEFT JOIN partners_enrolmentstatus state ON state.enrolment_id = enrolment.id AND state.valid @> %(day)s::date
LEFT JOIN partners_enrolmenttier held ON held.enrolment_id = enrolment.id AND held.valid @> %(day)s::date
LEFT JOIN programs_tier tier ON tier.id = held.tier_id
LEFT JOIN partners_seat seat ON seat.partner_id = enrolment.partner_id AND seat.valid @> %(day)s::date
WHERE enrolment.partner_id = ANY (%(partners)s) AND enrolment.program_id = ANY (%(programs)s)
ORDER BY enrolment.id
"""


def taking_part(*, programs: Sequence[Program], partners: Sequence[int], day: date) -> list[TakingPart]:
    """Status, name of the tier and country of these partners' enrolments in these programs on `day`."""
    ids = [program.pk for program in programs]
    with connection.cursor() as cursor:
        cursor.execute(TAKING_PART, {"programs": ids, "partners": list(partners), "day": day})
        return [TakingPart(*row) for row in cursor]


# Country by country through the index, until a partner is found: OFFSET keeps the planner from looking at all of them.
COUNTRIES = """
WITH RECURSIVE code AS (
    SELECT min(country) AS country FROM partners_seat
    UNION ALL
    SELECT (SELECT min(country) FROM partners_seat WHERE country > code.country) FROM code WHERE country IS NOT NULL
)
SELECT country FROM code WHERE country IS NOT NULL AND EXISTS (
    SELECT FROM partners_seat seat JOIN partners_enrolment enrolment ON enrolment.partner_id = seat.partner_id
    WHERE seat.country = code.country AND seat.valid @> %(day)s::date AND enrolment.program_id = ANY (%(programs)s)
    OFFSET 0
) ORDER BY country
"""


def countries_of(*, programs: Sequence[Program], day: date) -> list[str]:
    """The countries in which partners of these programs are registered, each once."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTRIES, {"programs": [program.pk for program in programs], "day": day})
        return [country for (country,) in cursor]


def countries_on(*, partners: Iterable[int], day: date) -> dict[int, str]:
    """Registered country by id of the partner."""
    seats = Seat.objects.filter(partner__in=partners, valid__contains=day)
    return dict(seats.values_list("partner_id", "country"))


def statuses_of(enrolments: Sequence[Enrolment]) -> QuerySet[EnrolmentStatus]:
    return EnrolmentStatus.objects.filter(enrolment__in=enrolments)


def tiers_of(enrolments: Sequence[Enrolment]) -> QuerySet[EnrolmentTier]:
    return EnrolmentTier.objects.filter(enrolment__in=enrolments).select_related("tier")


def agreements_of(enrolments: Sequence[Enrolment]) -> QuerySet[IndividualAgreement]:
    return IndividualAgreement.objects.filter(enrolment__in=enrolments)


def participation_steps_of(enrolments: Sequence[Enrolment]) -> QuerySet[ParticipationStep]:
    steps = ParticipationStep.objects.filter(enrolment__in=enrolments)
    return steps.select_related("author", "enrolment__program")


def company_changes_of(*, partner: Partner, actor: Actor) -> list[CompanyChange]:
    """What the company asked to change, as far as the actor's vendors were asked, the latest first."""
    changes = CompanyChange.objects.visible_to(actor).filter(partner=partner)
    return list(changes.select_related("requested_by", "decided_by", "decided_for"))


def vendor_number(*, partner: Partner, vendor: Vendor) -> str:
    """Under which number the vendor itself knows the partner; empty where it has said none."""
    found = VendorNumber.objects.filter(partner=partner, vendor=vendor).values_list("number", flat=True)
    return found.first() or ""


def merged_away(vendor: Vendor) -> Exists:
    """Whether a `Partner` row goes on as another partner with this vendor, as SQL."""
    return Exists(Succession.objects.filter(vendor=vendor, source=OuterRef("pk")))


def is_merged(*, partner: Partner, vendor: Vendor) -> bool:
    return Succession.objects.filter(vendor=vendor, source=partner).exists()


def successions_of(*, partner: Partner, actor: Actor, vendor: Vendor | None = None) -> list[Succession]:
    """What the partner went on as and what it took over, as far as the actor sees it; with `vendor` only there."""
    found = Succession.objects.visible_to(actor).filter(Q(source=partner) | Q(target=partner))
    if vendor is not None:
        found = found.filter(vendor=vendor)
    return list(found.select_related("source", "target", "vendor", "by"))


CONTACTS = (Member.Role.OWNER, Member.Role.SALES)


def contacts_of(partner: Partner) -> list[Member]:
    """Owners first: whom a vendor's staff write to."""
    members = Member.objects.filter(partner=partner, left_on__isnull=True, role__in=CONTACTS)
    return list(members.select_related("user").order_by("role", "user__last_name"))


def contacts_ever(partner: Partner) -> list[Member]:
    """Everybody a vendor's staff could write to at some time, those who have left as well."""
    members = Member.objects.filter(partner=partner, role__in=CONTACTS)
    return list(members.select_related("user").order_by("pk"))


def currency_of(vendor: Vendor) -> str:
    """The currency of the vendor's programs (of the first by name where they differ)."""
    return currency_in(list(Program.objects.filter(vendor=vendor).order_by("name").only("currency")[:1]))


def currency_in(programs: Sequence[Program]) -> str:
    """The same of programs that are in order of their names."""
    return programs[0].currency if programs else "EUR"
