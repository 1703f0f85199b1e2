"""The decorator that lets a person into a partner company's pages, and lists that stand there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common.access import PARTNER, VENDOR
from common.listviews import ListPage
from common.requests import PersonRequest
from partners import viewing
from partners.areas import partner_area
from partners.models import Partner, Viewing

View = Callable[..., HttpResponseBase]
VIEWING = "viewing"
"""Where the session keeps the id of a viewing."""


class PartnerListPage(ListPage):
    """A list in a partner company's area, let in by `in_partner`."""

    @property
    def partner(self) -> Partner:
        return self.kwargs["partner"]


def in_partner(*roles: str, part_of_page: bool = False) -> Callable[[View], View]:
    """Turns the number `partner` of the address into a company of which the person is a member.

    Members without one of `roles` get 403, everybody else 404. A vendor's staff who have begun a viewing
    (`partners.viewing`) are let in to look; `request.viewing` is then set. Where a role is asked for, or something
    sent, they are told that they only look. What is `part_of_page` and fetched after it is not recorded once more.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def enter(request: PersonRequest, partner: str, **kwargs: Any) -> HttpResponseBase:
            look = _viewing_of(request, partner)
            if look is not None and viewing.is_over(look, now=timezone.now()):
                return _over(request, look)
            if look is not None:
                found, request.viewing = look.partner, look  # type: ignore[attr-defined]
                request.actor = request.actor.only(VENDOR, look.vendor_id)
            else:
                own = Partner.objects.filter(id__in=request.actor.ids(PARTNER))
                found = get_object_or_404(own, number=partner)
            request.area = partner_area(found)
            if look is not None and (roles or request.method not in viewing.SAFE_METHODS):
                return render(request, "partners/read_only.html", status=403)
            if roles and not request.actor.has(PARTNER, found.pk, *roles):
                raise PermissionDenied
            if look is not None and not part_of_page:
                viewing.record(viewing=look, path=request.path, now=timezone.now())
            return view(request, partner=found, **kwargs)

        return enter

    return decorate


def _viewing_of(request: PersonRequest, number: str) -> Viewing | None:
    viewing_id = request.session.get(VIEWING)
    if viewing_id is None:
        return None
    return viewing.begun(viewing_id=viewing_id, number=number, actor=request.actor)


def _over(request: PersonRequest, look: Viewing) -> HttpResponseBase:
    del request.session[VIEWING]
    text = _("You no longer see %(partner)s as the partner sees it: that ends after an hour. You can begin again here.")
    messages.info(request, text % {"partner": look.partner.name})
    return redirect("partners:detail", look.vendor.slug, look.partner.number)
