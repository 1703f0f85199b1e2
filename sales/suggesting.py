"""Which partner a distributor's customer may be, and which product its article, with the reasons in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from common.access import Actor
from common.companies import POSSIBLE, Company, Comparison, compare, folded, most_similar
from common.filters import with_words
from common.sentences import _n
from partners.models import Partner
from partners.selectors import merged_away, partners_of
from programs.models import Product, Vendor
from sales.models import WaitingRow

SUGGESTED = 5
LEAST = 55
"""A person looks at the partners that are shown, so less than `POSSIBLE` is enough."""
FOUND = 10
_T = TypeVar("_T", Partner, Product)


@dataclass(frozen=True)
class Reason:
    """In words, and whether it speaks against the match."""

    text: str
    against: bool = False


@dataclass(frozen=True)
class Suggestion(Generic[_T]):
    """`score`: 0..100. The candidate as the page shows it, with its reasons, the strongest first."""

    candidate: _T
    score: int
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class Choice:
    """A candidate as pages offer it. `key` names it in addresses and forms, `below` tells it from others."""

    key: str
    name: str
    below: str
    reasons: Sequence[Reason] = ()


def key_of(candidate: Partner | Product) -> str:
    return candidate.number if isinstance(candidate, Partner) else candidate.article


def choice(candidate: Partner | Product, reasons: Sequence[Reason] = ()) -> Choice:
    key = key_of(candidate)
    place = f"{candidate.postcode} {candidate.city}".strip() if isinstance(candidate, Partner) else ""
    more = candidate.gtin if isinstance(candidate, Product) else place
    return Choice(key, candidate.name, " · ".join(part for part in (key, more) if part), reasons)


def suggest_partners(*, vendor: Vendor, actor: Actor, customer: Company, search: str = "") -> list[Suggestion[Partner]]:
    """Partners enrolled with the vendor or applying to it that may be this customer, the likeliest first.

    With `search` those that are found by it, whether they are likely or not.
    """
    if search:
        searched = search_partners(vendor=vendor, actor=actor, search=search)
        compared = [(each, compare(customer, _company(each))) for each in searched]
        return [Suggestion(each, result.score, _reasons(result)) for each, result in compared]
    known = partners_of(vendor=vendor, actor=actor).exclude(merged_away(vendor)).order_by("name", "pk")
    rows = list(known.values_list("pk", "name", "postcode", "city", "vat_id"))
    found = most_similar(customer, [Company(*row[1:]) for row in rows], limit=SUGGESTED, least=LEAST)
    partners = Partner.objects.in_bulk([rows[each.index][0] for each in found])
    return [
        Suggestion(
            partners[rows[each.index][0]],
            each.comparison.score,
            _reasons(each.comparison),
        )
        for each in found
    ]


def _company(partner: Partner) -> Company:
    return Company(partner.name, partner.postcode, partner.city, partner.vat_id)


def _reasons(comparison: Comparison) -> list[Reason]:
    return [Reason(_(reason.text), reason.against) for reason in comparison.reasons]


def search_partners(*, vendor: Vendor, actor: Actor, search: str) -> list[Partner]:
    """The vendor's partners with all words of the search in name, number, place or VAT id."""
    fields = ("name", "number", "city", "postcode", "vat_id")
    found = partners_of(vendor=vendor, actor=actor).filter(with_words(search, fields))
    return list(found.order_by("name")[:FOUND])


def search_products(*, vendor: Vendor, search: str) -> list[Product]:
    """The vendor's products with all words of the search in article number, name or GTIN."""
    found = Product.objects.filter(with_words(search, ("article", "name", "gtin")), vendor=vendor)
    return list(found.order_by("article")[:FOUND])


def customer_of(row: WaitingRow) -> Company:
    """What the row says about its customer."""
    return Company(row.customer_name, row.customer_postcode, row.customer_city, row.customer_vat_id)


# --- articles --------------------------------------------------------------------------------------------------------

_SAME_GTIN = _n("same GTIN")
_SAME_NUMBER = _n("same article number but for its signs")
_PART_OF_NUMBER = _n("one article number contains the other")
_SIMILAR_NUMBER = _n("similar article number")
_NUMBER_IN_NAME = _n("article number stands in the name")
_VERY_SIMILAR_NAME = _n("very similar name")
_SIMILAR_NAME = _n("similar name")
_SHORTEST_PART = 4
"""A number shorter than this stands in many others by accident."""


