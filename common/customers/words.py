"""A customer's name as words that say something, each with what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from rapidfuzz.distance import OSA

from common.companies import folded
from common.customers import bearers, trades, vocabulary
from common.customers.vocabulary import listed

_WORD = re.compile(r"[^\W_]+")
_PARTED = re.compile(r"\s[-–—]\s|[,;|–—:\n]+")
_ASIDE = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_APOSTROPHES = re.compile(r"(?<=\w)['’`´](?=\w)")
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_UPPER = re.compile(r"\b[^\W\d_]{2,6}\b")
_OF_THE_WHOLE = frozenset(("der", "des", "of", "vom", "von", "bei", "beim", "im"))
_VAGUE = listed("amt institut team zentrale bereich haupt empfang strategischer lehrstuhl fakultat")
_SPELLED = re.compile(r"\b\w\b|\bev$|eingetragene")
"""Where a form may be written with dots or in full."""
_HOSPITAL = re.compile(r"(kreis|stadt|bezirks|landes)(?:klinik|kliniken|klinikum|spital)")
_BUSINESS = re.compile(r"(?:s?unternehmen|unternehmung|betriebe?|geschaft|meister)$")
_OFFICE = re.compile(r"s?verwaltung$")
_COMPANY = re.compile(r"(?<=\w\w\w)(?:gesellschaft|(?<=s)ges|(?<=bau)ges)$")
_LINKING = re.compile(
    r"(?<=ung)s$|(?<=^vertrieb)s$|(?<=^handel)s$|(?<=^betrieb)s$|(?<=^grundstuck)s$|(?<=^vermogen)s$|(?<=^dienstleistung)s$"
)
_TITLES = listed("dr med dent vet jur phil prof ing dipl mag herr herrn frau")
_BEARERS = ("stadt", "landkreis")
# Letters that are mixed up because they sound alike.
_SOUNDS = (("ey", "ei"), ("ay", "ei"), ("ai", "ei"), ("dt", "t"), ("th", "t"), ("ph", "f"), ("ck", "k"), ("tz", "z"),
           ("c", "k"), ("y", "i"), ("v", "f"), ("ie", "i"))  # fmt: skip


_ENDINGS = frozenset(("er", "s", "en", "n", "e", "es"))


class Kind(Enum):
    TELLING = 1.0
    SURNAME = 0.8
    SISTER = 0.6
    INSTITUTION = 0.59
    TRADE = 0.45
    NUMBER = 0.5
    FIRST_NAME = 0.2
    YEAR = 0.1
    FILLER = 0.09
    TOWN = 0.05

    @property
    def weight(self) -> float:
        return self.value


@dataclass(frozen=True, slots=True)
class Word:
    """`short`: written with a dot behind it, so perhaps the beginning of a longer word."""

    text: str
    kind: Kind
    short: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name's words in order; `aside`: words that may be left out; `forms`: its legal forms.

    `acronyms`: what may stand for the words of another name; `full`: the words that such letters stand for.
    """

    words: tuple[Word, ...] = ()
    aside: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    acronyms: frozenset[str] = frozenset()
    full: tuple[str, ...] = ()

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(word.text for word in self.words if word.kind is Kind.NUMBER)

    @property
    def joined(self) -> str:
        return "".join(word.text for word in self.words)


@lru_cache(maxsize=10_000)
def parsed(name: str) -> Name:
    """A name's words. Remembered: the same candidates are compared again and again."""
    text = _APOSTROPHES.sub("", name)
    aside = {word for found in _ASIDE.finditer(text) for word in _WORD.findall(folded(found[1] or found[2] or ""))}
    outside = _ASIDE.sub(" ", text)
    text = outside if _WORD.search(outside) else text
    segments = []
    for part in _PARTED.split(text):
        own, others = _segment(part)
        aside |= set(others)
        segments += [own] if own else []
    if not segments:
        segments = [_WORD.findall(folded(text))]
    words = [word for segment in _without_departments(segments) for word in segment]
    shorts = frozenset(found for found in re.findall(r"(\w{2,})\.(?!\w)", folded(text)))
    meaning = _meaning(words)
    # What tells apart counts in brackets, too: "Meyer (Nord)".
    told = tuple(word for word in _meaning(sorted(aside)) if _kind(word) in (Kind.SISTER, Kind.NUMBER))
    kept = _kinds([*meaning, *told], shorts, bearers.FIRST_NAMES | _called(words))
    forms = frozenset(word for segment in segments for word in segment) & vocabulary.FORMS | _clubs(words)
    full = tuple(word for word in words if word not in vocabulary.FORMS | vocabulary.FORMS_AT_THE_END)
    acronyms = _acronyms(name, frozenset(aside), kept)
    kept = _without_own_letters(kept, acronyms, full)
    return Name(kept, frozenset(aside), forms, acronyms, full)


