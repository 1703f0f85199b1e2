"""What closings say about a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.personal import section
from rebates.models import Closing


def register() -> None:
    section(
        "closings", _("Closings you started"), Closing, "requested_by", "program__name", "period", "opened_at", order=70
    )
