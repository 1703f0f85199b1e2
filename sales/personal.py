"""What the proof of sales says about a person: files they sent, what they said of rows, questions and answers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.personal import section
from sales.models import (
    ArticleNumber,
    Claim,
    ClaimMessage,
    CustomerNumber,
    Invitation,
    PartnerImport,
    ReportMapping,
    SellOutReport,
    Upload,
    WaitingRow,
)

OF = ("vendor__name", "distributor__name")


def register() -> None:
    section(
        "questions", _("Questions you asked"), Claim, "asked_by", "vendor__name", "partner__name", "kind",
        "document_number", "article", "state", "asked_at", order=50,
    )  # fmt: skip
    section(
        "question-messages", _("What you wrote about questions"), ClaimMessage, "author", "claim_id", "step", "at",
        "text", "file_name", order=51,
    )  # fmt: skip
    _files()
    _rows()


def _files() -> None:
    sent = ("file_name", "uploaded_at")
    section("uploads", _("Files you sent"), Upload, "uploaded_by", *OF, *sent, "state", order=52)
    section(
        "reports", _("Reports that were booked from your files"), SellOutReport, "uploaded_by", *OF, *sent, order=53
    )
    section(
        "imports", _("Files with partners you brought in"), PartnerImport, "uploaded_by", "vendor__name", *sent,
        "state", order=53,
    )  # fmt: skip
    section(
        "layouts", _("How you said that files are read"), ReportMapping, "created_by", *OF, "version", "created_at",
        order=54,
    )  # fmt: skip


def _rows() -> None:
    """What somebody said of single rows, and of the numbers in them."""
    section("customers", _("Customer numbers you matched"), CustomerNumber, "said_by", *OF, "number", "since", order=55)
    section("articles", _("Article numbers you matched"), ArticleNumber, "said_by", *OF, "number", "since", order=56)
    section(
        "customers-invited", _("Customers you invited to register"), Invitation, "invited_by", *OF, "address",
        "invited_at", order=57,
    )  # fmt: skip
    section(
        "rows", _("Reported rows you decided about"), WaitingRow, "settled_by", *OF, "document_number", "state",
        "settled_at", order=58,
    )  # fmt: skip
