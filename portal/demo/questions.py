"""Questions of the demo's partners about sales and amounts: one in each state, one of them overdue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from common.access import Actor
from common.models import User
from common.proofs import Proof
from partners.models import Partner
from portal.demo.companies import SHOWN
from portal.demo.programs import LENOVO
from portal.demo.trade import STRANGERS
from programs.models import Program
from rebates.models import Settlement
from sales import claims
from sales.claims import ClaimedSale, Said
from sales.models import Claim, SaleLine, WaitingRow
from sales.subjects import subjects

SECOND_NUMBER = STRANGERS[1][0]
"""The name under which a report has the shown partner with a number that nobody knows yet."""
DOMAIN = f"{SHOWN}.example"


def write(*, program: Program, partner: Partner, now: datetime) -> None:
    """Ask and answer as the shown partner's and Lenovo's people would have in the last days."""
    Questions(program, partner, now).write()


@dataclass(frozen=True)
class Questions:
    program: Program
    partner: Partner
    now: datetime

    def write(self) -> None:
        self._missing()
        self._asked_back()
        self._overdue()
        self._declined()

    def _missing(self) -> None:
        """The sale that waits in a report under the partner's second customer number."""
        row = WaitingRow.objects.filter(vendor=self.program.vendor, customer_name=SECOND_NUMBER).order_by("id").first()
        if row is None:
            return
        content = f"Beleg;Artikel;Menge;Netto\n{row.document_number};{row.article};{row.quantity:f};{row.net}\n"
        claims.ask_for_missing(
            partner=self.partner,
            vendor=self.program.vendor,
            sale=ClaimedSale(
                distributor=row.distributor,
                document_number=row.document_number,
                document_date=row.document_date,
                article=row.article,
                quantity=row.quantity,
                net=row.net,
            ),
            said=self._said(
                "sales",
                "Diesen Kauf finden wir nicht in unserer Liste. Die Zeile unserer Rechnung liegt bei.",
                proof=Proof("rechnung.csv", content.encode()),
            ),
            today=timezone.localdate(self.now),
        )

    def _asked_back(self) -> None:
        claim = self._about_sale(0, "Das Gerät haben wir zurückgegeben, die Gutschrift fehlt.", days=2)
        self._answer(claim, claims.ask_back, "Welche Nummer hat die Gutschrift?", days=1)

    def _overdue(self) -> None:
        self._about_sale(1, "Laut Lieferschein war es ein Stück weniger.", days=7, missing=1)

    def _declined(self) -> None:
        settled = Settlement.objects.filter(
            enrolment__partner=self.partner, terms__program=self.program, settled_at__lt=self.now - timedelta(days=12)
        )
        settlement = settled.order_by("-settled_at", "-id").first()
        if settlement is None:
            return
        claim = claims.ask_about(
            kind=subjects[Claim.Kind.SETTLEMENT],
            subject=settlement,
            said=self._said("finance", "Wir haben einen höheren Betrag errechnet.", days=11),
            today=self._day(11),
        )
        text = "Die Abrechnung stimmt: Verkäufe außerhalb der Produktgruppe zählen bei diesem Bonus nicht mit."
        self._answer(claim, claims.decline, text, days=10)

    # --- how they do it ----------------------------------------------------------------------------------------------

    def _about_sale(self, number: int, text: str, *, days: int, missing: int = 0) -> Claim:
        """Doubt one of the partner's latest sales; `missing` pieces less were bought."""
        kind = subjects[Claim.Kind.SALE]
        known = SaleLine.objects.filter(
            vendor=self.program.vendor, partner=self.partner, quantity__gt=1, booked_at__lt=self.now - timedelta(days=8)
        )
        line = kind.rows().filter(pk__in=known.values("pk")).order_by("-counts_on", "-id")[number]
        sale = ClaimedSale(
            distributor=line.distributor,
            document_number=line.document_number,
            document_date=line.document_date,
            article=line.article,
            quantity=line.quantity - Decimal(missing),
            net=None if missing else line.net,
        )
        said = self._said("sales", text, days=days)
        return claims.ask_about(kind=kind, subject=line, said=said, today=self._day(days), sale=sale)

    def _answer(self, claim: Claim, step: Callable[..., object], text: str, *, days: int) -> None:
        manager = Actor.of(User.objects.get(email=f"channel@{LENOVO}.example"))
        seen = claim.messages.latest("id").pk
        step(claim=claim, said=Said(manager, text, self.now - timedelta(days=days), seen=seen))

    def _said(self, role: str, text: str, *, days: int = 0, proof: Proof | None = None) -> Said:
        member = Actor.of(User.objects.get(email=f"{role}@{DOMAIN}"))
        return Said(member, text, self.now - timedelta(days=days), proof=proof)

    def _day(self, days: int) -> date:
        return timezone.localdate(self.now - timedelta(days=days))
