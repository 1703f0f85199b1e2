"""How trainings, dates and certificates are said, in the active language."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.ui import Tone
from partners.models import Member
from programs.texts import in_language
from trainings.models import Booking, Certificate, CertificateClaim, Training, TrainingDate

SOON = 90
"""Days before its end in which a certificate counts as expiring."""

BOOKING_TONES: dict[str, Tone] = {
    Booking.State.BOOKED: "success",
    Booking.State.WAITING: "warning",
    Booking.State.CANCELLED: "neutral",
    Booking.State.ATTENDED: "success",
    Booking.State.ABSENT: "danger",
}
DATE_TONES: dict[str, Tone] = {
    TrainingDate.State.PLANNED: "info",
    TrainingDate.State.CANCELLED: "danger",
    TrainingDate.State.HELD: "success",
}
CLAIM_TONES: dict[str, Tone] = {
    CertificateClaim.State.OPEN: "info",
    CertificateClaim.State.ACCEPTED: "success",
    CertificateClaim.State.REFUSED: "danger",
    CertificateClaim.State.WITHDRAWN: "neutral",
}


def name_of(training: Training) -> str:
    return in_language({"de": training.name, "en": training.name_en})


def description_of(training: Training) -> str:
    return in_language({"de": training.description, "en": training.description_en})


def days_of(training: Training) -> str:
    number = formats.number(training.days)
    return ngettext("%(days)s day", "%(days)s days", 1 if training.days == 1 else 2) % {"days": number}


def validity_of(training: Training) -> str:
    months = training.validity_months
    if months is None:
        return _("without end")
    if months % 12 == 0:
        years = months // 12
        return ngettext("%(count)s year", "%(count)s years", years) % {"count": formats.number(years)}
    return ngettext("%(count)s month", "%(count)s months", months) % {"count": formats.number(months)}


def audience_of(training: Training) -> str:
    roles = [str(Member.Role(role).label) for role in Member.Role.values if role in training.audience]
    return ", ".join(roles) or _("everybody")


def days_when(date_: TrainingDate) -> str:
    """The day, or the first and the last."""
    first, last = localtime(date_.starts_at).date(), localtime(date_.ends_at).date()
    if first == last:
        return formats.date_short(first)
    return f"{formats.date_short(first)} – {formats.date_short(last)}"


def when(date_: TrainingDate) -> str:
    """With the times."""
    if localtime(date_.starts_at).date() == localtime(date_.ends_at).date():
        return f"{formats.datetime_short(date_.starts_at)} – {formats.time_short(date_.ends_at)}"
    return f"{formats.datetime_short(date_.starts_at)} – {formats.datetime_short(date_.ends_at)}"


def where(date_: TrainingDate) -> str:
    return date_.place or _("online")


def last_day(certificate: Certificate) -> date | None:
    """The last day on which it holds, whatever ends it first; None: it has no end."""
    ends = [end for end in (certificate.valid.upper, certificate.revoked_on) if end is not None]
    return min(ends) - timedelta(days=1) if ends else None


def valid_until(certificate: Certificate) -> str:
    day = last_day(certificate)
    return formats.date_short(day) if day is not None else _("without end")


def certificate_state(certificate: Certificate, today: date) -> tuple[str, Tone]:
    """Whether it holds, as a word and a tone."""
    if certificate.revoked_on is not None and certificate.revoked_on <= today:
        return _("revoked"), "danger"
    if certificate.is_over_on(today):
        return _("expired"), "danger"
    if not certificate.begun_by(today):
        return _("valid from %(day)s") % {"day": formats.date_short(certificate.valid.lower)}, "info"
    last = last_day(certificate)
    if last is not None and (left := (last - today).days + 1) <= SOON:
        return ngettext("expires in %(days)s day", "expires in %(days)s days", left) % {"days": left}, "warning"
    return _("valid"), "success"
