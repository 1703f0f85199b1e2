"""A small world for tests: two vendors, two resellers, two distributors, and proven sales of two quarters.

`build_world()` makes it in a few dozen rows. The functions it is made of (`sell`, `enrol`, …) serve tests that need
more.

The vendor's program pays per unit as the Lenovo loyalty program does, the rival vendor's a share of revenue as IBM
10hoch4 does. The reseller is enrolled with both vendors, the rival (another reseller) with the rival vendor alone: so
for the vendor's staff the rival is foreign, and for the rival vendor's staff everything of the vendor is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from common.access import (
    CHANNEL_MANAGER,
    OWNER,
    PARTNER_FINANCE,
    SALES,
    TECHNICIAN,
    VENDOR_ADMIN,
    VENDOR_FINANCE,
)
from common.dated import since
from common.models import User
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, Partner, Seat
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
from sales.books import current_cut
from sales.models import CustomerNumber, Evidence, SaleLine, SellOutReport, WaitingRow
from tests import people

TODAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)
START = date(2026, 1, 1)

LOYALTY = """
code: topseller-loyalty
period: quarter
counts: units
products: topsellers
mode: whole_volume
steps:
  - {from: 10, per_unit: 5.00}
  - {from: 25, per_unit: 10.00}
  - {from: 50, per_unit: 15.00}
"""
TEN_TO_FOUR = """
code: 10hoch4
period: quarter
counts: revenue
mode: graduated
eligible: {without_individual_agreement: true}
steps:
  - {from: 0, percent: 10}
  - {from: 50000, percent: 2.8}
minimum: 10000
cap: {basis: 400000}
"""


@dataclass(frozen=True)
class World:
    vendor: Vendor
    rival_vendor: Vendor
    program: Program
    rival_program: Program
    terms: RebateTerms
    rival_terms: RebateTerms
    topseller: Product
    slow_seller: Product
    server: Product
    distributor: Distributor
    rival_distributor: Distributor
    reseller: Partner
    rival: Partner
    enrolment: Enrolment
    """The reseller in the vendor's program."""
    second_enrolment: Enrolment
    """The reseller in the rival vendor's program."""
    rival_enrolment: Enrolment
    """The rival in the rival vendor's program."""
    report: SellOutReport
    rival_report: SellOutReport
    waiting: WaitingRow
    rival_waiting: WaitingRow

    platform_admin: User
    vendor_admin: User
    channel_manager: User
    vendor_finance: User
    rival_vendor_admin: User
    rival_channel_manager: User
    rival_vendor_finance: User
    reseller_owner: User
    reseller_finance: User
    reseller_sales: User
    reseller_technician: User
    rival_owner: User
    reporter: User
    rival_reporter: User

    @property
    def sale(self) -> SaleLine:
        """24 top-sellers to the reseller in the third quarter."""
        return SaleLine.objects.get(document_number="R-1001")

    @property
    def rival_sale(self) -> SaleLine:
        return SaleLine.objects.get(document_number="R-2002")


def make_program(vendor: Vendor, slug: str, name: str, tiers: tuple[str, ...]) -> Program:
    program = Program.objects.create(vendor=vendor, slug=slug, name=name, countries=["DE"], starts_on=START)
    Tier.objects.bulk_create(
        Tier(program=program, code=code, name=code.title(), rank=rank) for rank, code in enumerate(tiers, start=1)
    )
    return program


def publish(program: Program, document: str, name: str, *, starts_on: date = START, version: int = 1) -> RebateTerms:
    """Published terms of a program, from YAML."""
    terms = Terms.from_yaml(document)
    return RebateTerms.objects.create(
        program=program,
        code=terms.code,
        name=name,
        version=version,
        starts_on=starts_on,
        document=terms.to_document(),
        state=RebateTerms.State.PUBLISHED,
        published_at=NOW,
    )


def make_group(vendor: Vendor, code: str, *products: Product) -> ProductGroup:
    group = ProductGroup.objects.create(vendor=vendor, code=code, name=code.title())
    GroupMembership.objects.bulk_create(
        GroupMembership(group=group, product=product, valid=since(START)) for product in products
    )
    return group


