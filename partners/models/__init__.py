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
from partners.models.golive import BroughtContact, DataCheck, OfBringing, VendorNumber

__all__ = [
    "ALPHABET",
    "AccessRequest",
    "Application",
    "ApplicationStep",
    "BroughtContact",
    "Care",
    "DataCheck",
    "Enrolment",
    "EnrolmentStatus",
    "EnrolmentTier",
    "IndividualAgreement",
    "Member",
    "MemberInvitation",
    "OfBringing",
    "OfEnrolment",
    "OfPartner",
    "Partner",
    "Registration",
    "Seat",
    "VendorNumber",
    "ViewedPage",
    "Viewing",
    "partner_number",
]
