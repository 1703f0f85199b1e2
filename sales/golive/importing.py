"""Bringing in a vendor's partners: companies, enrolments, tiers, numbers, and people to invite. All of it or nothing.

Accounts are made by nobody but the people themselves: contacts wait for their invitations (`partners.waves`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from common.access import CHANNEL_MANAGER, VENDOR, VENDOR_ADMIN, Actor
from common.dated import since
from common.errors import DomainError
from partners import services
from partners.models import (
    BroughtContact,
    DataCheck,
    Enrolment,
    EnrolmentStatus,
    EnrolmentTier,
    Partner,
    Seat,
    VendorNumber,
)
from partners.registration import SEATED_SINCE
from programs.models import Distributor, Program, Vendor
from sales.books import one_report_at_a_time
from sales.golive.columns import WORDS, Column, unused
from sales.golive.planning import Plan, Step, plan
from sales.golive.rows import Progress, read
from sales.matching import book, wait_again
from sales.models import CustomerNumber, WaitingRow
from sales.readers.layout import Layout
from sales.readers.limits import Limits
from sales.readers.problems import Problem, Unreadable
from sales.readers.reading import read_table
from sales.readers.tabular import Table
from sales.selectors import distributors_of

BRINGING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)
MOST_ROWS = 15_000
"""What a worker brings in well within the time it may live (`portal.celery.HARD_TIME_LIMIT`)."""
MOST_COLUMNS = 200
LISTED_PROBLEMS = 200
AT_ONCE = 500


class MayNotBring(DomainError):
    """The actor is none of the vendor's people who bring partners in, or the program is another vendor's."""


class FileRefused(DomainError):
    """Something in the file is wrong; nothing of it was written. `problems`: the first of `count`."""

    def __init__(self, problems: Sequence[Problem], *, rows: int = 0, layout: Layout | None = None) -> None:
        self.problems = list(problems)[:LISTED_PROBLEMS]
        self.unlisted = max(0, len(problems) - LISTED_PROBLEMS)
        self.rows = rows
        self.layout = layout
        super().__init__(_("Nothing was imported. Please correct the file and send it again."))


@dataclass(frozen=True)
class Figures:
    """How many of everything the file brings. `known`: companies that the vendor has already, `unchanged` of them or
    of the others need nothing."""

    rows: int = 0
    companies: int = 0
    new: int = 0
    known: int = 0
    unchanged: int = 0
    enrolments: int = 0
    tiers: int = 0
    contacts: int = 0
    customer_numbers: int = 0
    booked: int = 0

    def to_document(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, int]) -> Figures:
        return cls(**{each.name: document.get(each.name, 0) for each in fields(cls)})


@dataclass(frozen=True)
class Checked:
    """A file without errors, and what it will do. `unused`: columns that are not read."""

    table: Table
    plan: Plan
    figures: Figures
    unused: Sequence[str]


def limits() -> Limits:
    return Limits(size=settings.SELLOUT_MAX_BYTES, rows=MOST_ROWS, columns=MOST_COLUMNS)


def check_may_bring(*, actor: Actor, vendor: Vendor, program: Program) -> None:
    """Raises `MayNotBring`."""
    may = actor.is_system or actor.has(VENDOR, vendor.pk, *BRINGING_ROLES)
    if not may or program.vendor_id != vendor.pk:
        raise MayNotBring(_("Only channel managers and admins of the vendor may do this."))


def check(
    *,
    actor: Actor,
    vendor: Vendor,
    program: Program,
    content: bytes,
    today: date,
    progress: Progress = lambda rows: None,
) -> Checked:
    """What the file would do. Raises `MayNotBring`, and `FileRefused` with everything that is wrong."""
    check_may_bring(actor=actor, vendor=vendor, program=program)
    return _planned(table_of(content), vendor, program, today, progress)


@transaction.atomic
def import_partners(
    *,
    actor: Actor,
    vendor: Vendor,
    program: Program,
    content: bytes,
    now: datetime,
    today: date,
    progress: Progress = lambda rows: None,
) -> Checked:
    """Do what `check` says, as it is now; `progress` hears of rows whose companies are written.

    The same file a second time changes nothing. Raises as `check`.
    """
    check_may_bring(actor=actor, vendor=vendor, program=program)
    table = table_of(content)
    _one_at_a_time()
    for distributor in distributors_of(vendor).order_by("pk"):
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
    checked = _planned(table, vendor, program, today)
    booked = _write(checked.plan.steps, vendor, program, actor, now, today, progress)
    figures = Figures.from_document({**checked.figures.to_document(), "booked": booked})
    return Checked(checked.table, checked.plan, figures, checked.unused)


def table_of(content: bytes) -> Table:
    """Raises `FileRefused` for a file that is no table."""
    try:
        return read_table(content, WORDS, limits())
    except Unreadable as error:
        raise FileRefused(error.problems, rows=error.rows) from error


def _planned(
    table: Table, vendor: Vendor, program: Program, today: date, progress: Progress = lambda rows: None
) -> Checked:
    planned = plan(read=read(table, progress), vendor=vendor, program=program, today=today)
    if planned.problems:
        raise FileRefused(planned.problems, rows=len(table.rows), layout=table.layout)
    return Checked(table, planned, _figures(len(table.rows), planned.steps), unused(table.header))


def _figures(rows: int, steps: Sequence[Step]) -> Figures:
    return Figures(
        rows=rows,
        companies=len(steps),
        new=sum(not step.own for step in steps),
        known=sum(step.own for step in steps),
        unchanged=sum(not step.changes for step in steps),
        enrolments=sum(step.enrols for step in steps),
        tiers=sum(step.tier is not None for step in steps),
        contacts=sum(len(step.contacts) for step in steps),
        customer_numbers=sum(len(step.customer_numbers) for step in steps),
    )


def _one_at_a_time() -> None:
    """A company of the file in two windows at the same moment: the second import then finds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('partners brought along', 0))")


