"""Which deals may be about the same project: compared after they were sent, known to the vendor alone.

A deal is compared with everything of the vendor that is waiting, protected, or still covered after it was won, in both
directions. So of two that are sent in the same second the one that is checked last finds the other, whichever commits
first; which of them was first says `place`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from common.companies import OTHER_VAT_ID
from common.customers import SAME, Comparison, compare_customers, fingerprint
from common.sentences import _n
from deals.customers import NAMED, compared, customer_of, found_by
from deals.models import RUNNING, Conflict, Deal, Probe

State = Deal.State
NEAR = timedelta(days=270)
"""Orders expected further apart than this are hardly the same project."""
SHOWN = SAME - 10
"""From this similarity of the customers on a person at the vendor looks at both deals."""
SAME_PRODUCTS = _n("same products")
OTHER_PRODUCTS = _n("other products")
OTHER_TIME = _n("orders expected at quite another time")
_LESS_FOR_OTHER = 15


@dataclass(frozen=True)
class Similar:
    """Another deal that may be about the same project; `against`: the marked sentences that speak against it."""

    other: Deal
    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...]


def standing(vendor_id: int, today: date) -> QuerySet[Deal]:
    """Deals of the vendor that keep others from being protected: waiting, protected, or followed up after being won.

    A protected one stands until it lapses: past its last day it does while longer protection is asked for.
    """
    return Deal.objects.filter(_stands(today), vendor=vendor_id)


def _stands(today: date) -> Q:
    return Q(state__in=RUNNING) | Q(state=State.WON, protected_until__gt=today)


def similar_to(deal: Deal, today: date) -> list[Similar]:
    """Standing deals of other partners with the customer of this one, the likeliest first."""
    candidates = standing(deal.vendor_id, today).filter(keys__overlap=deal.keys).exclude(partner=deal.partner_id)
    found = [(other, _likeness(deal, other)) for other in candidates.select_related("partner")]
    likely = [(other, comparison) for other, comparison in found if comparison.score >= SHOWN]
    products = _products_of([deal, *(other for other, _comparison in likely)])
    judged = [_judged(deal, other, comparison, products) for other, comparison in likely]
    return sorted(judged, key=lambda each: (-each.score, each.other.place or 0))


def _likeness(deal: Deal, other: Deal) -> Comparison:
    """As customers are compared; but whoever makes a VAT id up hides nothing that is the same in all else."""
    found = compared(deal, other)
    if found.score >= SHOWN or not (deal.customer_vat_id and other.customer_vat_id):
        return found
    without = compare_customers(*(replace(customer_of(each), vat_id="") for each in (deal, other)))
    return Comparison(SHOWN, (*without.reasons, OTHER_VAT_ID)) if without.same else found


def _products_of(deals: Sequence[Deal]) -> dict[int, frozenset[int]]:
    rows = Deal.objects.filter(pk__in=[deal.pk for deal in deals]).values_list("pk", "products__product")
    found: dict[int, frozenset[int]] = {}
    for pk, product in rows:
        found[pk] = found.get(pk, frozenset()) | ({product} if product is not None else set())
    return found


def _judged(deal: Deal, other: Deal, comparison: Comparison, products: dict[int, frozenset[int]]) -> Similar:
    """The customer decides; other products or another time make it less likely to be the same project."""
    score = comparison.score
    reasons = [reason.text for reason in comparison.reasons if not reason.against]
    against = [reason.text for reason in comparison.reasons if reason.against]
    mine, theirs = products.get(deal.pk, frozenset()), products.get(other.pk, frozenset())
    if mine & theirs:
        reasons.append(SAME_PRODUCTS)
    elif mine and theirs:
        score -= _LESS_FOR_OTHER
        against.append(OTHER_PRODUCTS)
    if deal.expected_on and other.expected_on and abs(deal.expected_on - other.expected_on) > NEAR:
        score -= _LESS_FOR_OTHER
        against.append(OTHER_TIME)
    return Similar(other, max(round(score), 0), tuple(reasons), tuple(against))


@transaction.atomic
def check(*, deal: Deal, now: datetime, today: date) -> list[Conflict]:
    """Write down what is found; what a person has judged already stays judged. Again and again, it is the same."""
    locked = Deal.objects.select_for_update(no_key=True, of=("self",)).get(pk=deal.pk)
    found = similar_to(locked, today) if locked.state in RUNNING else []
    pairs = [_in_order(locked, similar) for similar in found]
    conflicts = [
        Conflict(
            deal=later, other=earlier, score=similar.score, found_at=now,
            reasons=[*([text, True] for text in similar.reasons), *([text, False] for text in similar.against)],
        )
        for later, earlier, similar in pairs
    ]  # fmt: skip
    known = {(each.deal_id, each.other_id) for each in conflicts}
    concerning = Conflict.objects.filter(Q(deal=locked) | Q(other=locked), judged=Conflict.Judged.OPEN)
    gone = [each.pk for each in concerning if (each.deal_id, each.other_id) not in known]
    Conflict.objects.filter(pk__in=gone).delete()
    Conflict.objects.bulk_create(
        conflicts, update_conflicts=True, unique_fields=["deal", "other"], update_fields=["score", "reasons"]
    )
    _note_probes([later for later, _earlier, _similar in pairs], now)
    Deal.objects.filter(pk=locked.pk).update(checked_at=now)
    return list(Conflict.objects.filter(deal=locked).select_related("other__partner"))


def _in_order(deal: Deal, similar: Similar) -> tuple[Deal, Deal, Similar]:
    first = (similar.other.place or 0) < (deal.place or 0)
    return (deal, similar.other, similar) if first else (similar.other, deal, similar)


def _note_probes(later: Sequence[Deal], now: datetime) -> None:
    """Once for each deal that met another one. What the vendor has entered, the partner does not try out."""
    probes = [
        Probe(enrolment_id=deal.enrolment_id, deal=deal, kind=Probe.Kind.MET, person_id=deal.written_by_id, at=now)
        for deal in later
        if not deal.entered_by_vendor
    ]
    Probe.objects.bulk_create(probes, ignore_conflicts=True)


def renew_keys(*, today: date, limit: int) -> int:
    """After an upgrade that changed how customers are compared, find standing deals anew; how many had old keys."""
    old = Deal.objects.filter(_stands(today)).exclude(keys_made_by=fingerprint())
    deals = list(old.order_by("pk")[:limit])
    for deal in deals:
        same = Deal.objects.filter(pk=deal.pk, **{name: getattr(deal, name) for name in NAMED})
        same.update(**found_by(deal), checked_at=None)
    return len(deals)


def unchecked() -> QuerySet[Deal]:
    """What was sent or changed and has not been compared since."""
    return Deal.objects.filter(checked_at=None).exclude(state=State.DRAFT).order_by("pk")
