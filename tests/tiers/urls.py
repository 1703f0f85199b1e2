"""The portal with the address to which mails about tiers lead, whose page is another change."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal.urls import *  # noqa: F403
from portal.urls import urlpatterns as portal_urls


def way(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    return HttpResponse()


ways = [path("<str:number>/tiers/<slug:slug>/", way, name="way")]
urlpatterns = [*portal_urls, path("partner/", include((ways, "tiers")))]
