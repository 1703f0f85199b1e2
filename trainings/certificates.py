"""Certificates: issued for attendance, accepted from elsewhere, revoked.

A certificate holds from the last day of the training, or the day on which it was issued elsewhere, for as many months
as the training says at that moment; one from elsewhere until the day that its paper says, where it says one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common import outbox
from common.access import Actor
from common.dated import since
from common.errors import DomainError
from common.formats import date_short
from common.models import User
from common.periods import months_after
from common.proofs import Proof
from partners.models import Partner
from programs.deciding import deciders
from programs.office_days import DECIDED_WITHIN, office_day_after
from trainings import mails, rights
from trainings.models import Booking, Certificate, CertificateClaim, Training
from trainings.selectors import members_on, taking_part
from trainings.wording import last_day

State = CertificateClaim.State


class NotTaken(DomainError):
    """The training takes no certificates from elsewhere, or the company does not take part."""


class NotTheirs(DomainError):
    """The holder does not work for the company."""


class WrongDay(DomainError):
    """Issued on a day to come, expired already, or ending before it begins."""


class HandedInAlready(DomainError):
    """Another proof of this training for this person waits for a decision."""


class MovedOn(DomainError):
    """Somebody else has decided, withdrawn or revoked meanwhile."""


@dataclass(frozen=True)
class Paper:
    """A certificate from elsewhere as it is written. `valid_until`: its last day; None: it says none."""

    issuer: str
    issued_on: date
    proof: Proof
    valid_until: date | None = None


def validity(training: Training, start: date) -> DateRange:
    """From `start` to before the same day so many months later; without end where the training never expires."""
    months = training.validity_months
    return since(start, None if months is None else months_after(start, months))


def validity_elsewhere(training: Training, issued_on: date, valid_until: date | None) -> DateRange:
    """Of a certificate from elsewhere: to its own last day, or else as long as the training says."""
    if valid_until is None:
        return validity(training, issued_on)
    return since(issued_on, valid_until + timedelta(days=1))


def issue_for(*, booking: Booking, issued_by: int, now: datetime) -> Certificate:
    """The certificate of somebody who attended; asked for again, it is the same one."""
    held = booking.date
    certificate, made = Certificate.objects.get_or_create(
        booking=booking,
        defaults={
            "training": held.training,
            "holder": booking.user,
            "partner": booking.partner,
            "source": Certificate.Source.ATTENDANCE,
            "valid": validity(held.training, localdate(held.ends_at)),
            "issued_by_id": issued_by,
            "issued_at": now,
        },
    )
    if made:
        _tell_holder(certificate, mails.ISSUED, booking.partner)
    return certificate


@transaction.atomic
def revoke(*, certificate: Certificate, reason: str, on: date, actor: Actor, now: datetime) -> Certificate:
    """It holds no more from the day `on`. Revoked is revoked: there is no way back but another certificate.

    Raises rights.NotAllowed, MovedOn.
    """
    by = rights.check_runs(actor, certificate.training.program.vendor_id)
    standing = Certificate.objects.filter(pk=certificate.pk, revoked_on__isnull=True)
    if standing.update(revoked_on=on, revoked_by=by, revoked_why=reason) != 1:
        raise MovedOn(_("This certificate was revoked meanwhile."))
    certificate.refresh_from_db(fields=["revoked_on", "revoked_by", "revoked_why"])
    _tell_holder(certificate, mails.REVOKED, certificate.partner, text=reason)
    return certificate


def _tell_holder(certificate: Certificate, kind: str, partner: Partner, text: str = "") -> None:
    context = mails.about_certificate(kind=kind, certificate=certificate, partner=partner, text=text)
    outbox.put(kind=kind, period=f"certificate {certificate.pk}", recipient=certificate.holder, context=context)


# --- from elsewhere --------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_in(
    *,
    training: Training,
    partner: Partner,
    holder: User,
    paper: Paper,
    actor: Actor,
    now: datetime,
    today: date,
) -> CertificateClaim:
    """Hand in somebody's certificate from elsewhere. The same file again is the first one.

    Raises rights.NotAllowed, NotTaken, NotTheirs, WrongDay, HandedInAlready.
    """
    by = rights.check_acts_for(actor, partner, holder)
    _check_taken(training, partner, holder, today)
    check_days(training=training, issued_on=paper.issued_on, valid_until=paper.valid_until, today=today)
    # One at a time for each person: a double click finds the first one.
    User.objects.select_for_update(no_key=True).get(pk=holder.pk)
    there = CertificateClaim.objects.filter(training=training, holder=holder, state=State.OPEN).defer("content").first()
    if there is not None:
        said = (paper.proof.sha256, partner.pk, paper.issued_on, paper.valid_until)
        if (there.sha256, there.partner_id, there.issued_on, there.valid_until) == said:
            return there
        raise HandedInAlready(
            _("A certificate of %(name)s is being checked already. Please wait for the answer.") % {"name": holder.name}
        )
    claim = CertificateClaim.objects.create(
        training=training, partner=partner, holder=holder,
        issuer=paper.issuer, issued_on=paper.issued_on, valid_until=paper.valid_until,
        file_name=paper.proof.file_name, content=paper.proof.content, sha256=paper.proof.sha256,
        submitted_by_id=by, submitted_at=now,
        due_on=office_day_after(training.program.vendor, today, DECIDED_WITHIN),
    )  # fmt: skip
    _tell_about(claim, mails.HANDED_IN, deciders(training.program.vendor_id))
    return claim


@transaction.atomic
def withdraw(*, claim: CertificateClaim, actor: Actor, now: datetime) -> CertificateClaim:
    """It is not to be decided any more. Nobody needs its file then, so it is forgotten at once.

    Raises rights.NotAllowed, MovedOn.
    """
    by = rights.check_acts_for(actor, claim.partner, claim.holder)
    _close(claim, State.WITHDRAWN, "", by, now, content=None, file_name="")
    return claim


@transaction.atomic
def accept(
    *, claim: CertificateClaim, valid_until: date | None, actor: Actor, now: datetime, today: date
) -> Certificate:
    """The proof is good: the holder has a certificate from the day on which it was issued.

    `valid_until`: its last day, as the vendor reads it; None: it holds as long as the training says.
    Raises rights.NotAllowed, MovedOn, WrongDay.
    """
    by = rights.check_runs(actor, claim.training.program.vendor_id)
    _close(claim, State.ACCEPTED, "", by, now)
    check_days(training=claim.training, issued_on=claim.issued_on, valid_until=valid_until, today=today)
    valid = validity_elsewhere(claim.training, claim.issued_on, valid_until)
    certificate, _made = Certificate.objects.get_or_create(
        claim=claim,
        defaults={
            "training": claim.training,
            "holder": claim.holder,
            "partner": claim.partner,
            "source": Certificate.Source.EXTERNAL,
            "valid": valid,
            "issued_by_id": by,
            "issued_at": now,
        },
    )
    if certificate.valid != valid:
        raise MovedOn(_("This certificate was accepted with another day meanwhile."))
    _tell_about(claim, mails.ACCEPTED, _concerned(claim, today), until=last_day(certificate))
    return certificate


@transaction.atomic
def refuse(*, claim: CertificateClaim, reason: str, actor: Actor, now: datetime, today: date) -> CertificateClaim:
    """The proof is not good enough, and why. Raises rights.NotAllowed, MovedOn."""
    _close(claim, State.REFUSED, reason, rights.check_runs(actor, claim.training.program.vendor_id), now)
    _tell_about(claim, mails.REFUSED, _concerned(claim, today))
    return claim


def _close(claim: CertificateClaim, state: str, reason: str, by: int, now: datetime, **more: object) -> None:
    """Decide or withdraw it unless somebody has; the same once more changes nothing."""
    waiting = CertificateClaim.objects.filter(pk=claim.pk, state=State.OPEN)
    closed = waiting.update(state=state, reason=reason, decided_by=by, decided_at=now, **more)
    claim.refresh_from_db(fields=["state", "reason", "decided_by", "decided_at", "file_name"])
    if closed != 1 and (claim.state, claim.reason, claim.decided_by_id) != (state, reason, by):
        assert claim.decided_by is not None
        withdrawn = claim.state == State.WITHDRAWN
        text = _("%(name)s has withdrawn this meanwhile.") if withdrawn else _("%(name)s has decided this meanwhile.")
        raise MovedOn(text % {"name": claim.decided_by.name})


def _check_taken(training: Training, partner: Partner, holder: User, today: date) -> None:
    archived = training.archived_on is not None and training.archived_on <= today
    if not training.external or archived:
        raise NotTaken(_("For this training no certificates from elsewhere are taken."))
    if not taking_part(program=training.program, on=today).filter(enrolment__partner=partner).exists():
        raise NotTaken(_("Your company does not take part in %(program)s.") % {"program": training.program.name})
    if not members_on(today).filter(partner=partner, user=holder).exists():
        raise NotTheirs(_("%(name)s does not work for %(partner)s.") % {"name": holder.name, "partner": partner.name})


def check_days(*, training: Training, issued_on: date, valid_until: date | None, today: date) -> None:
    """Raises WrongDay unless a certificate with these days holds today."""
    if issued_on > today:
        raise WrongDay(_("The day on which it was issued is still to come."))
    if valid_until is not None:
        check_last_day(issued_on=issued_on, valid_until=valid_until, today=today)
        return
    ends = validity(training, issued_on).upper
    if ends is not None and ends <= today:
        text = _("A certificate of that day expired on %(day)s, unless it says another day itself.")
        raise WrongDay(text % {"day": date_short(ends)})


def check_last_day(*, issued_on: date, valid_until: date, today: date) -> None:
    """Raises WrongDay."""
    if valid_until <= issued_on:
        raise WrongDay(_("It must be valid until a day after the one on which it was issued."))
    if valid_until < today:
        raise WrongDay(_("It has expired: this day is past."))


def _concerned(claim: CertificateClaim, today: date) -> list[User]:
    """The holder and whoever handed it in, if they still work there."""
    people = members_on(today).filter(partner=claim.partner_id, user__in=[claim.holder_id, claim.submitted_by_id])
    return list(User.objects.filter(pk__in=people.values("user_id"), is_active=True).order_by("pk"))


def _tell_about(claim: CertificateClaim, kind: str, people: Iterable[User], until: date | None = None) -> None:
    context = mails.about_claim(kind=kind, claim=claim, until=until)
    for recipient in people:
        outbox.put(kind=kind, period=f"certificate claim {claim.pk}", recipient=recipient, context=context)
