"""Tiers as they are judged: standings, moves up and down, manual decisions and checks."""

from __future__ import annotations

from typing import Self

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.access import VENDOR, Actor
from common.dated import Dated, no_overlap
from partners.models import Enrolment, OfEnrolment
from programs.models import OfProgram, Program, Tier


class OfVendorAlone(OfEnrolment):
    """What a vendor notes for itself: the partner does not see it."""

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.sees_all else self.filter(**{f"{self.vendor_path}__in": actor.ids(VENDOR)})


@pghistory.track()
class TierMove(models.Model):
    """A change of tier that the assessment proposes or announces, with what came of it.

    A rise waits for a channel manager, or happens at once where the program says so. A fall is announced and happens on
    `due_on`, unless its reason is gone before. `to_tier` follows the criteria while the move is open.
    """

    class Direction(models.TextChoices):
        RISE = "rise", _("rise")
        FALL = "fall", _("fall")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("carried out")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DECLINED = "declined", _("declined")
        OVERRULED = "overruled", _("overruled by a decision")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    from_tier = models.ForeignKey(Tier, null=True, on_delete=models.PROTECT, related_name="+")
    to_tier = models.ForeignKey(Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    missing = models.JSONField(
        default=list, help_text=_("Keys of the criteria of the tier held that were not met when it was announced.")
    )
    opened_on = models.DateField(_("since"))
    due_on = models.DateField(_("on"), null=True)
    closed_on = models.DateField(null=True)
    closed_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("reason"), max_length=500, blank=True)
    lapsed_on = models.DateField(
        null=True, help_text=_("A declined rise is proposed again only after it was not earned for a while.")
    )
    announced = models.CharField(
        max_length=10, blank=True, help_text=_("The last state of which the partner's mails were made.")
    )

    objects = OfEnrolment.as_manager()

    class Meta:
        ordering = ["-opened_on", "-id"]
        verbose_name = _("change of a tier")
        verbose_name_plural = _("changes of tiers")
        constraints = [
            models.UniqueConstraint(fields=["enrolment"], condition=Q(state="open"), name="one_open_move"),
            models.CheckConstraint(
                condition=Q(direction="fall", due_on__isnull=False) | Q(direction="rise", due_on__isnull=True),
                name="falls_have_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on__isnull=True) | (~Q(state="open") & Q(closed_on__isnull=False)),
                name="closed_moves_have_a_day",
            ),
            models.CheckConstraint(condition=~Q(from_tier=F("to_tier")), name="moves_move"),
        ]
        indexes = [
            models.Index(fields=["enrolment", "-id"], name="move_of_enrolment"),
            models.Index(fields=["id"], condition=~Q(announced=F("state")), name="move_to_announce"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.to_tier}"


class BulkMove(models.Model):
    """All who hold some tiers were moved to another one in one go. Each got a `TierDecision`; undone it ends."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    to_tier = models.ForeignKey(Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    moved_on = models.DateField(_("on"))
    moved_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    undone_on = models.DateField(null=True)
    undone_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfProgram.as_manager()

    class Meta:
        ordering = ["-moved_on", "-id"]
        verbose_name = _("move of many partners")
        verbose_name_plural = _("moves of many partners")
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_on__isnull=True, undone_by__isnull=True)
                | Q(undone_on__isnull=False, undone_by__isnull=False),
                name="undone_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.program}: {self.to_tier}"


@pghistory.track()
class TierDecision(Dated):
    """A person's word on a tier, for the days in `valid`: until then it wins over the assessment.

    `before`: the tier held until then; none where there was none.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    tier = models.ForeignKey(Tier, verbose_name=_("tier"), on_delete=models.PROTECT, related_name="+")
    before = models.ForeignKey(Tier, null=True, on_delete=models.PROTECT, related_name="+")
    bulk = models.ForeignKey(BulkMove, null=True, on_delete=models.PROTECT, related_name="decisions")
    reason = models.CharField(_("reason"), max_length=500)
    decided_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True, help_text=_("When the partner's mails were made."))

    objects = OfEnrolment.as_manager()

    class Meta:
        ordering = ["-decided_at", "-id"]
        verbose_name = _("decision on a tier")
        verbose_name_plural = _("decisions on tiers")
        indexes = [models.Index(fields=["id"], condition=Q(announced_at__isnull=True), name="decision_to_announce")]
        constraints = [
            no_overlap("one_decision_a_day", "enrolment"),
            models.CheckConstraint(condition=Q(valid__endswith__isnull=False), name="decisions_end"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.tier}"


@pghistory.track()
class ManualCheck(Dated):
    """A criterion that a person checks holds for the days in `valid`; `evidence` says what they have seen."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(_("code"), max_length=50)
    evidence = models.CharField(_("evidence"), max_length=500)
    checked_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    objects = OfEnrolment.as_manager()

    class Meta:
        ordering = ["-checked_at", "-id"]
        verbose_name = _("manual check")
        verbose_name_plural = _("manual checks")
        indexes = [models.Index(fields=["enrolment", "code"], name="check_of_enrolment")]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.code}"


class TierStanding(models.Model):
    """What the last assessment found: for lists over all partners. Pages about one partner measure anew."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="+", primary_key=True)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+", db_index=False)
    assessed_on = models.DateField()
    held = models.ForeignKey(Tier, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    earned = models.ForeignKey(Tier, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    missing = models.PositiveSmallIntegerField(
        null=True, help_text=_("Criteria that the next tier still takes; none: there is no next tier.")
    )
    nearness = models.DecimalField(
        max_digits=4, decimal_places=3, null=True,
        help_text=_("Mean share of the next tier's criteria that is reached, from 0 to 1."),
    )  # fmt: skip
    safe_until = models.DateField(
        null=True, help_text=_("The first day on which the tier held is no longer met, as far as dates tell.")
    )
    measured = models.JSONField(default=dict, help_text=_("Measure by key of the criterion."))

    objects = OfVendorAlone.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["program", "-nearness"], name="standing_near"),
            models.Index(fields=["program", "safe_until"], name="standing_safe_until"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment} {self.assessed_on}"


class Assessed(models.Model):
    """The day on which all of a program were last assessed: the night's work is done once a day."""

    program = models.OneToOneField(Program, on_delete=models.CASCADE, related_name="+", primary_key=True)
    day = models.DateField()


class Due(models.Model):
    """Something that tiers depend on has changed. Triggers write it in the transaction of the change (migration 0002).

    No enrolment: something of the program changed, which concerns everybody in it.
    """

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    enrolment = models.ForeignKey(
        Enrolment, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
