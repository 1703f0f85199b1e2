"""How near two addresses are: country, postcode, town, street."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from babel import Locale
from rapidfuzz.distance import OSA

from common.companies import folded
from common.customers.bearers import TOWNS
from common.customers.vocabulary import listed

_WORD = re.compile(r"[^\W_]+")
# What stands behind these says which of several towns, or which part of one.
_LINKS = listed(
    "am an a im in i bei b ob o v vor vorm d der den dem unter u auf aan aux sur le la les upon on ot kreis krs lkr"
)
_WEAK = listed(
    "bad sankt st saint markt stadt gross klein ober unter nieder neu alt nord sud ost west mitte zentrum innenstadt "
    "altstadt "
    "city center neustadt hansestadt landeshauptstadt universitatsstadt kreisfreie gemeinde cedex de"
)
_TITLES = listed("stadt hansestadt landeshauptstadt universitatsstadt gemeinde markt")
_POST_BOX = re.compile(r"\b(?:postfach|postbox|po box|pf|p o box)\b.*")
_STREET_WORDS = re.compile(r"(?:strasse|strase|stra|str)\b")
_NUMBER = re.compile(r"\b(\d{1,4})\s?[a-z]?\b(?:\s?[-/]\s?(\d{1,4})\s?[a-z]?\b)?")
_OLD_COUNTRIES = {
    "d": "DE",
    "a": "AT",
    "f": "FR",
    "i": "IT",
    "l": "LU",
    "b": "BE",
    "brd": "DE",
    "uk": "GB",
    "england": "GB",
}


class Near(IntEnum):
    """How near two customers are; UNKNOWN if too little is known."""

    OTHER_COUNTRY = -3
    OTHER = -2
    REGION = -1
    UNKNOWN = 0
    CLOSE = 1
    TOWN = 2
    POSTCODE = 3


class SameStreet(IntEnum):
    OTHER = -1
    UNKNOWN = 0
    STREET = 1
    HOUSE = 2


@dataclass(frozen=True, slots=True)
class Town:
    """A town's own words and those that say which of several, or which part."""

    words: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def strong(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if word not in _WEAK and len(word) > 2) or self.words


@dataclass(frozen=True, slots=True)
class Street:
    name: str = ""
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    country: str = ""
    postcode: str = ""
    town: Town = Town()
    street: Street = Street()


@lru_cache(maxsize=10_000)
def place_of(street: str, postcode: str, city: str, country: str) -> Place:
    land = country_code(country)
    code = _postcode(postcode, land)
    return Place(land, code, town_of(city), street_of(street))


