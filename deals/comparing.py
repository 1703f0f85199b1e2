"""A deal beside those that may be about the same project, line by line, for whoever decides at the vendor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Q
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from common import formats
from deals.checking import standing
from deals.deciding import standing_before
from deals.models import Conflict, Deal, DealProduct
from deals.wording import product_in_words, state_for_vendor, title_of

SAYS_LITTLE = 3
"""Letters that stand in many a word."""
LIKE = 75
"""From so much on, of a hundred, names look alike."""
Agreement = Literal["same", "similar", "other", ""]
Compared = Literal["as a name", "sign by sign", ""]


@dataclass(frozen=True)
class Beside:
    """A similar deal. `first`: it was there before; `hinders`: it keeps from protecting as long as nobody judges it.

    `stands`: it is waiting, protected or covered. `reasons`: in words, whether against being the same.
    """

    conflict: Conflict
    deal: Deal
    first: bool
    hinders: bool
    stands: bool
    reasons: Sequence[tuple[str, bool]]

    @property
    def tick(self) -> str:
        """What a tick says: of which conflict, and which version of the other deal was there to be read."""
        return f"{self.conflict.pk}-{self.deal.version}"


@dataclass(frozen=True)
class Cell:
    value: str
    agreement: Agreement = ""
    """Whether it says the same as the deal that is decided; empty: one of them says nothing, or it need not."""


@dataclass(frozen=True)
class Row:
    label: str
    own: str
    others: Sequence[Cell]


def besides(deal: Deal, today: date) -> list[Beside]:
    """What keeps the deal from being protected first, then the likeliest."""
    found = Conflict.objects.filter(Q(deal=deal) | Q(other=deal)).select_related(
        "judged_by", "deal__partner", "deal__vendor", "deal__enrolment__program", "other__partner", "other__vendor",
        "other__enrolment__program",
    )  # fmt: skip
    hindering = set(standing_before(deal, today).values_list("pk", flat=True))
    pairs = [(each, each.other if each.deal_id == deal.pk else each.deal) for each in found]
    stand = standing(deal.vendor_id, today).filter(pk__in=[other.pk for _each, other in pairs])
    stands = set(stand.values_list("pk", flat=True))
    listed = [
        Beside(
            conflict=each,
            deal=other,
            first=each.deal_id == deal.pk,
            hinders=each.pk in hindering,
            stands=other.pk in stands,
            # The comparison's sentences, marked where they are written.
            reasons=[(_(text), not speaks_for) for text, speaks_for in each.reasons],
        )
        for each, other in pairs
    ]
    return sorted(listed, key=lambda each: (not each.hinders, -each.conflict.score, each.deal.place or 0))


def rows(deal: Deal, others: Sequence[Deal]) -> list[Row]:
    """Customer and project line by line; of the customer it says what agrees."""
    products = _products_of([deal, *others])
    own = _lines(deal, products)
    beside = [_lines(other, products) for other in others]
    return [
        Row(
            label,
            value,
            [Cell(lines[label][0], _agreement(value, lines[label][0], compared)) for lines in beside],
        )
        for label, (value, compared) in own.items()
    ]


def _agreement(one: str, other: str, compared: Compared) -> Agreement:
    if not one or not other or not compared:
        return ""
    short, long = sorted((_plain(one), _plain(other)), key=len)
    if short == long:
        return "same"
    alike = compared == "as a name" and fuzz.ratio(short, long) >= LIKE
    return "similar" if alike or (short in long and len(short) > SAYS_LITTLE) else "other"


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _lines(deal: Deal, products: dict[int, str]) -> dict[str, tuple[str, Compared]]:
    """By label: what it says, and how that is compared."""
    value = formats.money(deal.expected_value, deal.currency) if deal.expected_value is not None else ""
    return {
        _("End customer"): (deal.customer_name, "as a name"),
        _("Street"): (deal.customer_street, "as a name"),
        _("Postcode"): (deal.customer_postcode, "sign by sign"),
        _("City"): (deal.customer_city, "as a name"),
        _("Country"): (formats.country(deal.customer_country), "sign by sign"),
        _("Website"): (deal.customer_domain, "sign by sign"),
        _("VAT id"): (deal.customer_vat_id, "sign by sign"),
        _("Products"): (products.get(deal.pk, ""), "sign by sign"),
        _("Project"): (title_of(deal), ""),
        _("Expected value"): (value, ""),
        _("Order expected"): (formats.date_short(deal.expected_on) if deal.expected_on else "", ""),
        _("Program"): (deal.enrolment.program.name, ""),
        _("Registered"): (formats.datetime_short(deal.submitted_at) if deal.submitted_at else "", ""),
        _("State"): (state_for_vendor(deal), ""),
        _("Protected until"): (formats.date_short(deal.last_day) if deal.protected_until else "", ""),
    }


def _products_of(deals: Sequence[Deal]) -> dict[int, str]:
    listed = DealProduct.objects.filter(deal__in=[deal.pk for deal in deals]).select_related("product")
    found: dict[int, list[str]] = {}
    for each in listed.order_by("product__name"):
        found.setdefault(each.deal_id, []).append(product_in_words(each))
    return {pk: ", ".join(words) for pk, words in found.items()}


def in_words(other: Deal) -> str:
    """A deal as a choice."""
    return f"{other.partner.name} · {title_of(other)} · {state_for_vendor(other)}"
