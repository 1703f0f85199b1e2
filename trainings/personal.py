"""What trainings say about a person: seats, certificates, and what they decided and did for others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.personal import section
from trainings.models import Booking, Certificate, CertificateClaim


def register() -> None:
    booking = ("partner__name", "date__training__name", "date__starts_at", "state", "booked_at")
    section("trainings", _("Trainings you were booked for"), Booking, "user", *booking, order=60)
    section("trainings-booked", _("Trainings you booked for others"), Booking, "booked_by", *booking, order=61)
    certificate = ("training__name", "valid__startswith", "valid__endswith", "source", "issued_at", "revoked_on")
    section("certificates", _("Your certificates"), Certificate, "holder", *certificate, "revoked_why", order=62)
    section("certificates-issued", _("Certificates you issued"), Certificate, "issued_by", *certificate, order=63)
    section(
        "certificates-revoked", _("Certificates you revoked"), Certificate, "revoked_by", *certificate, "revoked_why",
        order=64,
    )  # fmt: skip
    claim = (
        "partner__name", "training__name", "issuer", "issued_on", "valid_until", "file_name", "submitted_at", "state",
    )  # fmt: skip
    section("claims", _("Your certificates from elsewhere"), CertificateClaim, "holder", *claim, "reason", order=65)
    section(
        "claims-handed-in", _("Certificates from elsewhere you handed in"), CertificateClaim, "submitted_by", *claim,
        order=66,
    )  # fmt: skip
    section(
        "claims-decided", _("Certificates from elsewhere you decided about or withdrew"), CertificateClaim,
        "decided_by", *claim, "reason", "decided_at", order=67,
    )  # fmt: skip
