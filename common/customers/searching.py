"""Keys under which a customer is found: who may be the same shares one."""

from __future__ import annotations

from functools import lru_cache

from common.customers import trades, vocabulary
from common.customers.matching import SAME, Comparison, Customer, Prepared, called, prepared, vat_number, weigh
from common.customers.names import is_town, parts_of
from common.customers.places import house_keys
from common.customers.words import Kind, sounding

_NAMING = (Kind.TELLING, Kind.SURNAME)


def compare_customers(one: Customer, other: Customer) -> Comparison:
    """How much speaks for the two being one customer; `same` from SAME on.

    Two that share no key are never the same, so a search by `keys` misses nobody that a comparison would call so.
    """
    found = weigh(prepared(one), prepared(other))
    if found.same and keys(one).isdisjoint(keys(other)):
        return Comparison(SAME - 1, found.reasons)
    return found


@lru_cache(maxsize=10_000)
def keys(customer: Customer) -> frozenset[str]:
    """Short texts to be stored with a customer and indexed; whoever shares one with another has to be compared.

    d: domain, v: VAT id, n: the whole name, anywhere. Within a region: w: words that name it, as slips leave them, l:
    what its domain is called. Within a town or postcode: g: words of a name that names nobody, a: house, i: initials,
    t: beginnings of names that name their town. Nothing known, no key.
    """
    known = prepared(customer)
    found = {f"n:{each}" for each in _whole_names(known)}
    if known.domain:
        found.add(f"d:{known.domain}")
    if known.vat:
        found.add(f"v:{vat_number(known.vat)}")
    wide, towns = _regions(known)
    for region in wide:
        found |= {f"w:{region}:{word}" for word in _naming_words(known)}
        found |= {f"l:{region}:{word}" for word in _called(known)}
    for town in towns:
        found |= {f"g:{town}:{word}" for word in _generic_words(known)}
        found |= {f"a:{town}:{house}" for house in house_keys(known.place.street)}
        found |= {f"i:{town}:{letters}" for letters in _initials(known)}
        found |= {f"t:{town}:{letter}" for letter in _beginnings(known, everywhere=town[:1].isdigit())}
    return frozenset(key[:60] for key in found)


def _regions(known: Prepared) -> tuple[frozenset[str], frozenset[str]]:
    """Where it is, by the town's words, and roughly by the postcode's beginning, closely by all of it."""
    town = known.place.town
    names = {sounding(word)[:6] for word in (*town.strong, *town.added) if len(word) > 2}
    code = known.place.postcode
    if not code:
        return frozenset(names), frozenset(names)
    # Four digits may be five that lost a zero.
    codes = {code, f"0{code}"} if code.isdigit() and len(code) == 4 else {code}
    return frozenset({each[:2] for each in codes} | names), frozenset(codes | names)


def _whole_names(known: Prepared) -> frozenset[str]:
    """All letters of the words that name it, sorted: neither their order nor the gaps between them matter."""
    words = [word for word in known.name.words if word.kind in _NAMING]
    if not any(word.kind is Kind.TELLING for word in words):
        return frozenset()
    towns = known.towns
    without = [word.text for word in words if not is_town(word.text, towns)]
    found = {"".join(sorted("".join(sounding(word.text) for word in words)))}
    if without:
        found.add("".join(sorted("".join(map(sounding, without)))))
    return frozenset(each for each in found if len(each) > 2)


def _naming_words(known: Prepared) -> frozenset[str]:
    """The words that name it, so that a slip leaves one key of each: beginning and end, or all but one letter."""
    found: set[str] = set()
    for word in known.name.words:
        if word.kind in _NAMING and not is_town(word.text, known.towns):
            found |= slips(sounding(word.text))
    return frozenset(found)


def slips(word: str) -> frozenset[str]:
    """Two words that are a letter more, less, another or two exchanged apart share one of these.

    Long words are kept by their ends, so that they are found in compounds, too.
    """
    if len(word) < 5:
        return frozenset((word, f"{word}-"))
    ends = {f"{word[:4]}-", f"-{word[-4:]}"} if len(word) > 7 else {f"{word[:4]}-"}
    return frozenset(
        ends | ({word[:place] + word[place + 1 :] for place in range(len(word))} | {word} if len(word) < 9 else set())
    )


def _generic_words(known: Prepared) -> frozenset[str]:
    """All words of a name that names nobody: Kreissparkasse."""
    words = [word for word in known.name.words if not is_town(word.text, known.towns)] or list(known.name.words)
    if any(word.kind in _NAMING for word in words):
        return frozenset()
    texts = {sounding(trades.TRADES.get(word.text, word.text)) for word in words}
    return frozenset({each for text in texts for each in (f"{text[:4]}-", f"-{text[-4:]}")})


def _called(known: Prepared) -> frozenset[str]:
    """What its domain is called, and what another's would be that is called like it."""
    return frozenset(each for each in {*called(known), known.name.joined, *known.name.acronyms} if len(each) > 2)


def _beginnings(known: Prepared, *, everywhere: bool) -> frozenset[str]:
    """First letter of a name, for letters that stand for words: in a town only of those that name it."""
    words = known.name.words
    own = [word.text for word in words if not is_town(word.text, known.towns)] or [word.text for word in words]
    return frozenset(text[:1] for text in own[:1] if everywhere or len(own) < len(words))


def _initials(known: Prepared) -> frozenset[str]:
    name = known.name
    told = [word for word in name.full if word not in vocabulary.CONNECTORS]
    parts = [part for word in told for part in parts_of(word)]
    every = [part for word in name.full for part in parts_of(word)]
    found = {"".join(part[0] for part in each)[:6] for each in (told, parts, every)}
    longer = {each[:length] for each in found for length in (3, 4)}
    return frozenset(each for each in found | longer | name.acronyms if 2 <= len(each) <= 6)
