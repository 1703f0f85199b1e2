"""Synthetic volume for benchmarks: one vendor, any number of partners and sale lines, the same for the same seed.

Sizes are as unequal as in the field (a fifth of the partners makes most of the sales). Lines are written by COPY.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from common.access import Actor
from common.dated import since
from common.errors import DomainError
from common.models import User
from common.periods import Period, PeriodKind
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, Member, Partner, Seat
from programs import services
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
from programs.terms import Terms
from rebates.models import ClosingBounds
from sales.books import current_cut
from sales.models import CustomerNumber, SaleLine

DISTRIBUTORS, PRODUCTS, COUNTED = 5, 50, 30
DAYS = 365
UNEQUAL = 3
"""A line's partner is chance to this power: 3 gives the first fifth of them about three fifths of all lines."""
BATCH = 5_000
WRITTEN = (
    SaleLine,
    CustomerNumber,
    User,
    Partner,
    Member,
    Seat,
    Enrolment,
    EnrolmentStatus,
    EnrolmentTier,
    Product,
    GroupMembership,
    Authorisation,
)

TERMS = (
    """
code: volume-units
period: quarter
counts: units
products: counted
mode: whole_volume
steps: [{from: 10, per_unit: 5.00}, {from: 25, per_unit: 10.00}, {from: 50, per_unit: 15.00}]
""",
    """
code: volume-revenue
period: quarter
counts: revenue
mode: graduated
minimum: 10000
steps: [{from: 0, percent: 10}, {from: 50000, percent: 2.8}]
cap: {basis: 400000}
""",
)
COLUMNS = (
    "vendor_id",
    "partner_id",
    "product_id",
    "distributor_id",
    "document_number",
    "document_key",
    "document_line",
    "document_date",
    "counts_on",
    "quantity",
    "net",
    "currency",
    "customer_number",
    "article",
    "project_ref",
    "evidence",
    "cut",
    "generation",
    "booked_at",
)


class AlreadyThere(DomainError):
    """The vendor exists: volume is added under another short name."""


@dataclass(frozen=True)
class Volume:
    vendor: str
    program: str
    partners: int
    lines: int
    first_day: date
    last_day: date


@transaction.atomic
def seed(*, slug: str, partners: int, lines: int, seed: int, today: date, now: datetime) -> Volume:
    """Add a vendor with this many partners, and lines on the 365 days before `today`. Raises AlreadyThere."""
    if Vendor.objects.filter(slug=slug).exists() or Program.objects.filter(slug=slug).exists():
        raise AlreadyThere(f"There is a vendor or program “{slug}” already; name another one.")
    dice = random.Random(seed)  # noqa: S311 - invented data, nothing secret
    first = today - timedelta(days=DAYS)
    start = Period.containing(PeriodKind.QUARTER, first).start
    program = _program(slug, start, now)
    known = _partners(program, partners, start)
    _copy_lines(program.vendor, known, lines, dice, first, now)
    return Volume(slug, slug, partners, lines, first, today - timedelta(days=1))


def _program(slug: str, start: date, now: datetime) -> Program:
    vendor = Vendor.objects.create(slug=slug, name=slug.title())
    program = Program.objects.create(vendor=vendor, slug=slug, name=slug.title(), countries=["DE"], starts_on=start)
    Tier.objects.create(program=program, code="registered", name="Registered", rank=1)
    products = Product.objects.bulk_create(
        Product(vendor=vendor, article=f"ART-{number:03}", name=f"Article {number}") for number in range(PRODUCTS)
    )
    group = ProductGroup.objects.create(vendor=vendor, code="counted", name="Counted")
    GroupMembership.objects.bulk_create(
        GroupMembership(group=group, product=product, valid=since(start)) for product in products[:COUNTED]
    )
    distributors = Distributor.objects.bulk_create(
        Distributor(slug=f"{slug}-{number}", name=f"{slug.title()} Distribution {number}")
        for number in range(1, DISTRIBUTORS + 1)
    )
    Authorisation.objects.bulk_create(
        Authorisation(program=program, distributor=distributor, valid=since(start)) for distributor in distributors
    )
    for document in map(Terms.from_yaml, TERMS):
        draft = RebateTerms.objects.create(
            program=program, code=document.code, name=document.code, starts_on=start, document=document.to_document()
        )
        services.publish_terms(terms_id=draft.pk, actor=Actor.system(), now=now)
    # Who buys by chance buys ten times as much in one quarter as in another: nobody is to be held back for that.
    ClosingBounds.objects.create(program=program, partner_times=Decimal("9999.0"), total_times=Decimal("9999.0"))
    return program


