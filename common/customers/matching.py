"""Whether two customers are one: name, place, street, domain and VAT id weighed against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from common.companies import (
    OTHER_PLACE,
    OTHER_VAT_ID,
    SAME_CITY,
    SAME_NAME,
    SAME_POSTCODE,
    SAME_VAT_ID,
    SIMILAR_NAME,
    VERY_SIMILAR_NAME,
    Reason,
    folded,
    vat_key,
)
from common.customers.domains import label, own_domain
from common.customers.names import OTHER_WORDS, Likeness, compare_names
from common.customers.places import Near, Place, SameStreet, nearness, place_of, same_street
from common.customers.signs import as_read
from common.customers.words import Kind, Name, parsed
from common.sentences import _n

SAME = 70
"""From this score on two customers are taken as one."""

SAME_DOMAIN = Reason(_n("same domain"))
SIMILAR_DOMAIN = Reason(_n("similar domain"))
ABBREVIATION = Reason(_n("one name is the other's abbreviation"))
SAME_HOUSE = Reason(_n("same street and number"))
SAME_STREET = Reason(_n("same street"))
NEAR_BY = Reason(_n("postcodes close to each other"))
OTHER_NAME = Reason(_n("another name"), against=True)
GENERIC_NAME = Reason(_n("a name that many have"), against=True)
OTHER_DOMAIN = Reason(_n("another domain"), against=True)
OTHER_STREET = Reason(_n("another street"), against=True)
OTHER_COUNTRY = Reason(_n("another country"), against=True)


@dataclass(frozen=True, slots=True)
class Customer:
    """An end customer as somebody typed it; empty where nothing is known. `domain`: of its site or mail."""

    name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    domain: str = ""
    vat_id: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`score`: 0 (nothing in common) to 100 (the same). Reasons: what speaks for it, then what against."""

    score: int
    reasons: tuple[Reason, ...] = ()

    @property
    def same(self) -> bool:
        return self.score >= SAME


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a customer's fields say."""

    name: Name
    place: Place
    domain: str
    vat: str

    @property
    def towns(self) -> frozenset[str]:
        """Words that name its town, in its own name and another's."""
        return frozenset(word for word in (*self.place.town.words, *self.place.town.added) if len(word) > 2)


@lru_cache(maxsize=10_000)
def prepared(customer: Customer) -> Prepared:
    place = place_of(*map(as_read, (customer.street, customer.postcode, customer.city, customer.country)))
    name, domain, vat_id = map(as_read, (customer.name, customer.domain, customer.vat_id))
    return Prepared(parsed(name), place, own_domain(domain), _vat(vat_id, place.country))


def _vat(text: str, country: str) -> str:
    key = re.sub(r"(?<=\d)(?:MWST|TVA|IVA|VAT)$", "", vat_key(folded(text)))
    if not any(sign in "123456789" for sign in key) or len(key) < 5:
        return ""
    return f"{country}{key}" if key.isdigit() and len(country) == 2 else key


def vat_number(vat: str) -> str:
    """A VAT id without its country, which some leave out."""
    return re.sub(r"^[A-Z]{2,3}(?=\d)", "", vat)


def weigh(one: Prepared, other: Prepared) -> Comparison:
    """The score of two customers before it is asked whether a search would have found them."""
    named = compare_names(one.name, other.name, one.towns | other.towns)
    near = _near(one, other, named)
    street = same_street(one.place.street, other.place.street) if near >= Near.UNKNOWN else SameStreet.UNKNOWN
    named = _named_by_domain(one, other, named, near)
    telling = named.telling or (named.shares_telling and not _placed(one) and not _placed(other))
    score, reasons = _by_name(named, telling)
    score += _by_place(named.score, telling, near, reasons)
    score = _by_street(score, named, near, street, telling, reasons)
    score = _by_domain(score, one, other, named, near, street, reasons)
    score = _by_vat(score, one, other, named, street, reasons)
    return Comparison(round(max(0.0, min(score, 100.0))), tuple(sorted(reasons, key=lambda reason: reason.against)))


def called(customer: Prepared) -> frozenset[str]:
    """What its domain is called, with and without its town or a legal form behind it."""
    whole = folded(label(customer.domain))
    ends = [end for end in (*customer.place.town.words, *_DOMAIN_ENDS) if whole.endswith(end)]
    return frozenset(name for name in (whole, *(whole.removesuffix(end) for end in ends)) if len(name) > 2)


def _placed(customer: Prepared) -> bool:
    return bool(customer.place.postcode or customer.place.town.words)


def _near(one: Prepared, other: Prepared, named: Likeness) -> Near:
    near = nearness(one.place, other.place)
    if near is Near.UNKNOWN and named.towns:
        return Near.TOWN  # both names say where
    return near


def _named_by_domain(one: Prepared, other: Prepared, named: Likeness, near: Near) -> Likeness:
    """A name that is what the other's domain is called: "SWM", and swm.example."""
    if named.score >= 85 or (named.against not in (None, OTHER_WORDS)):
        return named
    for mine, theirs in ((one, other), (other, one)):
        if near >= Near.UNKNOWN and not called(theirs).isdisjoint({mine.name.joined} | mine.name.acronyms):
            return Likeness(85.0, telling=True, short=True)
    return named


