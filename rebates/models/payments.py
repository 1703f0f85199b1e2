"""Payment runs: what a vendor pays to which account, approved by two people, and who is left out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models import BankAccount, OfPartner, Partner
from programs.models import CURRENCY, OfVendor, Vendor
from rebates.models.closings import FACT

AMOUNT: Any = {"max_digits": 14, "decimal_places": 2}
MOST_DAYS = 90


@pghistory.track()
class PaymentSettings(models.Model):
    """From which account a vendor pays, how soon, and from which amount on. Nothing is paid by a vendor without a row.

    `days_after_closing`: calendar days from a closing's seal to the promised payment date, which is moved to the next
    day on which banks book. `lead_days`: so many such days before it a scheduled run is proposed, for two people to
    approve it. `most`: a single payment above it is refused.
    """

    vendor = models.OneToOneField(Vendor, primary_key=True, on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(_("account holder"), max_length=70)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    street = models.CharField(_("street"), max_length=70, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    city = models.CharField(_("city"), max_length=35, blank=True)
    minimum = models.DecimalField(
        _("smallest payment"), default=Decimal(10), validators=[MinValueValidator(Decimal(0))], **AMOUNT,
        help_text=_("Less stays owed, but for the last payment of a year and after the partner has left."),
    )  # fmt: skip
    most = models.DecimalField(
        _("largest payment"), default=Decimal(50000), validators=[MinValueValidator(Decimal("0.01"))], **AMOUNT,
        help_text=_("A larger amount for one partner is left out until somebody raises this bound."),
    )  # fmt: skip
    days_after_closing = models.PositiveSmallIntegerField(
        _("days from closing to payment"), default=14,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text=_("Partners are promised this date as soon as a period is closed."),
    )  # fmt: skip
    lead_days = models.PositiveSmallIntegerField(
        _("bank days to approve a run"), default=5, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    scheduled = models.BooleanField(
        _("propose runs by themselves"), default=True,
        help_text=_("Off: your finance proposes each run by hand."),
    )  # fmt: skip

    objects = OfVendor.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minimum__gte=0, most__gt=0), name="payment_bounds_above_zero"),
            models.CheckConstraint(
                condition=Q(days_after_closing__range=(1, MOST_DAYS), lead_days__range=(1, 30)),
                name="payment_days_in_range",
            ),
        ]


class PaymentProposal(models.Model):
    """The moment at which a vendor's balances were looked at for payment: its runs, and who was left out and why.

    `day`: the payment date that was promised or asked for; a scheduled proposal is made once for it and has no
    requester. `last_of_year`: small balances were paid, too.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    scheduled = models.BooleanField()
    last_of_year = models.BooleanField()
    requested_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["vendor", "day"], condition=Q(scheduled=True), name="scheduled_day_once"),
            models.CheckConstraint(
                condition=Q(scheduled=True, requested_by__isnull=True) | Q(scheduled=False, requested_by__isnull=False),
                name="proposed_by_schedule_or_person",
            ),
        ]
        triggers = [pgtrigger.Protect(name="proposals_stay", operation=FACT)]


