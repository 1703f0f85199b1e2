"""What partner companies' data says about a person: roles, invitations, applications, what they typed and looked at."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.models import User
from common.personal import Rows, Section, section, sections
from partners.models import (
    AccessRequest,
    Application,
    ApplicationStep,
    BankAccount,
    BankAccountUse,
    BroughtContact,
    Care,
    CompanyChange,
    DataCheck,
    Member,
    MemberInvitation,
    ParticipationStep,
    RefusedDecision,
    Registration,
    Succession,
    ViewedPage,
    Viewing,
)


def _viewings(user: User) -> Rows:
    pages = ViewedPage.objects.filter(viewing__user=user).order_by("pk")
    columns = ("viewing__started_at", "viewing__vendor__name", "viewing__partner__name", "path", "at")
    return pages.values(*columns).iterator(chunk_size=1000)


def _access(user: User) -> Rows:
    """Only where they were let in: any other row would say that the company they asked for is registered."""
    rows = AccessRequest.objects.filter(user=user, granted=True).order_by("pk")
    return rows.values("partner__name", "asked_at", "decided_at")


def register() -> None:
    section(
        "companies", _("Your roles in companies, over time"), Member, "user", "partner__name", "role", "joined_on",
        "left_on", order=30,
    )  # fmt: skip
    _joining()
    _inviting()
    _looking()
    _life()
    _money()


def _joining() -> None:
    """How somebody's company became a partner, and how they came to work for it."""
    section(
        "registration", _("What you typed to register a company"), Registration, "user", "typed", "changed_at", order=31
    )
    section(
        "applications", _("Applications you sent"), Application, "applied_by", "partner__name", "program__name",
        "state", "answers", "applied_at", order=32,
    )  # fmt: skip
    section(
        "application-messages", _("What you did and wrote about applications"), ApplicationStep, "author",
        "application__partner__name", "application__program__name", "step", "at", "text", order=33,
    )  # fmt: skip
    let_in = _("Companies that let you in when you asked")
    sections.register(Section("access", let_in, _access, ("partners.AccessRequest.user",), order=34))
    section(
        "access-decided", _("Requests for access you decided"), AccessRequest, "decided_by", "partner__name",
        "asked_at", "decided_at", "granted", order=35,
    )  # fmt: skip


def _inviting() -> None:
    invitation = ("partner__name", "address", "role", "invited_at", "expires_at", "accepted_at", "revoked_at")
    section("invited", _("Whom you invited into a company"), MemberInvitation, "invited_by", *invitation, order=36)
    section(
        "accepted", _("Invitations into companies you accepted"), MemberInvitation, "accepted_by", *invitation, order=37
    )
    section(
        "waves", _("Contacts you had invited"), BroughtContact, "asked_by", "partner__name", "address", "asked_at",
        order=46,
    )  # fmt: skip


def _looking() -> None:
    """What a vendor's people did to look after partners."""
    section(
        "viewings", _("Partners you looked at for a vendor"), Viewing, "user", "partner__name", "vendor__name",
        "started_at", order=38,
    )  # fmt: skip
    sections.register(Section("viewed-pages", _("Pages you saw meanwhile"), _viewings, order=39))
    section("care", _("Partners you look after"), Care, "manager", "partner__name", "vendor__name", order=40)


def _life() -> None:
    """What people decide about companies and participations."""
    section(
        "participation", _("Participations you suspended, resumed or ended"), ParticipationStep, "author",
        "enrolment__partner__name", "enrolment__program__name", "step", "on", "reason", "at", order=41,
    )  # fmt: skip
    change = ("partner__name", "name", "vat_id", "country", "valid_from", "state")
    asked, decided = ("reason", "proof", "requested_at"), ("answer", "decided_at")
    section(
        "changes", _("Changes of a company you asked for"), CompanyChange, "requested_by", *change, *asked, order=42
    )
    section(
        "changes-decided", _("Changes of a company you decided"), CompanyChange, "decided_by", *change, *decided,
        order=43,
    )  # fmt: skip
    names = ("source__name", "target__name")
    section("merges", _("Partners you merged"), Succession, "by", *names, "on", "reason", "at", order=44)
    section(
        "confirmed", _("Companies whose data you confirmed"), DataCheck, "confirmed_by", "partner__name",
        "confirmed_at", order=45,
    )  # fmt: skip


def _money() -> None:
    """What people did with bank accounts. The account is the company's: its number is nothing of theirs."""
    account = ("partner__name", "holder", "recorded_at", "usable_from", "replaced_at")
    section("bank-accounts", _("Bank accounts you named"), BankAccount, "recorded_by", *account, order=47)
    section(
        "bank-accounts-ended", _("Bank accounts you replaced or withdrew"), BankAccount, "replaced_by", *account,
        order=48,
    )  # fmt: skip
    section(
        "bank-accounts-decided", _("Bank accounts you decided about"), BankAccountUse, "decided_by",
        "account__partner__name", "vendor__name", "state", "comment", "decided_at", order=49,
    )  # fmt: skip
    section(
        "bank-accounts-refused", _("Decisions about bank accounts that were refused to you"), RefusedDecision, "person",
        "use__account__partner__name", "step", "why", "at", order=49,
    )  # fmt: skip
