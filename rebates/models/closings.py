"""Closings, who is in them, and what each of them settled. Sealed closings and settlements never change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Enrolment, OfEnrolment
from programs.models import CURRENCY, OfProgram, Program, RebateTerms

FACT = pgtrigger.Update | pgtrigger.Delete


@pghistory.track()
class Closing(models.Model):
    """The settling of one period of one program: open → frozen → calculated → sealed, each move once.

    `period` is a code of `common.periods` ("2026Q3", "2026"): every terms of that period length is settled.
    `cut`: lines with a greater cut number belong to a later closing, but for partners who were calculated again after a
    repair (`ClosingItem.cut`). `looks_back`: so many periods before it, as far as they are closed, are settled again;
    fixed with the cut, since the program's setting may change meanwhile. `promised_on`: the day on which partners are
    told to be paid, fixed with the seal; empty where the vendor does not pay through the portal.
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
    promised_on = models.DateField(_("promised payment date"), null=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    commented_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")

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
            models.CheckConstraint(
                condition=Q(comment="", commented_by__isnull=True) | (~Q(comment="") & Q(commented_by__isnull=False)),
                name="comment_has_its_author",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="sealed_closings_stay", operation=FACT, condition=pgtrigger.Q(old__state="sealed")),
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.period}"


MONEY: Any = {"max_digits": 14, "decimal_places": 2, "validators": [MinValueValidator(Decimal("0.01"))]}
TIMES: Any = {"max_digits": 5, "decimal_places": 1, "validators": [MinValueValidator(Decimal("1.0"))]}


@pghistory.track()
class ClosingBounds(models.Model):
    """From which amounts on a person has to look at a closing of the program. A program without a row has the defaults.

    What one partner gets is judged while it is calculated: above a bound its item is held back until somebody accepts
    the amount. The total is judged before the closing is sealed.
    """

    program = models.OneToOneField(Program, primary_key=True, on_delete=models.CASCADE, related_name="+")
    total = models.DecimalField(
        _("total of a closing"), null=True, blank=True, help_text=_("Empty: no bound."), **MONEY
    )
    total_times = models.DecimalField(
        _("total against the last closing"), default=Decimal(3), help_text=_("Times as much, at most."), **TIMES
    )
    total_from = models.DecimalField(
        _("total compared from"), default=Decimal(10000), **MONEY,
        help_text=_("A total below this is never too much against the last one."),
    )  # fmt: skip
    partner = models.DecimalField(
        _("amount of one partner"), null=True, blank=True, help_text=_("Empty: no bound."), **MONEY
    )
    partner_times = models.DecimalField(
        _("amount of one partner against its best one before"), default=Decimal(10),
        help_text=_("Times as much, at most; looks at its last four closings."), **TIMES
    )  # fmt: skip
    partner_from = models.DecimalField(
        _("compared from"), default=Decimal(5000), **MONEY,
        help_text=_("An amount of a partner below this is never too much against its earlier ones."),
    )  # fmt: skip

    objects = OfProgram.as_manager()


class OfClosing(OfProgram):
    vendor_path = "closing__program__vendor_id"


class ClosingItem(models.Model):
    """One enrolment in one closing. Done in the same commit as its settlements, or parked until a person has looked.

    `cause` says why it is parked: it could not be calculated (`reason`, for whoever repairs it), or it would get
    `found`, which is above `bound`. `accepted`: the amount that a person has said is right; it binds to that amount.
    `cut`: up to which its lines are taken, where it is calculated again after a repair; else the closing's.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("to do")
        DONE = "done", _("done")
        PARKED = "parked", _("parked")

    class Cause(models.TextChoices):
        FAULT = "fault", _("cannot be calculated")
        BOUND = "bound", _("above the bound for one partner")
        JUMP = "jump", _("far more than before")

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="items")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    cut = models.PositiveIntegerField(null=True)
    cause = models.CharField(max_length=8, choices=Cause, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    found = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    bound = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    accepted = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    accepted_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    done_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True, help_text=_("When the partner's mails were made."))

    objects = OfClosing.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["closing", "enrolment"], name="item_once"),
            models.CheckConstraint(
                condition=Q(state="parked") & ~Q(cause="") | ~Q(state="parked") & Q(cause=""), name="parked_has_cause"
            ),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True, accepted_by__isnull=True, comment="")
                | Q(accepted__isnull=False, accepted_by__isnull=False) & ~Q(comment=""),
                name="accepted_with_comment",
            ),
        ]
        indexes = [
            models.Index(fields=["closing", "id"], name="item_to_do", condition=Q(state="pending")),
            models.Index(fields=["closing", "id"], name="item_to_announce", condition=Q(announced_at__isnull=True)),
            models.Index(fields=["closing"], name="item_parked", condition=Q(state="parked")),
        ]


class Settlement(models.Model):
    """What one enrolment earned under one version of terms in one period, as found by one closing.

    `result` is what the period's sales up to the closing's cut give in all; `amount` is that minus everything settled
    for the same period before, so the first closing of a period pays the result and later ones the difference.
    `cut`: up to which its lines were taken, where the partner was calculated again after a repair; else the closing's.
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
    cut = models.PositiveIntegerField(null=True)
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

    @property
    def lines_until(self) -> int:
        """The last cut whose lines it counts."""
        return self.cut or self.closing.cut or 0
