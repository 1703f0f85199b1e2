"""What vendors' configuration says about a person: roles, invitations, and what they published."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from common.models import User
from common.personal import Rows, Section, section, sections
from programs.models import (
    Absence,
    DistributorStaff,
    MailWording,
    Program,
    RebateTerms,
    StaffInvitation,
    Vendor,
    VendorStaff,
)


def _vendor_roles(user: User) -> Rows:
    """Over time: a role that ended is no row any more, its events are."""
    events = apps.get_model("programs", "VendorStaffEvent").objects.filter(user=user).order_by("pgh_id")
    names = dict(Vendor.objects.values_list("pk", "name"))
    for event in events.values("vendor_id", "role", "joined_on", "pgh_label", "pgh_created_at").iterator():
        yield {"vendor": names.get(event.pop("vendor_id")), **event}


def _named_as_contact(user: User) -> Rows:
    named = Program.objects.filter(contact_email__iexact=user.email).order_by("pk")
    return named.values("vendor__name", "name", "contact_name", "contact_email").iterator()


def register() -> None:
    covers = ("programs.VendorStaff.user",)
    sections.register(Section("vendor-roles", _("Your roles at vendors, over time"), _vendor_roles, covers, order=20))
    section(
        "vendors", _("Your roles at vendors, today"), VendorStaff, "user", "vendor__name", "role", "joined_on", order=21
    )
    section(
        "distributors",
        _("Distributors for which you hand in reports"),
        DistributorStaff,
        "user",
        "distributor__name",
        order=22,
    )
    invitation = ("vendor__name", "address", "role", "invited_at", "expires_at", "accepted_at", "revoked_at")
    section("staff-invited", _("Whom you invited to a vendor"), StaffInvitation, "invited_by", *invitation, order=23)
    section(
        "staff-accepted",
        _("Invitations to vendors you accepted"),
        StaffInvitation,
        "accepted_by",
        *invitation,
        order=24,
    )
    section(
        "terms",
        _("Rebate terms you published"),
        RebateTerms,
        "published_by",
        "program__name",
        "code",
        "version",
        "published_at",
        order=25,
    )
    section(
        "mail-wordings",
        _("Wordings of mails you wrote"),
        MailWording,
        "author",
        "vendor__name",
        "kind",
        "language",
        "version",
        "blocks",
        "created_at",
        order=27,
    )
    sections.register(Section("program-contacts", _("Programs that name you as contact"), _named_as_contact, order=26))
    absence = ("vendor__name", "valid")
    section("absences", _("When you are away"), Absence, "person", *absence, order=28)
    section("deputies", _("When you stand in for others"), Absence, "deputy", *absence, order=28)
