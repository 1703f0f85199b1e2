"""Questions for tests: asked, answered, with files of each kind."""

from __future__ import annotations

from typing import Any

from common.access import Actor
from common.models import OutboxMail, User
from common.proofs import Proof
from sales import claims
from sales.claims import ClaimedSale, Said
from sales.models import Claim
from sales.subjects import subjects
from tests.world import NOW, TODAY, World

PDF = Proof("invoice.pdf", b"%PDF-1.7\n1 0 obj\n")
MISSING = "Our invoice R-1005 is in no report."


def said(person: User, text: str, claim: Claim | None = None, **given: Any) -> Said:
    """What the person writes, having read everything there is."""
    seen = claim.messages.latest("id").pk if claim is not None else None
    return Said(Actor.of(person), text, **{"now": NOW, "seen": seen, **given})


def ask_for_missing(world: World, text: str = MISSING, *, by: User | None = None, **given: Any) -> Claim:
    """The reseller misses two top-sellers of Allnet."""
    sale = {"distributor": world.distributor, "document_number": "R-1005", "article": "21HM", **given.pop("sale", {})}
    asked = {"partner": world.reseller, "vendor": world.vendor, "today": TODAY, **given}
    written = {name: asked.pop(name) for name in ("proof", "now") if name in asked}
    return claims.ask_for_missing(
        said=said(by or world.reseller_sales, text, **written), sale=ClaimedSale(**sale), **asked
    )


def ask_about_sale(world: World, text: str = "It was 22, not 24.", *, by: User | None = None, **sale: Any) -> Claim:
    """The reseller doubts its sale of the third quarter."""
    return claims.ask_about(
        kind=subjects[Claim.Kind.SALE],
        subject=world.sale,
        said=said(by or world.reseller_sales, text),
        today=TODAY,
        sale=ClaimedSale(distributor=world.distributor, document_number="R-1001", article="21HM", **sale),
    )


def mailed(kind: str) -> list[str]:
    """To whom mails of this kind were made."""
    mails = OutboxMail.objects.filter(kind=kind).order_by("id")
    return [address.partition("@")[0] for address in mails.values_list("address", flat=True)]
