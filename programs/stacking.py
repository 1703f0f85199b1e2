"""Whether terms of different evidence would pay one sale: a report and an invoice can prove the same one.

Such terms have to say `stack: true`. Terms of the same evidence add up on purpose, as a bonus and a rebate do.
"""

from __future__ import annotations

from collections.abc import Iterable

from programs.models import GroupMembership, Product, RebateTerms
from programs.terms import ALL_PRODUCTS, Terms


def paying_the_same(terms: RebateTerms) -> RebateTerms | None:
    """A published version of other evidence that pays sales which `terms` pay too, unless one of both stacks."""
    document = terms.terms
    if document.stack:
        return None
    for other in _in_force_with(terms):
        theirs = other.terms
        if theirs.evidence is not document.evidence and not theirs.stack and _overlap(terms, other):
            return other
    return None


def _in_force_with(terms: RebateTerms) -> Iterable[RebateTerms]:
    """Published versions of other codes of the program that settle a day on or after the start of `terms`."""
    published = RebateTerms.objects.filter(program=terms.program_id, state=RebateTerms.State.PUBLISHED)
    others = list(published.exclude(code=terms.code).order_by("code", "starts_on"))
    for place, other in enumerate(others):
        following = next((each for each in others[place + 1 :] if each.code == other.code), None)
        if following is None or following.starts_on > terms.starts_on:
            yield other


def _overlap(one: RebateTerms, other: RebateTerms) -> bool:
    mine, theirs = one.terms, other.terms
    same = (
        _share(_tiers(mine), _tiers(theirs)),
        _share(_named(mine.eligible.countries), _named(theirs.eligible.countries)),
    )
    vendor_id = one.program.vendor_id
    return all(same) and not _articles(mine, vendor_id).isdisjoint(_articles(theirs, vendor_id))


def _share(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """None means all there are."""
    return one is None or other is None or not one.isdisjoint(other)


def _named(names: Iterable[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _tiers(document: Terms) -> frozenset[str] | None:
    if document.rates is None:
        return _named(document.eligible.tiers)
    paid = frozenset(document.rates)
    eligible = _named(document.eligible.tiers)
    return paid if eligible is None else paid & eligible


def _articles(document: Terms, vendor_id: int) -> frozenset[str]:
    """All that were ever in the group, as far as a rate names them."""
    products = Product.objects.filter(vendor=vendor_id)
    if document.products != ALL_PRODUCTS:
        members = GroupMembership.objects.filter(group__vendor=vendor_id, group__code=document.products)
        products = products.filter(pk__in=members.values("product"))
    articles = frozenset(products.values_list("article", flat=True))
    if document.rates is None:
        return articles
    return articles & frozenset(article for rates in document.rates.values() for article in rates)
