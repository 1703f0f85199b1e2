"""Invoices that the shown partner uploaded to Snom in the running quarter: in every state that one can be in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from common.access import CHANNEL_MANAGER, Actor
from common.models import User
from invoices import processing, receiving, reviewing
from invoices.models import Invoice
from partners.models import Member, Partner
from portal.demo.papers import Line, Paper, pdf, xml
from programs.models import Distributor, Product, Program, VendorStaff

ALLNET, KOMSA = "allnet", "komsa"
SHOP = ("Billigfon24 UG", "DE999000199")


@dataclass(frozen=True)
class Desk:
    """Who uploads, who decides, and when."""

    program: Program
    partner: Partner
    today: date
    now: datetime

    def paper(
        self,
        number: str,
        days_ago: int,
        *lines: tuple[str, int],
        seller: str = ALLNET,
        takes_back: str = "",
        serials: Sequence[str] = (),
    ) -> Paper:
        known = Distributor.objects.filter(slug=seller).first()
        name, vat_id = (known.name, known.vat_id) if known else SHOP
        return Paper(
            number=number,
            day=self.today - timedelta(days=days_ago),
            seller=name,
            seller_vat_id=vat_id,
            buyer=self.partner.name,
            buyer_vat_id=self.partner.vat_id,
            buyer_postcode=self.partner.postcode,
            lines=[self._line(article, quantity, serials) for article, quantity in lines],
            takes_back=takes_back,
        )

    def _line(self, article: str, quantity: int, serials: Sequence[str]) -> Line:
        product = Product.objects.filter(vendor=self.program.vendor, article=article).first()
        if product is None:
            return Line(article, "Patchkabel Cat 6, 5 m", quantity, Decimal("7.90"))
        price = (product.list_price or Decimal(150)) * Decimal("0.80")
        return Line(article, product.name, quantity, price.quantize(Decimal("0.01")), serials)

    def upload(self, file_name: str, content: bytes, *, days_ago: int = 0) -> Invoice:
        """Uploaded and worked on, as on that day."""
        at, on = self.now - timedelta(days=days_ago), self.today - timedelta(days=days_ago)
        invoice = receiving.receive(
            actor=Actor.of(self._owner), partner=self.partner, vendor=self.program.vendor, file_name=file_name,
            content=content, now=at,
        ).invoice  # fmt: skip
        return processing.process(invoice_id=invoice.pk, now=at, today=on) or invoice

    def accept(self, invoice: Invoice, *, days_ago: int) -> None:
        if invoice.state != Invoice.State.REVIEW:
            return
        reviewing.accept(
            invoice=invoice, actor=Actor.of(self._manager), seen=invoice.version,
            now=self.now - timedelta(days=days_ago), today=self.today - timedelta(days=days_ago),
        )  # fmt: skip

    @property
    def _owner(self) -> User:
        return Member.objects.filter(partner=self.partner, role=Member.Role.OWNER).order_by("pk")[0].user

    @property
    def _manager(self) -> User:
        staff = VendorStaff.objects.filter(vendor=self.program.vendor, role=CHANNEL_MANAGER)
        return staff.select_related("user").order_by("pk")[0].user

    def ask(self, invoice: Invoice, text: str) -> None:
        if invoice.state == Invoice.State.REVIEW:
            reviewing.ask(
                invoice=invoice, actor=Actor.of(self._manager), seen=invoice.version, text=text, now=self.now
            )  # fmt: skip


def write(*, program: Program, partner: Partner, today: date, now: datetime) -> None:
    """Three that a person accepted, then one that needed nobody, a credit note, and those that wait or were refused."""
    desk = Desk(program, partner, today, now)
    for place, (number, days_ago, article, quantity) in enumerate(
        (("AN-60411", 20, "D335", 6), ("AN-60502", 17, "D785", 4), ("AN-60587", 13, "D120", 5))
    ):
        paper = desk.paper(number, days_ago, (article, quantity), ("PK-CAT6-5", 2 + place))
        desk.accept(desk.upload(f"{number}.pdf", pdf(paper, with_data=True), days_ago=days_ago - 2),
                    days_ago=days_ago - 3)  # fmt: skip
    desk.upload("AN-60713.xml", xml(desk.paper("AN-60713", 6, ("D335", 3))), days_ago=4)
    back = desk.paper("AN-G-4411", 4, ("D335", 1), takes_back="AN-60411")
    desk.upload("AN-G-4411.pdf", pdf(back, with_data=True), days_ago=3)
    desk.upload("billigfon.xml", xml(desk.paper("2026-771", 5, ("D785", 10), seller="shop")), days_ago=2)
    scan = desk.paper("K-208814", 8, ("D785", 2), ("D120", 1), seller=KOMSA)
    desk.upload("Scan_komsa.pdf", pdf(scan, with_data=False), days_ago=1)
    large = desk.paper("K-208990", 3, ("D785", 24), seller=KOMSA)
    desk.upload("K-208990.pdf", pdf(large, with_data=True))
    asked = desk.upload("K-209002.pdf", pdf(desk.paper("K-209002", 2, ("D335", 30), seller=KOMSA), with_data=True))
    desk.ask(asked, "Für welches Projekt sind die 30 Telefone? Die Menge ist für Sie ungewöhnlich.")
    # Nobody gets a mail about what the demo decided.
    Invoice.objects.filter(told_at=None, decided_at__isnull=False).update(told_at=now)