def _by_name(named: Likeness, telling: bool) -> tuple[float, list[Reason]]:
    reasons: list[Reason] = []
    if named.short:
        reasons.append(ABBREVIATION)
    elif named.score >= 99:
        reasons.append(SAME_NAME)
    elif named.score >= 85:
        reasons.append(VERY_SIMILAR_NAME)
    elif named.score >= 55:
        reasons.append(SIMILAR_NAME)
    elif not named.against:
        reasons.append(OTHER_NAME)
    if named.against:
        reasons.append(named.against)
    if named.score >= 55 and not telling:
        reasons.append(GENERIC_NAME)
    return named.score * (0.75 if telling else 0.55), reasons


_SLIP = 8
"""What something else that differs costs more where the names are not quite the same: two slips are one too many."""
_DOMAIN_ENDS = ("gmbh", "ag", "kg", "gruppe", "group", "online", "web", "shop", "ev", "info")
_NEAR_REASONS = {
    Near.POSTCODE: SAME_POSTCODE, Near.TOWN: SAME_CITY, Near.CLOSE: NEAR_BY, Near.REGION: OTHER_PLACE,
    Near.OTHER: OTHER_PLACE, Near.OTHER_COUNTRY: OTHER_COUNTRY,
}  # fmt: skip
_POINTS = {
    Near.POSTCODE: 20,
    Near.TOWN: 16,
    Near.CLOSE: 2,
    Near.UNKNOWN: 0,
    Near.REGION: -10,
    Near.OTHER: -30,
    Near.OTHER_COUNTRY: -35,
}
_POINTS_GENERIC = {
    Near.POSTCODE: 27,
    Near.TOWN: 22,
    Near.CLOSE: -8,
    Near.UNKNOWN: 0,
    Near.REGION: -20,
    Near.OTHER: -40,
    Near.OTHER_COUNTRY: -40,
}


def _by_place(score: float, telling: bool, near: Near, reasons: list[Reason]) -> float:
    if near in _NEAR_REASONS:
        reasons.append(_NEAR_REASONS[near])
    points = (_POINTS if telling else _POINTS_GENERIC)[near]
    return points * score / 100 if points > 0 else points


def _by_street(
    score: float, named: Likeness, near: Near, street: SameStreet, telling: bool, reasons: list[Reason]
) -> float:
    if street is SameStreet.OTHER:
        reasons.append(OTHER_STREET)
        return score - (4 if telling else 8) - (_SLIP if named.slip else 0)
    if street is SameStreet.UNKNOWN:
        return score
    reasons.append(SAME_HOUSE if street is SameStreet.HOUSE else SAME_STREET)
    if named.against:
        return score
    share = (0.45 if street is SameStreet.HOUSE else 0.2) * (1 if near > Near.UNKNOWN else 0.5)
    return score + (100 - score) * share * min(1.0, named.score / 60)


def _by_domain(
    score: float, one: Prepared, other: Prepared, named: Likeness, near: Near, street: SameStreet, reasons: list[Reason]
) -> float:
    if not one.domain or not other.domain:
        return score
    if one.domain == other.domain:
        reasons.insert(0, SAME_DOMAIN)
        return _with_domain(score, named, near, street, own=_named_after(one, other))
    mine, theirs = folded(label(one.domain)), folded(label(other.domain))
    if mine == theirs:
        reasons.append(SIMILAR_DOMAIN)
        return score + (100 - score) * (0.25 if named.score >= 60 and not named.against else 0.0)
    if mine in theirs or theirs in mine:
        return score
    reasons.append(OTHER_DOMAIN)
    return score - (6 if named.telling else 8) - (_SLIP if named.slip else 0)


def _named_after(one: Prepared, other: Prepared) -> bool:
    """Whether a domain is called after one of the two: then it is no portal's."""
    called = folded(label(one.domain))
    words = [
        word.text for each in (one, other) for word in each.name.words if word.kind in (Kind.TELLING, Kind.SURNAME)
    ]
    short = one.name.acronyms | other.name.acronyms
    return any(len(word) > 3 and word in called for word in words) or any(called.startswith(each) for each in short)


def _with_domain(score: float, named: Likeness, near: Near, street: SameStreet, *, own: bool) -> float:
    """Companies of a group share a domain, and so do guests of a portal: names that tell them apart weigh more."""
    if near is Near.OTHER_COUNTRY or (named.against and named.against is not OTHER_WORDS):
        return min(score + 10, SAME - 5)
    if named.score >= 60 and (own or named.telling or near >= Near.UNKNOWN):
        return max(score + (100 - score) * 0.6, 85.0 if near >= Near.REGION else 76.0)
    if named.against or named.shares:
        doubtful = near < Near.UNKNOWN or street is SameStreet.OTHER or not (own or named.shares_telling)
        return min(score + 10, SAME - 5) if doubtful else 72.0
    if near >= Near.TOWN or street >= SameStreet.STREET:
        return max(score + (100 - score) * 0.5, 76.0)
    return max(score + 20, 72.0 if near >= Near.UNKNOWN else 55.0)


def _by_vat(
    score: float, one: Prepared, other: Prepared, named: Likeness, street: SameStreet, reasons: list[Reason]
) -> float:
    if not one.vat or not other.vat:
        return score
    mine, theirs = one.vat, other.vat
    if mine == theirs or (vat_number(mine) == vat_number(theirs) and (mine.isdigit() or theirs.isdigit())):
        reasons.insert(0, SAME_VAT_ID)
        return max(score, 95.0)
    reasons.append(OTHER_VAT_ID)
    slip = OSA.distance(mine, theirs) == 1 and named.score >= 97
    if slip and (SAME_DOMAIN in reasons or street is SameStreet.HOUSE):
        return score - 5
    return min(score, SAME - 20.0)
