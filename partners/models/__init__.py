"""Companies and people, and how companies become partners. Each module says what its rows are."""

from __future__ import annotations

from partners.models.applications import (
    AccessRequest,
    Application,
    ApplicationStep,
    Care,
    Registration,
)
from partners.models.companies import (
    ALPHABET,
    Enrolment,
    EnrolmentStatus,
    EnrolmentTier,
    IndividualAgreement,
    Member,
    MemberInvitation,
    OfEnrolment,
    OfPartner,
    Partner,
    Seat,
    ViewedPage,
    Viewing,
    partner_number,
)

__all__ = [
    "ALPHABET",
    "AccessRequest",
    "Application",
    "ApplicationStep",
    "Care",
    "Enrolment",
    "EnrolmentStatus",
    "EnrolmentTier",
    "IndividualAgreement",
    "Member",
    "MemberInvitation",
    "OfEnrolment",
    "OfPartner",
    "Partner",
    "Registration",
    "Seat",
    "ViewedPage",
    "Viewing",
    "partner_number",
]
