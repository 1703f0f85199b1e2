"""Countries and the end of a program are configuration: what they change is seen in what partners earn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from common.access import Actor
from common.dated import since
from common.periods import Period
from partners import services
from partners.models import Enrolment, EnrolmentStatus, Partner
from programs import preset_files, preset_loading
from programs.models import Distributor, Product, Program, RebateTerms
from rebates.live import figures
from tests.world import NOW, TODAY, make_partner, sell

THIRD, FOURTH = Period.parse("2026Q3"), Period.parse("2026Q4")


def load(tmp_path: Path, *changes: tuple[str, str]) -> Program:
    """The preset of IBM 10hoch4 as a file in which somebody changed a few words."""
    text = preset_files.find("ibm").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "ibm.yaml"
    path.write_text(text, encoding="utf-8")
    preset_loading.load(
        preset=preset_files.read(path),
        distributors=preset_files.known_distributors(),
        actor=Actor.system(),
        now=NOW,
        today=TODAY,
    )
    return Program.objects.get()


def buy(partner: Partner, on: date, net: str) -> None:
    product, distributor = Product.objects.get(article="POWER-720"), Distributor.objects.get(slug="also")
    sell(partner, product, on, "1", net, distributor=distributor, document=f"{partner.number}-{on}")


def earned(enrolment: Enrolment, period: Period) -> Decimal:
    terms = RebateTerms.objects.select_related("program").get()
    (figure,) = figures(versions=[terms], period=period, today=period.end, enrolments=[enrolment])
    return figure.settlement.amount


def test_removing_the_end_pays_for_sales_after_it(db: None, tmp_path: Path) -> None:
    program = load(tmp_path, ("ends_on: null", "ends_on: 2026-10-01"))
    partner = make_partner("Elbtal Systemhaus GmbH", "2B3C4D5F")
    enrolment = services.enrol(partner=partner, program=program, on=date(2026, 1, 1), actor=Actor.system())
    buy(partner, date(2026, 9, 30), "50000.00")
    buy(partner, date(2026, 10, 1), "50000.00")
    assert (earned(enrolment, THIRD), earned(enrolment, FOURTH)) == (Decimal("5000.00"), Decimal("0.00"))
    load(tmp_path)
    assert (earned(enrolment, THIRD), earned(enrolment, FOURTH)) == (Decimal("5000.00"), Decimal("5000.00"))


def test_adding_a_country_opens_the_program_and_pays_its_partners(db: None, tmp_path: Path) -> None:
    program = load(tmp_path)
    partner = make_partner("Alpenblick IT GmbH", "9Z8Y7X6W", country="AT")
    # Taken in before the country was closed, or by an import: still it earns nothing.
    enrolment = Enrolment.objects.create(partner=partner, program=program, enrolled_on=date(2026, 1, 1))
    EnrolmentStatus.objects.create(enrolment=enrolment, status="active", valid=since(date(2026, 1, 1)))
    buy(partner, date(2026, 10, 20), "50000.00")
    assert earned(enrolment, FOURTH) == Decimal("0.00")
    load(tmp_path, ("countries: [DE]", "countries: [DE, AT]"))
    assert earned(enrolment, FOURTH) == Decimal("5000.00")