# --- writing -----------------------------------------------------------------------------------------------


def _write(
    steps: Sequence[Step],
    vendor: Vendor,
    program: Program,
    actor: Actor,
    now: datetime,
    today: date,
    progress: Progress,
) -> int:
    """Returns how many rows of distributors' reports could be booked by what is known now."""
    rows = 0
    for first in range(0, len(steps), AT_ONCE):
        some = steps[first : first + AT_ONCE]
        _write_some(some, vendor, program, now, today)
        rows += sum(len(step.firm.lines) for step in some)
        progress(rows)
    return _say_numbers(steps, vendor, actor, now)


def _write_some(steps: Sequence[Step], vendor: Vendor, program: Program, now: datetime, today: date) -> None:
    _make_companies([step for step in steps if step.partner is None], now)
    _enrol(steps, program, today)
    numbers = [VendorNumber(vendor=vendor, partner_id=step.pk, number=step.number) for step in steps if step.number]
    VendorNumber.objects.bulk_create(numbers)
    contacts = [
        BroughtContact(
            vendor=vendor,
            partner_id=step.pk,
            address=each.address,
            first_name=each.first_name,
            last_name=each.last_name,
            role=each.role,
            language=step.firm.language,
            imported_at=now,
        )
        for step in steps
        for each in step.contacts
    ]
    BroughtContact.objects.bulk_create(contacts)


_TEXTS = (Column.NAME, Column.STREET, Column.POSTCODE, Column.CITY, Column.VAT_ID, Column.WEBSITE, Column.PHONE)


def _make_companies(steps: Sequence[Step], now: datetime) -> None:
    made = Partner.objects.bulk_create(
        [
            Partner(**{column.value: step.firm.get(column) for column in _TEXTS}, language=step.firm.language)
            for step in steps
        ]
    )
    for step, partner in zip(steps, made, strict=True):
        step.partner = partner.pk
    Seat.objects.bulk_create(
        [Seat(partner_id=step.pk, country=step.firm.get(Column.COUNTRY), valid=since(SEATED_SINCE)) for step in steps]
    )
    DataCheck.objects.bulk_create([DataCheck(partner_id=step.pk, asked_at=now) for step in steps])


def _enrol(steps: Sequence[Step], program: Program, today: date) -> None:
    """As `partners.services.enrol` does for one, whose rules the plan has asked; changes of a tier one by one."""
    entering = [step for step in steps if step.enrols]
    made = Enrolment.objects.bulk_create(
        [Enrolment(partner_id=step.pk, program=program, enrolled_on=step.since) for step in entering]
    )
    active = EnrolmentStatus.Status.ACTIVE
    statuses = [EnrolmentStatus(enrolment=each, status=active, valid=since(each.enrolled_on)) for each in made]
    EnrolmentStatus.objects.bulk_create(statuses)
    tiers = [
        EnrolmentTier(enrolment=each, tier=step.tier, valid=since(each.enrolled_on))
        for each, step in zip(made, entering, strict=True)
        if step.tier is not None
    ]
    EnrolmentTier.objects.bulk_create(tiers)
    changing = {step.enrolment: step.tier for step in steps if step.enrolment is not None and step.tier is not None}
    for enrolment in Enrolment.objects.filter(pk__in=changing).select_related("program").order_by("pk"):
        day = max(today, enrolment.enrolled_on)
        services.set_tier(enrolment=enrolment, tier=changing[enrolment.pk], on=day, actor=Actor.system())


def _say_numbers(steps: Sequence[Step], vendor: Vendor, actor: Actor, now: datetime) -> int:
    """As `sales.matching.match_customer` does for one: what was reported under the numbers before counts from now."""
    said: dict[Distributor, dict[str, int | None]] = defaultdict(dict)
    for step in steps:
        for distributor, number in step.customer_numbers:
            said[distributor][number] = step.partner
    booked = 0
    for distributor in sorted(said, key=lambda each: each.pk):
        numbers = said[distributor]
        of_distributor = {"vendor": vendor, "distributor": distributor}
        # Numbers of which a person has said before whose they are not.
        held = CustomerNumber.objects.filter(**of_distributor, number__in=numbers)
        for each in held:
            each.partner_id, each.source = numbers[each.number], CustomerNumber.Source.PERSON
            each.said_by_id, each.since = actor.user_id, now
            each.save(update_fields=["partner", "source", "said_by", "since"])
        CustomerNumber.objects.bulk_create(
            [
                CustomerNumber(**of_distributor, number=number, partner_id=partner, said_by_id=actor.user_id, since=now)
                for number, partner in numbers.items()
                if number not in {each.number for each in held}
            ],
            batch_size=AT_ONCE,
        )
        waiting = WaitingRow.objects.filter(**of_distributor, customer_number__in=numbers)
        wait_again(waiting.filter(state=WaitingRow.State.DISMISSED))
        rows = waiting.filter(state=WaitingRow.State.WAITING).values_list("pk", flat=True)
        if waits := list(rows):
            booked += book(vendor=vendor, distributor=distributor, now=now, rows=waits)
    return booked
