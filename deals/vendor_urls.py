"""Addresses of the vendor's pages about deals."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
