"""Trainings, dates and certificates as pages and criteria ask for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from common.access import Actor
from common.models import User
from partners.models import EnrolmentStatus, Member, Partner
from programs.models import Vendor
from trainings.models import Booking, Certificate, CertificateClaim, Training, TrainingDate

# --- who works where -------------------------------------------------------------------------------------------------


def members_on(day: date) -> QuerySet[Member]:
    """Roles that are held on this day."""
    return Member.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=day), joined_on__lte=day)


def taking_part(*, program: Any, on: date) -> QuerySet[EnrolmentStatus]:
    """Where companies take part in the program on this day. `program` may be a reference of SQL."""
    status = EnrolmentStatus.Status.ACTIVE
    return EnrolmentStatus.objects.filter(enrolment__program=program, status=status, valid__contains=on)


def team_of(*, partner: Partner, on: date) -> QuerySet[User]:
    """Who works for the company on this day, by name."""
    people = members_on(on).filter(partner=partner, user__is_active=True)
    return User.objects.filter(pk__in=people.values("user_id")).order_by("last_name", "first_name", "pk")


# --- who holds what --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """A training that a current employee of a partner holds. `valid_until`: the first day without; None: open."""

    partner_id: int
    user_id: int
    roles: frozenset[str]
    training_id: int
    certificate_id: int
    valid_until: date | None


def held_certificates(
    *,
    trainings: Iterable[Training | int],
    on: date,
    partners: Iterable[Partner | int] | QuerySet[Partner] | None = None,
) -> list[Held]:
    """Who of which partner holds which of these trainings on this day, in two queries for however many partners.

    A certificate belongs to its holder and counts for every company for which they work on that day: whoever has left
    counts no more, whoever came back counts again. Each person is there once per company and training, with the
    certificate that holds longest; `roles` are all they have in that company. Ordered by partner, person, training.
    """
    holding = Certificate.objects.filter(training__in=list(trainings)).holding(on)
    longest: dict[int, dict[int, tuple[int, date | None]]] = defaultdict(dict)
    # An open end is the latest: the last one of each holder and training is the one that holds longest.
    ordered = holding.order_by(F("valid__endswith").asc(nulls_last=True), "pk")
    for pk, holder, training, ends in ordered.values_list("pk", "holder_id", "training_id", "valid__endswith"):
        longest[holder][training] = (pk, ends)
    members = members_on(on).filter(user__in=holding.order_by().values("holder_id"))
    if partners is not None:
        members = members.filter(partner__in=partners)
    roles: dict[tuple[int, int], set[str]] = defaultdict(set)
    for partner_id, user_id, role in members.values_list("partner_id", "user_id", "role"):
        roles[partner_id, user_id].add(role)
    return [
        Held(partner_id, user_id, frozenset(held), training, *certificate)
        for (partner_id, user_id), held in sorted(roles.items())
        for training, certificate in sorted(longest[user_id].items())
    ]


def later_certificate(on: date) -> Exists:
    """Whether the holder of a `Certificate` row has another one of that training that ends later, as SQL."""
    others = Certificate.objects.filter(
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=on),
        Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=OuterRef("valid__endswith")),
        holder=OuterRef("holder"),
        training=OuterRef("training"),
    )
    return Exists(others.exclude(pk=OuterRef("pk")))


def soon_over(today: date, *, days: int) -> Q:
    """Of a `Certificate` row: it ends within so many days, by itself."""
    return Q(valid__endswith__gt=today, valid__endswith__lte=today + timedelta(days=days), revoked_on__isnull=True)


def ending_soon(
    *, vendor: Vendor, partners: Collection[int], today: date, days: int
) -> Mapping[int, Sequence[Certificate]]:
    """Certificates of the vendor's trainings that end within so many days and are the latest of their training, by
    the company in which the holder works; the first to end first.
    """
    latest = Certificate.objects.filter(soon_over(today, days=days), training__program__vendor=vendor)
    works = members_on(today).filter(partner__in=partners)
    rows = latest.filter(holder__in=works.values("user_id")).exclude(later_certificate(today))
    certificates = list(rows.select_related("training", "holder").order_by("valid__endswith", "pk"))
    companies: dict[int, set[int]] = defaultdict(set)
    held_by = works.filter(user__in={each.holder_id for each in certificates})
    for user_id, partner_id in held_by.values_list("user_id", "partner_id"):
        companies[user_id].add(partner_id)
    found: dict[int, list[Certificate]] = defaultdict(list)
    for certificate in certificates:
        for partner_id in sorted(companies[certificate.holder_id]):
            found[partner_id].append(certificate)
    return found


# --- what is offered -------------------------------------------------------------------------------------------------


def offered_to(*, partner: Partner, on: date, actor: Actor) -> QuerySet[Training]:
    """Trainings of the programs in which the company takes part on this day."""
    active = taking_part(program=OuterRef("program"), on=on).filter(enrolment__partner=partner)
    offered = Training.objects.visible_to(actor).filter(Exists(active), archived_on__isnull=True)
    return offered.select_related("program__vendor")


def trainings_of(*, vendor: Vendor, actor: Actor) -> QuerySet[Training]:
    """The vendor's catalogue, archived ones too."""
    return Training.objects.visible_to(actor).filter(program__vendor=vendor).select_related("program__vendor")


