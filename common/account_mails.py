"""The mails about a person's own account: links that open something, and notices that something was changed.

allauth names a mail by the template it would take (`account/email/password_reset_key`); `of_allauth` says which of our
kinds that is. Notices cannot be switched off. They share one template: what happened, from where, what to do about it.

Account mails go to an address rather than to a person: some are for an address that a person no longer has, or does
not have yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common import registry
from common.models import User
from common.outbox import Addressee
from common.registry import MailKind, Text

CONFIRM = "account-confirm"
EXISTS = "account-exists"
RESET = "account-reset"
PASSWORD_CHANGED = "account-password-changed"  # noqa: S105 - a kind of mail
FACTOR_ADDED = "account-factor-added"
FACTOR_REMOVED = "account-factor-removed"
CODES_MADE = "account-codes-made"
ADDRESS_CHANGED = "account-address-changed"
CONFIRM_OLD = "account-address-old"
CONFIRM_NEW = "account-address-new"
ADDRESS_TAKEN = "account-address-taken"

LINKS = {
    "account/email/email_confirmation": (CONFIRM, "activate_url"),
    "account/email/email_confirmation_signup": (CONFIRM, "activate_url"),
    "account/email/password_reset_key": (RESET, "password_reset_url"),
}
"""allauth's mails with a link: our kind, and where allauth's context has the link."""

_ADDED = _("A second factor was added to your account")
_REMOVED = _("A second factor was removed from your account")
NOTICES: Mapping[str, tuple[str, Text, Text]] = {
    "account/email/password_changed": (
        PASSWORD_CHANGED, _("Your password was changed"), _("The password of your account was changed.")
    ),
    "account/email/password_set": (
        PASSWORD_CHANGED, _("Your password was set"), _("Your account has a password from now on.")
    ),
    "account/email/password_reset": (
        PASSWORD_CHANGED, _("Your password was changed"),
        _("A new password was set for your account, with a link from a mail to this address."),
    ),
    "mfa/email/totp_activated": (FACTOR_ADDED, _ADDED, _("Signing in now also asks for a code of an app.")),
    "mfa/email/webauthn_added": (FACTOR_ADDED, _ADDED, _("A security key can be used to sign in from now on.")),
    "mfa/email/totp_deactivated": (FACTOR_REMOVED, _REMOVED, _("Codes of the app are no longer asked for.")),
    "mfa/email/webauthn_removed": (FACTOR_REMOVED, _REMOVED, _("The security key opens nothing any more.")),
    "mfa/email/recovery_codes_generated": (
        CODES_MADE, _("Your account has new recovery codes"), _("The codes you had before are not valid any more.")
    ),
}  # fmt: skip
"""allauth's notices: our kind, the subject, and the sentence that says what it means."""


@dataclass(frozen=True)
class AccountMail:
    kind: str
    period: str
    context: Mapping[str, Any]


def portal_address(path: str) -> str:
    """Whatever name the browser asked for, a mail leads to the portal's own."""
    return str(settings.PORTAL_URL) + path


def addressee(*, address: str, user: User | None) -> Addressee:
    """The address in the language of its person; of somebody unknown, in that of the page."""
    if user is None:
        return Addressee(address.lower(), page_language())
    return Addressee(address.lower(), user.language, user.get_full_name())


def page_language() -> str:
    """The language of the page, as far as the portal's mails speak it."""
    spoken = dict(settings.LANGUAGES)
    language = (get_language() or "").partition("-")[0]
    return language if language in spoken else str(settings.LANGUAGE_CODE)


def occasion_of(link: str) -> str:
    """The occasion of a mail is its link: asked for again there is another one. It cannot be found out from this."""
    return hashlib.sha256(link.encode()).hexdigest()[:40]


def of_allauth(*, prefix: str, context: Mapping[str, Any], now: datetime) -> AccountMail:
    """What becomes of a mail that allauth wants sent. KeyError: the portal has no such mail."""
    if prefix in LINKS:
        kind, name = LINKS[prefix]
        return AccountMail(kind, occasion_of(context[name]), link(context[name]))
    if prefix == "account/email/account_already_exists":
        return AccountMail(EXISTS, now.isoformat(), exists())
    kind, headline, text = NOTICES[prefix]
    told = notice(headline, text, at=now, ip=context["ip"], browser=context["user_agent"])
    return AccountMail(kind, now.isoformat(), told)


