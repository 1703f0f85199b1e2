"""Filling an empty database with the demo: three vendors, sixty partners, five quarters, the last of them open.

Everything is written in one transaction, so an interrupted seeding leaves nothing behind, and whether there are demo
people tells whether it is done. The same day gives the same data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from common.access import Actor
from common.dated import since
from common.errors import DomainError
from common.models import User
from common.periods import Period, PeriodKind
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, IndividualAgreement, Partner, Seat
from portal.demo import (
    accounts,
    applicants,
    bank_accounts,
    corrections,
    deals,
    invoices,
    learning,
    payments,
    questions,
    status,
    tiers,
    trade,
)
from portal.demo.companies import COMPANIES, SHOWN, TRYOUTS, Company
from portal.demo.programs import LENOVO, PROGRAMS, SNOM, Change, Participation, participations
from programs import preset_files, preset_loading
from programs.models import GroupMembership, Program, Tier
from rebates import closing
from rebates.models import Closing, ClosingItem

QUARTERS = 5


class NotEmpty(DomainError):
    """The database has people, partners or programs of its own, which demo data must not be mixed with."""


@dataclass(frozen=True)
class Seeded:
    """What was written. `fresh`: now, and not by an earlier call."""

    fresh: bool
    partners: int = 0
    reports: int = 0
    lines: int = 0
    closings: int = 0


def seed(*, today: date, now: datetime) -> Seeded:
    """Fill the database unless it is filled already. Raises NotEmpty."""
    if User.objects.filter(is_demo=True).exists():
        return Seeded(fresh=False)
    if User.objects.exists() or Partner.objects.exists() or Program.objects.exists():
        raise NotEmpty("This database has data of its own; demo data is only written into an empty one.")
    with transaction.atomic():
        return _fill(today, now)


def _fill(today: date, now: datetime) -> Seeded:
    quarters = [Period.containing(PeriodKind.QUARTER, today).previous(back) for back in range(QUARTERS - 1, -1, -1)]
    programs = _programs(quarters, today, now)
    partners = _partners()
    parts = participations(quarters)
    _enrol(parts, programs, partners)
    accounts.write(partners=partners, joined_on=quarters[0].start)
    joined_at = timezone.make_aware(datetime.combine(quarters[0].start, time(9)))
    bank_accounts.write(partners=partners, joined_at=joined_at, now=now)
    payments.settle_on(programs=programs, last=quarters[-2], today=today)
    market = trade.Market(parts=parts, programs=programs, partners=partners, quarters=quarters, today=today, now=now)
    market.write_customer_numbers()
    for index, quarter in enumerate(quarters):
        market.report(index)
        if index < QUARTERS - 1:
            payments.pay(until=quarter.end)
            _close(programs.values(), quarter, today, now)
    _leave_the_latest_mails(quarters[-2])
    corrections.write(programs=programs, partners=partners, now=now)
    questions.write(program=programs[LENOVO], partner=partners[SHOWN], now=now)
    applicants.write(program=programs[LENOVO], like=partners[COMPANIES[1].slug], owner=partners[SHOWN], now=now)
    accounts.invite(partner=partners[SHOWN], now=now)
    learning.write(snom=programs[SNOM], lenovo=programs[LENOVO], now=now)
    invoices.write(program=programs[SNOM], partner=partners[SHOWN], today=today, now=now)
    deals.write(programs=programs, partners=partners, today=today, now=now)
    tiers.write(programs=programs, today=today, now=now)
    payments.propose(today=today, now=now)
    status.write(programs=programs.values(), today=today, now=now)
    return Seeded(
        fresh=True,
        partners=len(partners),
        reports=market.report_count,
        lines=market.line_count,
        closings=Closing.objects.count(),
    )


def _programs(quarters: Sequence[Period], today: date, now: datetime) -> dict[str, Program]:
    for name in PROGRAMS:
        preset_loading.load(
            preset=preset_files.read(preset_files.find(name)),
            distributors=preset_files.known_distributors(),
            actor=Actor.system(),
            now=now,
            today=today,
            starts_on=quarters[0].start,
        )
    # A group as it stood on a sale's day: one product joined later, one has left.
    topsellers = GroupMembership.objects.filter(group__vendor__slug=LENOVO)
    topsellers.filter(product__article="TP-E16").update(valid=since(quarters[0].start + timedelta(days=14)))
    topsellers.filter(product__article="TC-M70").update(valid=since(quarters[0].start, quarters[3].start))
    found = Program.objects.filter(slug__in=PROGRAMS.values()).select_related("vendor")
    return {program.vendor.slug: program for program in found}


def _partners() -> dict[str, Partner]:
    companies = (*COMPANIES, *TRYOUTS)
    made = Partner.objects.bulk_create(map(_partner, companies))
    founded = since(date(2010, 1, 1))
    Seat.objects.bulk_create(
        Seat(partner=partner, country=company.country, valid=founded)
        for partner, company in zip(made, companies, strict=True)
    )
    return {company.slug: partner for partner, company in zip(made, companies, strict=True)}


def _partner(company: Company) -> Partner:
    return Partner(
        number=company.number,
        name=company.name,
        street=company.street,
        postcode=company.postcode,
        city=company.city,
        vat_id=company.vat_id,
        language=company.language,
    )


def _enrol(parts: Sequence[Participation], programs: dict[str, Program], partners: dict[str, Partner]) -> None:
    known: dict[tuple[int, str], Tier] = {(tier.program_id, tier.code): tier for tier in Tier.objects.all()}
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(partner=partners[part.company.slug], program=programs[part.vendor], enrolled_on=part.since)
        for part in parts
    )
    both = list(zip(enrolments, parts, strict=True))
    EnrolmentStatus.objects.bulk_create(
        EnrolmentStatus(enrolment=enrolment, status=change.to, valid=since(change.on, until))
        for enrolment, part in both
        for change, until in _with_ends(part.statuses)
    )
    EnrolmentTier.objects.bulk_create(
        EnrolmentTier(
            enrolment=enrolment,
            tier=known[enrolment.program_id, change.to],
            reason=change.reason,
            valid=since(change.on, until),
        )
        for enrolment, part in both
        for change, until in _with_ends(part.tiers)
    )
    IndividualAgreement.objects.bulk_create(
        IndividualAgreement(
            enrolment=enrolment, note="Zielvereinbarung, liegt auf Papier vor", valid=since(*part.agreement)
        )
        for enrolment, part in both
        if part.agreement is not None
    )


def _with_ends(changes: Sequence[Change]) -> Iterable[tuple[Change, date | None]]:
    """Each change with the day of the next."""
    ends = [change.on for change in changes[1:]]
    return zip(changes, [*ends, None], strict=True)


def _close(programs: Iterable[Program], quarter: Period, today: date, now: datetime) -> None:
    """As the scheduled job would have done it after the grace days, or as somebody asked for it before."""
    for program in programs:
        on = min(quarter.end + timedelta(days=program.grace_days), today)
        at = min(timezone.make_aware(datetime.combine(on, time(4, 10))), now)
        opened = closing.open_closing(program=program, period=quarter, today=on, now=at)
        closing.run(closing_id=opened.pk, now=at, chunk=1000)


def _leave_the_latest_mails(quarter: Period) -> None:
    """Of all the mails about closed quarters only the latest of the shown partner are still to be written."""
    told = ClosingItem.objects.exclude(
        closing__period=str(quarter), enrolment__partner__number=accounts.shown_partner_number()
    )
    by_closing: dict[datetime | None, list[int]] = defaultdict(list)
    for pk, sealed_at in told.values_list("id", "closing__sealed_at"):
        by_closing[sealed_at].append(pk)
    for sealed_at, ids in by_closing.items():
        ClosingItem.objects.filter(pk__in=ids).update(announced_at=sealed_at)
