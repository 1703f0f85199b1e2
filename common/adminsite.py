"""Django's admin as the place for configuration, for platform admins and vendor admins only."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.access import VENDOR, VENDOR_ADMIN, Actor


def administering(request: HttpRequest) -> Actor:
    """The person with nothing but the rights of an administrator: a channel manager elsewhere edits nothing there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    admin_of = {pk: frozenset({VENDOR_ADMIN}) for pk in actor.ids(VENDOR, VENDOR_ADMIN)}
    return Actor(user_id=actor.user_id, is_platform_admin=actor.is_platform_admin, roles={VENDOR: admin_of})


class Administration(AdminSite):
    site_title = site_header = _("Administration")
    index_title = _("Configuration")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if not (user.is_authenticated and user.is_active and user.is_staff):
            return False
        actor = administering(request)
        return actor.is_platform_admin or bool(actor.ids(VENDOR))

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Sign-in is the portal's own, second factor included; whoever is signed in already has no business here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index", current_app=self.name)
        return redirect_to_login(target, reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> Any:
        return redirect("account_change_password")
