"""Addresses of the program pages for everybody."""

from __future__ import annotations

from django.urls import path

from programs import public_views

app_name = "programs"
urlpatterns = [
    path("programs/", public_views.programs, name="public-list"),
    path("programs/<slug:slug>/", public_views.program, name="public"),
]
