"""Deals found by the words somebody types: what they say, or what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from common.filters import with_words
from deals.models import Deal
from partners.models import ALPHABET

REFERENCE = re.compile(rf"([{ALPHABET}]{{8}})-([0-9]{{1,9}})", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]{1,7}")
"""Longer ones are the number of a partner."""


def searched(deals: QuerySet[Deal], text: str, fields: Iterable[str]) -> QuerySet[Deal]:
    """Those with each word in any of the fields, or as their number. A reference names one, and is no text.

    Numbers are compared as what they are, so that a reference is looked up and not searched for.
    """
    for word in text.split():
        deals = deals.filter(_means(word, fields))
    return deals


def _means(word: str, fields: Iterable[str]) -> Q:
    if reference := REFERENCE.fullmatch(word):
        return Q(partner__number=reference[1].upper(), number=int(reference[2]))
    if NUMBER.fullmatch(word):
        # Half of all partners have such a digit somewhere in their number.
        said = [each for each in fields if each != "partner__number"]
        return with_words(word, said) | Q(number=int(word))
    return with_words(word, fields)
