"""How many registrations a partner may have open, and send in a day. None of it depends on what others registered."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from deals.models import RUNNING, Deal, DealRules, DealStep, Probe, TierLimit
from deals.moving import Act, NotPossible
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier

Step = DealStep.Step


def check_taking_part(enrolment: Enrolment, today: date) -> None:
    active = EnrolmentStatus.Status.ACTIVE
    if not EnrolmentStatus.objects.filter(enrolment=enrolment, status=active, valid__contains=today).exists():
        raise NotPossible(
            _("%(partner)s does not take part in %(program)s now.")
            % {"partner": enrolment.partner, "program": enrolment.program}
        )


def most_open(enrolment: Enrolment, rules: DealRules, today: date) -> int:
    """What the tier of the day allows, else what the program does."""
    held = EnrolmentTier.objects.filter(enrolment=enrolment, valid__contains=today).values("tier")
    of_tier = TierLimit.objects.filter(tier__in=held).values_list("most_open", flat=True).first()
    return rules.most_open if of_tier is None else of_tier


def check_open(enrolment: Enrolment, rules: DealRules, today: date) -> None:
    """In the transaction that has locked the partner. Raises NotPossible."""
    limit = most_open(enrolment, rules, today)
    if Deal.objects.filter(enrolment=enrolment, state__in=RUNNING).count() >= limit:
        text = _("%(count)s registrations are open, which is as many as your tier allows. Please end one first.")
        raise NotPossible(text % {"count": limit})


def check_day(enrolment: Enrolment, rules: DealRules, today: date) -> None:
    """Registrations and changed customers of a day are counted. Raises NotPossible."""
    if tries_on(enrolment, today) >= rules.most_a_day:
        text = _("%(count)s registrations a day are possible. Please send this one tomorrow; it stays as it is.")
        raise NotPossible(text % {"count": rules.most_a_day})


def tries_on(enrolment: Enrolment, today: date) -> int:
    """How many customers the partner named to the vendor on the day, new ones and others in their place."""
    zone = timezone.get_default_timezone()
    start = datetime.combine(today, time.min, tzinfo=zone)
    named = Q(step=Step.SUBMITTED, deal__entered_by_vendor=False) | Q(step=Step.CHANGED)
    steps = DealStep.objects.filter(named, deal__enrolment=enrolment, at__gte=start)
    return sum(
        step == Step.SUBMITTED or any(field.startswith("customer_") for field, *_values in changes)
        for step, changes in steps.values_list("step", "changes")
    )


def note_limit(enrolment: Enrolment, act: Act) -> None:
    """Remember for the vendor that somebody went on at the limit; outside the transaction that was refused."""
    Probe.objects.create(enrolment=enrolment, kind=Probe.Kind.LIMIT, person_id=act.actor.user_id, at=act.now)
