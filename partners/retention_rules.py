"""What companies' data forget, from registrations nobody went on with to companies that never took part in anything."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError
from django.db.models import Exists, Model, OuterRef, ProtectedError, Q
from django.utils.timezone import localdate

from common.invited import over_since
from common.kept import forget_history, forgetting
from common.retention import Rule, delete_some, rules
from partners.models import (
    AccessRequest,
    Application,
    ApplicationStep,
    BankAccount,
    BroughtContact,
    Care,
    CompanyChange,
    CompanyChangeAsked,
    DataCheck,
    Enrolment,
    Member,
    MemberInvitation,
    Partner,
    Registration,
    Seat,
    TaxStatus,
    ViewedPage,
    Viewing,
)


def _registrations(before: datetime, limit: int) -> int:
    return delete_some(Registration.objects.filter(changed_at__lte=before), limit)


def _invitations(before: datetime, limit: int) -> int:
    brought = BroughtContact.objects.filter(invitation=OuterRef("pk"))
    return delete_some(MemberInvitation.objects.filter(over_since(before), ~Exists(brought)), limit)


def _brought_contacts(before: datetime, limit: int) -> int:
    """Whom nobody invited since they were brought, and whose invitation has come to its end."""
    over = MemberInvitation.objects.filter(over_since(before), pk=OuterRef("invitation"))
    found = BroughtContact.objects.filter(asked_at__isnull=True, imported_at__lte=before)
    return delete_some(found.filter(Q(invitation__isnull=True) | Exists(over)), limit)


def _viewings(before: datetime, limit: int) -> int:
    """Pages first, then viewings of which no page is left."""
    with forgetting():
        pages = delete_some(ViewedPage.objects.filter(at__lte=before), limit)
        left = ViewedPage.objects.filter(viewing=OuterRef("pk"))
        return max(pages, delete_some(Viewing.objects.filter(~Exists(left), started_at__lte=before), limit))


def _companies(before: datetime, limit: int) -> int:
    """Companies that were only ever refused, withdrew, or never applied. What else hangs on one keeps it."""
    of_company = {"partner": OuterRef("pk")}
    applications = Application.objects.filter(**of_company)
    lasting = applications.exclude(state__in=[Application.State.REFUSED, Application.State.WITHDRAWN])
    members = Member.objects.filter(**of_company)
    found = Partner.objects.filter(
        Exists(applications) | Exists(members),
        ~Exists(Enrolment.objects.filter(**of_company)),
        ~Exists(lasting),
        ~Exists(applications.filter(since__gt=before)),
        ~Exists(members.filter(joined_on__gt=localdate(before))),
    )
    count = 0
    for partner in found.order_by("pk").iterator(chunk_size=limit):
        try:
            with forgetting():
                for model, path in OF_COMPANY:
                    model._default_manager.filter(**{path: partner}).delete()
                for model in WITH_HISTORY:
                    forget_history(model, partner=partner)
                forget_history(Partner, pgh_obj=partner)
                partner.delete()
        except (ProtectedError, IntegrityError):
            continue
        count += 1
        if count == limit:
            break
    return count


OF_COMPANY: tuple[tuple[type[Model], str], ...] = (
    (BroughtContact, "partner"),
    (MemberInvitation, "partner"),
    (AccessRequest, "partner"),
    (ApplicationStep, "application__partner"),
    (Application, "partner"),
    (CompanyChangeAsked, "change__partner"),
    (CompanyChange, "partner"),
    (Care, "partner"),
    (DataCheck, "partner"),
    (BankAccount, "partner"),
    (Seat, "partner"),
    (TaxStatus, "partner"),
    (Member, "partner"),
)
"""What a company that never took part can have, in the order in which it goes."""
WITH_HISTORY: tuple[type[Model], ...] = (Application, CompanyChange, Care, Seat, TaxStatus, Member)


def _access_requests(before: datetime, limit: int) -> int:
    return delete_some(AccessRequest.objects.filter(decided_at__lte=before), limit)


def register() -> None:
    rules.register(Rule("registrations", _registrations))
    rules.register(Rule("brought-contacts", _brought_contacts, order=90))
    rules.register(Rule("member-invitations", _invitations))
    rules.register(Rule("access-requests", _access_requests))
    rules.register(Rule("viewings", _viewings))
    rules.register(Rule("companies-without-program", _companies))