def _partners(program: Program, count: int, start: date) -> list[Partner]:
    """Each registered, enrolled, in the program's tier and known to the first distributor under a number of its own.

    Its owner gets its mails and cannot sign in.
    """
    partners = Partner.objects.bulk_create(
        (Partner(number=f"{program.pk}V{place:07}", name=f"Volume Partner {place}") for place in range(count)), BATCH
    )
    _owners(partners, start)
    valid, tier = since(start), program.tiers.get()
    Seat.objects.bulk_create((Seat(partner=partner, country="DE", valid=valid) for partner in partners), BATCH)
    enrolments = Enrolment.objects.bulk_create(
        (Enrolment(partner=partner, program=program, enrolled_on=start) for partner in partners), BATCH
    )
    EnrolmentStatus.objects.bulk_create(
        (EnrolmentStatus(enrolment=one, status=EnrolmentStatus.Status.ACTIVE, valid=valid) for one in enrolments), BATCH
    )
    EnrolmentTier.objects.bulk_create(
        (EnrolmentTier(enrolment=one, tier=tier, valid=valid) for one in enrolments), BATCH
    )
    first = program.authorisations.order_by("distributor__slug").select_related("distributor")[0].distributor
    CustomerNumber.objects.bulk_create(
        (
            CustomerNumber(vendor=program.vendor, distributor=first, number=partner.number, partner=partner)
            for partner in partners
        ),
        BATCH,
    )
    return partners


def _owners(partners: Sequence[Partner], start: date) -> None:
    nobody = make_password(None)
    people = User.objects.bulk_create(
        (User(email=f"owner@{partner.number.lower()}.example", password=nobody) for partner in partners), BATCH
    )
    Member.objects.bulk_create(
        (
            Member(partner=partner, user=person, role=Member.Role.OWNER, joined_on=start)
            for partner, person in zip(partners, people, strict=True)
        ),
        BATCH,
    )


def _copy_lines(
    vendor: Vendor, partners: Sequence[Partner], count: int, dice: random.Random, first: date, now: datetime
) -> None:
    cut = current_cut(vendor_id=vendor.pk)
    distributors = list(Distributor.objects.filter(slug__startswith=f"{vendor.slug}-").order_by("slug"))
    products = list(Product.objects.filter(vendor=vendor).order_by("article"))
    rows = _rows(vendor, partners, products, distributors, count, dice, first, cut, now)
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY sales_saleline ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                copy.write("\t".join(row) + "\n")
        # The planner knows nothing yet about what just came.
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in WRITTEN)}")


def _rows(
    vendor: Vendor,
    partners: Sequence[Partner],
    products: Sequence[Product],
    distributors: Sequence[Distributor],
    count: int,
    dice: random.Random,
    first: date,
    cut: int,
    now: datetime,
) -> Iterator[tuple[str, ...]]:
    """Cells without tabs, line breaks and backslashes, so that COPY takes them as they are."""
    days = [(first + timedelta(days=number)).isoformat() for number in range(DAYS)]
    booked_at, kind = now.isoformat(), "sell_out"
    for number in range(count):
        partner = partners[int(len(partners) * dice.random() ** UNEQUAL)]
        product = products[int(PRODUCTS * dice.random())]
        distributor = distributors[int(DISTRIBUTORS * dice.random())]
        day = days[int(DAYS * dice.random())]
        quantity = 1 + int(8 * dice.random() ** 2)
        document, net = f"V{number}", f"{quantity * (80 + int(900 * dice.random()))}.{int(100 * dice.random()):02}"
        ids = (str(vendor.pk), str(partner.pk), str(product.pk), str(distributor.pk))
        sold = (document, document, "1", day, day, str(quantity), net, "EUR", partner.number, product.article, "")
        yield (*ids, *sold, kind, str(cut), "0", booked_at)
