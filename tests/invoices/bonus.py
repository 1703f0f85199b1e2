"""A vendor that pays a bonus per device proven by invoice, as Snom does, and files that its partner uploads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from common.access import Actor
from common.dated import since
from invoices.models import Invoice, InvoiceRules
from invoices.processing import process
from invoices.receiving import receive
from partners.models import Enrolment, Partner
from programs.models import Authorisation, Distributor, Product
from sales.readers.invoices.record import Invoice as Record
from sales.readers.invoices.record import Line, Party, Preceding
from tests.sales.invoices.samples import line, sample, totalled, ubl
from tests.world import NOW, START, TODAY, World, publish

BONUS = """
code: device-bonus
period: quarter
evidence: invoice
counts: units
rates:
  silver: {D785: 12.00, D735: 10.00}
  gold: {D785: 18.00, D735: 15.00}
"""
DAY = date(2026, 10, 20)


@dataclass(frozen=True)
class Bonus:
    """The world's vendor with two telephones, a bonus for them, and a distributor known by its VAT id."""

    world: World
    d785: Product
    d735: Product

    @property
    def partner(self) -> Partner:
        return self.world.reseller

    @property
    def enrolment(self) -> Enrolment:
        return self.world.enrolment

    @property
    def owner(self) -> Actor:
        return Actor.of(self.world.reseller_owner)

    @property
    def manager(self) -> Actor:
        return Actor.of(self.world.channel_manager)

    def record(self, *lines: Line, **changes: Any) -> Record:
        """An invoice of the distributor to the partner over 3 D785, or `lines`; `changes` of its fields."""
        seller = Party(name=self.world.distributor.name, vat_id="DE123456789", country="DE")
        buyer = Party(name=self.partner.name, vat_id=self.partner.vat_id, country="DE")
        sold = lines or (line("1", "3", "180.00", article="D785", name="Tischtelefon D785"),)
        plain = replace(sample(), seller=seller, buyer=buyer, issue_date=DAY, number="RE-1", lines=sold)
        plain = replace(plain, totals=replace(plain.totals, allowances=Decimal(0), prepaid=None))
        return totalled(replace(plain, **changes))

    def credit_note(self, *lines: Line, of: str, number: str = "GS-1", **changes: Any) -> Record:
        return self.record(*lines, number=number, type_code="381", preceding=(Preceding(of, DAY),), **changes)

    def upload(self, content: bytes | Record, *, by: Actor | None = None, partner: Partner | None = None) -> Invoice:
        """Hand a file in; nobody has worked on it yet."""
        return receive(
            actor=by or self.owner,
            partner=partner or self.partner,
            vendor=self.world.vendor,
            file_name="rechnung.xml",
            content=content if isinstance(content, bytes) else ubl(content),
            now=NOW,
        ).invoice

    def processed(self, content: bytes | Record, **who: Any) -> Invoice:
        """Hand a file in and let a worker go on with it as far as it can."""
        return worked_on(self.upload(content, **who))

    def rules(self, **values: Any) -> InvoiceRules:
        rules, _made = InvoiceRules.objects.update_or_create(vendor=self.world.vendor, defaults=values)
        return rules


def worked_on(invoice: Invoice) -> Invoice:
    process(invoice_id=invoice.pk, now=NOW, today=TODAY)
    invoice.refresh_from_db()
    return invoice


def make_bonus(world: World) -> Bonus:
    """`world` with a bonus; every rule that would send an invoice to a person is switched off."""
    Distributor.objects.filter(pk=world.distributor.pk).update(vat_id="DE 123 456 789")
    world.distributor.refresh_from_db()
    Partner.objects.filter(pk=world.reseller.pk).update(vat_id="DE987654321")
    world.reseller.refresh_from_db()
    if not Authorisation.objects.filter(program=world.program, distributor=world.distributor).exists():
        Authorisation.objects.create(program=world.program, distributor=world.distributor, valid=since(START))
    phones = [
        Product.objects.create(vendor=world.vendor, article=article, name=f"{article} desk phone", gtin=gtin)
        for article, gtin in (("D785", "4260059580014"), ("D735", "4260059580021"))
    ]
    publish(world.program, BONUS, "Device bonus")
    bonus = Bonus(world, *phones)
    bonus.rules(sample=0, accepted_before=0, per_invoice=Decimal(10_000), per_period=Decimal(100_000))
    return bonus
