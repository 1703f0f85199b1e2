"""What vendors configure. Each module says what its rows are."""

from __future__ import annotations

from programs.models.absences import Absence
from programs.models.distributors import Authorisation, Distributor, DistributorStaff
from programs.models.products import GroupMembership, Product, ProductGroup
from programs.models.programs import CURRENCY, OfProgram, ParticipationTerms, Program, Tier
from programs.models.terms import RebateTerms
from programs.models.vendors import OfVendor, StaffInvitation, Vendor, VendorStaff
from programs.models.wording import MailWording

__all__ = [
    "CURRENCY",
    "Absence",
    "Authorisation",
    "Distributor",
    "DistributorStaff",
    "GroupMembership",
    "MailWording",
    "OfProgram",
    "OfVendor",
    "ParticipationTerms",
    "Product",
    "ProductGroup",
    "Program",
    "RebateTerms",
    "StaffInvitation",
    "Tier",
    "Vendor",
    "VendorStaff",
]
