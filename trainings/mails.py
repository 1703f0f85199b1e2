"""The mails about trainings and certificates. They share one template: what happened, the facts, where to look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from common import formats, mail_samples, registry
from common.access import PARTNER, VENDOR
from common.mail_choices import AS_NOTICE
from common.mail_sentences import Sentence
from common.mail_words import OnBehalf
from common.registry import MailKind, Text
from partners.models import Partner
from trainings.models import Booking, Certificate, CertificateClaim, Training, TrainingDate
from trainings.wording import last_day, name_of, when, where

BOOKED, WAITING, MOVED_UP, UNBOOKED = "training-booked", "training-waiting", "training-moved-up", "training-unbooked"
CHANGED, CALLED_OFF = "training-changed", "training-called-off"
ISSUED, REVOKED = "certificate-issued", "certificate-revoked"
EXPIRING, EXPIRING_IN_TEAM = "certificate-expiring", "certificate-expiring-in-team"
HANDED_IN, ACCEPTED, REFUSED = "certificate-handed-in", "certificate-accepted", "certificate-refused"

HEADLINES: Mapping[str, Text] = {
    BOOKED: _("You have a seat: %(training)s"),
    WAITING: _("You are on the waiting list: %(training)s"),
    MOVED_UP: _("You have a seat now: %(training)s"),
    UNBOOKED: _("Your booking was cancelled: %(training)s"),
    CHANGED: _("A training you booked has changed: %(training)s"),
    CALLED_OFF: _("A training you booked is called off: %(training)s"),
    ISSUED: _("Your certificate: %(training)s"),
    REVOKED: _("Your certificate was revoked: %(training)s"),
    EXPIRING: _("Your certificate expires: %(training)s"),
    EXPIRING_IN_TEAM: _("The certificate of %(person)s expires: %(training)s"),
    HANDED_IN: _("%(partner)s has handed in a certificate of %(person)s: %(training)s"),
    ACCEPTED: _("The certificate of %(person)s is accepted: %(training)s"),
    REFUSED: _("The certificate of %(person)s is not accepted: %(training)s"),
}
NEXT: Mapping[str, Text] = {
    BOOKED: _("If you cannot come, please cancel in the portal, so that somebody else can have the seat."),
    WAITING: _("All seats are taken. If one becomes free and it is your turn, you have it and are told at once."),
    MOVED_UP: _("If you cannot come, please cancel in the portal, so that somebody else can have the seat."),
    UNBOOKED: _("You need not do anything. Other dates are in the portal."),
    CHANGED: _("Your booking stays. If you cannot come, please cancel in the portal."),
    CALLED_OFF: _("You need not cancel. Other dates are in the portal."),
    ISSUED: _("You find it among the certificates of your company."),
    REVOKED: _("It no longer counts for your company."),
    EXPIRING: _("Please take the training again in time, or hand in a new certificate."),
    EXPIRING_IN_TEAM: _("Please have the training taken again in time, so that it goes on counting for your company."),
    HANDED_IN: _("Please decide by %(day)s."),
    ACCEPTED: _("It counts for your company as long as it is valid."),
    REFUSED: _("You can hand in another proof at any time."),
}
WHEN, WHERE, LINK, UNTIL = _("When"), _("Where"), _("Online"), _("Valid until")
NEXT_DATE: Text = _("Next date")
BOOKED_DATE: Text = _("Booked already")
SEAT_IS_TAKEN: Text = _("A seat is booked. With the new certificate everything goes on counting.")


_name: Callable[[Training], str] = lazy(name_of, str)
_when: Callable[[TrainingDate], str] = lazy(when, str)
_where: Callable[[TrainingDate], str] = lazy(where, str)
_long: Callable[[date], str] = lazy(formats.date_long, str)
Facts = Sequence[tuple[Text, Any]]


def _told(kind: str, on_behalf: OnBehalf, url: str, *, facts: Facts = (), text: str = "") -> Mapping[str, Any]:
    values = on_behalf.values
    return {
        "headline": Sentence(HEADLINES[kind], values),
        "on_behalf": on_behalf,
        "facts": facts,
        "text": text,
        "next_step": Sentence(NEXT[kind], values),
        "url": settings.PORTAL_URL + url,
    }


def _on_behalf(training: Training, partner: Partner, **values: Any) -> OnBehalf:
    program = training.program
    around = {"training": _name(training), "program": program.name, "vendor": program.vendor.name}
    return OnBehalf(program.vendor_id, {**around, "partner": partner.name, **values})


def about_booking(*, kind: str, booking: Booking, text: str = "") -> Mapping[str, Any]:
    """To the person who is booked. `text`: why, where somebody said so."""
    url = reverse("trainings:partner-date", args=[booking.partner.number, booking.date_id])
    on_behalf = _on_behalf(booking.date.training, booking.partner, person=booking.user.name)
    return _told(kind, on_behalf, url, facts=facts_of(booking.date), text=text)


def facts_of(date_: TrainingDate) -> Facts:
    facts: list[tuple[Text, Any]] = [(WHEN, _when(date_)), (WHERE, _where(date_))]
    return [*facts, (LINK, date_.link)] if date_.link else facts


def about_certificate(
    *,
    kind: str,
    certificate: Certificate,
    partner: Partner,
    dates: Sequence[TrainingDate] = (),
    booked: TrainingDate | None = None,
    text: str = "",
) -> Mapping[str, Any]:
    """To the holder or somebody who looks after them, at the company `partner`.

    `dates` are offered for renewal; `booked`: where the holder has a seat already.
    """
    on_behalf = _on_behalf(certificate.training, partner, person=certificate.holder.name)
    facts: list[tuple[Text, Any]] = []
    if (until := last_day(certificate)) is not None:
        facts.append((UNTIL, _long(until)))
    facts += [(BOOKED_DATE, _day_and_place(booked))] if booked is not None else []
    facts += [(NEXT_DATE, _day_and_place(each)) for each in dates]
    url = reverse("trainings:partner-certificate", args=[partner.number, certificate.pk])
    told = _told(kind, on_behalf, url, facts=facts, text=text)
    return {**told, "next_step": SEAT_IS_TAKEN} if booked is not None and not dates else told


def _day_and_place(date_: TrainingDate) -> Sentence:
    return Sentence("%(when)s, %(where)s", {"when": _when(date_), "where": _where(date_)})


def about_claim(*, kind: str, claim: CertificateClaim, until: date | None = None) -> Mapping[str, Any]:
    """To the vendor's people when it was handed in, to the company's when it was decided. `until`: its last day."""
    on_behalf = _on_behalf(claim.training, claim.partner, person=claim.holder.name, day=claim.due_on)
    if kind == HANDED_IN:
        url = reverse("trainings:vendor-claim", args=[claim.training.program.vendor.slug, claim.pk])
    else:
        url = reverse("trainings:partner-claim", args=[claim.partner.number, claim.pk])
    facts = [(UNTIL, _long(until))] if until is not None else []
    return _told(kind, on_behalf, url, facts=facts, text=claim.reason)


def sample(kind: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> Mapping[str, Any]:
        training = Training(name="Technische Schulung", name_en="Technical training")
        day = TrainingDate(
            starts_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
            ends_at=datetime(2026, 12, 2, 16, tzinfo=UTC),
            place="Berlin",
        )
        values = {
            "training": _name(training),
            "person": "Greta Voß",
            "partner": "Elbtal Systemhaus GmbH",
            "program": mail_samples.program(),
            "vendor": mail_samples.vendor(),
            "day": date(2026, 12, 1),
        }
        return _told(kind, OnBehalf(0, values), "/", facts=facts_of(day))

    return context


TO: Mapping[str, Text] = {
    **dict.fromkeys((ISSUED, REVOKED, EXPIRING), _("the holder")),
    EXPIRING_IN_TEAM: _("the partner’s owners"),
    HANDED_IN: _("the vendor’s channel managers"),
    **dict.fromkeys((ACCEPTED, REFUSED), _("the holder, and who handed it in")),
}


def register() -> None:
    kinds: tuple[tuple[str, Text], ...] = (
        (BOOKED, _("a seat at a training is booked")),
        (WAITING, _("somebody is on a waiting list")),
        (MOVED_UP, _("a seat has become free")),
        (UNBOOKED, _("somebody else cancels a booking")),
        (CHANGED, _("a training is at another time or place")),
        (CALLED_OFF, _("a training is called off")),
        (ISSUED, _("a certificate is issued")),
        (REVOKED, _("a certificate is revoked")),
        (EXPIRING, _("one’s own certificate expires")),
        (EXPIRING_IN_TEAM, _("a colleague’s certificate expires")),
        (HANDED_IN, _("a certificate from elsewhere is handed in")),
        (ACCEPTED, _("a certificate from elsewhere is accepted")),
        (REFUSED, _("a certificate from elsewhere is not accepted")),
    )
    for order, (key, label) in enumerate(kinds, start=60):
        # Somebody travels for it, or a tier depends on it.
        registry.mails.register(
            MailKind(
                key, label, "training", sample(key), resend_when_uncertain=True, order=order,
                group=_("Trainings and certificates"), to=TO.get(key, _("who is booked")),
                placeholders=() if key == HANDED_IN else ("partner", "vendor", "program", "training", "person"),
                choices=AS_NOTICE, scope=VENDOR if key == HANDED_IN else PARTNER,
            )
        )  # fmt: skip
