"""How much two customers' names speak for one customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from common.companies import Reason
from common.customers import trades, vocabulary
from common.customers.words import Kind, Name, Word, abbreviates, follow, likeness
from common.sentences import _n

OTHER_NUMBER = Reason(_n("another number in the name"), against=True)
SISTER_COMPANY = Reason(_n("the name of a sister company"), against=True)
OTHER_TRADE = Reason(_n("another trade or kind of institution"), against=True)
OTHER_PERSON = Reason(_n("another person's name"), against=True)
OTHER_WORDS = Reason(_n("names that differ in a telling word"), against=True)
OTHER_FORM = Reason(_n("a club or cooperative, and a company"), against=True)

_NAMING = (Kind.TELLING, Kind.SURNAME)
_SURE = 0.7
"""From this likeness on two words count as one."""
_ALMOST_SURE = 0.9
_SHARED = 0.8
_LIMITS = {OTHER_NUMBER: 45.0, SISTER_COMPANY: 45.0, OTHER_TRADE: 45.0, OTHER_PERSON: 45.0, OTHER_WORDS: 52.0,
           OTHER_FORM: 50.0}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score`: 0..100; `telling`: the words in common are not everybody's; `against`: what tells the names apart.

    `short`: one is the other's abbreviation; `towns`: both name a town. `shares`: they have a word in common
    besides the town's, `shares_telling`: one that not everybody has. `slip`: a naming
    word is misspelt.
    """

    score: float = 0.0
    telling: bool = False
    against: Reason | None = None
    short: bool = False
    towns: bool = False
    shares: bool = False
    shares_telling: bool = False
    slip: bool = False


@dataclass(slots=True)
class _Alignment:
    left: list[Word]
    right: list[Word]
    matched: float
    together: list[Word]
    slip: bool = False

    def take(self, ours: Sequence[Word], theirs: Sequence[Word], alike: float) -> None:
        for word in ours:
            self.left.remove(word)
        for word in theirs:
            self.right.remove(word)
        self.matched += alike * sum(word.kind.weight for word in (*ours, *theirs))
        self.slip |= alike < _ALMOST_SURE and any(word.kind in _NAMING for word in (*ours, *theirs))
        if alike >= _SHARED:
            self.together += [*ours, *theirs]


def compare_names(one: Name, other: Name, towns: frozenset[str] = frozenset()) -> Likeness:
    """`towns`: words of both customers' towns, which say in a name what the address says."""
    if not one.words or not other.words:
        return Likeness()
    mine, theirs = _placed(one, towns, other.aside), _placed(other, towns, one.aside)
    if [word.text for word in mine] == [word.text for word in theirs]:
        aligned = _Alignment([], [], 1.0, [*mine, *theirs])
        total = 1.0
    else:
        aligned = _aligned(mine, theirs)
        total = sum(word.kind.weight for word in (*mine, *theirs)) or 1.0
        total -= 0.9 * sum(word.kind.weight for word in (*aligned.left, *aligned.right) if _bears(word, aligned))
        total -= 0.6 * _more_trades(aligned)
    score = 100 * min(aligned.matched / total, 1.0)
    against = _against(aligned, one, other)
    if score < 97 and _joined(mine) == _joined(theirs):
        score, against = 98.0, None
    short = False
    if score < 80 and against in (None, OTHER_WORDS, OTHER_TRADE) and (letters := _abbreviated(one, other)):
        score, against, short = max(letters, score), None, True
    if against:
        score = min(score, _LIMITS[against])
    kinds = {word.kind for word in aligned.together if word.kind is not Kind.TELLING or len(word.text) > 2}
    telling = short or Kind.TELLING in kinds
    shares = bool(kinds - {Kind.TOWN, Kind.FILLER, Kind.YEAR})
    if not shares and not short:
        against = None
    return Likeness(
        score,
        telling and Kind.INSTITUTION not in kinds,
        against,
        short,
        Kind.TOWN in kinds,
        shares,
        telling,
        aligned.slip,
    )


def _more_trades(aligned: _Alignment) -> float:
    """The weight of trades that one names beside those that both do: "Sanitär, Heizung, Klima"."""
    kinds = {word.kind for word in aligned.together}
    if Kind.TRADE not in kinds or kinds.isdisjoint(_NAMING) or aligned.slip:
        return 0.0
    return sum(word.kind.weight for word in (*aligned.left, *aligned.right) if word.kind is Kind.TRADE)


