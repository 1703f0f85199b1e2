"""Who takes part in which program of the demo, how strong, in which tiers and under which agreements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from common.periods import Period
from portal.demo.chance import chance
from portal.demo.companies import COMPANIES, SHOWN, TRYOUTS, Company

SNOM, LENOVO, IBM = "snom", "lenovo", "ibm"
PROGRAMS = {SNOM: "snom-partner", LENOVO: "lenovo-loyalty", IBM: "ibm-10hoch4"}
DISTRIBUTORS = {
    SNOM: ("allnet", "also", "ingram-micro", "komsa", "michael-telecom"),
    LENOVO: ("also", "ingram-micro", "komsa"),
    IBM: ("also", "ingram-micro"),
}
OPEN_TO = {SNOM: ("DE", "AT", "CH", "FR"), LENOVO: ("DE",), IBM: ("DE",)}
SHARE = {SNOM: 0.8, LENOVO: 0.72, IBM: 0.6}
"""How many of the companies in its countries take part."""

ALWAYS = {
    SNOM: {SHOWN, "donauspitz", "seebrugg", "valmorin", "hochjoch", "gaik"},
    LENOVO: {SHOWN, "gaik", "rautental", "moorkamp", "eichsee", "quellhorst"},
    IBM: {SHOWN, "nordhaven", "haselgrund", "zweistrom", "groessmueller", "lachsfang"},
}

PREMIUM = 5
"""So many of Lenovo's largest partners are premium partners."""
AGREEMENTS = {(IBM, "ostlicht"), (IBM, "brackmoor"), (LENOVO, "nordhaven"), (LENOVO, "ostlicht")}
"""Partners with an individual agreement: 10hoch4 leaves them out, Lenovo pays both."""
ENDING_AGREEMENT = (IBM, "kranfeld")
"""Its agreement ended with the third quarter of the demo, so from the fourth on it takes part."""


@dataclass(frozen=True)
class Change:
    """From this day on: a tier or a status."""

    on: date
    to: str
    reason: str = ""


@dataclass(frozen=True)
class Participation:
    """A company in a vendor's program. `rank`: 0 is the vendor's strongest partner."""

    vendor: str
    company: Company
    rank: int
    since: date
    tiers: tuple[Change, ...]
    statuses: tuple[Change, ...]
    agreement: tuple[date, date | None] | None = None

    def is_active_on(self, day: date) -> bool:
        return next((change.to for change in reversed(self.statuses) if change.on <= day), None) == "active"


def participations(quarters: Sequence[Period]) -> list[Participation]:
    """Everybody's part in every program over these quarters, the last of which is open."""
    found = []
    for vendor in PROGRAMS:
        for rank, company in enumerate(_taking_part(vendor)):
            since = _since(vendor, company, rank, quarters)
            found.append(
                Participation(
                    vendor=vendor,
                    company=company,
                    rank=rank,
                    since=since,
                    tiers=_tiers(vendor, company, rank, since, quarters),
                    statuses=_statuses(vendor, company, since, quarters),
                    agreement=_agreement(vendor, company, quarters),
                )
            )
    start = quarters[0].start
    for vendor, tier in ((LENOVO, "registered"), (IBM, "participant")):
        for company in TRYOUTS:
            active = (Change(start, "active"),)
            found.append(Participation(vendor, company, 99, start, (Change(start, tier),), active))
    return found


def _taking_part(vendor: str) -> list[Company]:
    """Strongest first: in the order of their size, a few of them a little stronger here and weaker there."""
    dice = chance("taking part", vendor)
    invited = [one for one in COMPANIES if one.country in OPEN_TO[vendor]]
    chosen = [
        one for one in invited if dice.random() < SHARE[vendor] or one.slug in ALWAYS[vendor] or _agrees(vendor, one)
    ]
    places = {one.slug: place + dice.uniform(-3, 3) for place, one in enumerate(chosen)}
    return sorted(chosen, key=lambda one: places[one.slug])


def _agrees(vendor: str, company: Company) -> bool:
    return (vendor, company.slug) in AGREEMENTS or (vendor, company.slug) == ENDING_AGREEMENT


def _since(vendor: str, company: Company, rank: int, quarters: Sequence[Period]) -> date:
    """Most were there from the start; of the smaller ones some joined later."""
    dice = chance("joined", vendor, company.slug)
    if rank < 12 or company.slug in ALWAYS[vendor] or dice.random() < 0.7:
        return quarters[0].start
    return dice.choice(quarters[1:-1]).start + timedelta(days=dice.randint(0, 60))


def _tiers(vendor: str, company: Company, rank: int, since: date, quarters: Sequence[Period]) -> tuple[Change, ...]:
    if vendor == IBM:
        return (Change(since, "participant"),)
    if vendor == LENOVO:
        return (Change(since, "premium" if rank < PREMIUM else "registered"),)
    return tuple(change for change in _snom_tiers(company, rank, since, quarters) if change.on >= since)


def _snom_tiers(company: Company, rank: int, since: date, quarters: Sequence[Period]) -> list[Change]:
    """Gold for the largest, silver for the next; some climbed on the way, one lost its certified technician."""
    middle = [quarter.start + timedelta(days=38) for quarter in quarters]
    if company.slug == SHOWN:
        return [Change(since, "registered"), Change(middle[1], "silver", "Schulung, Referenz und Umsatz liegen vor")]
    if rank == 4:
        return [Change(since, "gold"), Change(middle[3], "silver", "Zertifizierte Person ausgeschieden")]
    if rank in (6, 7):
        return [Change(since, "silver"), Change(middle[2], "gold", "Jahresumsatz über 20.000 €")]
    if rank < 6:
        return [Change(since, "gold")]
    if rank in (15, 16, 18):
        return [Change(since, "registered"), Change(middle[3], "silver", "Schulung abgeschlossen")]
    return [Change(since, "silver" if rank < 15 else "registered")]


def _statuses(vendor: str, company: Company, since: date, quarters: Sequence[Period]) -> tuple[Change, ...]:
    """Active, mostly. One is suspended for a while, one ended, one has only just applied."""
    special = {
        (LENOVO, "quellhorst"): (
            Change(since, "active"),
            Change(quarters[2].start, "suspended"),
            Change(quarters[3].start, "active"),
        ),
        (SNOM, "hochjoch"): (Change(since, "active"), Change(quarters[4].start, "ended")),
        (IBM, "lachsfang"): (Change(since, "applied"),),
    }
    return special.get((vendor, company.slug), (Change(since, "active"),))


def _agreement(vendor: str, company: Company, quarters: Sequence[Period]) -> tuple[date, date | None] | None:
    if (vendor, company.slug) == ENDING_AGREEMENT:
        return quarters[0].start, quarters[3].start
    return (quarters[0].start, None) if (vendor, company.slug) in AGREEMENTS else None
