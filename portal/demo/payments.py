"""What two of the demo's vendors have paid: a run after each closing but the last, one of them with a payment back.

The run of the last closing waits for two approvals.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from common.access import Actor
from common.models import OutboxMail, User
from common.periods import Period
from portal.demo.accounts import shown_partner_number
from portal.demo.bank_accounts import iban_from
from portal.demo.programs import LENOVO, SNOM
from programs.models import Program
from rebates.models import AnswerLine, Letterhead, Payment, PaymentRun, PaymentSettings
from rebates.models.payments import MOST_DAYS
from rebates.payment_mails import CAME_BACK, PAID, RUN_WAITS
from rebates.payments import answering, deciding, exporting, proposing
from rebates.statement_mails import STATEMENT
from rebates.statements.making import make_statements

PAYING = {LENOVO: ("Lenovo (Deutschland) GmbH", "Stuttgart"), SNOM: ("Snom Technology GmbH", "Berlin")}
LETTERHEADS: Mapping[str, Mapping[str, str]] = {
    LENOVO: {
        "street": "Musterstraße 1", "postcode": "70173", "city": "Stuttgart", "vat_id": "DE999999991",
        "register": "Amtsgericht Stuttgart, HRB 000001 (Demo)", "email": "bonus@lenovo.example", "colour": "#8A1C2B",
    },
    SNOM: {
        "street": "Beispielallee 2", "postcode": "10115", "city": "Berlin", "vat_id": "DE999999992",
        "register": "Amtsgericht Berlin, HRB 000002 (Demo)", "email": "bonus@snom.example", "colour": "#1F3A5F",
    },
}  # fmt: skip
DAY = timedelta(days=1)
AHEAD = 4
"""Days from today to the day for which the latest closing's payments are promised."""
Said = AnswerLine.Said


def settle_on(*, programs: Mapping[str, Program], last: Period, today: date) -> None:
    """From which account the vendors pay; before the first closing, so that each promises a day.

    So many days after a closing that what the `last` one settles is promised for the days to come.
    """
    for number, (slug, (holder, city)) in enumerate(PAYING.items(), start=1):
        closed_on = last.end + timedelta(days=programs[slug].grace_days)
        PaymentSettings.objects.create(
            vendor=programs[slug].vendor, holder=holder, city=city, iban=iban_from("DE", number), minimum=Decimal(25),
            days_after_closing=min(max((today - closed_on).days + AHEAD, 14), MOST_DAYS),
        )  # fmt: skip
        Letterhead.objects.create(vendor=programs[slug].vendor, **LETTERHEADS[slug])


def pay(*, until: date) -> None:
    """Pay what is promised up to this day, as the schedule and finance would have done."""
    for settings in PaymentSettings.objects.all():
        for promised in proposing.promised_days(settings=settings, until=until):
            at = _morning(promised - settings.lead_days * DAY)
            for proposal in proposing.ensure_due_runs(today=timezone.localdate(at), now=at):
                for run in proposal.runs.all():
                    _through(run, at)


def propose(*, today: date, now: datetime) -> None:
    """The run of the latest closing waits for approval; of the mails about payments only the shown partner's stay."""
    _let_one_come_back()
    proposing.ensure_due_runs(today=today, now=now)
    mails = OutboxMail.objects.filter(kind__in=(PAID, CAME_BACK, RUN_WAITS, STATEMENT))
    mails.exclude(text__contains=shown_partner_number()).delete()


def _through(run: PaymentRun, at: datetime) -> None:
    first, second = (_finance(run.vendor.slug, name) for name in ("finance", "finance2"))
    for person in (first, second):
        at += timedelta(minutes=40)
        deciding.approve(run_id=run.pk, actor=person, sha256=run.sha256, device="", now=at)
    exporting.take(run_id=run.pk, number=1, actor=first, now=at + timedelta(minutes=5))
    make_statements(now=at + timedelta(minutes=6), chunk=50, go_on=lambda: True)
    for payment in run.payments.order_by("pk"):
        answering.say(
            payment_id=payment.pk, said=Said.PAID, value_date=run.pay_on, code="", text="", account_stays=False,
            actor=second, now=_morning(run.pay_on + DAY),
        )  # fmt: skip


def _let_one_come_back() -> None:
    """The last payment of one partner, whose account was closed meanwhile."""
    paid = Payment.objects.filter(vendor__slug=LENOVO, state=Payment.State.PAID)
    payment = paid.exclude(partner__number=shown_partner_number()).order_by("-run__number", "-amount").first()
    if payment is not None:
        answering.say(
            payment_id=payment.pk, said=Said.RETURNED, value_date=payment.run.pay_on + 3 * DAY, code="AC04", text="",
            account_stays=False, actor=_finance(LENOVO, "finance2"), now=_morning(payment.run.pay_on + 4 * DAY),
        )  # fmt: skip


def _finance(vendor: str, name: str) -> Actor:
    return Actor.of(User.objects.get(email=f"{name}@{vendor}.example"))


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(8, 30)))
