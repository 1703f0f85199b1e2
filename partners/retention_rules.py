"""What companies' data forget: registrations nobody went on with, ended invitations, decided requests for access."""

from __future__ import annotations

from datetime import datetime

from common.invited import over_since
from common.retention import Rule, delete_some, rules
from partners.models import AccessRequest, MemberInvitation, Registration


def _registrations(before: datetime, limit: int) -> int:
    return delete_some(Registration.objects.filter(changed_at__lte=before), limit)


def _invitations(before: datetime, limit: int) -> int:
    return delete_some(MemberInvitation.objects.filter(over_since(before)), limit)


def _access_requests(before: datetime, limit: int) -> int:
    return delete_some(AccessRequest.objects.filter(decided_at__lte=before), limit)


def register() -> None:
    rules.register(Rule("registrations", _registrations))
    rules.register(Rule("member-invitations", _invitations))
    rules.register(Rule("access-requests", _access_requests))
