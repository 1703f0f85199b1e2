"""Per request: who asks, in which language, and whether the second factor is set up."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from structlog.contextvars import bind_contextvars

from common.access import Actor
from common.second_factor import lacks_second_factor

GetResponse = Callable[[HttpRequest], HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    if not request.user.is_authenticated:
        return Actor()
    bind_contextvars(user_id=request.user.pk)
    return Actor.of(request.user)


class ZeroByteMiddleware:
    """Refuses addresses with a zero byte: PostgreSQL's text has none, and no person types one.

    Forms and the API refuse it in their fields; filters, some of them Django's own, would hand it on to the database.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asks = "%00" in request.META.get("QUERY_STRING", "") and not request.path.startswith("/api/")
        if asks or "\0" in request.path:
            raise SuspiciousOperation("a zero byte in the address")
        return self.get_response(request)


class PersonMiddleware:
    """Sets `request.actor` (built when first used) and `request.today` (the day in the portal's time zone).

    What a person has seen is gone from the browser when they sign out, or lose their access: no page that was made for
    somebody is kept, unless its view says otherwise.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        request.today = timezone.localdate()  # type: ignore[attr-defined]
        response = self.get_response(request)
        # Whoever was not looked up has got nothing of their own.
        if request.session.accessed and request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class SecondFactorMiddleware:
    """Vendor staff and platform admins are led to set up a second factor before anything else.

    Demo logins are let through while the demo runs; outside demo mode there is no way around.
    """

    OPEN = ("/account/", "/static/", "/language/", "/healthz", "/readyz", "/api/")
    CLOSED = ("/account/tokens/", "/account/data/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        closed = request.path.startswith(self.CLOSED) or not request.path.startswith(self.OPEN)
        if closed and self._missing(request):
            messages.info(request, _("Your role needs a second factor. Please set it up now; it takes a minute."))
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    @staticmethod
    def _missing(request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and lacks_second_factor(user, request.actor)  # type: ignore[attr-defined]
