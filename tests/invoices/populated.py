"""An invoice with everything that belongs to one, ours and the rivals', for every address."""

from __future__ import annotations

from decimal import Decimal

from common.models import User
from invoices.keys import number_key
from invoices.models import ClaimedSerial, Invoice, InvoiceEvent, InvoiceFile, InvoiceLine
from partners.models import Enrolment
from programs.models import Product
from tests.sales.invoices.hybrid_samples import page
from tests.sales.invoices.samples import sample
from tests.world import NOW, World

_PAPER = page(sample())


def invoice_of(enrolment: Enrolment, owner: User, number: str) -> Invoice:
    """Waits for a person of the vendor: a page without data, typed by the partner."""
    vendor, partner = enrolment.program.vendor, enrolment.partner
    invoice = Invoice.objects.create(
        vendor=vendor, partner=partner, uploaded_by=owner, uploaded_at=NOW, since=NOW, state=Invoice.State.REVIEW,
        file_name=f"{number}.pdf", sha256=number, kind="pdf", pages=1, visible_text=f"Rechnung {number}", number=number,
        number_key=number_key(number), seller_name="Allnet", buyer_name=partner.name, currency="EUR",
        issue_date=NOW.date(), type_code="380", scan=Invoice.Scan.NOT_CONFIGURED, seller_key="vat DE1",
        net=Decimal("100.00"), typed=["number"],
    )  # fmt: skip
    InvoiceFile.objects.create(invoice=invoice, content=_PAPER)
    product = Product.objects.filter(vendor=vendor).order_by("pk")[0]
    line = InvoiceLine.objects.create(
        invoice=invoice, position=1, line_id="1", name="Telefon", article=product.article, quantity=Decimal(2),
        pieces=Decimal(2), product=product, net=Decimal("100.00"), serials=[f"SN-{number}"], typed=["name"],
    )  # fmt: skip
    ClaimedSerial.objects.create(vendor=vendor, serial=f"SN{number}", line=line)
    for step, by, text in (
        (InvoiceEvent.Step.UPLOADED, owner, ""),
        (InvoiceEvent.Step.CORRECTED, owner, f"Typed of {number}"),
    ):
        InvoiceEvent.objects.create(invoice=invoice, step=step, by=by, at=NOW, text=text)
    return invoice


def uploaded(world: World) -> tuple[Invoice, Invoice]:
    """Ours, and the rivals'."""
    return (
        invoice_of(world.enrolment, world.reseller_owner, "INV-1"),
        invoice_of(world.rival_enrolment, world.rival_owner, "INV-2"),
    )
