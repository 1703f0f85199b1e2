"""What the account itself, and the mails and tokens that belong to it, say about a person."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.models import (
    ApiAnswer,
    ApiToken,
    Bounce,
    EmailChange,
    MailChoice,
    MailStop,
    OutboxMail,
    Pause,
    User,
)
from common.personal import Rows, Section, section, sections

ACCOUNT = ("email", "first_name", "last_name", "language", "date_joined", "last_login", "is_staff", "is_superuser")


def _account(user: User) -> Rows:
    return User.objects.filter(pk=user.pk).values(*ACCOUNT)


def _mails(user: User) -> Rows:
    """Also those that were sent to the address while nobody had an account with it."""
    to_them = Q(recipient=user) | Q(recipient__isnull=True, address__iexact=user.email)
    columns = ("kind", "address", "subject", "created_at", "sent_at", "state", "read_at")
    return OutboxMail.objects.filter(to_them).order_by("pk").values(*columns).iterator(chunk_size=1000)


def _bounces(user: User) -> Rows:
    """What mail servers said about the person's address."""
    columns = ("address", "told", "bounced_at", "ended_at")
    return Bounce.objects.filter(address=user.email.lower()).order_by("pk").values(*columns)


def register() -> None:
    sections.register(Section("account", _("Your account"), _account, order=1))
    section("second-accounts", _("Your second accounts"), User, "second_of", "email", order=2)
    section("addresses", _("Your e-mail addresses"), EmailAddress, "user", "email", "verified", "primary", order=2)
    confirmed = ("old_confirmed_at", "new_confirmed_at", "done_at", "ended_at", "ended_why")
    section(
        "address-changes", _("Changes of your address"), EmailChange, "user", "old_address", "new_address",
        "created_at", *confirmed, order=3,
    )  # fmt: skip
    _of_signing_in()
    _of_mails()
    # Not which one, nor what it says: the rows name other people.
    what = ("action_time", "content_type__model", "action_flag")
    section("administration", _("What you changed in the administration"), LogEntry, "user", *what, order=9)
    section(
        "pauses-released", _("Restores after which you let the portal go on"), Pause, "released_by", "paused_at",
        "backup_at", "released_at", "comment", order=10,
    )  # fmt: skip


def _of_signing_in() -> None:
    section(
        "second-factors", _("Your second factors, without their secrets"), Authenticator, "user", "type", "created_at",
        "last_used_at", order=4,
    )  # fmt: skip
    section(
        "sessions", _("Browsers in which you are signed in"), UserSession, "user", "created_at", "last_seen_at", "ip",
        "user_agent", order=5,
    )  # fmt: skip
    section(
        "tokens", _("Your API tokens, without their secrets"), ApiToken, "user", "name", "scopes", "created_at",
        "expires_at", "last_used_at", "revoked_at", order=6,
    )  # fmt: skip
    section(
        "api-answers", _("Answers of the API that are kept for repeated requests"), ApiAnswer, "user", "key", "status",
        "answered_at", "body", order=7,
    )  # fmt: skip


def _of_mails() -> None:
    """Also what platform admins decided about the sending: not to whom the mails went."""
    covers = ("common.OutboxMail.recipient",)
    sections.register(Section("mails", _("Mails to you"), _mails, covers, order=8))
    section("mail-choices", _("How you want mails"), MailChoice, "user", "kind", "choice", order=8)
    sections.register(Section("bounces", _("Mails that did not arrive at your address"), _bounces, order=8))
    section(
        "mails-decided", _("Mails to others that you had sent again or dismissed"), OutboxMail, "handled_by", "kind",
        "handled_at", order=11,
    )  # fmt: skip
    stop = ("stopped_at", "ended_at")
    section("mail-stops", _("When you stopped the mail"), MailStop, "stopped_by", *stop, "reason", order=12)
    section("mail-stops-ended", _("When you let the mail go on"), MailStop, "ended_by", *stop, order=13)