@cache
def _countries() -> dict[str, str]:
    names = dict(_OLD_COUNTRIES)
    for language in ("en", "de", "fr", "it"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(" ".join(_WORD.findall(folded(name))), code)
                names[code.lower()] = code
    return names


@lru_cache(maxsize=2_000)
def country_code(text: str) -> str:
    words = " ".join(_WORD.findall(folded(text)))
    return _countries().get(words, words.upper())


def _postcode(text: str, country: str) -> str:
    signs = "".join(_WORD.findall(folded(text)))
    signs = re.sub(r"^(?:de|ch|at|d|a|f|i|l|cz|pl)(?=\d{3,5}$)", "", signs)
    if signs.isdigit() and len(signs) == 4 and country == "DE":
        return f"0{signs}"  # a spreadsheet took the zero
    return signs


@lru_cache(maxsize=10_000)
def town_of(text: str) -> Town:
    found = folded(text.replace("ß", "ss"))
    found = re.sub(r"^\W*(?:[a-z]{1,2}-)?\d{4,5}\b", " ", found)
    words = [TOWNS.get(word, word) for word in _WORD.findall(found) if not word.isdigit()]
    # "Hague, The", "Landeshauptstadt München"
    words = [word for word in words if word not in ("the", "city", "of")]
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    bounds = [position for position, word in enumerate(words) if position and word in _LINKS]
    end = bounds[0] if bounds else len(words)
    inside = re.search(r"\(([^)]*)\)?|[/,](.*)", found)
    aside = set(_WORD.findall(inside.group())) if inside else set()
    own = tuple(word for position, word in enumerate(words[:end]) if not position or word not in aside)
    added = tuple(word for word in words if word not in own and word not in _LINKS)
    return Town(own, added)


@lru_cache(maxsize=10_000)
def street_of(text: str) -> Street:
    found = _POST_BOX.sub("", folded(text))
    numbers: set[int] = set()
    if (number := list(_NUMBER.finditer(found))) and (last := number[-1] if found.strip()[:1].isalpha() else number[0]):
        first = int(last[1])
        numbers = {first, *range(first, min(int(last[2]), first + 40) + 1)} if last[2] else {first}
        found = found[: last.start()] + " " + found[last.end() :]
    # What is left of numbers, floors, and names of buildings says little.
    found = re.sub(r"\b(?:og|eg|ug|etage|stock|haus|gebaude|geb|aufgang|eingang|top|whg)\b.*", "", found)
    name = re.sub(r"pl\b", "platz", _STREET_WORDS.sub("", found))
    return Street("".join(_WORD.findall(name)), frozenset(numbers))


def alike(one: str, other: str) -> bool:
    """The same word but for a slip of the keyboard."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    return shorter >= 5 and OSA.distance(one, other, score_cutoff=2) <= (1 if shorter < 9 else 2)


def same_town(one: Town, other: Town, *, codes_agree: bool | None) -> bool:
    """`codes_agree`: whether the postcodes begin alike; None if unknown."""
    if not one.words or not other.words:
        return False
    if one == other:
        return True
    mine, theirs = one.strong, other.strong
    if alike(mine[0], theirs[0]) and (mine[0] not in _WEAK or one.words == other.words):
        # "Neustadt an der Aisch" is not the one at the Weinstraße; "v.d.H." is "vor der Höhe".
        return codes_agree is True or not _contradict(one.added, other.added)
    # A part of a town under its own name: "Höchst" of "Frankfurt-Höchst".
    shared = [
        word for word in (*mine, *one.added) if len(word) > 4 and word in (*theirs, *other.added) and word not in _WEAK
    ]
    if shared and (len(mine) > 1 or len(theirs) > 1 or one.added or other.added):
        return codes_agree is not False and (len(one.words) == 1 or len(other.words) == 1)
    joined = "".join(one.words), "".join(other.words)
    return alike(*joined)


def _contradict(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if not one or not other:
        return False
    mine, theirs = one[-1], other[-1]
    shorter = min(len(mine), len(theirs))
    return mine[:shorter] != theirs[:shorter] and not alike(mine, theirs)


def nearness(one: Place, other: Place) -> Near:
    if one.country and other.country and one.country != other.country:
        return Near.OTHER_COUNTRY
    mine, theirs = _comparable(one.postcode, other.postcode)
    known = bool(mine and theirs)
    if known and mine == theirs:
        return Near.POSTCODE
    agree = mine[:2] == theirs[:2] if known else None
    if same_town(one.town, other.town, codes_agree=agree):
        # The same name far away is another town: Neustadt, Mühlhausen.
        if known and mine[:1] != theirs[:1] and OSA.distance(one.postcode, other.postcode) > 1:
            return Near.OTHER
        return Near.TOWN
    if known:
        if mine[:3] == theirs[:3] or _slip(mine, theirs):
            return Near.CLOSE
        return Near.REGION if agree else Near.OTHER
    return Near.OTHER if one.town.words and other.town.words else Near.UNKNOWN


def _comparable(one: str, other: str) -> tuple[str, str]:
    """A leading zero that only one of them lost is put back."""
    if one.isdigit() and other.isdigit() and {len(one), len(other)} == {4, 5}:
        return one.rjust(5, "0"), other.rjust(5, "0")
    return one, other


def _slip(one: str, other: str) -> bool:
    return len(one) == len(other) == 5 and sorted(one) == sorted(other) and OSA.distance(one, other) == 1


def same_street(one: Street, other: Street) -> SameStreet:
    if not one.name or not other.name:
        return SameStreet.UNKNOWN
    shorter, longer = sorted((one.name, other.name), key=len)
    if not alike(one.name, other.name) and not (len(shorter) > 5 and longer.startswith(shorter)):
        return SameStreet.OTHER
    if one.numbers and other.numbers:
        if one.numbers & other.numbers:
            return SameStreet.HOUSE
        return SameStreet.OTHER
    return SameStreet.STREET


def house_keys(street: Street) -> frozenset[str]:
    """For looking up a house: empty if it is not known."""
    return (
        frozenset(f"{street.name[:4]}{number}" for number in sorted(street.numbers)[:4]) if street.name else frozenset()
    )
