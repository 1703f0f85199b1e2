"""Tokens for the HTTP API: issued to a person, shown once, limited by scopes, revoked by the person at any time.

A token never has more rights than its person has at the moment of the request, and is no way around the second factor.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.access import Actor
from common.bearer_secrets import digest_of, generate
from common.errors import DomainError
from common.models import ApiToken, User
from common.second_factor import lacks_second_factor

LONGEST = timedelta(days=366)
MOST = 20
USED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a token was used last: not every request writes."""


class Scope(models.TextChoices):
    """What a token may do, as far as its person may."""

    FIGURES = "figures:read", gettext_lazy("read programs, live figures and settlements")
    SALES = "sales:read", gettext_lazy("read sale lines")
    PARTNERS = "partners:read", gettext_lazy("read partners")
    REPORTS = "reports:read", gettext_lazy("read sell-out reports")
    REPORTS_WRITE = "reports:write", gettext_lazy("upload sell-out reports")
    INVOICES = "invoices:read", gettext_lazy("read uploaded invoices")
    INVOICES_WRITE = "invoices:write", gettext_lazy("upload invoices")
    DEALS = "deals:read", gettext_lazy("read deals")
    DEALS_WRITE = "deals:write", gettext_lazy("register and change deals")
    CLOSINGS = "closings:read", gettext_lazy("read closings")
    BOUNCES = "bounces:write", gettext_lazy("report mails that came back (administrators of the portal)")


class SecondFactorMissing(DomainError):
    """The person's role needs a second factor, for tokens as for pages."""


class NotAToken(DomainError):
    """What was asked for cannot be issued: no scope, an unknown one, no end or one too far away, too many tokens."""


def issue(*, user: User, name: str, scopes: Iterable[str], expires_at: datetime, now: datetime) -> tuple[ApiToken, str]:
    """A new token and its secret, which is known only to the caller from now on.

    Raises SecondFactorMissing, NotAToken.
    """
    if lacks_second_factor(user, Actor.of(user)):
        raise SecondFactorMissing(_("Your role needs a second factor before you can make a token."))
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(Scope.values):
        raise NotAToken(_("Choose what the token may do."))
    if not now < expires_at <= now + LONGEST:
        raise NotAToken(_("A token ends within a year."))
    if usable(now=now).filter(user=user).count() >= MOST:
        raise NotAToken(_("You have %(count)s tokens. Revoke one that is no longer used.") % {"count": MOST})
    secret, digest = generate("prm_")
    token = ApiToken.objects.create(
        user=user, name=name.strip() or _("Token"), digest=digest, scopes=wanted, expires_at=expires_at
    )
    return token, secret


def revoke(*, token: ApiToken, now: datetime) -> bool:
    """Ends the token at once. False: it was revoked before."""
    return ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now) == 1


def usable(*, now: datetime) -> models.QuerySet[ApiToken]:
    """Tokens that open something: neither revoked nor expired, of a person who may sign in."""
    return ApiToken.objects.filter(revoked_at__isnull=True, expires_at__gt=now, user__is_active=True)


def redeem(*, secret: str, now: datetime) -> ApiToken | None:
    """The usable token with this secret, noted as used. None for anything else, without saying why."""
    token = usable(now=now).select_related("user").filter(digest=digest_of(secret)).first()
    if token is not None and (token.last_used_at is None or token.last_used_at <= now - USED_EVERY):
        long_ago = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_EVERY)
        ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
    return token
