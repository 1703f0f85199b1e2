"""The ledger: who is owed what by whom, as a double entry that nobody can change."""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import OfPartner, Partner
from programs.models import CURRENCY, OfVendor, Vendor
from rebates.models.adjustments import ManualAdjustment
from rebates.models.closings import FACT, Closing, Settlement
from rebates.models.payments import Payment


def kept_whole(name: str) -> pgtrigger.Trigger:
    """Refuses to empty a table that has rows."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        declare=[("filled", "boolean")],
        func="""
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', TG_TABLE_NAME) INTO filled;
            IF filled THEN
                RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME;
            END IF;
            RETURN NULL;
        """,
    )


@pghistory.track()
class Ledger(models.Model):
    """A vendor's ledger as a whole. Whoever moves balances between accounts holds the row until its commit.

    While it is halted nothing is settled, adjusted or paid: a check found something that must never be. `checked_at`:
    the last check that ended, whatever it found.
    """

    vendor = models.OneToOneField(Vendor, primary_key=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    halted_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    released_comment = models.CharField(max_length=1000, blank=True)


class Breach(models.Model):
    """Something in a vendor's ledger that must never be: which rule, where, and by how much. Kept when it is mended."""

    class Rule(models.TextChoices):
        BALANCED = "balanced", _("The two sides of a booking are equal.")
        BOOKED = "booked", _("Every amount that a closing settled is booked, to the right account, once.")
        SUMMED = "summed", _("What was settled for a period adds up to its last result.")
        SEALED = "sealed", _("The total of a closing is the sum of its settlements.")
        FINISHED = "finished", _("A closing is complete before it is closed.")
        ADJUSTED = "adjusted", _("Every manual adjustment that was approved is booked, once.")
        CARRIED = "carried", _("Nothing is carried for a partner to whom something is owed.")
        PAID = "paid", _("Every payment is booked as far as it has come, once.")
        RUN = "run", _("A payment run pays what its payments say, and its file is as approved.")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(_("rule"), max_length=10, choices=Rule)
    where = models.CharField(_("where"), max_length=200)
    difference = models.DecimalField(_("difference"), max_digits=16, decimal_places=2, null=True)
    found_at = models.DateTimeField(_("found"))
    gone_at = models.DateTimeField(_("gone"), null=True)

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-found_at", "rule", "where"]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "rule", "where"], condition=Q(gone_at__isnull=True), name="breach_open_once"
            )
        ]


AT_WORK = (Closing.State.FROZEN, Closing.State.CALCULATED)


class OfAccount(OfPartner):
    def final(self) -> Self:
        """Without what a closing has booked that is not sealed: nobody relies on it yet."""
        return self.exclude(settlement__closing__state__in=AT_WORK)


CAUSES = {
    "settlement": ("rebate", "adjustment"),
    "adjustment": ("manual", "carry"),
    "closing": ("carry",),
    "payment": ("payment", "cancelled", "paid", "rejected", "returned", "carry"),
}
"""By the key to a cause the kinds of entries that it has."""


def _caused_by() -> Q:
    """An entry has exactly one cause, one that its kind can have."""
    condition = Q()
    for cause, kinds in CAUSES.items():
        others = {f"{other}__isnull": True for other in CAUSES if other != cause}
        condition |= Q(kind__in=kinds, **{f"{cause}__isnull": False}, **others)
    return condition


class LedgerEntry(models.Model):
    """A booking between one vendor and one partner, with its cause. `key` is deterministic: booked twice is refused.

    `settlement` is the cause of a rebate and of an adjustment, `adjustment` that of a manual one, `payment` that of
    each step of a payment. What is carried is caused by the closing, the manual adjustment or the payment that came
    back which made the balance change its sign.
    """

    class Kind(models.TextChoices):
        REBATE = "rebate", _("rebate")
        ADJUSTMENT = "adjustment", _("adjustment")
        MANUAL = "manual", _("manual adjustment")
        CARRY = "carry", _("carried")
        PAYMENT = "payment", _("payment")
        CANCELLED = "cancelled", _("payment cancelled")
        PAID = "paid", _("paid")
        REJECTED = "rejected", _("payment rejected")
        RETURNED = "returned", _("payment returned")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    # No index of its own: entries_of_account begins with it.
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    currency = CURRENCY.clone()
    settlement = models.OneToOneField(Settlement, null=True, on_delete=models.PROTECT, related_name="entry")
    adjustment = models.ForeignKey(ManualAdjustment, null=True, on_delete=models.PROTECT, related_name="entries")
    closing = models.ForeignKey(Closing, null=True, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="entries")
    booked_at = models.DateTimeField(_("booked"))

    objects = OfAccount.as_manager()

    class Meta:
        ordering = ["-booked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=_caused_by(), name="entry_has_its_cause"),
            models.UniqueConstraint(fields=["adjustment"], condition=Q(kind="manual"), name="adjustment_booked_once"),
            models.UniqueConstraint(
                fields=["payment", "kind"], condition=~Q(kind="carry"), name="payment_step_booked_once"
            ),
        ]
        indexes = [models.Index(fields=["vendor", "partner", "currency"], name="entries_of_account")]
        triggers = [
            pgtrigger.Protect(name="entries_stay", operation=FACT),
            kept_whole("entries_are_kept"),
            pgtrigger.Trigger(
                name="entries_have_postings",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF NOT EXISTS (SELECT FROM rebates_posting WHERE entry_id = NEW.id) THEN
                        RAISE EXCEPTION 'entry % has no postings', NEW.id;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One side of an entry; the amounts of an entry sum to zero (checked at commit by a deferred trigger).

    Debit is positive, credit negative. `owed` is thus negative where the vendor owes money to the partner, `expense`
    is the other side. `carried` is positive where the partner was credited more than it earned: nobody collects that,
    later earnings are set off against it. A payment moves what is owed to `in_payment`, and when the bank has carried
    it out to `paid`; what comes back afterwards is `returned` and owed again.
    """

    class Account(models.TextChoices):
        EXPENSE = "expense", _("rebate expense")
        OWED = "owed", _("owed to partner")
        CARRIED = "carried", _("carried forward")
        IN_PAYMENT = "in_payment", _("in payment")
        PAID = "paid", _("paid")
        RETURNED = "returned", _("payment returned")

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=10, choices=Account)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "account"], name="account_once_per_entry"),
            models.CheckConstraint(condition=~Q(amount=0), name="posting_moves_money"),
        ]
        triggers = [
            pgtrigger.Protect(name="postings_stay", operation=FACT),
            kept_whole("postings_are_kept"),
            pgtrigger.Trigger(
                name="postings_sum_to_zero",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("total", "numeric")],
                func="""
                    SELECT sum(amount) INTO total FROM rebates_posting WHERE entry_id = NEW.entry_id;
                    IF total <> 0 THEN
                        RAISE EXCEPTION 'postings of entry % sum to %, not to zero', NEW.entry_id, total;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]