def _without_own_letters(words: tuple[Word, ...], acronyms: frozenset[str], full: tuple[str, ...]) -> tuple[Word, ...]:
    """ "BA Bundesagentur für Arbeit": letters that stand for the rest of the same name add nothing to it."""
    told = [word for word in full if word not in vocabulary.CONNECTORS]
    own = {
        short for short in acronyms if len(told) > 2 and abbreviates(short, [word for word in told if word != short])
    }
    return tuple(Word(word.text, Kind.FILLER) if word.text in own else word for word in words)


def abbreviates(short: str, words: Sequence[str]) -> bool:
    """Each word gives its first letter, long ones a later one, too: KKH for Kreiskrankenhaus."""
    if not words:
        return not short
    first, *rest = words
    if not short or first[0] != short[0] or len(first) < 4:
        return False
    most = len(short) - len(rest) if len(first) >= 7 else 1
    return any(follow(short[1:count], first[2:]) and abbreviates(short[count:], rest) for count in range(1, most + 1))


def follow(letters: str, word: str) -> bool:
    """Whether letters stand in a word in this order."""
    remaining = iter(word)
    return all(letter in remaining for letter in letters)


def _segment(text: str) -> tuple[list[str], list[str]]:
    """The words of a part of a name, without written-out legal forms; and those of an owner or another company."""
    plain = " ".join(_WORD.findall(folded(text)))
    if _SPELLED.search(plain):
        for spelled, form in vocabulary.SPELLED:
            plain = spelled.sub(form, plain)
    before, _, behind = plain.partition(" c o ")
    if behind and _all_subjects(before.split()):
        plain = behind
    shorter = vocabulary.WRITTEN_OUT.sub(" ", plain).strip()
    tail = vocabulary.TAIL.search(shorter)
    told = shorter[: tail.start()] if tail else shorter
    words = (told or ("" if tail else plain)).split()
    owner = next((place for place, word in enumerate(words) if word in vocabulary.OWNER), len(words))
    return words[:owner], [*words[owner + 1 :], *(tail[0].split() if tail else [])]


def _without_departments(segments: list[list[str]]) -> list[list[str]]:
    """The name of the whole, not of the department that asks."""
    wholes = [segment for segment in segments if not _is_department(segment)] if len(segments) > 1 else segments
    return [_whole(segment) for segment in wholes or segments]


def _is_department(words: list[str]) -> bool:
    return (bool(words) and bool(vocabulary.DEPARTMENTS.fullmatch(words[0]))) or _all_subjects(words)


def _all_subjects(words: list[str]) -> bool:
    known = vocabulary.DEPARTMENT_SUBJECTS | vocabulary.CONNECTORS
    return all(word in known or vocabulary.DEPARTMENTS.fullmatch(word) for word in words)


def _whole(words: list[str]) -> list[str]:
    """ "IT-Abteilung der Stadtwerke", "Einkauf Meyer GmbH", "Stadt Kassel Hauptamt": without the department."""
    start = next((place for place, word in enumerate(words) if not _all_subjects([word])), len(words))
    lead = words[:start]
    sure = [word for word in lead if vocabulary.DEPARTMENTS.fullmatch(word) and word not in _VAGUE]
    if start < len(words) and (
        sure or (lead and lead[-1] in _OF_THE_WHOLE and vocabulary.DEPARTMENTS.fullmatch(lead[0]))
    ):
        return words[start:]
    if words and vocabulary.DEPARTMENTS.fullmatch(words[0]):
        link = next((place for place, word in enumerate(words) if word in _OF_THE_WHOLE), 0)
        if link and link + 1 < len(words):
            return words[link + 1 :]
    for place in range(1, len(words)):
        if vocabulary.DEPARTMENTS.fullmatch(words[place]) and _all_subjects(words[place:]):
            return words[:place]
    return words


