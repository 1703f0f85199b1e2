"""One partner goes on as another: a takeover, a successor, or a company that was there twice.

From a day on, and never inside a closed period, sales count for the successor: numbers of distributors are its own,
lines from that day on move by reversal as in `sales.undoing`. Lines before the day stay where they are, and what is
reported or corrected later of those days goes there too (`identifying.TAKEN_ALONG`), so that what is settled stays as
it is and no closing finds a difference there. Everything is one commit under the locks that imports
take: a report is booked before it or after it, never in between. What waits for somebody's answer is answered first:
afterwards nobody would look for it at the company that is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import outbox
from common.access import VENDOR, Actor
from common.errors import DomainError
from common.formats import date_long
from common.models import User
from common.periods import Period, PeriodKind
from partners import life_mails as mails
from partners import participation, services
from partners.company import TAKES_PART, vendors_of
from partners.models import (
    Application,
    BroughtContact,
    Enrolment,
    EnrolmentStatus,
    EnrolmentTier,
    Member,
    Partner,
    Succession,
    VendorNumber,
)
from programs.models import Distributor, Program, Tier, Vendor
from sales.books import current_cut, one_report_at_a_time
from sales.hindrances import hindrances
from sales.matching import MATCHING_ROLES, may_be_customer
from sales.models import Claim, CustomerNumber, SaleLine, WaitingRow
from sales.sealed import begun_periods
from sales.undoing import Effect, book_again, clean_up, effect_of, take_back
from trainings.bookings import take_along


class NotAllowed(DomainError):
    """Neither channel manager nor admin of the vendor; or other vendors are concerned, then only a platform admin."""


class NotMergeable(DomainError):
    """Not two partners of the vendor, or one of them has gone on as another already."""


class InClosedPeriod(DomainError):
    """The day lies inside a period that is closed or being closed."""


class StillOpen(DomainError):
    """An application of one of the two, or a question of the one that is merged, waits for an answer."""


class ChangedMeanwhile(DomainError):
    """There are other lines to move than those the person has seen."""


@dataclass(frozen=True)
class Merge:
    """`source` goes on as `target` from `on`. `seen`: so many lines to move were shown; None: not compared.

    `people`: of the source, who gets the same roles in the target.
    """

    vendor: Vendor
    source: Partner
    target: Partner
    on: date
    reason: str = ""
    people: Sequence[int] = ()
    seen: int | None = None


@dataclass(frozen=True)
class Joined:
    """A program in which the target takes part afterwards; `tier`: the one it has or gets, `new`: it is enrolled."""

    program: Program
    tier: Tier | None
    new: bool


@dataclass(frozen=True)
class Preview:
    """What will happen. `moved`: lines from the day on; `stays`: lines before it."""

    numbers: Sequence[CustomerNumber]
    moved: Effect
    stays: Effect
    waiting: int
    programs: Sequence[Joined]
    people: Sequence[User]


def first_day(*, vendor_id: int, today: date) -> date:
    """The first day of the running quarter, or the day after the last period that is closed."""
    ends = [period.end for period in begun_periods(vendor_id)]
    return max([Period.containing(PeriodKind.QUARTER, today).start, *ends])


def check(*, merge: Merge, actor: Actor, today: date) -> None:
    """Raises `NotAllowed`, `NotMergeable`, `InClosedPeriod`, `StillOpen`."""
    vendor = merge.vendor
    if not _may(actor, vendor):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    _check_pair(merge)
    for each in (merge.source, merge.target):
        others = [other.name for other in vendors_of(partner=each, today=today) if other != vendor]
        if others and not actor.is_platform_admin:
            raise NotAllowed(
                _("%(partner)s takes part with other vendors as well. Please ask the operator of the portal.")
                % {"partner": each.name}
            )
    closed = [period.end for period in begun_periods(vendor.pk) if period.end > merge.on]
    if closed:
        text = _("Periods up to %(day)s are closed. Please choose that day or a later one.")
        raise InClosedPeriod(text % {"day": date_long(max(closed))})
    if merge.on > today:
        raise InClosedPeriod(_("This day is still to come."))
    _check_nothing_waits(merge)


def _may(actor: Actor, vendor: Vendor) -> bool:
    staff = actor.has(VENDOR, vendor.pk, *MATCHING_ROLES)
    return actor.scopes is None and (staff or actor.is_platform_admin)


def _check_pair(merge: Merge) -> None:
    vendor = merge.vendor
    of_vendor = all(may_be_customer(vendor=vendor, partner=each) for each in (merge.source, merge.target))
    if merge.source == merge.target or not of_vendor:
        raise NotMergeable(_("Please choose two different partners of %(vendor)s.") % {"vendor": vendor.name})
    gone = Succession.objects.filter(vendor=vendor, source__in=[merge.source, merge.target]).first()
    if gone is not None:
        values = {"source": gone.source.name, "target": gone.target.name}
        raise NotMergeable(_("%(source)s has been merged into %(target)s already.") % values)


def _check_nothing_waits(merge: Merge) -> None:
    undecided = Application.objects.filter(
        partner__in=[merge.source, merge.target], program__vendor=merge.vendor, state__in=Application.UNDECIDED
    )
    if (application := undecided.select_related("partner", "program").first()) is not None:
        text = _("%(partner)s has applied for %(program)s. Please decide about it first.")
        raise StillOpen(text % {"partner": application.partner.name, "program": application.program.name})
    questions = Claim.objects.filter(vendor=merge.vendor, partner=merge.source, state__in=Claim.UNANSWERED)
    if count := questions.count():
        text = ngettext(
            "%(count)s question of %(partner)s is open. Please answer it first.",
            "%(count)s questions of %(partner)s are open. Please answer them first.",
            count,
        )
        raise StillOpen(text % {"count": count, "partner": merge.source.name})
    for hindrance in hindrances:
        if sentence := hindrance.sentence(merge.vendor, merge.source):
            raise StillOpen(sentence)


def preview(*, merge: Merge) -> Preview:
    """Exact counts and amounts as things stand."""
    vendor, source = merge.vendor, merge.source
    numbers = list(_numbers(merge).select_related("distributor"))
    waiting = WaitingRow.objects.filter(vendor=vendor, state=WaitingRow.State.WAITING, counts_on__gte=merge.on)
    lines = _live(merge)
    people = Member.objects.filter(partner=source, left_on__isnull=True)
    return Preview(
        numbers=numbers,
        moved=effect_of(lines.filter(counts_on__gte=merge.on), vendor_id=vendor.pk),
        stays=effect_of(lines.filter(counts_on__lt=merge.on), vendor_id=vendor.pk),
        waiting=sum(
            waiting.filter(distributor=each.distributor_id, customer_number=each.number).count() for each in numbers
        ),
        programs=[_joined(enrolment, merge) for enrolment in _enrolments(merge)],
        people=list(User.objects.filter(pk__in=people.values("user_id")).order_by("last_name", "pk")),
    )


def merge_partners(*, merge: Merge, actor: Actor, now: datetime, today: date) -> Succession:
    """Do it. The same merge twice is the first one. Raises as `check`, `ChangedMeanwhile`, and `services.enrol`."""
    if actor.user_id is None:
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    with transaction.atomic():
        _lock(merge)
        there = Succession.objects.filter(vendor=merge.vendor, source=merge.source, target=merge.target).first()
        if there is not None and _may(actor, merge.vendor):
            return there
        check(merge=merge, actor=actor, today=today)
        moved = _move_lines(merge, now)
        for number in _numbers(merge).select_for_update():
            number.partner, number.source = merge.target, CustomerNumber.Source.PERSON
            number.said_by_id, number.since = actor.user_id, now
            number.save(update_fields=["partner", "source", "said_by", "since"])
        for enrolment in _enrolments(merge):
            _join(enrolment, merge, actor)
        _let_in(merge, today)
        take_along(source=merge.source, target=merge.target, vendor=merge.vendor, people=merge.people, now=now)
        _bring_along(merge)
        succession = Succession.objects.create(
            vendor=merge.vendor, source=merge.source, target=merge.target, on=merge.on, reason=merge.reason,
            by_id=actor.user_id, at=now, lines=moved,
        )  # fmt: skip
        _tell(succession)
    return succession


def _lock(merge: Merge) -> None:
    """Nobody books, matches or freezes for the vendor, asks or applies as one of the two, until this commits."""
    for pk in Distributor.objects.order_by("pk").values_list("pk", flat=True):
        one_report_at_a_time(vendor_id=merge.vendor.pk, distributor_id=pk)
    current_cut(vendor_id=merge.vendor.pk)
    both = Partner.objects.filter(pk__in=[merge.source.pk, merge.target.pk]).order_by("pk")
    list(both.select_for_update(no_key=True))


def _numbers(merge: Merge) -> QuerySet[CustomerNumber]:
    return CustomerNumber.objects.filter(vendor=merge.vendor, partner=merge.source).order_by("number", "pk")


def _live(merge: Merge) -> QuerySet[SaleLine]:
    lines = SaleLine.objects.filter(vendor=merge.vendor, partner=merge.source)
    return lines.filter(reverses__isnull=True, reversed_by__isnull=True).order_by()


def _move_lines(merge: Merge, now: datetime) -> int:
    lines = _live(merge).filter(counts_on__gte=merge.on)
    moved = take_back(merge.vendor.pk, lines, now)
    if merge.seen is not None and merge.seen != moved:
        raise ChangedMeanwhile(_("Sales were booked meanwhile. Please look at the figures again."))
    book_again(now, partner_id=merge.target.pk)
    clean_up()
    return moved


# --- participation ---------------------------------------------------------------------------------------------------


def _enrolments(merge: Merge) -> list[Enrolment]:
    """The source's enrolments that have not ended on the day."""
    ended = EnrolmentStatus.objects.filter(valid__contains=merge.on, status=EnrolmentStatus.Status.ENDED)
    enrolments = Enrolment.objects.filter(partner=merge.source, program__vendor=merge.vendor)
    enrolments = enrolments.exclude(pk__in=ended.values("enrolment_id"))
    return list(enrolments.select_related("program", "partner").order_by("program__name"))


