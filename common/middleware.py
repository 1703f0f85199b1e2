"""Per request: who asks, in which language, and whether the second factor is set up."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from common.access import Actor

GetResponse = Callable[[HttpRequest], HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    return Actor.of(request.user) if request.user.is_authenticated else Actor()


class PersonMiddleware:
    """Sets `request.actor` (built when first used) and `request.today` (the day in the portal's time zone)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        request.today = timezone.localdate()  # type: ignore[attr-defined]
        return self.get_response(request)


class SecondFactorMiddleware:
    """Vendor staff and platform admins are led to set up a second factor before anything else.

    Demo logins are let through while the demo runs; outside demo mode there is no way around.
    """

    OPEN = ("/account/", "/static/", "/i18n/", "/healthz", "/readyz", "/api/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(self.OPEN) and self._missing(request):
            messages.info(request, _("Your role needs a second factor. Please set it up now; it takes a minute."))
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    @staticmethod
    def _missing(request: HttpRequest) -> bool:
        user = request.user
        if not user.is_authenticated:
            return False
        if settings.DEMO_MODE and user.is_demo:
            return False
        return request.actor.needs_second_factor and not is_mfa_enabled(user)  # type: ignore[attr-defined]
