"""What waits because of payments: runs and answers for finance, a payment that came back for the partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import Actor
from common.one_person import logins_of
from common.registry import Area, Waiting
from partners.waiting import Partners, Waits
from programs.models import Vendor
from rebates.models import Payment, PaymentApproval, PaymentHold, PaymentRun, PaymentSettings
from rebates.payments import standing
from rebates.payments.answering import parked
from rebates.payments.deciding import own_part
from rebates.rights import person_of
from rebates.statements.reading import failures_of

State = PaymentRun.State


def waiting(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Runs to approve or to give to the bank, answers that need a person, releases to agree to.

    What the person has done by another account does not wait for them by this one, nor does a run that they may not
    approve.
    """
    logins = logins_of(person_of(actor))
    own = Exists(PaymentApproval.objects.filter(run=OuterRef("pk"), person__in=logins))
    runs = PaymentRun.objects.filter(vendor=area.pk, state__in=(State.PROPOSED, State.APPROVED)).order_by("number")
    for run in runs.exclude(own | Q(proposal__requested_by__in=logins), state=State.PROPOSED):
        if run.state == State.PROPOSED and own_part(run=run, logins=logins):
            continue
        values = {"number": run.number, "total": formats.money(run.total, run.currency)}
        text = _("Payment run %(number)s waits for approval: %(total)s")
        if run.state == State.APPROVED:
            text = _("Payment run %(number)s can go to the bank: %(total)s")
        since = run.approved_at or run.proposed_at
        yield Waiting(text % values, reverse("rebates:payment-run", args=[area.slug, run.number]), since)
    found = list(parked(vendor=Vendor(pk=area.pk), actor=actor).values_list("at", flat=True))
    if found:
        text = ngettext(
            "%(count)s answer of the bank needs a person", "%(count)s answers of the bank need a person", len(found)
        )
        url = reverse("rebates:payment-answers", args=[area.slug])
        yield Waiting(text % {"count": formats.number(len(found))}, url, since=found[0], count=len(found))
    failed = list(failures_of(vendor=Vendor(pk=area.pk)).values_list("tried_at", flat=True))
    if failed:
        text = ngettext("%(count)s statement could not be made", "%(count)s statements could not be made", len(failed))
        url = reverse("rebates:statements-of-vendor", args=[area.slug])
        yield Waiting(text % {"count": formats.number(len(failed))}, url, since=failed[0], count=len(failed))
    asked = PaymentHold.objects.filter(vendor=area.pk, released_at__isnull=True, release_asked_at__isnull=False)
    for hold in asked.exclude(release_asked_by__in=logins).select_related("partner").order_by("release_asked_at"):
        text = _("Payments to %(partner)s are to go on: a second person has to agree")
        url = reverse("rebates:payment-hold", args=[area.slug, hold.pk])
        yield Waiting(text % {"partner": hold.partner.name}, url, since=hold.release_asked_at)


def before_release(backup_at: datetime) -> Iterable[Waiting]:
    """What the bank may know more of than a restored system does: runs that were made, taken or answered afterwards.

    Without addresses: who reads it looks after the portal and does not see a vendor's payments.
    """
    for vendor in Vendor.objects.filter(pk__in=PaymentSettings.objects.values("vendor")).order_by("name"):
        values = {"vendor": vendor.name, "moment": formats.datetime_short(backup_at)}
        text = _(
            "Has %(vendor)s paid anything since %(moment)s? A run that was made after the backup is missing here, and "
            "would be proposed and paid once more: compare with the bank's statements"
        )
        yield Waiting(text % values, url="")
    texts = {
        State.PROPOSED: _(
            "Payment run %(number)s of %(vendor)s was proposed: did the bank get its file after the backup?"
        ),
        State.APPROVED: _(
            "Payment run %(number)s of %(vendor)s was approved: did the bank get its file after the backup?"
        ),
        State.EXPORTED: _("Payment run %(number)s of %(vendor)s is at the bank: take its answer, do not pay it again"),
    }
    for run in PaymentRun.objects.filter(state__in=texts).select_related("vendor").order_by("vendor", "number"):
        values = {"number": run.number, "vendor": run.vendor.name}
        yield Waiting(texts[State(run.state)] % values, url="", since=run.exported_at or run.proposed_at)


def came_back(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Payments that came back from the account that the company still has."""
    return _came_back({area.pk: area.slug}, Payment.objects.all()).get(area.pk, ())


def came_back_of(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _came_back(partners, Payment.objects.filter(vendor=vendor))


def _came_back(partners: Partners, payments: QuerySet[Payment]) -> Waits:
    returned = standing.returned(payments.filter(partner__in=partners))
    found: dict[int, list[Waiting]] = defaultdict(list)
    for payment in returned.select_related("vendor").order_by("answered_at"):
        values = {"vendor": payment.vendor.name, "amount": formats.money(payment.amount, payment.currency)}
        text = _("A payment of %(vendor)s came back: %(amount)s. Please name another bank account")
        url = reverse("partners:bank-account", args=[partners[payment.partner_id]])
        found[payment.partner_id].append(Waiting(text % values, url, since=payment.answered_at))
    return found
