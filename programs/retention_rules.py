"""What vendors' teams forget: invitations that came to an end."""

from __future__ import annotations

from datetime import datetime

from common.invited import over_since
from common.retention import Rule, delete_some, rules
from programs.models import StaffInvitation


def _invitations(before: datetime, limit: int) -> int:
    return delete_some(StaffInvitation.objects.filter(over_since(before)), limit)


def register() -> None:
    rules.register(Rule("staff-invitations", _invitations))