def with_seats(dates: QuerySet[TrainingDate]) -> QuerySet[TrainingDate]:
    """With `taken`, `waiting` and `free`, and everything a line about a date says."""
    counted = dates.annotate(
        taken=Count("bookings", filter=Q(bookings__state__in=Booking.SEATED)),
        waiting=Count("bookings", filter=Q(bookings__state=Booking.State.WAITING)),
    )
    return counted.annotate(free=F("seats") - F("taken")).select_related("training__program__vendor")


def open_dates(*, today: date, now: datetime) -> QuerySet[TrainingDate]:
    """Dates on which a seat, or a place in the waiting list, can be had today; the next first."""
    planned = TrainingDate.objects.filter(state=TrainingDate.State.PLANNED, book_until__gte=today, starts_at__gt=now)
    return planned.order_by("starts_at", "pk")


def next_start(*, today: date, now: datetime) -> Subquery:
    """When a `Training` row can be taken next, as SQL."""
    return Subquery(open_dates(today=today, now=now).filter(training=OuterRef("pk")).values("starts_at")[:1])


def bookable_dates(*, trainings: Iterable[int], today: date, now: datetime) -> QuerySet[TrainingDate]:
    """Open dates of these trainings, with their seats."""
    return with_seats(open_dates(today=today, now=now).filter(training__in=list(trainings)))


def to_be_closed(*, vendor_id: int, today: date, actor: Actor) -> QuerySet[TrainingDate]:
    """Dates that are over and whose attendance nobody has written down."""
    over = TrainingDate.objects.visible_to(actor).filter(training__program__vendor=vendor_id, ends_at__date__lt=today)
    return over.filter(state=TrainingDate.State.PLANNED)


def claims_of(*, actor: Actor) -> QuerySet[CertificateClaim]:
    """External certificates with all that a list shows of them, without their files."""
    claims = CertificateClaim.objects.visible_to(actor).defer("content")
    return claims.select_related("training__program__vendor", "partner", "holder", "submitted_by", "decided_by")


def certificates_of(*, actor: Actor) -> QuerySet[Certificate]:
    return Certificate.objects.visible_to(actor).select_related("training__program__vendor", "holder", "issued_by")


def employers_on(*, holders: Collection[int], vendor: Vendor, on: date) -> dict[int, list[Partner]]:
    """For which of the vendor's partners these people work on this day, by id of the person."""
    enrolled = members_on(on).filter(user__in=holders, partner__enrolments__program__vendor=vendor)
    found: dict[int, list[Partner]] = defaultdict(list)
    for member in enrolled.select_related("partner").order_by("partner__name", "partner_id").distinct():
        if member.partner not in found[member.user_id]:
            found[member.user_id].append(member.partner)
    return found
