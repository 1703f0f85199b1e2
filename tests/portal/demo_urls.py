"""Addresses of a demo, for tests that run outside demo mode."""

from __future__ import annotations

from django.urls import include, path

from portal.urls import urlpatterns as everybody

urlpatterns = [*everybody, path("demo/", include("portal.demo_urls"))]
