"""Money: closings and their items, settlements, the ledger. Facts here are append-only by trigger."""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.access import PARTNER, VENDOR, Actor, ActorQuerySet
from partners.models import Enrolment, OfEnrolment, Partner
from programs.models import CURRENCY, OfProgram, Program, RebateTerms, Vendor

FACT = pgtrigger.Update | pgtrigger.Delete


@pghistory.track()
class Closing(models.Model):
    """The settling of one period of one program: open → frozen → calculated → sealed, each move once.

    `period` is a code of `common.periods` ("2026Q3", "2026"): every terms of that period length is settled.
    `cut`: lines with a greater cut number belong to a later closing. `looks_back`: so many periods before it, as far as
    they are closed, are settled again; fixed with the cut, since the program's setting may change meanwhile.
    """

    class State(models.TextChoices):
        OPEN = "open", _("due")
        FROZEN = "frozen", _("being calculated")
        CALCULATED = "calculated", _("calculated")
        SEALED = "sealed", _("closed")

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("period"), max_length=8)
    kind = models.CharField(max_length=10, help_text=_("Length of the period: month, quarter, half-year, year."))
    ends_on = models.DateField(help_text=_("First day after the period."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    cut = models.PositiveIntegerField(null=True)
    looks_back = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("started"))
    frozen_at = models.DateTimeField(null=True)
    calculated_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(_("closed"), null=True)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, null=True)

    objects = OfProgram.as_manager()

    class Meta:
        ordering = ["-ends_on", "program"]
        verbose_name = _("closing")
        verbose_name_plural = _("closings")
        constraints = [
            models.UniqueConstraint(fields=["program", "period"], name="period_closed_once"),
            # Two closings at work would both see the same difference of an earlier period and book it twice.
            models.UniqueConstraint(
                fields=["program", "kind"],
                condition=Q(state__in=["frozen", "calculated"]),
                name="one_closing_at_work",
            ),
            models.CheckConstraint(
                condition=Q(state="open", cut__isnull=True) | (~Q(state="open") & Q(cut__isnull=False)),
                name="frozen_has_cut",
            ),
            models.CheckConstraint(
                condition=Q(state="sealed", total__isnull=False, sealed_at__isnull=False)
                | (~Q(state="sealed") & Q(total__isnull=True, sealed_at__isnull=True)),
                name="sealed_has_total",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="sealed_closings_stay", operation=FACT, condition=pgtrigger.Q(old__state="sealed")),
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.period}"


class OfClosing(OfProgram):
    vendor_path = "closing__program__vendor_id"


class ClosingItem(models.Model):
    """One enrolment in one closing. Done in the same commit as its settlements; parked with a reason when it fails."""

    class State(models.TextChoices):
        PENDING = "pending", _("to do")
        DONE = "done", _("done")
        PARKED = "parked", _("parked")

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="items")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True, help_text=_("When the partner's mails were made."))

    objects = OfClosing.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["closing", "enrolment"], name="item_once")]
        indexes = [
            models.Index(fields=["closing", "id"], name="item_to_do", condition=Q(state="pending")),
            models.Index(fields=["closing", "id"], name="item_to_announce", condition=Q(announced_at__isnull=True)),
            models.Index(fields=["closing"], name="item_parked", condition=Q(state="parked")),
        ]


class Settlement(models.Model):
    """What one enrolment earned under one version of terms in one period, as found by one closing.

    `result` is what the period's sales up to the closing's cut give in all; `amount` is that minus everything settled
    for the same period before, so the first closing of a period pays the result and later ones the difference.
    """

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="settlements")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    terms = models.ForeignKey(RebateTerms, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("period"), max_length=8)
    attainment = models.DecimalField(_("attainment"), max_digits=17, decimal_places=3)
    step = models.DecimalField(max_digits=17, decimal_places=3, null=True)
    result = models.DecimalField(_("result"), max_digits=14, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = CURRENCY.clone()
    explanation = models.JSONField()
    settled_at = models.DateTimeField()

    objects = OfEnrolment.as_manager()

    class Meta:
        ordering = ["-settled_at", "id"]
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.UniqueConstraint(fields=["closing", "enrolment", "terms", "period"], name="settled_once"),
        ]
        indexes = [models.Index(fields=["enrolment", "terms", "period"], name="settled_before")]
        triggers = [pgtrigger.Protect(name="settlements_stay", operation=FACT)]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.period}: {self.amount} {self.currency}"


class OfAccount(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        if actor.sees_all:
            return self
        return self.filter(Q(vendor_id__in=actor.ids(VENDOR)) | Q(partner_id__in=actor.ids(PARTNER)))


class LedgerEntry(models.Model):
    """A booking between one vendor and one partner, with its cause. `key` is deterministic: booked twice is refused."""

    class Kind(models.TextChoices):
        REBATE = "rebate", _("rebate")
        ADJUSTMENT = "adjustment", _("adjustment")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    currency = CURRENCY.clone()
    settlement = models.OneToOneField(Settlement, on_delete=models.PROTECT, related_name="entry")
    booked_at = models.DateTimeField(_("booked"))

    objects = OfAccount.as_manager()

    class Meta:
        ordering = ["-booked_at", "-id"]
        triggers = [pgtrigger.Protect(name="entries_stay", operation=FACT)]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One side of an entry; the amounts of an entry sum to zero (checked at commit by a deferred trigger).

    `owed` is negative where the vendor owes money to the partner, `expense` is the other side.
    """

    class Account(models.TextChoices):
        EXPENSE = "expense", _("rebate expense")
        OWED = "owed", _("owed to partner")

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=10, choices=Account)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "account"], name="account_once_per_entry")]
        triggers = [
            pgtrigger.Protect(name="postings_stay", operation=FACT),
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


class RunningFigure(models.Model):
    """What the engine last gave for one enrolment in a running period; true while no `Outdated` row concerns it.

    Kept for pages about all partners at once (`rebates.running`); everything else asks the engine.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    terms = models.ForeignKey(RebateTerms, on_delete=models.CASCADE, related_name="+", db_index=False)
    period = models.CharField(max_length=8)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = CURRENCY.clone()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terms", "period", "enrolment"], name="running_figure_once")]
        indexes = [
            models.Index(F("vendor"), F("amount").desc(), F("id"), name="running_figure_largest"),
        ]


class Outdated(models.Model):
    """Something that running figures depend on has changed: sales of the partner, or what is known of it.

    Written by triggers in the transaction of the change (migration 0003), taken away in that of the calculation. No
    partner: something of the vendor's programs changed, which concerns everybody in them.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    partner = models.ForeignKey(
        Partner, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
