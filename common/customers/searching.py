"""Keys under which a customer is found: who may be the same shares one."""

from __future__ import annotations

from functools import lru_cache

from common.companies import folded
from common.customers import vocabulary
from common.customers.domains import label
from common.customers.matching import SAME, Comparison, Customer, Prepared, prepared, vat_number, weigh
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

    d: domain, v: VAT id, n: the whole name, anywhere; the rest within a region: a: house, w: beginnings and ends of
    words, i: initials, t: beginnings of names that name their town. Nothing known, no key.
    """
    known = prepared(customer)
    found = {f"n:{each}" for each in _whole_names(known)}
    if known.domain:
        found.add(f"d:{known.domain}")
    if known.vat:
        found.add(f"v:{vat_number(known.vat)}")
    regions = _regions(known)
    beginnings = _beginnings(known)
    for region in regions:
        found |= {f"t:{region}:{letter}" for letter in beginnings}
        found |= {f"a:{region}:{house}" for house in house_keys(known.place.street)}
        found |= {f"w:{region}:{word}" for word in _word_ends(known)}
        found |= {f"i:{region}:{letters}" for letters in _initials(known)}
    return frozenset(key[:60] for key in found)


def _regions(known: Prepared) -> frozenset[str]:
    """Where it is, roughly: the postcode's beginning, the town's words."""
    town = known.place.town
    names = {sounding(word)[:6] for word in (*town.strong, *town.added) if len(word) > 2}
    code = known.place.postcode
    if code.isdigit() and len(code) in (4, 5):
        # Four digits may be five that lost a zero.
        names |= {code[:2], f"0{code[:1]}"} if len(code) == 4 else {code[:2]}
    elif code:
        names.add(code[:2])
    return frozenset(names)


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


def _word_ends(known: Prepared) -> frozenset[str]:
    """Beginning and end of the words that name it, of all words if none does: a slip leaves one of both."""
    towns = known.towns
    words = [word for word in known.name.words if not is_town(word.text, towns)]
    naming = [word for word in words if word.kind in _NAMING] or words or list(known.name.words)
    texts = [word.text for word in naming]
    if known.domain and len(called := folded(label(known.domain))) > 2:
        texts.append(called)
    found: set[str] = set()
    for text in texts:
        heard = sounding(vocabulary.TRADES.get(text, text))
        found |= {f"{heard[:4]}-", f"-{heard[-4:]}"}
    return frozenset(found)


def _beginnings(known: Prepared) -> frozenset[str]:
    """First letters of what stands before or behind the town in a name: "KKH Tirschenau", "Kreiskrankenhaus …"."""
    words = known.name.words
    own = [word.text for word in words if not is_town(word.text, known.towns)]
    return frozenset(own[0][:1] for _ in range(1) if own and len(own) < len(words))


def _initials(known: Prepared) -> frozenset[str]:
    name = known.name
    told = [word for word in name.full if word not in vocabulary.CONNECTORS]
    parts = [part for word in told for part in parts_of(word)]
    every = [part for word in name.full for part in parts_of(word)]
    found = {"".join(part[0] for part in each)[:6] for each in (told, parts, every)}
    longer = {each[:length] for each in found for length in (3, 4)}
    return frozenset(each for each in found | longer | name.acronyms if 2 <= len(each) <= 6)
