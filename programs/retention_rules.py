"""What vendors' teams forget: invitations that came to an end, and who was away when."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from common.invited import over_since
from common.retention import Rule, delete_some, rules
from programs.models import Absence, StaffInvitation


def _invitations(before: datetime, limit: int) -> int:
    return delete_some(StaffInvitation.objects.filter(over_since(before)), limit)


def _absences(before: datetime, limit: int) -> int:
    return delete_some(Absence.objects.filter(valid__endswith__lte=localdate(before)), limit)


def register() -> None:
    rules.register(Rule("absences", _absences))
    rules.register(Rule("staff-invitations", _invitations))
