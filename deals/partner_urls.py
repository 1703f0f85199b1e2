"""Addresses of the partner's pages about its deals."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
