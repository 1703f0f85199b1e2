"""Proof of sales: who and what distributors mean, the reports they send, the lines these become, doubts about them."""

from sales.models.claims import Claim, ClaimMessage
from sales.models.golive import PartnerImport
from sales.models.identities import ArticleNumber, CustomerNumber, Invitation, OfReporter
from sales.models.kept import ChangedPartner, ListedPartners, Standing
from sales.models.lines import Books, Evidence, SaleLine, Sold, WaitingRow
from sales.models.reports import ReportMapping, SellOutReport, Upload
from sales.models.summary import PartnerQuarter, VendorDay

__all__ = [
    "ArticleNumber",
    "Books",
    "ChangedPartner",
    "Claim",
    "ClaimMessage",
    "CustomerNumber",
    "Evidence",
    "Invitation",
    "ListedPartners",
    "OfReporter",
    "PartnerImport",
    "PartnerQuarter",
    "ReportMapping",
    "SaleLine",
    "SellOutReport",
    "Sold",
    "Standing",
    "Upload",
    "VendorDay",
    "WaitingRow",
]