def _meaning(words: list[str]) -> list[str]:
    """Without legal forms and connectors, one word for many; at least one word stays."""
    text = f" {' '.join(words)} "
    text = vocabulary.ANY_PHRASE.sub(lambda found: vocabulary.PHRASES[found[0]], text)
    words = _without_bearer(text.split())
    kept = [word for word in words if word not in vocabulary.FORMS and word not in vocabulary.BRANCH]
    while len(kept) > 1 and kept[-1] in vocabulary.FORMS_AT_THE_END | vocabulary.CONNECTORS | vocabulary.CLUBS:
        kept.pop()
    kept = _letters_joined(kept)
    found = [_one_word(word) for word in kept if word not in vocabulary.CONNECTORS]
    # "Magistrat der Stadt": the city twice.
    return list(dict.fromkeys(found)) or kept or words


def _without_bearer(words: list[str]) -> list[str]:
    """ "Klinikum der Stadt", "Museum des Landkreises": whose it is, behind what it is."""
    for place in range(2, len(words)):
        if words[place - 1] in ("der", "des") and trades.SYNONYMS.get(words[place], words[place]) in _BEARERS:
            return words[: place - 1] + words[place + 1 :]
    return words


def _called(words: list[str]) -> frozenset[str]:
    """First names that no list knows: what stands between a title and a surname, "Dr. med. Anke Feddersen"."""
    return frozenset(
        first
        for title, first, last in zip(words, words[1:], words[2:], strict=False)
        if title in _TITLES and _kind(first) is Kind.TELLING and _kind(last) in (Kind.TELLING, Kind.SURNAME)
        and {first, last}.isdisjoint(vocabulary.CONNECTORS)
    )  # fmt: skip


def _letters_joined(words: list[str]) -> list[str]:
    """ "I. T." is "IT"; a single letter stays alone."""
    found: list[str] = []
    run = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        found += [each for each in (run, word) if each]
        run = ""
    return found


def _one_word(word: str) -> str:
    """The word that stands for this one: numbers as digits, synonyms and towns by their first name."""
    if word == "ev":
        return "evangelische"
    if word.isdigit():
        return word.lstrip("0") or "0"
    word = _shorter(word)
    word = vocabulary.ORDINALS.get(word, trades.SYNONYMS.get(word, word))
    return bearers.TOWNS.get(word, word)


def _shorter(word: str) -> str:
    """A compound without what says only that it is a business or an office; hospitals as one."""
    if hospital := _HOSPITAL.fullmatch(word):
        return f"{hospital[1]}krankenhaus"
    if (stem := _BUSINESS.sub("", word)) != word and (stem in trades.TRADES or stem in trades.TRADE_WORDS):
        return stem
    if (stem := _OFFICE.sub("", word)) != word and stem in trades.INSTITUTIONS:
        return stem
    word = _COMPANY.sub("", word)
    return _LINKING.sub("", word).replace("handlung", "handel")


@lru_cache(maxsize=50_000)
def _kind(word: str) -> Kind:
    if word.isdigit():
        return Kind.YEAR if _YEAR.fullmatch(word) else Kind.NUMBER
    if word in vocabulary.SISTERS or vocabulary.SISTER_ENDS.fullmatch(word):
        return Kind.SISTER
    if word in vocabulary.FILLERS:
        return Kind.FILLER
    if word in bearers.SURNAMES or word in bearers.COMMON_NAMES:
        return Kind.SURNAME
    if word in trades.INSTITUTIONS or word in vocabulary.PHRASES.values():
        return Kind.INSTITUTION
    if (
        word in trades.TRADES
        or word in trades.TRADE_WORDS
        or trades.TRADE_ENDS.fullmatch(word)
        or trades.TRADE_STARTS.fullmatch(word)
    ):
        return Kind.TRADE
    return Kind.TELLING