@dataclass(frozen=True)
class _Article:
    """Numbers without signs and leading zeros, upper case; the name folded."""

    numbers: tuple[str, ...]
    gtin: str
    name: str


def suggest_products(*, vendor: Vendor, row: WaitingRow, search: str = "") -> list[Suggestion[Product]]:
    """Products of the vendor that the row's article may be, the likeliest first; with `search` those it finds."""
    if search:
        return [Suggestion(each, 0, []) for each in search_products(vendor=vendor, search=search)]
    products = list(Product.objects.filter(vendor=vendor).order_by("article"))
    known = [_Article((_bare(each.article),), _bare(each.gtin), folded(each.name)) for each in products]
    wanted = _Article(
        tuple(number for number in map(_bare, (row.article, row.distributor_article)) if number),
        _bare(row.gtin),
        folded(row.article_name),
    )
    compared = ((index, *_compared(wanted, known[index])) for index in _shortlist(wanted, known))
    found = sorted((each for each in compared if each[1] >= POSSIBLE), key=lambda each: (-each[1], each[0]))
    return [
        Suggestion(products[index], score, [Reason(_(text)) for text in reasons])
        for index, score, reasons in found[:SUGGESTED]
    ]


def _bare(number: str) -> str:
    return "".join(sign for sign in number.upper() if sign.isalnum()).lstrip("0")


def _shortlist(wanted: _Article, known: Sequence[_Article]) -> set[int]:
    """Candidates that are alike in one of number, name and GTIN."""
    asked: list[tuple[str, list[str], Callable[..., float]]] = [
        (number, [each.numbers[0] for each in known], fuzz.partial_ratio) for number in wanted.numbers
    ]
    asked += [(number, [_bare(each.name) for each in known], fuzz.partial_ratio) for number in wanted.numbers]
    if wanted.name:
        asked.append((wanted.name, [each.name for each in known], fuzz.token_set_ratio))
    found = {
        index
        for text, among, scorer in asked
        for _text, _score, index in process.extract(text, among, scorer=scorer, limit=20, score_cutoff=60)
    }
    return found | {index for index, each in enumerate(known) if wanted.gtin and each.gtin == wanted.gtin}


def _compared(wanted: _Article, known: _Article) -> tuple[int, list[str]]:
    """The strongest of the reasons decides; a name beside a number makes it a little likelier."""
    reasons: list[tuple[float, str]] = []
    if wanted.gtin and wanted.gtin == known.gtin:
        reasons.append((100, _SAME_GTIN))
    if wanted.numbers and (by_number := max(_numbers(ours, known) for ours in wanted.numbers))[0]:
        reasons.append(by_number)
    if wanted.name and known.name:
        alike = fuzz.token_sort_ratio(wanted.name, known.name)
        within = fuzz.token_set_ratio(wanted.name, known.name)
        if alike >= 90:
            reasons.append((90, _VERY_SIMILAR_NAME))
        elif within >= 80:
            reasons.append((min(within - 8, 85), _SIMILAR_NAME))
    if not reasons:
        return 0, []
    reasons.sort(key=lambda each: -each[0])
    best = reasons[0][0]
    return min(round(best + 3 * (len(reasons) - 1)), 100), [text for _score, text in reasons]


def _numbers(ours: str, known: _Article) -> tuple[float, str]:
    theirs = known.numbers[0]
    if ours == theirs:
        return 96, _SAME_NUMBER
    if min(len(ours), len(theirs)) >= _SHORTEST_PART and (ours in theirs or theirs in ours):
        return 85, _PART_OF_NUMBER
    if len(ours) >= _SHORTEST_PART and ours in _bare(known.name):
        return 80, _NUMBER_IN_NAME
    alike = fuzz.ratio(ours, theirs)
    # Numbers of a family differ in one digit and mean another product: alike only where they are long.
    return (alike - 12, _SIMILAR_NUMBER) if alike >= 88 and min(len(ours), len(theirs)) >= 6 else (0, "")
