"""Comparing a deal with a hundred thousand open ones of its vendor, as it is done after it was sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from random import Random
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

from common.models import User
from deals import checking
from deals.customers import found_by
from deals.models import Conflict, Deal, DealProduct
from partners.models import Enrolment
from programs.models import Product
from tests.bench.results import give, p95, told, within

OPEN_DEALS = 100_000
CHECKED = 400
MILLISECONDS = 100
AT_ONCE = 5_000
TWICE = 0.3
"""So many of those that are compared are about a project that somebody else has open."""

ROOTS = (
    "Ahl", "Bach", "Berg", "Birk", "Brand", "Buch", "Dahl", "Dorn", "Eck", "Eich", "Elm", "Falk", "Feld", "Fink",
    "Gold", "Grün", "Haag", "Hain", "Hart", "Heid", "Hoch", "Holl", "Horn", "Kalt", "Kamp", "Kirch", "Klein", "Kron",
    "Land", "Lang", "Lind", "Lohr", "Mark", "Moos", "Neu", "Nord", "Ober", "Ost", "Rau", "Reit", "Ried", "Ross", "Rot",
    "Sand", "Schön", "See", "Stein", "Süd", "Tann", "Thal", "Ulm", "Voss", "Wald", "Weid", "West", "Wild", "Wolf",
    "Ziegel",
)  # fmt: skip
ENDS = (
    "acker", "au", "bach", "baum", "beck", "berger", "born", "bruch", "brück", "burg", "egger", "eck", "er", "felder",
    "furt", "grund", "hagen", "hardt", "hauer", "heim", "hof", "hofer", "horst", "huber", "kamp", "kötter", "länder",
    "mann", "meier", "meister", "moser", "müller", "reuter", "rieder", "rode", "schmidt", "stedt", "stein", "tal",
    "wald", "weiler", "werth", "winkel",
)  # fmt: skip
TRADES = (
    "Anlagenbau", "Apotheke", "Autohaus", "Bau", "Bäckerei", "Dachdecker", "Dentallabor", "Druckerei", "Elektrotechnik",
    "Fahrzeugteile", "Fensterbau", "Gartenbau", "Gebäudereinigung", "Getränke", "Gymnasium", "Hausverwaltung",
    "Holzbau", "Hotel", "Immobilien", "Ingenieurbüro", "Kanzlei", "Klinik", "Kunststofftechnik", "Kältetechnik",
    "Logistik", "Maschinenbau", "Metallbau", "Molkerei", "Möbel", "Optik", "Pflegedienst", "Recycling", "Sanitär",
    "Schlosserei", "Schule", "Seniorenheim", "Spedition", "Stadtwerke", "Steuerberatung", "Textil", "Tiefbau",
    "Tierklinik", "Verlag", "Verpackungen", "Versicherungen", "Werkzeugbau", "Wohnungsbau", "Zahnarztpraxis",
)  # fmt: skip
FORMS = (
    "GmbH",
    "GmbH",
    "GmbH",
    "GmbH & Co. KG",
    "AG",
    "KG",
    "e. K.",
    "OHG",
    "UG (haftungsbeschränkt)",
    "gGmbH",
    "eG",
    "",
)
STREETS = ("Hauptstraße", "Bahnhofstraße", "Industriestraße", "Gartenweg", "Am Markt", "Schulstraße", "Ringstraße")
TOWNS = range(1, 2_001)
SIZES = tuple(1 / (town + 10) ** 0.9 for town in TOWNS)
"""As many as there are in Germany with more than eight thousand people; the fifty largest have a quarter of all."""

SUMS = tuple(accumulate(SIZES))


@dataclass(frozen=True)
class Company:
    name: str
    street: str
    postcode: str
    city: str
    domain: str
    vat_id: str

    def fields(self) -> dict[str, str]:
        return {f"customer_{name}": value for name, value in vars(self).items()}


def company(dice: Random) -> Company:
    name = dice.choice(ROOTS) + dice.choice(ENDS)
    trade = dice.choice(TRADES)
    called = dice.choice((f"{name} {trade}", f"{trade} {name}", f"{name} & Söhne {trade}", name))
    form = dice.choice(FORMS)
    [town] = dice.choices(TOWNS, cum_weights=SUMS)
    domain = f"{name}-{trade}.de".lower() if dice.random() < 0.6 else ""
    return Company(
        f"{called} {form}".strip(),
        f"{dice.choice(STREETS)} {dice.randint(1, 150)}" if dice.random() < 0.8 else "",
        f"{10 + town * 37 % 89}{town % 100:02}{dice.randint(0, 9)}",
        ROOTS[town % len(ROOTS)] + ENDS[town // len(ROOTS) % len(ENDS)] + ("" if town < 1_500 else " am See"),
        domain.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"),
        f"DE{dice.randint(100_000_000, 999_999_999)}" if dice.random() < 0.2 else "",
    )


def otherwise_written(other: Company, dice: Random) -> Company:
    """The same customer, as somebody else writes it."""
    name = other.name.replace("ü", "ue") if dice.random() < 0.5 else other.name.upper()
    return Company(name.removesuffix("GmbH").strip(), "", other.postcode, other.city, other.domain, "")


def measure() -> None:
    dice = Random(7)
    enrolments = list(Enrolment.objects.filter(program__slug="volume").select_related("program__vendor").order_by("pk"))
    known = _register(enrolments, dice)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE deals_deal")
    seconds, candidates = [], []
    for deal in _sent(enrolments, known, dice):
        begun = time.perf_counter()
        checking.check(deal=deal, now=timezone.now(), today=timezone.localdate())
        seconds.append(time.perf_counter() - begun)
        found = checking.standing(deal.vendor_id, timezone.localdate()).filter(keys__overlap=deal.keys)
        candidates.append(found.exclude(partner=deal.partner_id).count())
    similar = Conflict.objects.values("deal").distinct().count()
    what = f"comparing a deal with {OPEN_DEALS:,} open ones of its vendor"
    give(
        within(f"{what}: p95", p95(seconds) * 1000, MILLISECONDS, "ms"),
        told(f"{what}: median and most", f"{median(seconds) * 1000:.1f} and {max(seconds) * 1000:.1f} ms"),
        told(
            f"{what}: candidates that its keys find, median, p95 and most",
            f"{median(candidates):.0f}, {p95(candidates):.0f} and {max(candidates)}",
        ),
        told(f"{what}: of {CHECKED} a similar one is found for", str(similar)),
    )  # fmt: skip


def _register(enrolments: list[Enrolment], dice: Random) -> list[Company]:
    """Written as they are sent, without their histories and mails."""
    known = [company(dice) for _deal in range(OPEN_DEALS)]
    person = User.objects.create(email="bench-deals@example.com")
    rows = _deals(enrolments, known, person, dice)
    for _chunk in range(0, OPEN_DEALS, AT_ONCE):
        Deal.objects.bulk_create([next(rows) for _row in range(AT_ONCE)])
    product = Product.objects.filter(vendor=enrolments[0].program.vendor).order_by("pk")[0]
    for chunk in range(0, OPEN_DEALS, AT_ONCE):
        ids = Deal.objects.order_by("pk").values_list("pk", flat=True)[chunk : chunk + AT_ONCE]
        DealProduct.objects.bulk_create([DealProduct(deal_id=pk, product=product) for pk in ids])
    return known


def _deals(enrolments: list[Enrolment], companies: list[Company], person: User, dice: Random) -> Iterator[Deal]:
    today = timezone.localdate()
    first = Deal.objects.count() + 1
    for place, each in enumerate(companies, start=first):
        enrolment = enrolments[place % len(enrolments)]
        vendor_id = enrolment.program.vendor_id
        given: dict[str, Any] = {**each.fields(), "expected_on": today + timedelta(days=dice.randint(10, 400))}
        deal = Deal(
            vendor_id=vendor_id, partner_id=enrolment.partner_id, enrolment=enrolment, number=place, place=place,
            state=Deal.State.SUBMITTED, since=timezone.now(), submitted_at=timezone.now(), due_on=today,
            written_by=person, checked_at=timezone.now(), **given,
        )  # fmt: skip
        deal.keys, deal.keys_made_by = found_by(deal).values()
        yield deal


def _sent(enrolments: list[Enrolment], known: list[Company], dice: Random) -> list[Deal]:
    """What is sent next: mostly new customers, and some of whom somebody has a deal."""
    sent = [
        otherwise_written(dice.choice(known), dice) if dice.random() < TWICE else company(dice)
        for _deal in range(CHECKED)
    ]
    person = User.objects.get(email="bench-deals@example.com")
    return Deal.objects.bulk_create(_deals(enrolments[1:], sent, person, dice))
