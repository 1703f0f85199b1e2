"""What tests about matching need besides the small world: rows that wait, straight from the database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from common.access import Actor
from common.models import User
from partners.models import Partner
from sales.matching import Matched, match_customer
from sales.models import CustomerNumber, SaleLine, WaitingRow
from tests.world import NOW, World, enrol, make_partner


def manager_of(world: World) -> Actor:
    return Actor.of(world.channel_manager)


def make_other(world: World, name: str = "Telefonbau Schneider GmbH", number: str = "9Z9Z9Z9Z") -> Partner:
    """A second partner of the vendor."""
    partner = make_partner(name, number)
    enrol(partner, world.program, tier="silver")
    return partner


def waits(world: World, document: str, **fields: Any) -> WaitingRow:
    """A row of the vendor's distributor that waits: 5 top-sellers for 5,000 € to K-99 unless `fields` say otherwise."""
    day = fields.pop("on", date(2026, 8, 20))
    values = {
        "vendor": world.vendor,
        "distributor": world.distributor,
        "report": world.report,
        "report_row": 9,
        "document_number": document,
        "document_key": document.replace("-", ""),
        "document_line": "1",
        "document_date": day,
        "counts_on": day,
        "quantity": Decimal(5),
        "net": Decimal("5000.00"),
        "customer_number": "K-99",
        "customer_name": "Fremd AG",
        "article": world.topseller.article,
    }
    return WaitingRow.objects.create(**{**values, **fields})


def match(world: World, partner: Partner, *, number: str = "K-99", by: User | None = None) -> Matched:
    actor = Actor.of(by or world.channel_manager)
    return match_customer(
        actor=actor, vendor=world.vendor, distributor=world.distributor, number=number, partner=partner, now=NOW
    )


def known(world: World, number: str = "K-99") -> CustomerNumber:
    return CustomerNumber.objects.get(vendor=world.vendor, distributor=world.distributor, number=number)


def live(**fields: Any) -> list[SaleLine]:
    """Lines that stand, in the order of their documents."""
    lines = SaleLine.objects.filter(reverses__isnull=True, reversed_by__isnull=True, **fields)
    return list(lines.order_by("document_key", "document_line"))