def link(url: str) -> Mapping[str, Any]:
    days = settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS
    return {"url": url, "days": days, "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}


def exists() -> Mapping[str, Any]:
    """Somebody wants an account with an address that has one."""
    return {
        "login_url": portal_address(reverse("account_login")),
        "reset_url": portal_address(reverse("account_reset_password")),
    }


def notice(
    headline: Text, text: Text, *, at: datetime, ip: str = "", browser: str = "", reset_helps: bool = True
) -> Mapping[str, Any]:
    """Something of an account was changed. `ip` and `browser`: from where, if that is known.

    `reset_helps`: the reader can still set a new password with this address.
    """
    reset_url = portal_address(reverse("account_reset_password")) if reset_helps else ""
    return {"headline": headline, "text": text, "at": at, "ip": ip, "browser": browser, "reset_url": reset_url}


def address_changed(*, old: str, new: str, at: datetime) -> Mapping[str, Any]:
    text = format_lazy(
        _("You now sign in with {new} instead of {old}. Other browsers were signed out."), old=old, new=new
    )
    return notice(_("Your e-mail address was changed"), text, at=at, reset_helps=False)


def confirm_change(*, secret: str, new: str, hours: int) -> Mapping[str, Any]:
    """For both addresses: the link to confirm, and for the old one the link to say that it was somebody else."""
    return {
        "new": new,
        "hours": hours,
        "url": portal_address(reverse("common:address-link", args=[secret])),
        "not_me_url": portal_address(reverse("common:address-not-me", args=[secret])),
    }


# --- samples ----------------------------------------------------------------------------------------------------------

AT = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


def link_sample() -> Mapping[str, Any]:
    return link(portal_address("/account/…"))


def notice_sample(prefix: str) -> Mapping[str, Any]:
    return of_allauth(prefix=prefix, context={"ip": "192.0.2.7", "user_agent": BROWSER}, now=AT).context


def changed_sample() -> Mapping[str, Any]:
    return address_changed(old="petra.wolf@elbtal.example", new="wolf@elbtal.example", at=AT)


def change_sample() -> Mapping[str, Any]:
    return confirm_change(secret="secret", new="wolf@elbtal.example", hours=48)  # noqa: S106


def register() -> None:
    """Who waits for a link, or must hear of a change, gets the mail twice rather than never."""
    kinds = (
        MailKind(CONFIRM, _("an address is confirmed"), "account_confirm", link_sample, opens=True),
        MailKind(EXISTS, _("somebody signs up with an address that has an account"), "account_exists", exists),
        MailKind(RESET, _("a new password is asked for"), "account_reset", link_sample, opens=True),
        MailKind(PASSWORD_CHANGED, _("a password was changed"), "account_notice",
                 lambda: notice_sample("account/email/password_changed")),
        MailKind(FACTOR_ADDED, _("a second factor was added"), "account_notice",
                 lambda: notice_sample("mfa/email/totp_activated")),
        MailKind(FACTOR_REMOVED, _("a second factor was removed"), "account_notice",
                 lambda: notice_sample("mfa/email/totp_deactivated")),
        MailKind(CODES_MADE, _("recovery codes were made"), "account_notice",
                 lambda: notice_sample("mfa/email/recovery_codes_generated")),
        MailKind(ADDRESS_CHANGED, _("an address was changed"), "account_notice", changed_sample),
        MailKind(CONFIRM_OLD, _("the old address confirms a change"), "account_address_old", change_sample, opens=True),
        MailKind(CONFIRM_NEW, _("the new address confirms a change"), "account_address_new", change_sample, opens=True),
        MailKind(ADDRESS_TAKEN, _("somebody wants to change to an address that has an account"),
                 "account_address_taken", exists),
    )  # fmt: skip
    for order, kind in enumerate(kinds, start=50):
        group, to = _("Accounts and security"), _("the person, at the address concerned")
        registry.mails.register(replace(kind, resend_when_uncertain=True, order=order, group=group, to=to))