def _of_target(enrolment: Enrolment, merge: Merge) -> tuple[Enrolment | None, bool]:
    """The target's enrolment in the same program, and whether it takes part there on the day."""
    own = Enrolment.objects.filter(partner=merge.target, program=enrolment.program).first()
    held = EnrolmentStatus.objects.filter(enrolment=own, status__in=TAKES_PART, valid__contains=merge.on)
    return own, own is not None and held.exists()


def _tier_on(enrolment: Enrolment | None, day: date) -> Tier | None:
    held = EnrolmentTier.objects.filter(enrolment=enrolment, valid__contains=day).select_related("tier").first()
    return held.tier if enrolment is not None and held is not None else None


def _joined(enrolment: Enrolment, merge: Merge) -> Joined:
    own, takes_part = _of_target(enrolment, merge)
    tier = _tier_on(own, merge.on) or _tier_on(enrolment, merge.on)
    return Joined(enrolment.program, tier, new=not takes_part)


def _join(enrolment: Enrolment, merge: Merge, actor: Actor) -> None:
    """The source's participation ends on the day; the target takes part from then on."""
    held = EnrolmentStatus.objects.filter(enrolment=enrolment, valid__contains=merge.on).first()
    status = held.status if held is not None and held.status in TAKES_PART else EnrolmentStatus.Status.ACTIVE
    own, takes_part = _of_target(enrolment, merge)
    tier = _tier_on(own, merge.on) or _tier_on(enrolment, merge.on)
    if own is None:
        services.enrol(
            partner=merge.target, program=enrolment.program, on=merge.on, actor=actor, tier=tier, status=status
        )
    elif not takes_part:
        services.record_status(enrolment=own, status=status, on=max(merge.on, own.enrolled_on))
        if tier is not None:
            services.set_tier(enrolment=own, tier=tier, on=max(merge.on, own.enrolled_on), actor=actor)
    participation.end(enrolment=enrolment, on=max(merge.on, enrolment.enrolled_on))


