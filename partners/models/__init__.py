"""Companies and people, and how companies become partners. Each module says what its rows are."""

from __future__ import annotations

from partners.models.applications import (
    AccessRequest,
    Application,
    ApplicationStep,
    Care,
    Registration,
)
from partners.models.bank_accounts import LONGEST_HOLDER, RECORDING_ROLES, BankAccount, BankAccountUse, RefusedDecision
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
    TaxStatus,
    ViewedPage,
    Viewing,
    partner_number,
)
from partners.models.golive import BroughtContact, DataCheck, OfBringing, VendorNumber
from partners.models.life import CompanyChange, CompanyChangeAsked, ParticipationStep, Succession

__all__ = [
    "ALPHABET",
    "LONGEST_HOLDER",
    "RECORDING_ROLES",
    "AccessRequest",
    "Application",
    "ApplicationStep",
    "BankAccount",
    "BankAccountUse",
    "BroughtContact",
    "Care",
    "CompanyChange",
    "CompanyChangeAsked",
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
    "ParticipationStep",
    "Partner",
    "RefusedDecision",
    "Registration",
    "Seat",
    "Succession",
    "TaxStatus",
    "VendorNumber",
    "ViewedPage",
    "Viewing",
    "partner_number",
]