def _bears(word: Word, aligned: _Alignment) -> bool:
    """ "Bauhof Stadt Aurich": whose it is, where both names say what it is."""
    what = any(word.kind in (Kind.INSTITUTION, Kind.TRADE, Kind.TELLING) for word in aligned.together)
    others = (*aligned.left, *aligned.right)
    return (
        word.text in ("stadt", "landkreis")
        and what
        and not any(other.kind in (Kind.INSTITUTION, Kind.TRADE) for other in others if other != word)
    )


def _joined(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words if word.kind not in (Kind.TOWN, Kind.FILLER, Kind.YEAR)) or "".join(
        word.text for word in words
    )


def _placed(name: Name, towns: frozenset[str], aside: frozenset[str]) -> list[Word]:
    """Words that name the towns are towns, unless nothing else is left; what the other has aside says little."""
    found = [
        Word(word.text, Kind.TOWN) if is_town(word.text, towns)
        else Word(word.text, Kind.FILLER) if word.text in aside and word.kind is not Kind.SISTER else word
        for word in name.words
    ]  # fmt: skip
    return found if any(word.kind not in (Kind.TOWN, Kind.FILLER) for word in found) else list(name.words)


def is_town(word: str, towns: frozenset[str]) -> bool:
    """Whether a word of a name is a town or its adjective: Kassel, Kasseler."""
    if word in towns:
        return True
    if len(word) < 5 or not word.endswith("er"):
        return False
    return word[:-2] in towns or any(town.endswith("en") and len(town) > 5 and word[:-2] == town[:-2] for town in towns)


def _aligned(mine: list[Word], theirs: list[Word]) -> _Alignment:
    aligned = _Alignment(list(mine), list(theirs), 0.0, [])
    for word in mine:
        if twin := next((other for other in aligned.right if other.text == word.text), None):
            aligned.take([word], [twin], 1.0)
    _pairs(aligned, _ALMOST_SURE)
    _compounds(aligned, aligned.left, aligned.right, swapped=False)
    _compounds(aligned, aligned.right, aligned.left, swapped=True)
    _pairs(aligned, _SURE)
    _initialled(aligned, aligned.left, aligned.right, swapped=False)
    _initialled(aligned, aligned.right, aligned.left, swapped=True)
    return aligned


def _pairs(aligned: _Alignment, least: float) -> None:
    """Words of both names that are one, the likeliest first."""
    left, right = list(aligned.left), list(aligned.right)
    pairs = sorted(
        (
            (_alike(ours, other), place, against)
            for place, ours in enumerate(left)
            for against, other in enumerate(right)
        ),
        key=lambda pair: -pair[0],
    )
    used: tuple[set[int], set[int]] = (set(), set())
    for alike, place, against in pairs:
        if alike < least:
            break
        if place in used[0] or against in used[1]:
            continue
        used[0].add(place)
        used[1].add(against)
        aligned.take([left[place]], [right[against]], alike)


def _initialled(aligned: _Alignment, shorts: list[Word], fulls: list[Word], *, swapped: bool) -> None:
    """ "KKH Tirschenau": letters for one word or some, where the rest of the names agrees."""
    for short in list(shorts):
        if not 2 <= len(short.text) <= 4 or short.kind in (Kind.NUMBER, Kind.YEAR) or not aligned.together:
            continue
        for start in range(len(fulls)):
            found = next((fulls[start:end] for end in range(start + 1, min(start + 4, len(fulls)) + 1)
                          if abbreviates(short.text, [word.text for word in fulls[start:end]])), None)  # fmt: skip
            if found:
                aligned.take(*((found, [short]) if swapped else ([short], found)), 0.85)
                break


def _alike(ours: Word, theirs: Word) -> float:
    if ours.text == theirs.text:
        return 1.0
    alike = likeness(ours.text, theirs.text)
    if alike < _SURE:
        short, full = sorted((ours, theirs), key=lambda word: len(word.text))
        if short.short and _shortened(short.text, full.text):
            return 0.9
        if Kind.FIRST_NAME in (ours.kind, theirs.kind) and len(short.text) == 1 and full.text.startswith(short.text):
            return 0.9
    return alike


