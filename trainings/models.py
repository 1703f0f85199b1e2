"""Trainings of a program, their dates and bookings, and the certificates that people hold."""

from __future__ import annotations

from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.ranges import RangeEndsWith
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from common.access import CHANNEL_MANAGER, OWNER, PARTNER, SALES, VENDOR, VENDOR_ADMIN, Actor, ActorQuerySet
from common.dated import Dated
from partners.models import Enrolment, Member, OfPartner, Partner
from programs.models import Program


class OfTraining(ActorQuerySet):
    """What a program offers: seen by the vendor's staff and by members of companies that are enrolled."""

    program_path = "program"

    def visible_to(self, actor: Actor) -> Self:
        if actor.sees_all:
            return self
        enrolled = Enrolment.objects.filter(partner_id__in=actor.ids(PARTNER))
        vendors = Q(**{f"{self.program_path}__vendor_id__in": actor.ids(VENDOR)})
        return self.filter(vendors | Q(**{f"{self.program_path}_id__in": enrolled.values("program_id")}))


@pghistory.track()
class Training(models.Model):
    """What people of partners can learn in a program, and for how long it holds.

    `audience`: the roles in a company (`Member.Role`) that it is for; empty: everybody.
    `validity_months`: of its certificates; null: they never expire.
    `external`: certificates obtained elsewhere may be handed in with proof.
    """

    program = models.ForeignKey(Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(_("code"), help_text=_("Criteria of tiers name the training by it."))
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    description = models.TextField(_("description"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    days = models.DecimalField(
        _("days"), max_digits=4, decimal_places=1, default=1, validators=[MinValueValidator(0)],
        help_text=_("How long it takes: 0.5 is half a day."),
    )  # fmt: skip
    validity_months = models.PositiveSmallIntegerField(
        _("valid for months"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("Empty: its certificates never expire."),
    )  # fmt: skip
    audience = ArrayField(
        models.CharField(max_length=12, choices=Member.Role), verbose_name=_("for whom"), default=list, blank=True
    )
    external = models.BooleanField(
        _("external certificates"), default=False,
        help_text=_("Certificates from elsewhere are taken, with a proof that you decide about."),
    )  # fmt: skip
    archived_on = models.DateField(_("archived"), null=True, editable=False)

    objects = OfTraining.as_manager()

    class Meta:
        ordering = ["program", "name", "id"]
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [models.UniqueConstraint(fields=["program", "code"], name="training_code_once")]

    def __str__(self) -> str:
        return self.name


class OfTrainingDate(OfTraining):
    program_path = "training__program"


@pghistory.track()
class TrainingDate(models.Model):
    """When and where a training is held. Its row is locked while seats are given or taken.

    `book_until`: the last day on which seats are booked. `reason`: why it was called off.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        CANCELLED = "cancelled", _("called off")
        HELD = "held", _("held")

    training = models.ForeignKey(Training, verbose_name=_("training"), on_delete=models.PROTECT, related_name="dates")
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("online link"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="de")
    seats = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1)])
    book_until = models.DateField(_("book until"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    reason = models.TextField(_("reason"), blank=True)

    objects = OfTrainingDate.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = _("date of a training")
        verbose_name_plural = _("dates of trainings")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="training_ends_after_start"),
            models.CheckConstraint(condition=~Q(place="") | ~Q(link=""), name="training_is_somewhere"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="training_has_seats"),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="training_dates_by_day")]

    def __str__(self) -> str:
        return f"{self.training} {self.starts_at:%Y-%m-%d}"


class OfBooking(OfPartner):
    vendor_path = "date__training__program__vendor_id"


@pghistory.track()
class Booking(models.Model):
    """A person's seat at a training, or place in its waiting list, which is in the order of ids."""

    class State(models.TextChoices):
        BOOKED = "booked", _("booked")
        WAITING = "waiting", _("on the waiting list")
        CANCELLED = "cancelled", _("cancelled")
        ATTENDED = "attended", _("attended")
        ABSENT = "absent", _("absent")

    SEATED = (State.BOOKED, State.ATTENDED, State.ABSENT)
    OPEN = (State.BOOKED, State.WAITING)

    date = models.ForeignKey(TrainingDate, on_delete=models.PROTECT, related_name="bookings")
    partner = models.ForeignKey(Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("common.User", verbose_name=_("person"), on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State)
    booked_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(_("booked"))
    since = models.DateTimeField(_("since"))

    objects = OfBooking.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            models.UniqueConstraint(
                fields=["date", "user"], condition=~Q(state="cancelled"), name="one_seat_for_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.get_state_display()}"


class CertificateClaimQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The holder, those who look after the company's people, and those who decide at the vendor."""
        if actor.sees_all:
            return self
        deciding = Q(training__program__vendor_id__in=actor.ids(VENDOR, CHANNEL_MANAGER, VENDOR_ADMIN))
        looking_after = Q(partner_id__in=actor.ids(PARTNER, OWNER, SALES))
        own = Q(partner_id__in=actor.ids(PARTNER), holder_id=actor.user_id)
        return self.filter(deciding | looking_after | own)


class CertificateClaim(models.Model):
    """A certificate from elsewhere, handed in with proof; accepted, it becomes a `Certificate`.

    `valid_until`: the last day on which it holds, where the paper says one. `due_on`: by when the vendor decides.
    `decided_by`: who accepted, refused or withdrew it. The file is forgotten when it is withdrawn, after a while, and
    with the holder.
    """

    class State(models.TextChoices):
        OPEN = "open", _("being checked")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    training = models.ForeignKey(Training, verbose_name=_("training"), on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey("common.User", verbose_name=_("holder"), on_delete=models.PROTECT, related_name="+")
    issuer = models.CharField(_("issued by"), max_length=200)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True)
    file_name = models.CharField(max_length=200, blank=True)
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("handed in"))
    due_on = models.DateField(_("decision due"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = CertificateClaimQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = _("external certificate")
        verbose_name_plural = _("external certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["training", "holder"], condition=Q(state="open"), name="one_undecided_certificate"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["accepted", "refused", "withdrawn"], decided_by__isnull=False, decided_at__isnull=False),
                name="certificate_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("issued_on")),
                name="certificate_ends_after_its_issue",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="certificate_refused_why"),
            models.CheckConstraint(
                condition=Q(content__isnull=True, file_name="") | (Q(content__isnull=False) & ~Q(file_name="")),
                name="certificate_proof_is_complete",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="certificate_claims_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="what_was_handed_in_stays",
                exclude=["state", "decided_by", "decided_at", "reason", "file_name", "content"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training} {self.issued_on}"


class CertificateQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The holder, colleagues in a company for which the holder works, and the vendor's staff."""
        if actor.sees_all:
            return self
        colleagues = Member.objects.filter(
            user=OuterRef("holder"), partner_id__in=actor.ids(PARTNER), left_on__isnull=True
        )
        vendors = Q(training__program__vendor_id__in=actor.ids(VENDOR))
        return self.filter(vendors | Q(holder_id=actor.user_id) | Exists(colleagues))

    def holding(self, on: date) -> Self:
        """Those that hold on this day."""
        return self.filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=on), valid__contains=on)


class Certificate(Dated):
    """Somebody holds what a training teaches. It belongs to the person, whatever company they work for.

    `valid` may begin on a day to come. A fact: it is only ever revoked, once, from the day `revoked_on`.
    `partner`: the company for which it was obtained. One per booking and one per external certificate.
    """

    class Source(models.TextChoices):
        ATTENDANCE = "attendance", _("training")
        EXTERNAL = "external", _("external")

    training = models.ForeignKey(Training, verbose_name=_("training"), on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey("common.User", verbose_name=_("holder"), on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=10, choices=Source)
    booking = models.OneToOneField(Booking, null=True, on_delete=models.PROTECT, related_name="certificate")
    claim = models.OneToOneField(CertificateClaim, null=True, on_delete=models.PROTECT, related_name="certificate")
    issued_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued"))
    revoked_on = models.DateField(_("revoked from"), null=True)
    revoked_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    revoked_why = models.TextField(_("reason"), blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.CheckConstraint(
                condition=Q(source="attendance", booking__isnull=False, claim__isnull=True)
                | Q(source="external", booking__isnull=True, claim__isnull=False),
                name="certificate_has_its_source",
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True, revoked_by__isnull=True)
                | (Q(revoked_on__isnull=False, revoked_by__isnull=False) & ~Q(revoked_why="")),
                name="certificate_revoked_why",
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "training"], name="certificates_of_holder"),
            models.Index(RangeEndsWith("valid"), name="certificates_by_end"),
        ]
        triggers = [
            pgtrigger.Protect(name="certificates_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="what_is_certified_stays", exclude=["revoked_on", "revoked_by", "revoked_why"]),
            pgtrigger.Protect(
                name="revoked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training} {self.valid.lower}"

    def begun_by(self, day: date) -> bool:
        return bool(self.valid.lower <= day)

    def is_over_on(self, day: date) -> bool:
        """Expired or revoked by then."""
        ends = [end for end in (self.valid.upper, self.revoked_on) if end is not None]
        return any(end <= day for end in ends)


class CertificateReminder(models.Model):
    """Holder and owners were told that a certificate expires within so many `days`. A fact: once each."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="reminders")
    days = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "days"], name="reminded_once")]
        triggers = [pgtrigger.Protect(name="certificate_reminders_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