def make_partner(name: str, number: str, *, country: str = "DE") -> Partner:
    partner = Partner.objects.create(name=name, number=number, city="Dresden", language="en")
    Seat.objects.create(partner=partner, country=country, valid=since(date(2020, 1, 1)))
    return partner


def enrol(partner: Partner, program: Program, *, tier: str | None = None, on: date = START) -> Enrolment:
    """An active enrolment since `on`, in a tier or in none."""
    enrolment = Enrolment.objects.create(partner=partner, program=program, enrolled_on=on)
    EnrolmentStatus.objects.create(enrolment=enrolment, status=EnrolmentStatus.Status.ACTIVE, valid=since(on))
    if tier:
        held = Tier.objects.get(program=program, code=tier)
        EnrolmentTier.objects.create(enrolment=enrolment, tier=held, valid=since(on))
    return enrolment


def make_distributor(slug: str, name: str, *programs: Program) -> Distributor:
    distributor = Distributor.objects.create(slug=slug, name=name)
    Authorisation.objects.bulk_create(
        Authorisation(program=program, distributor=distributor, valid=since(START)) for program in programs
    )
    return distributor


def make_report(vendor: Vendor, distributor: Distributor, *, matched: int, unmatched: int = 0) -> SellOutReport:
    content = f"{vendor.slug};{distributor.slug};{matched};{unmatched}\n".encode()
    return SellOutReport.objects.create(
        vendor=vendor,
        distributor=distributor,
        file_name=f"{distributor.slug}-{vendor.slug}.csv",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=NOW,
        rows=matched + unmatched,
        matched=matched,
        unmatched=unmatched,
        duplicates=0,
    )


def sell(
    partner: Partner,
    product: Product,
    on: date,
    quantity: str,
    net: str | None,
    *,
    distributor: Distributor,
    document: str,
    line: str = "1",
    report: SellOutReport | None = None,
    **fields: object,
) -> SaleLine:
    """A booked sale line; call inside a transaction, as every test with the database is."""
    values = {
        "document_key": "".join(filter(str.isalnum, document)).upper(),
        "document_date": on,
        "counts_on": on,
        "evidence": Evidence.SELL_OUT,
        "cut": current_cut(vendor_id=product.vendor_id),
        "article": product.article,
        "booked_at": NOW,
        **fields,
    }
    return SaleLine.objects.create(
        vendor_id=product.vendor_id,
        partner=partner,
        product=product,
        distributor=distributor,
        document_number=document,
        document_line=line,
        quantity=Decimal(quantity),
        net=None if net is None else Decimal(net),
        report=report,
        **values,
    )


def wait(report: SellOutReport, document: str, *, article: str, customer: str) -> WaitingRow:
    """A row of the report whose customer nobody knows yet."""
    return WaitingRow.objects.create(
        vendor=report.vendor,
        distributor=report.distributor,
        report=report,
        report_row=report.rows,
        document_number=document,
        document_key=document.replace("-", ""),
        document_line="1",
        document_date=date(2026, 10, 20),
        counts_on=date(2026, 10, 20),
        quantity=Decimal(4),
        net=Decimal("2400.00"),
        customer_number="K-404",
        customer_name=customer,
        article=article,
    )