def _shortened(short: str, full: str) -> bool:
    """ "Masch." for Maschinenbau, "Großhdl." for Großhandel."""
    return full.startswith(short) or (len(short) > 3 and short[0] == full[0] and follow(short[1:], full[1:]))


def _compounds(aligned: _Alignment, whole: list[Word], parts: list[Word], *, swapped: bool) -> None:
    """ "Blau Fuchs" as "Blaufuchs": words of one name that are one word of the other."""
    for word in list(whole):
        for start in range(len(parts)):
            found = next((parts[start:end] for end in range(start + 2, min(start + 5, len(parts) + 1))
                          if _is_compound(word.text, parts[start:end])), None)  # fmt: skip
            if found:
                aligned.take(*((found, [word]) if swapped else ([word], found)), 0.97)
                break


def _is_compound(word: str, parts: Sequence[Word]) -> bool:
    joined = "".join(part.text for part in parts)
    if word[0] != joined[0] or len(joined) < 5 or abs(len(word) - len(joined)) > 5:
        return False
    return word == joined or likeness(word, joined) > 0.8


def _against(aligned: _Alignment, one: Name, other: Name) -> Reason | None:
    left, right = aligned.left, aligned.right
    if any(word.kind is Kind.NUMBER for word in (*left, *right)):
        return OTHER_NUMBER
    if any(word.kind is Kind.SISTER for word in (*left, *right)):
        return SISTER_COMPANY
    if _both(left, right, Kind.TRADE, Kind.INSTITUTION) and not _translated(left, right):
        return OTHER_TRADE
    if _both(left, right, Kind.FIRST_NAME) or _both(left, right, Kind.SURNAME):
        return OTHER_PERSON
    if _both(left, right, *_NAMING) or (
        not _translated(left, right) and (_crossed(left, right) or _crossed(right, left))
    ):
        return OTHER_WORDS
    if _another_form(one.forms, other.forms):
        return OTHER_FORM
    return None


def _both(left: Sequence[Word], right: Sequence[Word], *kinds: Kind) -> bool:
    return any(word.kind in kinds for word in left) and any(word.kind in kinds for word in right)


def _translated(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """ "Anlagenbau" and "Plant Engineering": a trade in two languages, which no list here compares."""
    english = [any(word.text in trades.ENGLISH for word in words) for words in (left, right)]
    return english[0] != english[1]


def _crossed(left: Sequence[Word], right: Sequence[Word]) -> bool:
    return any(word.kind in _NAMING for word in left) and any(
        word.kind in (Kind.TRADE, Kind.INSTITUTION) for word in right
    )


def _another_form(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    clubs, trading = vocabulary.CLUBS, vocabulary.TRADING
    return bool(
        (mine & clubs and theirs & trading and not theirs & clubs)
        or (theirs & clubs and mine & trading and not mine & clubs)
    )


def _abbreviated(one: Name, other: Name) -> float:
    """The score of a name that is nothing but the letters of the other's words; 0 if it is not."""
    return max(
        (
            _stands_for(short, full)
            for mine, full in ((one.acronyms, other.full), (other.acronyms, one.full))
            for short in mine
        ),
        default=0.0,
    )


def _stands_for(short: str, words: Sequence[str]) -> float:
    """Whether letters are the initials of a name, its whole or its beginning, of parts of compounds too."""
    if len(short) < 2 or short in words:
        return 0.0
    told = [part for word in words if word not in vocabulary.CONNECTORS for part in parts_of(word)]
    every = [part for word in words for part in parts_of(word)]
    whole = [word for word in words if word not in vocabulary.CONNECTORS]
    if any(_initials(short, each) for each in (told, every, whole)):
        return 80.0
    return 76.0 if len(short) > 2 and len(whole) > 1 and abbreviates(short, whole) else 0.0


def _initials(short: str, parts: Sequence[str]) -> bool:
    letters = "".join(part[0] for part in parts)
    return letters == short or (len(short) > 2 and letters.startswith(short))


def parts_of(word: str) -> list[str]:
    """A compound's parts, as far as common beginnings show them: Stadt-werke, Kreis-spar-kasse."""
    for part in vocabulary.PARTS:
        if word.startswith(part) and len(word) - len(part) > 3:
            return [part, *parts_of(word[len(part) :])]
    return [word]
