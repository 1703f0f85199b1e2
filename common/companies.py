"""Whether two companies are the same, by name, postcode, city, VAT id and e-mail domain. Pure: text in, result out.

Names are compared by their telling words. Legal forms say nothing, words that half of the trade has in its name say
little, and a number or a word that only one of them has tells companies apart: “Systemhaus Nord” is not “… Süd”.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from common.sentences import _n

LIKELY = 90
"""From this score on two companies are taken as the same unless a person says otherwise."""
POSSIBLE = 70
"""From this score on they are worth showing to a person."""

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "a", "œ": "o", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "&": " und ", "+": " und "}
)
# "ue" is an umlaut written out, except after these letters: Bauer, neue, Quelle.
_WRITTEN_UMLAUTS = re.compile(r"ae|oe|(?<![aeq])ue")
_WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Forms that are written with dots or apart, as the words they fall into.
_SPELLED_FORMS = (
    ("s", "a", "r", "l"), ("sp", "z", "o", "o"), ("d", "o", "o"), ("s", "r", "o"), ("s", "p", "a"), ("s", "a", "s"),
    ("l", "t", "d"), ("m", "b", "h"), ("b", "v"), ("n", "v"), ("s", "a"), ("a", "s"), ("a", "g"), ("k", "g"),
    ("e", "k"), ("e", "kfm"), ("e", "kfr"), ("e", "g"), ("e", "v"), ("o", "y"), ("a", "b"), ("z", "oo"), ("sp", "zoo"),
    ("z", "o", "o"), ("g", "m", "b", "h"), ("g", "mbh"), ("ges", "mbh"),
)  # fmt: skip
# Wherever they stand in a name.
_FORMS = _words(
    "gmbh ggmbh mbh gesmbh kg kgaa ohg gbr ug haftungsbeschrankt ek ekfm ekfr ltd limited llc llp inc incorporated bv "
    "nv vof sarl sas sasu srl spzoo sro doo oy oyj aps kft zrt plc firma fa gesellschaft cokg gmbhco"
)
# Only at the end: in front they may well be the name.
_FORMS_AT_THE_END = _words("ag co se sa as ab sl slu spa eg ev corp company zoo sp")
_OWNER = _words("inh inhaber inhaberin")
"""What follows is a person."""
_CONNECTORS = _words("und and et u y e en der die das the of fur for von")
_COMMON = _words(
    "computer computers computing systemhaus systemhauser it edv dv ict itk tk informatik informationstechnik system "
    "systeme systems systemtechnik service services servicecenter solution solutions losung losungen software "
    "hardware technik technologie technologien technology technologies tech consulting consult beratung handel "
    "handels vertrieb vertriebs deutschland germany osterreich schweiz europe europa international group gruppe "
    "holding buro burotechnik kommunikation kommunikationstechnik kommunikationssysteme communication communications "
    "telekommunikation telecom telekom telefon telefonie netzwerk netzwerke netzwerktechnik network networks netz "
    "digital data daten datentechnik computertechnik computersysteme computerservice computerhandel elektronik "
    "electronic electronics elektro dienste dienstleistungen systemhausgruppe store shop online partner team center "
    "zentrum fachhandel handelsgesellschaft vertriebsgesellschaft itservice itsysteme itsystems itsolutions"
)
_COMMON_WEIGHT = 0.2
_ALIKE = 82
"""From this similarity on two words may be the same, misspelt (of 100)."""
_SHORTLIST = 60
_WORDS_CUT = 45
# Addresses that say nothing about the company behind them.
_MAIL_PROVIDERS = _words(
    "aol.com arcor.de freenet.de gmail.com gmx.at gmx.ch gmx.de gmx.net googlemail.com hotmail.com hotmail.de "
    "icloud.com live.com live.de mail.de me.com outlook.com outlook.de posteo.de t-online.de web.de yahoo.com "
    "yahoo.de"
)


@dataclass(frozen=True, slots=True)
class Company:
    """What is known of a company; empty where nothing is. `email_domain`: what stands behind the @."""

    name: str
    postcode: str = ""
    city: str = ""
    vat_id: str = ""
    email_domain: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A marked sentence that speaks for two companies being the same, or against it."""

    text: str
    against: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """`score`: 0 (nothing in common) to 100 (the same); see LIKELY and POSSIBLE. Reasons: the strongest first."""

    score: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate by its place in what was searched."""

    index: int
    comparison: Comparison


SAME_VAT_ID = Reason(_n("same VAT id"))
SAME_NAME = Reason(_n("same name"))
VERY_SIMILAR_NAME = Reason(_n("very similar name"))
SIMILAR_NAME = Reason(_n("similar name"))
SAME_POSTCODE = Reason(_n("same postcode"))
SAME_CITY = Reason(_n("same city"))
SAME_EMAIL_DOMAIN = Reason(_n("same e-mail domain"))
OTHER_VAT_ID = Reason(_n("another VAT id"), against=True)
OTHER_PLACE = Reason(_n("another place"), against=True)


@dataclass(frozen=True, slots=True)
class PreparedName:
    """A name's words without legal form, folded and sorted; `telling`: whether one of them tells companies apart.

    `together`: its telling words as one, in the name's order; `searched`: what a search looks at first.
    """

    words: tuple[str, ...]
    common: frozenset[str]
    telling: bool
    numbers: frozenset[str]
    joined: str
    together: str
    searched: str


def folded(text: str) -> str:
    """Lower case without accents; umlauts, written out or not, as their plain letter: Müller, Mueller, MULLER."""
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))
    return _WRITTEN_UMLAUTS.sub(lambda match: match.group()[0], plain)


@lru_cache(maxsize=100_000)
def prepared(name: str) -> PreparedName:
    """Remembered: the same candidates are compared again and again."""
    words = _without_forms(_WORD.findall(folded(name)))
    telling = [word for word in words if word not in _COMMON]
    return PreparedName(
        words=tuple(sorted(words)),
        common=frozenset(words) & _COMMON,
        telling=bool(telling),
        numbers=frozenset(word.lstrip("0") or "0" for word in words if word.isdigit()),
        joined="".join(words),
        together="".join(telling),
        searched=" ".join(sorted(telling or words)),
    )


def _without_forms(words: Sequence[str]) -> list[str]:
    """The words of a name without legal form and connectors; at least its first word stays."""
    kept = _without_owner(_joined_forms(words))
    first = kept[:1]
    kept = [word for word in kept if word not in _FORMS]
    while len(kept) > 1 and kept[-1] in _FORMS_AT_THE_END | _CONNECTORS:
        kept.pop()
    kept = _letters_joined(kept)
    return [word for word in kept if word not in _CONNECTORS] or kept or first


def _without_owner(words: Sequence[str]) -> list[str]:
    """Without "Inh. Peter Meier" behind a name that can stand alone."""
    end = next((position for position, word in enumerate(words) if word in _OWNER), len(words))
    alone = any(word not in _COMMON | _FORMS | _FORMS_AT_THE_END for word in words[:end])
    return list(words[:end] if alone else words)


def _joined_forms(words: Sequence[str]) -> list[str]:
    """ "s a r l" as "sarl", behind the first word of the name."""
    found: list[str] = list(words[:1])
    position = 1
    while position < len(words):
        rest = tuple(words[position:])
        form = next((form for form in _SPELLED_FORMS if rest[: len(form)] == form), rest[:1])
        found.append("".join(form))
        position += len(form)
    return found


def _letters_joined(words: Sequence[str]) -> list[str]:
    """Single letters that follow each other are an abbreviation: "I. T." is "IT"."""
    found: list[str] = []
    run = ""
    for word in [*words, ""]:
        if len(word) == 1:
            run += word
            continue
        found += [each for each in (run, word) if each]
        run = ""
    return found


def vat_key(vat_id: str) -> str:
    """Letters and digits only, upper case: "de 123 456 789" and "DE123456789" are one."""
    return "".join(sign for sign in vat_id.upper() if sign.isalnum())


def compare(one: Company, other: Company) -> Comparison:
    """How much speaks for the two being one company."""
    return _compared(one, prepared(one.name), other, prepared(other.name))


def most_similar(wanted: Company, candidates: Sequence[Company], *, limit: int, least: int = POSSIBLE) -> list[Found]:
    """The candidates that may be this company, the likeliest first; only those with a score of `least` and more.

    Ten thousand candidates take some ten milliseconds, once their names have been prepared.
    """
    mine = prepared(wanted.name)
    names = [prepared(each.name) for each in candidates]
    by_words = process.extract(
        mine.searched, [name.searched for name in names], scorer=fuzz.token_set_ratio, limit=_SHORTLIST,
        score_cutoff=_WORDS_CUT,
    )  # fmt: skip
    by_letters = process.extract(
        mine.joined, [name.joined for name in names], scorer=fuzz.ratio, limit=_SHORTLIST, score_cutoff=_WORDS_CUT
    )
    shortlist = {index for _text, _score, index in [*by_words, *by_letters]} | set(_by_vat_id(wanted, candidates))
    found = [Found(index, _compared(wanted, mine, candidates[index], names[index])) for index in shortlist]
    enough = [each for each in found if each.comparison.score >= least]
    return sorted(enough, key=lambda each: (-each.comparison.score, each.index))[:limit]


def _by_vat_id(wanted: Company, candidates: Iterable[Company]) -> Iterable[int]:
    if not (key := vat_key(wanted.vat_id)):
        return ()
    return (index for index, each in enumerate(candidates) if each.vat_id and vat_key(each.vat_id) == key)


def _compared(one: Company, one_name: PreparedName, other: Company, other_name: PreparedName) -> Comparison:
    mine, theirs = vat_key(one.vat_id), vat_key(other.vat_id)
    named = name_score(one_name, other_name)
    reasons = [_name_reason(named)]
    score = named
    place = _place(one, other)
    if named >= POSSIBLE - 15:
        # What else agrees makes up for some of what the names differ in, and what disagrees casts doubt.
        if place in (SAME_POSTCODE, SAME_CITY):
            score += (100 - score) * (0.5 if place is SAME_POSTCODE else 0.3)
        elif place is OTHER_PLACE:
            score -= 12
    reasons.append(place)
    if _same_domain(one, other):
        score = max(score + (100 - score) * 0.5, 75.0)
        reasons.insert(0, SAME_EMAIL_DOMAIN)
    if mine and theirs:
        score = 100.0 if mine == theirs else min(score, POSSIBLE - 5.0)
        reasons.insert(0, SAME_VAT_ID if mine == theirs else OTHER_VAT_ID)
    shown = [reason for reason in reasons if reason is not None]
    return Comparison(round(max(0.0, min(score, 100.0))), tuple(sorted(shown, key=lambda reason: reason.against)))


def _name_reason(score: float) -> Reason | None:
    if score >= 99.5:
        return SAME_NAME
    if score >= 85:
        return VERY_SIMILAR_NAME
    return SIMILAR_NAME if score >= 60 else None


def _place(one: Company, other: Company) -> Reason | None:
    """Postcodes decide where both are known, else cities."""
    codes = [vat_key(each.postcode) for each in (one, other)]
    if all(codes) and codes[0] == codes[1]:
        return SAME_POSTCODE
    cities = [_WORD.findall(folded(each.city)) for each in (one, other)]
    if all(cities):
        # "Frankfurt" and "Frankfurt am Main"
        return SAME_CITY if cities[0][0] == cities[1][0] else OTHER_PLACE
    return OTHER_PLACE if all(codes) else None


def is_of_provider(email_domain: str) -> bool:
    """Whether addresses of this domain belong to anybody: they say nothing about a company."""
    return email_domain.strip().lower() in _MAIL_PROVIDERS


def _same_domain(one: Company, other: Company) -> bool:
    domain = one.email_domain.strip().lower()
    return bool(domain) and not is_of_provider(domain) and domain == other.email_domain.strip().lower()


def name_score(one: PreparedName, other: PreparedName) -> float:
    """0..100 for the names alone."""
    if one.words == other.words:
        return 100.0
    if one.joined == other.joined:
        return 98.0
    if one.numbers != other.numbers:
        return min(_words_in_common(one, other), 45.0)
    if not one.telling or not other.telling:
        # Names of common words only say nothing as long as they are not the same.
        return min(_words_in_common(one, other), 55.0)
    return max(_words_in_common(one, other), _written_together(one, other))


def _written_together(one: PreparedName, other: PreparedName) -> float:
    """ "Blau Fuchs" and "Blaufuchs": the telling words as one."""
    if one.together != other.together or len(one.together) < 4:
        return 0.0
    return 96.0 if one.common == other.common else 84.0


def _words_in_common(one: PreparedName, other: PreparedName) -> float:
    """Share of the words, by weight, that have a partner in the other name."""
    pairs = sorted(
        ((fuzz.ratio(ours, theirs), ours, theirs) for ours in set(one.words) for theirs in set(other.words)),
        key=lambda pair: (-pair[0], *sorted(pair[1:])),
    )
    left = [_counted(one.words), _counted(other.words)]
    common = 0.0
    told = 0.0
    for score, ours, theirs in pairs:
        if not _may_be_same(score, ours, theirs):
            continue
        while left[0].get(ours) and left[1].get(theirs):
            left[0][ours] -= 1
            left[1][theirs] -= 1
            weight = _weight(ours) + _weight(theirs)
            common += weight * (score / 100 if score < 100 else 1)
            told += weight if {ours, theirs}.isdisjoint(_COMMON) else 0
    total = sum(map(_weight, one.words)) + sum(map(_weight, other.words))
    share = 100 * common / total if total else 0.0
    # Nothing but words that everybody has.
    return share if told else min(share, 40.0)


def _may_be_same(score: float, ours: str, theirs: str) -> bool:
    """Short words and numbers must be the same to the letter: “Nord” is not “Nora”."""
    if score == 100:
        return True
    return score >= _ALIKE and min(len(ours), len(theirs)) > 4 and not (ours.isdigit() or theirs.isdigit())


def _counted(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def _weight(word: str) -> float:
    return _COMMON_WEIGHT if word in _COMMON else 1.0
