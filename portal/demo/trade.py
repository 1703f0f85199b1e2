"""The demo's sales on their way into the books: distributors' reports through the import, invoices beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from common.access import Actor
from common.models import User
from common.periods import Period
from partners.models import Partner
from portal.demo import reports
from portal.demo.chance import chance
from portal.demo.market import Purchase, purchases
from portal.demo.programs import DISTRIBUTORS, LENOVO, SNOM, Participation
from portal.demo.samples import TRYOUT_DISTRIBUTOR, tryout_numbers
from programs.models import Distributor, Product, Program
from sales.booking import ProvenSale, book_lines
from sales.importing import import_sellout
from sales.models import CustomerNumber, Evidence

STRANGERS = (
    ("Birkenstock-Rieger EDV", 3),
    ("Morgenbrueck Systemhaus", 2),
    ("Kontor 48 IT-Handel UG", 1),
)
"""Customers no vendor knows yet, one of them a known partner under a second number, with how many rows wait."""
UNKNOWN_ARTICLE = "TP-X9"
DAYS_TO_REPORT = 4
REPEATS = ("lenovo", "komsa")
"""This distributor's reports say the last rows of the one before once more; they are known and not counted twice."""

Key = tuple[str, str]  # vendor, distributor


@dataclass
class Market:
    """The trade of the five quarters. Quarters are reported one after the other, in their order."""

    parts: Sequence[Participation]
    programs: Mapping[str, Program]
    partners: Mapping[str, Partner]
    quarters: Sequence[Period]
    today: date
    now: datetime
    report_count: int = 0
    line_count: int = 0
    _last: list[reports.Row] = field(default_factory=list)
    _late: dict[Key, list[Purchase]] = field(default_factory=lambda: defaultdict(list))
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(lambda: 100_000))

    def __post_init__(self) -> None:
        self.distributors = {one.slug: one for one in Distributor.objects.all()}
        self.products = {(one.vendor_id, one.article): one for one in Product.objects.all()}
        self.reporters = {user.email: user for user in User.objects.filter(email__startswith="reports@")}

    def write_customer_numbers(self) -> None:
        """Under which numbers the distributors know the partners; the tryouts have one for what is imported by hand."""
        vendors = {slug: program.vendor for slug, program in self.programs.items()}
        CustomerNumber.objects.bulk_create(
            CustomerNumber(
                vendor=vendors[part.vendor],
                distributor=self.distributors[slug],
                number=number,
                partner=self.partners[part.company.slug],
            )
            for part in self.parts
            for slug, number in self._known_as(part)
        )

    def _known_as(self, part: Participation) -> list[tuple[str, str]]:
        if number := tryout_numbers().get(part.company.slug):
            return [(TRYOUT_DISTRIBUTOR, number)]
        return [(slug, customer_number(slug, part.company.slug)) for slug in DISTRIBUTORS[part.vendor]]

    def report(self, index: int) -> None:
        """Bring one quarter into the books: quarterly reports when it is over, monthly ones while it runs."""
        reported: dict[Key, list[Purchase]] = defaultdict(list)
        invoiced: list[Purchase] = []
        late, self._late = self._late, defaultdict(list)
        for part in self.parts:
            for bought in self._numbered(part, index):
                key = (bought.vendor, bought.distributor)
                if part.vendor == SNOM and proves_by_invoice(part):
                    invoiced.append(bought)
                elif bought.late:
                    self._late[key].append(bought)
                else:
                    reported[key].append(bought)
        for key in sorted({*reported, *late}):
            self._report_of(key, [*late.get(key, []), *reported.get(key, [])], index)
        self._book_invoices(invoiced, index)

    def _numbered(self, part: Participation, index: int) -> list[Purchase]:
        """Documents get the distributor's next numbers, by day."""
        bought = sorted(purchases(part, self.quarters, index, self.today), key=lambda one: (one.day, one.document))
        numbers: dict[int, int] = {}
        for one in bought:
            if one.document not in numbers:
                step = chance("document", one.distributor, self._numbers[one.distributor]).randint(1, 9)
                self._numbers[one.distributor] += step
                numbers[one.document] = self._numbers[one.distributor]
        return [replace(one, document=numbers[one.document]) for one in bought]

    def _report_of(self, key: Key, bought: Sequence[Purchase], index: int) -> None:
        quarter = self.quarters[index]
        if index < len(self.quarters) - 1:
            received = min(quarter.end + timedelta(days=DAYS_TO_REPORT), self.today)
            self._import(key, bought, received, str(quarter))
            return
        month = Period.containing("month", quarter.start)
        while month.start <= self.today:
            in_month = [one for one in bought if month.contains(max(one.day, quarter.start))]
            received = min(month.end + timedelta(days=DAYS_TO_REPORT), self.today)
            self._import(key, in_month, received, str(month), strangers=month.contains(self.today))
            month = month.next()

    def _import(
        self, key: Key, bought: Sequence[Purchase], received: date, period: str, strangers: bool = False
    ) -> None:
        vendor, distributor = key
        rows = [self._row(one) for one in sorted(bought, key=lambda one: (one.day, one.document, one.line))]
        if strangers:
            rows += self._rows_of_strangers(key, received)
        if not rows:
            return
        if key == REPEATS:
            rows, self._last = [*self._last, *rows], rows[-3:]
        at = timezone.make_aware(datetime.combine(received, time(8, 20 + len(vendor))))
        result = import_sellout(
            actor=Actor.system(),
            vendor=self.programs[vendor].vendor,
            distributor=self.distributors[distributor],
            file_name=f"sellout-{vendor}-{distributor}-{period}.csv",
            content=reports.write(rows, reports.STYLES[distributor]),
            uploaded_by=self.reporters[f"reports@{distributor}.example"],
            now=min(at, self.now),
            today=received,
        )
        self.report_count += 1
        self.line_count += result.matched

    def _row(self, one: Purchase) -> reports.Row:
        return reports.Row(
            customer_number=customer_number(one.distributor, one.company),
            customer=self.partners[one.company].name,
            document=document_number(one),
            line=one.line,
            day=one.day,
            article=one.article,
            quantity=one.quantity,
            net=one.net,
            project=one.project,
        )

    def _rows_of_strangers(self, key: Key, received: date) -> list[reports.Row]:
        """Rows that wait: customers nobody knows yet and, at Lenovo, an article nobody knows yet."""
        vendor, distributor = key
        if distributor != DISTRIBUTORS[vendor][0]:
            return []
        article = {SNOM: "D785", LENOVO: "TP-L14"}.get(vendor, "SYSX-3650")
        rows = [
            reports.Row(
                f"N-{9000 + place}", name, f"N{vendor.upper()}{place}{number}", 1, received, article, number + 1, net
            )
            for place, (name, count) in enumerate(STRANGERS)
            for number in range(count)
            for net in [Decimal("812.50") * (number + 1)]
        ]
        if vendor == LENOVO:
            known = next(part for part in self.parts if part.vendor == vendor and part.rank == 1)
            number = customer_number(distributor, known.company.slug)
            rows.append(
                reports.Row(number, known.company.name, "NX100", 1, received, UNKNOWN_ARTICLE, 2, Decimal("2398.00"))
            )
        return rows

    def _book_invoices(self, invoiced: Sequence[Purchase], index: int) -> None:
        """What Snom's silver and gold partners prove by invoices, booked without the documents themselves."""
        if not invoiced:
            return
        vendor = self.programs[SNOM].vendor
        booked_on = min(self.quarters[index].end + timedelta(days=1), self.today)
        sales = [
            ProvenSale(
                partner_id=self.partners[one.company].pk,
                product_id=self.products[vendor.pk, one.article].pk,
                distributor=self.distributors[one.distributor],
                document_number=document_number(one),
                document_line=str(one.line),
                document_date=one.day,
                article=one.article,
                quantity=Decimal(one.quantity),
                net=one.net,
            )
            for one in invoiced
        ]
        at = min(timezone.make_aware(datetime.combine(booked_on, time(9, 5))), self.now)
        self.line_count += len(book_lines(vendor=vendor, evidence=Evidence.INVOICE, sales=sales, now=at))


def proves_by_invoice(part: Participation) -> bool:
    """Who was ever silver or gold uploads invoices; the others are seen in the distributors' reports only."""
    return any(change.to in ("silver", "gold") for change in part.tiers)


def customer_number(distributor: str, company: str) -> str:
    """Numbers look different at each distributor and are the same for all vendors."""
    digits = chance("customer", distributor, company).randint(10_000, 99_999)
    pattern = {"allnet": "{}", "also": "1{}", "ingram-micro": "20-{}", "komsa": "K{}", "michael-telecom": "MT-{}"}
    return pattern[distributor].format(digits)


def document_number(one: Purchase) -> str:
    prefix = {"allnet": "RE", "also": "90", "ingram-micro": "IM-", "komsa": "KR", "michael-telecom": "MT"}
    return f"{prefix[one.distributor]}{one.document}"
