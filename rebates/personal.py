"""What closings and the ledger say about a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.personal import section
from rebates.models import Closing, ClosingItem, JournalExport, Ledger, ManualAdjustment

OF_CLOSING = ("program__name", "period")
OF_ITEM = ("closing__program__name", "closing__period", "enrolment__partner__name", "accepted", "comment")
OF_ADJUSTMENT = ("program__name", "partner__name", "amount", "currency", "reason")


def register() -> None:
    section("closings", _("Closings you started"), Closing, "requested_by", *OF_CLOSING, "opened_at", order=70)
    section("closings-commented", _("Totals you found right"), Closing, "commented_by", *OF_CLOSING, order=71)
    section("amounts-accepted", _("Amounts you found right"), ClosingItem, "accepted_by", *OF_ITEM, order=72)
    section(
        "adjustments", _("Manual adjustments you proposed"), ManualAdjustment, "requested_by", *OF_ADJUSTMENT,
        "requested_at", order=73,
    )  # fmt: skip
    section(
        "adjustments-decided", _("Manual adjustments you decided"), ManualAdjustment, "decided_by", *OF_ADJUSTMENT,
        "decided_at", "comment", order=74,
    )  # fmt: skip
    section(
        "ledgers-released", _("Ledgers you released"), Ledger, "released_by", "vendor__name", "released_comment",
        order=75,
    )  # fmt: skip
    section(
        "journal-exports", _("Journals you downloaded"), JournalExport, "made_by", "vendor__name", "format", "start",
        "end", "entries", "made_at", order=76,
    )  # fmt: skip