def build_world() -> World:
    """Third quarter: 24 top-sellers (120.00) and 60,000 € of servers (5,280.00). Fourth: 22 and 30,000 € so far."""
    vendor = Vendor.objects.create(slug="lenovo", name="Lenovo")
    rival_vendor = Vendor.objects.create(slug="ibm", name="IBM")
    program = make_program(vendor, "topseller", "Top-Seller Loyalty", ("registered", "silver", "gold"))
    rival_program = make_program(rival_vendor, "10hoch4", "10hoch4", ("member",))
    topseller = Product.objects.create(
        vendor=vendor, article="21HM", name="ThinkPad T14", list_price=Decimal("1000.00")
    )
    slow_seller = Product.objects.create(vendor=vendor, article="4X40", name="Backpack", list_price=Decimal("40.00"))
    server = Product.objects.create(vendor=rival_vendor, article="9105", name="Power S1022")
    make_group(vendor, "topsellers", topseller)
    terms = publish(program, LOYALTY, "Top-seller rebate")
    rival_terms = publish(rival_program, TEN_TO_FOUR, "10hoch4 bonus")
    distributor = make_distributor("allnet", "Allnet", program, rival_program)
    rival_distributor = make_distributor("komsa", "Komsa", rival_program)
    reseller = make_partner("Elbtal Systemhaus GmbH", "2B3C4D5F")
    rival = make_partner("Rheinblick IT GmbH", "6G7H8J9K")
    report = make_report(vendor, distributor, matched=3, unmatched=1)
    rival_report = make_report(rival_vendor, rival_distributor, matched=2, unmatched=1)

    world = World(
        vendor=vendor,
        rival_vendor=rival_vendor,
        program=program,
        rival_program=rival_program,
        terms=terms,
        rival_terms=rival_terms,
        topseller=topseller,
        slow_seller=slow_seller,
        server=server,
        distributor=distributor,
        rival_distributor=rival_distributor,
        reseller=reseller,
        rival=rival,
        enrolment=enrol(reseller, program, tier="silver"),
        second_enrolment=enrol(reseller, rival_program, tier="member"),
        rival_enrolment=enrol(rival, rival_program, tier="member"),
        report=report,
        rival_report=rival_report,
        waiting=wait(report, "R-1004", article=topseller.article, customer="Unbekannt & Sohn"),
        rival_waiting=wait(rival_report, "R-2004", article=server.article, customer="Niemand KG"),
        platform_admin=people.platform_admin(),
        vendor_admin=people.staff_of(vendor, "vendor_admin", VENDOR_ADMIN),
        channel_manager=people.staff_of(vendor, "channel_manager", CHANNEL_MANAGER),
        vendor_finance=people.staff_of(vendor, "vendor_finance", VENDOR_FINANCE),
        rival_vendor_admin=people.staff_of(rival_vendor, "rival_vendor_admin", VENDOR_ADMIN),
        rival_channel_manager=people.staff_of(rival_vendor, "rival_channel_manager", CHANNEL_MANAGER),
        rival_vendor_finance=people.staff_of(rival_vendor, "rival_vendor_finance", VENDOR_FINANCE),
        reseller_owner=people.member_of(reseller, "reseller_owner", OWNER),
        reseller_finance=people.member_of(reseller, "reseller_finance", PARTNER_FINANCE),
        reseller_sales=people.member_of(reseller, "reseller_sales", SALES),
        reseller_technician=people.member_of(reseller, "reseller_technician", TECHNICIAN),
        rival_owner=people.member_of(rival, "rival_owner", OWNER),
        reporter=people.reporter_of(distributor, "reporter"),
        rival_reporter=people.reporter_of(rival_distributor, "rival_reporter"),
    )
    _sell_two_quarters(world)
    return world


def _sell_two_quarters(world: World) -> None:
    CustomerNumber.objects.bulk_create(
        [
            CustomerNumber(vendor=world.vendor, distributor=world.distributor, number="K-1", partner=world.reseller),
            CustomerNumber(
                vendor=world.rival_vendor,
                distributor=world.rival_distributor,
                number="K-2",
                partner=world.rival,
            ),
        ]
    )
    allnet: dict[str, Any] = {"distributor": world.distributor, "report": world.report, "customer_number": "K-1"}
    komsa: dict[str, Any] = {
        "distributor": world.rival_distributor,
        "report": world.rival_report,
        "customer_number": "K-2",
    }
    third, fourth = date(2026, 8, 12), date(2026, 10, 20)
    sell(world.reseller, world.topseller, third, "24", "24000.00", document="R-1001", report_row=1, **allnet)
    sell(world.reseller, world.topseller, fourth, "22", "22000.00", document="R-1002", report_row=2, **allnet)
    sell(world.reseller, world.slow_seller, fourth, "3", "120.00", document="R-1003", report_row=3, **allnet)
    sell(world.reseller, world.server, third, "4", "60000.00", document="R-3001", distributor=world.distributor)
    sell(
        world.reseller,
        world.server,
        fourth,
        "2",
        "30000.00",
        document="R-3002",
        distributor=world.distributor,
    )
    sell(world.rival, world.server, third, "1", "9999.99", document="R-2001", report_row=1, **komsa)
    sell(world.rival, world.server, fourth, "7", "105000.00", document="R-2002", report_row=2, **komsa)
