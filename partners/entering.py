"""The decorator that lets a person into a partner company's pages, and lists that stand there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404

from common.access import PARTNER
from common.listviews import ListPage
from common.requests import PersonRequest
from partners.areas import partner_area
from partners.models import Partner

View = Callable[..., HttpResponseBase]


class PartnerListPage(ListPage):
    """A list in a partner company's area, let in by `in_partner`."""

    @property
    def partner(self) -> Partner:
        return self.kwargs["partner"]


def in_partner(*roles: str) -> Callable[[View], View]:
    """Turns the number `partner` of the address into a company of which the person is a member.

    Everybody else, vendor staff included, gets 404; members without one of `roles` get 403.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def enter(request: PersonRequest, partner: str, **kwargs: Any) -> HttpResponseBase:
            actor = request.actor
            own = Partner.objects.filter(id__in=actor.ids(PARTNER))
            found = get_object_or_404(own, number=partner)
            if roles and not actor.has(PARTNER, found.pk, *roles):
                raise PermissionDenied
            request.area = partner_area(found)
            return view(request, partner=found, **kwargs)

        return enter

    return decorate
