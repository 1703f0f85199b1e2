"""Addresses of the pages about deals."""

from __future__ import annotations

from deals import partner_urls, vendor_urls

app_name = "deals"
urlpatterns = [*partner_urls.urlpatterns, *vendor_urls.urlpatterns]