def _kinds(words: list[str], shorts: frozenset[str], first_names: frozenset[str]) -> tuple[Word, ...]:
    kinds = [_kind(word) for word in words]
    for place, word in enumerate(words):
        others = kinds[:place] + kinds[place + 1 :]
        person = word in first_names or (len(word) == 1 and word.isalpha())
        if person and not {Kind.TELLING, Kind.SURNAME}.isdisjoint(others):
            kinds[place] = Kind.FIRST_NAME
    if set(kinds) <= {Kind.FILLER, Kind.YEAR}:
        kinds = [Kind.TELLING for _ in kinds]
    elif set(kinds) <= {Kind.FILLER, Kind.YEAR, Kind.SISTER, Kind.NUMBER}:
        # A name of nothing else: what it does.
        kinds = [Kind.TRADE if kind is Kind.SISTER else kind for kind in kinds]
    return tuple(Word(word, kind, word in shorts) for word, kind in zip(words, kinds, strict=True))


def _clubs(words: list[str]) -> frozenset[str]:
    return frozenset(words[-1:]) & (vocabulary.CLUBS | vocabulary.TRADING)


def _acronyms(name: str, aside: frozenset[str], words: tuple[Word, ...]) -> frozenset[str]:
    """Words that may stand for the initials of others: written in capitals, or the whole name."""
    found = set()
    if not name.isupper():
        found = {folded(word) for word in _UPPER.findall(name) if word.isupper()}
    core = [word.text for word in words if word.kind not in (Kind.FILLER, Kind.TOWN, Kind.YEAR)]
    if len(core) == 1 and 2 <= len(core[0]) <= 6:
        found.add(core[0])
    found |= {word for word in aside if 2 <= len(word) <= 6}
    return frozenset(found - vocabulary.FORMS - vocabulary.FORMS_AT_THE_END - vocabulary.CONNECTORS)


@lru_cache(maxsize=50_000)
def sounding(word: str) -> str:
    """A word without what is heard alike: doubled letters, Meier and Meyer, Schmitt and Schmidt."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return re.sub(r"(.)\1", r"\1", word)


@lru_cache(maxsize=50_000)
def likeness(one: str, other: str) -> float:
    """0..1: how surely two words are one, misspelt, bent or shortened."""
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    trade = _same_trade(one, other, shorter, longer) if _does(one) and _does(other) else 0.0
    if trade or len(shorter) < 4 or len(longer) - len(shorter) > 5 or one.isdigit() or other.isdigit():
        return trade
    if sounding(one) == sounding(other):
        return 0.97
    stem = _stem(one)
    if len(stem) > 4 and stem == _stem(other):
        return 0.9
    if longer.startswith(shorter) and longer[len(shorter) :] in _ENDINGS:
        return 0.93
    if one in bearers.SURNAMES and other in bearers.SURNAMES:
        return 0.0
    return _slip(one, other, len(shorter))


def _stem(word: str) -> str:
    return re.sub(r"(?:ische[rsmn]?|isch|ie|ik)$", "", word)


def _same_trade(one: str, other: str, shorter: str, longer: str) -> float:
    if trades.TRADES.get(one, 1) == trades.TRADES.get(other, 2):
        return 0.85
    if longer in (f"stadt{shorter}", f"kreis{shorter}"):
        return 0.9
    if len(shorter) >= 4 and (longer.startswith(shorter) or longer.endswith(shorter)) and not _both_public(one, other):
        return 0.75
    return 0.0


def _both_public(one: str, other: str) -> bool:
    """ "Stadt" and "Stadtwerke" begin alike, and are two."""
    return {one, other} & {"stadt", "landkreis", "universitat"} != set()


def _does(word: str) -> bool:
    return _kind(word) in (Kind.TRADE, Kind.INSTITUTION)


def _slip(one: str, other: str, shorter: int) -> float:
    """A letter too many, too few, another one or two exchanged; two in long words."""
    distance = OSA.distance(one, other, score_cutoff=3)
    if distance == 1:
        if shorter == 4:
            return 0.0
        return 0.88 if one[0] == other[0] else (0.85 if shorter > 6 else 0.0)
    if distance == 2 and shorter >= 8 and one[0] == other[0]:
        return 0.82
    return 0.75 if distance == 3 and shorter >= 13 and one[0] == other[0] else 0.0
