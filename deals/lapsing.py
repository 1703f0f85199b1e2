"""What days do to deals: overdue decisions are told to the vendor's admins, updates are reminded of, protection ends.

Every minute somebody looks, maybe two at once, maybe nobody for three days. Each deal is changed where it still is as
it was found, in a commit of its own. Nothing lapses for want of an update without two reminders on earlier days,
however long nobody looked.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from deals.models import NEEDS_UPDATE, Deal, DealStep, Extension
from deals.moving import record
from deals.protecting import FIRST_REMINDER, SECOND_REMINDER, end_extensions

State, Step, Lapse = Deal.State, DealStep.Step, Deal.Lapse
AT_ONCE = 500


def look_after(*, today: date, now: datetime) -> int:
    """Do what is due; the number of deals that something happened to."""
    done = 0
    for step, due, values in _due(today, now):
        for pk in due.values_list("pk", flat=True)[:AT_ONCE]:
            done += _happen(pk, due, step, values, now)
    return done


def _due(today: date, now: datetime) -> list[tuple[DealStep.Step, QuerySet[Deal], dict[str, Any]]]:
    lapsed = {"state": State.LAPSED, "update_due_on": None, "ended_on": today}
    return [
        (Step.ESCALATED, overdue(today).filter(escalated_at=None), {"escalated_at": now}),
        (Step.ESCALATED, longer_overdue(today).filter(escalated_at=None), {"escalated_at": now}),
        (Step.LAPSED, _unanswered(today), {**lapsed, "lapse": Lapse.NO_UPDATE}),
        (Step.LAPSED, _expired(today), {**lapsed, "lapse": Lapse.EXPIRED}),
        (Step.REMINDED, _to_remind(today), {"reminded": F("reminded") + 1, "reminded_on": today}),
    ]


def overdue(today: date) -> QuerySet[Deal]:
    """The vendor should have decided before today."""
    return Deal.objects.filter(state=State.SUBMITTED, due_on__lt=today).order_by("pk")


def longer_overdue(today: date) -> QuerySet[Deal]:
    """The vendor should have answered before today whether it protects the deal for longer; until then it stands."""
    asked = Extension.objects.filter(state=Extension.State.OPEN, due_on__lt=today)
    return Deal.objects.filter(pk__in=asked.values("deal"), state=State.PROTECTED).order_by("pk")


def _unanswered(today: date) -> QuerySet[Deal]:
    """Within the time of protection: after its last day no update is asked for."""
    late = Deal.objects.filter(state=State.PROTECTED, update_due_on__lt=today, protected_until__gt=today)
    return late.filter(reminded=2, reminded_on__lt=today)


def _expired(today: date) -> QuerySet[Deal]:
    """A partner that asked for longer protection in time does not lose it while the vendor thinks."""
    return Deal.objects.filter(~_asked_for_longer(), state=State.PROTECTED, protected_until__lte=today)


def _asked_for_longer() -> Exists:
    return Exists(Extension.objects.filter(deal=OuterRef("pk"), state=Extension.State.OPEN))


def _to_remind(today: date) -> QuerySet[Deal]:
    """Who is told today is reminded again tomorrow at the earliest. Of the end, who has not asked for more time yet."""
    first = Q(reminded=0, update_due_on__lte=today + FIRST_REMINDER)
    second = Q(reminded=1, update_due_on__lte=today + SECOND_REMINDER, reminded_on__lt=today)
    running = Deal.objects.filter(first | second, state=State.PROTECTED, protected_until__gt=today)
    return running.filter(NEEDS_UPDATE | ~_asked_for_longer())


@transaction.atomic
def _happen(pk: int, due: QuerySet[Deal], step: DealStep.Step, values: dict[str, Any], now: datetime) -> int:
    """Once, however many look: whoever changes the row first writes the history and the mails in the same commit."""
    if "state" in values:
        values = {**values, "since": now, "version": F("version") + 1}
    # Locked first: what a partner asks for in this moment is seen by the statement that follows.
    deal = Deal.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
    if deal is None or not due.filter(pk=pk).order_by().update(**values):
        return 0
    if step == Step.LAPSED:
        end_extensions(deal)
    record(deal, step, text="", author=None, now=now)
    return 1