class PaymentRun(models.Model):
    """Payments that go to the bank together: proposed → approved → exported → settled, or cancelled before export.

    `number` counts a vendor's runs. `way`: a SEPA credit transfer file, or a list for partners whom SEPA does not reach
    or who are paid in another currency. `sha256` is that of the run's file, to which approvals bind. What is paid to
    whom is fixed with the proposal, and `paid_from`, the vendor's own IBAN; empty where it was not kept yet.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for approval")
        APPROVED = "approved", pgettext_lazy("payment", "approved")
        EXPORTED = "exported", _("given to the bank")
        SETTLED = "settled", _("answered by the bank")
        CANCELLED = "cancelled", _("cancelled")

    class Way(models.TextChoices):
        SEPA = "sepa", _("SEPA credit transfer")
        LIST = "list", _("list, outside SEPA")

    proposal = models.ForeignKey(PaymentProposal, on_delete=models.PROTECT, related_name="runs")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    way = models.CharField(_("way"), max_length=4, choices=Way)
    currency = CURRENCY.clone()
    pay_on = models.DateField(_("payment date"))
    count = models.PositiveIntegerField(_("payments"))
    total = models.DecimalField(_("total"), **AMOUNT)
    sha256 = models.CharField(_("checksum"), max_length=64)
    paid_from = models.CharField(max_length=34, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed"))
    approved_at = models.DateTimeField(null=True)
    exported_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_because = models.CharField(_("reason"), max_length=500, blank=True)

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("payment run")
        verbose_name_plural = _("payment runs")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "number"], name="run_number_once"),
            models.CheckConstraint(condition=Q(count__gt=0, total__gt=0), name="run_pays_something"),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False, cancelled_by__isnull=False)
                & ~Q(cancelled_because="")
                | ~Q(state="cancelled") & Q(cancelled_at__isnull=True, cancelled_by__isnull=True),
                name="cancelled_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "cancelled"]) | Q(approved_at__isnull=False),
                name="run_approved_before",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["exported", "settled"], exported_at__isnull=False)
                | ~Q(state__in=["exported", "settled"]) & Q(exported_at__isnull=True),
                name="run_exported_before",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="runs_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="runs_begin_proposed", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="proposed")
            ),
            pgtrigger.ReadOnly(
                name="what_a_run_pays_stays",
                fields=[
                    "proposal",
                    "vendor",
                    "number",
                    "way",
                    "currency",
                    "pay_on",
                    "count",
                    "total",
                    "sha256",
                    "paid_from",
                    "proposed_at",
                ],
            ),
            pgtrigger.FSM(
                name="run_moves_forward",
                field="state",
                transitions=[
                    ("proposed", "approved"),
                    ("proposed", "cancelled"),
                    ("approved", "cancelled"),
                    ("approved", "exported"),
                    ("exported", "settled"),
                ],
            ),
            pgtrigger.Trigger(
                name="run_is_approved_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__state="approved"),
                func="""
                    IF (SELECT count(DISTINCT coalesce(person.second_of_id, person.id))
                        FROM rebates_paymentapproval approval JOIN common_user person ON person.id = person_id
                        WHERE run_id = NEW.id AND sha256 = NEW.sha256) < 2 THEN
                        RAISE EXCEPTION 'payment run % is not approved by two people', NEW.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="run_ends_with_its_payments",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__state__in=["settled", "cancelled"]),
                func="""
                    IF EXISTS (SELECT FROM rebates_payment WHERE run_id = NEW.id AND (
                        state = 'open' OR (state = 'cancelled') <> (NEW.state = 'cancelled'))) THEN
                        RAISE EXCEPTION 'payments of run % are not %', NEW.id, NEW.state;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.number}"


class Payment(models.Model):
    """What one run pays to one partner: the balance and the account as they were when it was proposed.

    open → paid → returned, open → returned where the bank never carried it out, open → cancelled with its run. One is
    open at a time for a partner, vendor and currency. `end_to_end_id` is deterministic and names it to the banks.
    `value_date`, `answer_code` and `answer_text`: the bank's last word. `account_stays`: it came back for a reason that
    is not the account's, so the next run pays there again; else the partner has to name another account.
    """

    class State(models.TextChoices):
        OPEN = "open", _("under way")
        PAID = "paid", _("paid")
        RETURNED = "returned", _("came back")
        CANCELLED = "cancelled", _("cancelled")

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="payments")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    currency = CURRENCY.clone()
    amount = models.DecimalField(_("amount"), **AMOUNT)
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=140)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    end_to_end_id = models.CharField(max_length=35, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)
    value_date = models.DateField(_("value date"), null=True)
    answer_code = models.CharField(max_length=10, blank=True)
    answer_text = models.CharField(max_length=300, blank=True)
    account_stays = models.BooleanField(default=False)

    objects = OfPartner.as_manager()

    class Meta:
        ordering = ["run", "id"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["run", "partner"], name="partner_once_in_run"),
            models.UniqueConstraint(
                fields=["vendor", "partner", "currency"], condition=Q(state="open"), name="one_payment_open"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "cancelled"], answered_at__isnull=True)
                | Q(state__in=["paid", "returned"], answered_at__isnull=False),
                name="answered_has_moment",
            ),
        ]
        indexes = [models.Index(fields=["partner", "vendor"], name="payments_of_partner")]
        triggers = [
            pgtrigger.Protect(name="payments_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="payments_begin_open", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="open")
            ),
            pgtrigger.ReadOnly(
                name="what_is_paid_stays",
                fields=[
                    "run",
                    "vendor",
                    "partner",
                    "currency",
                    "amount",
                    "account",
                    "holder",
                    "iban",
                    "bic",
                    "end_to_end_id",
                ],
            ),
            pgtrigger.FSM(
                name="payment_moves_forward",
                field="state",
                transitions=[("open", "paid"), ("open", "returned"), ("open", "cancelled"), ("paid", "returned")],
            ),
            pgtrigger.Trigger(
                name="payment_fits_its_run",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM rebates_paymentrun
                        WHERE id = NEW.run_id AND state = 'proposed' AND vendor_id = NEW.vendor_id
                        AND currency = NEW.currency
                    ) THEN
                        RAISE EXCEPTION 'run % takes no such payment, or none any more', NEW.run_id;
                    END IF;
                    IF NOT EXISTS (
                        SELECT FROM partners_bankaccount
                        WHERE id = NEW.account_id AND partner_id = NEW.partner_id AND iban = NEW.iban
                        AND holder = NEW.holder
                    ) THEN
                        RAISE EXCEPTION 'payment % is not to an account of its partner', NEW.end_to_end_id;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="payment_is_cancelled_before_export",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__state="cancelled"),
                func="""
                    IF (SELECT state FROM rebates_paymentrun WHERE id = NEW.run_id) NOT IN ('proposed', 'approved') THEN
                        RAISE EXCEPTION 'payment % was given to a bank', NEW.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="payment_is_under_way",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__state__in=["paid", "returned"]),
                func="""
                    IF (SELECT state FROM rebates_paymentrun WHERE id = NEW.run_id) NOT IN ('exported', 'settled') THEN
                        RAISE EXCEPTION 'payment % was never given to a bank', NEW.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class LeftOut(models.Model):
    """A balance that a proposal did not pay, and why. `detail`: what the file's rules say against it."""

    class Why(models.TextChoices):
        NEGATIVE = "negative", _("credited too much, set off against what is earned next")
        MINIMUM = "minimum", _("below the smallest payment")
        HOLD = "hold", _("on hold")
        IN_PAYMENT = "in_payment", _("an earlier payment is under way")
        UNCLEAR = "unclear", _("the bank contradicts what was booked of an earlier payment")
        NO_ACCOUNT = "none", _("no bank account")
        WAITING = "waiting", _("bank account not approved yet")
        COOLING = "cooling", _("bank account changed lately")
        REFUSED = "refused", _("bank account refused")
        CAME_BACK = "came_back", _("the last payment to this account came back")
        TOO_MUCH = "too_much", _("above the largest payment")
        NO_WAY = "no_way", _("cannot be written into a file for the bank")

    proposal = models.ForeignKey(PaymentProposal, on_delete=models.PROTECT, related_name="left_out")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    currency = CURRENCY.clone()
    balance = models.DecimalField(_("balance"), **AMOUNT)
    why = models.CharField(_("why"), max_length=10, choices=Why)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["why", "-balance", "id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "partner", "currency"], name="left_out_once"),
        ]
        triggers = [pgtrigger.Protect(name="left_out_stay", operation=FACT)]
