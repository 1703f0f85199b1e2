"""Certificates: issued for attendance, accepted from elsewhere, revoked.

A certificate holds from the last day of the training, or the day on which it was issued elsewhere, for as many months
as the training says at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

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
from programs.office_days import office_day_after
from trainings import mails, rights
from trainings.models import Booking, Certificate, CertificateClaim, Training
from trainings.selectors import members_on, taking_part

State = CertificateClaim.State
DECIDED_WITHIN = 2
"""Days of its office a vendor has for a decision."""


class NotTaken(DomainError):
    """The training takes no certificates from elsewhere, or the company does not take part."""


class NotTheirs(DomainError):
    """The holder does not work for the company."""


class WrongDay(DomainError):
    """Issued on a day to come, or so long ago that it has expired."""


class HandedInAlready(DomainError):
    """Another proof of this training for this person waits for a decision."""


class MovedOn(DomainError):
    """Somebody else has decided or revoked meanwhile."""


def validity(training: Training, start: date) -> DateRange:
    """From `start` to before the same day so many months later; without end where the training never expires."""
    months = training.validity_months
    return since(start, None if months is None else months_after(start, months))


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
    context = mails.about_certificate(kind=kind, certificate=certificate, number=partner.number, text=text)
    outbox.put(kind=kind, period=f"certificate {certificate.pk}", recipient=certificate.holder, context=context)


# --- from elsewhere --------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_in(
    *,
    training: Training,
    partner: Partner,
    holder: User,
    issuer: str,
    issued_on: date,
    proof: Proof,
    actor: Actor,
    now: datetime,
    today: date,
) -> CertificateClaim:
    """Hand in somebody's certificate from elsewhere. The same file again is the first one.

    Raises rights.NotAllowed, NotTaken, NotTheirs, WrongDay, HandedInAlready.
    """
    by = rights.check_acts_for(actor, partner, holder)
    _check_taken(training, partner, holder, today)
    _check_days(training, issued_on, today)
    # One at a time for each person: a double click finds the first one.
    User.objects.select_for_update(no_key=True).get(pk=holder.pk)
    there = CertificateClaim.objects.filter(training=training, holder=holder, state=State.OPEN).defer("content").first()
    if there is not None:
        if (there.sha256, there.partner_id, there.issued_on) == (proof.sha256, partner.pk, issued_on):
            return there
        raise HandedInAlready(
            _("A certificate of %(name)s is being checked already. Please wait for the answer.") % {"name": holder.name}
        )
    claim = CertificateClaim.objects.create(
        training=training, partner=partner, holder=holder, issuer=issuer, issued_on=issued_on,
        file_name=proof.file_name, content=proof.content, sha256=proof.sha256,
        submitted_by_id=by, submitted_at=now,
        due_on=office_day_after(training.program.vendor, today, DECIDED_WITHIN),
    )  # fmt: skip
    _tell_about(claim, mails.HANDED_IN, deciders(training.program.vendor_id))
    return claim


@transaction.atomic
def accept(*, claim: CertificateClaim, actor: Actor, now: datetime, today: date) -> Certificate:
    """The proof is good: the holder has a certificate from the day on which it was issued.

    Raises rights.NotAllowed, MovedOn, WrongDay.
    """
    by = _decide(claim, State.ACCEPTED, "", actor, now)
    _check_days(claim.training, claim.issued_on, today)
    certificate, _made = Certificate.objects.get_or_create(
        claim=claim,
        defaults={
            "training": claim.training,
            "holder": claim.holder,
            "partner": claim.partner,
            "source": Certificate.Source.EXTERNAL,
            "valid": validity(claim.training, claim.issued_on),
            "issued_by_id": by,
            "issued_at": now,
        },
    )
    _tell_about(claim, mails.ACCEPTED, _concerned(claim, today))
    return certificate


@transaction.atomic
def refuse(*, claim: CertificateClaim, reason: str, actor: Actor, now: datetime, today: date) -> CertificateClaim:
    """The proof is not good enough, and why. Raises rights.NotAllowed, MovedOn."""
    _decide(claim, State.REFUSED, reason, actor, now)
    _tell_about(claim, mails.REFUSED, _concerned(claim, today))
    return claim


def _decide(claim: CertificateClaim, state: str, reason: str, actor: Actor, now: datetime) -> int:
    """Decide it unless somebody has; deciding it the same way again changes nothing."""
    by = rights.check_runs(actor, claim.training.program.vendor_id)
    waiting = CertificateClaim.objects.filter(pk=claim.pk, state=State.OPEN)
    decided = waiting.update(state=state, reason=reason, decided_by=by, decided_at=now)
    claim.refresh_from_db(fields=["state", "reason", "decided_by", "decided_at"])
    if decided != 1 and (claim.state, claim.reason, claim.decided_by_id) != (state, reason, by):
        assert claim.decided_by is not None
        raise MovedOn(_("%(name)s has decided this meanwhile.") % {"name": claim.decided_by.name})
    return by


def _check_taken(training: Training, partner: Partner, holder: User, today: date) -> None:
    archived = training.archived_on is not None and training.archived_on <= today
    if not training.external or archived:
        raise NotTaken(_("For this training no certificates from elsewhere are taken."))
    if not taking_part(program=training.program, on=today).filter(enrolment__partner=partner).exists():
        raise NotTaken(_("Your company does not take part in %(program)s.") % {"program": training.program.name})
    if not members_on(today).filter(partner=partner, user=holder).exists():
        raise NotTheirs(_("%(name)s does not work for %(partner)s.") % {"name": holder.name, "partner": partner.name})


def _check_days(training: Training, issued_on: date, today: date) -> None:
    if issued_on > today:
        raise WrongDay(_("The day on which it was issued is still to come."))
    ends = validity(training, issued_on).upper
    if ends is not None and ends <= today:
        raise WrongDay(_("A certificate of that day expired on %(day)s.") % {"day": date_short(ends)})


def _concerned(claim: CertificateClaim, today: date) -> list[User]:
    """The holder and whoever handed it in, if they still work there."""
    people = members_on(today).filter(partner=claim.partner_id, user__in=[claim.holder_id, claim.submitted_by_id])
    return list(User.objects.filter(pk__in=people.values("user_id"), is_active=True).order_by("pk"))


def _tell_about(claim: CertificateClaim, kind: str, people: Iterable[User]) -> None:
    context = mails.about_claim(kind=kind, claim=claim)
    for recipient in people:
        outbox.put(kind=kind, period=f"certificate claim {claim.pk}", recipient=recipient, context=context)
