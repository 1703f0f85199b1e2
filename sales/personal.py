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


def register() -> None:
    of = ("vendor__name", "distributor__name")
    section(
        "questions",
        _("Questions you asked"),
        Claim,
        "asked_by",
        "vendor__name",
        "partner__name",
        "kind",
        "document_number",
        "article",
        "state",
        "asked_at",
        order=50,
    )
    section(
        "question-messages",
        _("What you wrote about questions"),
        ClaimMessage,
        "author",
        "claim_id",
        "step",
        "at",
        "text",
        "file_name",
        order=51,
    )
    sent = ("file_name", "uploaded_at")
    section("uploads", _("Files you sent"), Upload, "uploaded_by", *of, *sent, "state", order=52)
    section(
        "reports", _("Reports that were booked from your files"), SellOutReport, "uploaded_by", *of, *sent, order=53
    )
    section("imports", _("Files with partners you brought in"), PartnerImport, "uploaded_by", "vendor__name",
            "file_name", "uploaded_at", "state", order=53)  # fmt: skip
    section(
        "layouts",
        _("How you said that files are read"),
        ReportMapping,
        "created_by",
        *of,
        "version",
        "created_at",
        order=54,
    )
    section("customers", _("Customer numbers you matched"), CustomerNumber, "said_by", *of, "number", "since", order=55)
    section("articles", _("Article numbers you matched"), ArticleNumber, "said_by", *of, "number", "since", order=56)
    section(
        "customers-invited",
        _("Customers you invited to register"),
        Invitation,
        "invited_by",
        *of,
        "address",
        "invited_at",
        order=57,
    )
    section(
        "rows",
        _("Reported rows you decided about"),
        WaitingRow,
        "settled_by",
        *of,
        "document_number",
        "state",
        "settled_at",
        order=58,
    )