def _let_in(merge: Merge, today: date) -> None:
    """The chosen people get their roles in the target; in the source they stay, where its statements are."""
    roles = Member.objects.filter(partner=merge.source, left_on__isnull=True, user__in=merge.people)
    for user_id, role in roles.values_list("user_id", "role"):
        Member.objects.get_or_create(
            partner=merge.target, user_id=user_id, role=role, left_on=None, defaults={"joined_on": today}
        )


def _bring_along(merge: Merge) -> None:
    """What the vendor brought with the source: its number, where the target has none, and whom it meant to invite."""
    of_vendor = {"vendor": merge.vendor, "partner": merge.target}
    if not VendorNumber.objects.filter(**of_vendor).exists():
        VendorNumber.objects.filter(vendor=merge.vendor, partner=merge.source).update(partner=merge.target)
    there = BroughtContact.objects.filter(**of_vendor).values("address")
    waiting = BroughtContact.objects.filter(vendor=merge.vendor, partner=merge.source, invitation__isnull=True)
    waiting.exclude(address__in=there).update(partner=merge.target)


def _tell(succession: Succession) -> None:
    """The owners of both companies."""
    found: Iterable[User] = [
        *participation.owners(succession.source_id), *participation.owners(succession.target_id)
    ]  # fmt: skip
    context = mails.merged_told(succession=succession)
    for person in found:
        outbox.put(kind=mails.MERGED, period=f"succession {succession.pk}", recipient=person, context=context)
