"""Decorators that let a person into a vendor's or a distributor's pages, and lists that stand there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404

from common.access import DISTRIBUTOR, VENDOR
from common.listviews import ListPage
from common.requests import PersonRequest
from programs.areas import distributor_area, vendor_area
from programs.models import Distributor, Vendor

View = Callable[..., HttpResponseBase]


class VendorListPage(ListPage):
    """A list in a vendor's area, let in by `in_vendor`."""

    @property
    def vendor(self) -> Vendor:
        return self.kwargs["vendor"]


class DistributorListPage(ListPage):
    """A list in a distributor's area, let in by `in_distributor`."""

    @property
    def distributor(self) -> Distributor:
        return self.kwargs["distributor"]


def in_vendor(*roles: str) -> Callable[[View], View]:
    """Turns the slug `vendor` of the address into the vendor; strangers get 404, staff without one of `roles` 403.

    Platform admins may look at every page, but act only where no role is asked for.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def enter(request: PersonRequest, vendor: str, **kwargs: Any) -> HttpResponseBase:
            actor = request.actor
            found = get_object_or_404(Vendor.objects.visible_to(actor), slug=vendor)
            if roles and not actor.has(VENDOR, found.pk, *roles):
                raise PermissionDenied
            request.area = vendor_area(found)
            return view(request, vendor=found, **kwargs)

        return enter

    return decorate


def in_distributor(view: View) -> View:
    """Turns the slug `distributor` of the address into a distributor of which the person is a user; 404 otherwise."""

    @login_required
    @wraps(view)
    def enter(request: PersonRequest, distributor: str, **kwargs: Any) -> HttpResponseBase:
        actor = request.actor
        own = Distributor.objects.filter(id__in=actor.ids(DISTRIBUTOR))
        found = get_object_or_404(own, slug=distributor)
        request.area = distributor_area(found)
        return view(request, distributor=found, **kwargs)

    return enter
