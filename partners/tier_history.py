"""Tiers of many enrolments at once, entered into their histories as `services.set_tier` does for one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Min

from common.dated import since
from partners.models import EnrolmentTier
from programs.models import Tier


def record_tiers(*, tiers: Mapping[int, Tier], on: date, reason: str = "") -> None:
    """Each enrolment (by id) has its tier from `on` until the next change that is recorded; in a few statements.

    For whoever has checked that it may be, inside a transaction that holds the enrolments' locks.
    """
    history = EnrolmentTier.objects.filter(enrolment__in=tiers)
    holding = {row.enrolment_id: row for row in history.filter(valid__contains=on)}
    following = dict(
        history.filter(valid__startswith__gt=on)
        .order_by()
        .values_list("enrolment_id")
        .annotate(first=Min("valid__startswith"))
    )
    ending = {row.enrolment_id: row for row in history.filter(valid__endswith=on)}
    new, replaced, ended, gone = [], [], [], []
    for pk, tier in tiers.items():
        held = holding.get(pk)
        if held is not None and held.tier_id == tier.pk:
            continue
        if held is not None and held.valid.lower == on:
            before = ending.get(pk)
            if before is not None and before.tier_id == tier.pk:
                # What was changed today is changed back: the tier of before goes on.
                gone.append(held.pk)
                before.valid = since(before.valid.lower, held.valid.upper)
                ended.append(before)
                continue
            held.tier, held.reason = tier, reason
            replaced.append(held)
            continue
        end = held.valid.upper if held is not None else following.get(pk)
        if held is not None:
            held.valid = since(held.valid.lower, on)
            ended.append(held)
        new.append(EnrolmentTier(enrolment_id=pk, tier=tier, valid=since(on, end), reason=reason))
    EnrolmentTier.objects.filter(pk__in=gone).delete()
    EnrolmentTier.objects.bulk_update(replaced, ["tier", "reason"], batch_size=1000)
    EnrolmentTier.objects.bulk_update(ended, ["valid"], batch_size=1000)
    EnrolmentTier.objects.bulk_create(new, batch_size=1000)
